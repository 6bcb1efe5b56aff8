#!/usr/bin/env bash
# One PostgreSQL on loopback for tests and measurements, from Debian's package (postgresql). See loopback.sh.
KIND=postgres MORE=
. "$(dirname "$0")/loopback.sh"

BIN=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$BIN" ] || BIN=$(dirname "$(command -v postgres || echo /missing/postgres)")
[ -x "$BIN/postgres" ] || die "there is no PostgreSQL here; install it (Debian: apt-get install postgresql)"
USER_OF=postgres
DATA=$HOME_OF/data

start() {
  owned $USER_OF "$HOME_OF" "$DATA"
  chmod 700 "$DATA"
  [ -s "$HOME_OF/port" ] || ports 25432 1 >"$HOME_OF/port"
  local port password
  port=$(cat "$HOME_OF/port") password=$(secret password)
  if [ ! -s "$DATA/PG_VERSION" ]; then
    install -m 600 "$HOME_OF/password" "$HOME_OF/pwfile"
    owned $USER_OF "$HOME_OF/pwfile"
    (as $USER_OF "$BIN/initdb" -D "$DATA" -U owner --auth=scram-sha-256 --pwfile="$HOME_OF/pwfile" -E UTF8 --locale=C.UTF-8 >"$HOME_OF/initdb.log" 2>&1) ||
      die "initdb failed; see $HOME_OF/initdb.log"
    rm "$HOME_OF/pwfile"
  fi
  if ! alive "$HOME_OF" && listens "$port"; then ports 25432 1 >"$HOME_OF/port"; port=$(cat "$HOME_OF/port"); fi
  launch "$HOME_OF" $USER_OF "$BIN/postgres" -D "$DATA/" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories="$DATA" \
    -c fsync=off -c max_wal_size=4GB -c shared_buffers=512MB -c max_connections=50
  export PGPASSWORD=$password
  until_ 60 "the server" "$BIN/psql" -h 127.0.0.1 -p "$port" -U owner -d postgres -c 'SELECT 1'
  if ! "$BIN/psql" -h 127.0.0.1 -p "$port" -U owner -d postgres -Atc "SELECT 1 FROM pg_database WHERE datname = 'skikt'" | grep -q 1; then
    "$BIN/psql" -q -h 127.0.0.1 -p "$port" -U owner -d postgres -c 'CREATE DATABASE skikt'
  fi
}

stop() { end "$HOME_OF" INT; }

show() {
  echo "export SKIKT_SERVERS='$SERVERS'"
  echo "export SKIKT_POSTGRES='postgres://owner:$(secret password)@127.0.0.1:$(cat "$HOME_OF/port")/skikt?sslmode=disable'"
}

main "$@"
