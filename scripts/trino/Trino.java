/** Starts a Trino server, as the main class of its own distribution does. */
public class Trino {
    public static void main(String[] args) {
        new io.trino.server.Server().start("435");
    }
}
