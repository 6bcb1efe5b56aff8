# What the scripts beside this file have in common: servers for tests and measurements, on this machine's loopback only, each with its own
# folder, ports and processes. It is read by them, not run.
#
#   SKIKT_SERVERS   folder of the servers' data and logs; skikt-servers in the folder for temporary files unless set

set -euo pipefail

SERVERS=${SKIKT_SERVERS:-${TMPDIR:-/tmp}/skikt-servers}
mkdir -p "$SERVERS"
SERVERS=$(cd "$SERVERS" && pwd)
HOME_OF=$SERVERS/$KIND # everything of this kind of server

die() { echo "$KIND: $*" >&2; exit 1; }

# as USER COMMAND...: run as that user when we are root (servers refuse root), else as ourselves. The process id stays the same, so it can be ended by it.
as() {
  local user=$1; shift
  if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then
    exec setpriv --reuid="$user" --regid="$(id -gn "$user")" --init-groups "$@"
  fi
  exec "$@"
}

# owned USER PATH...: files or folders, made when they are not there, that the server's user may write.
owned() {
  local user=$1 path; shift
  for path; do [ -e "$path" ] || mkdir -p "$path"; done
  if [ "$(id -u)" = 0 ] && [ "$user" != root ]; then chown "$user" "$@"; fi
}

# listens PORT: does something answer there?
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# ports FIRST N: the first of N ports in a row that nothing uses.
ports() {
  local first=$1 n=$2 i
  while [ "$first" -lt 60000 ]; do
    for ((i = 0; i < n; i++)); do
      if listens $((first + i)); then first=$((first + 50)); continue 2; fi
    done
    echo "$first"
    return
  done
  die "no $n free ports"
}

# alive FOLDER: is the process whose number is kept there still the one that was started? Its command line must name the folder, so that a number that has passed
# to another process is never taken for it.
alive() {
  local pid
  pid=$(cat "$1/pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$1/"
}

# launch FOLDER USER COMMAND...: start a server whose command line names FOLDER/, if it isn't up.
launch() {
  local at=$1 user=$2; shift 2
  if alive "$at"; then return; fi
  (as "$user" setsid "$@" >>"$at/out.log" 2>&1 </dev/null) &
  echo $! >"$at/pid"
  disown
}

# end FOLDER [SIGNAL]: end that process and wait until it is gone.
end() {
  local at=$1 signal=${2:-TERM} pid i
  if ! alive "$at"; then rm -f "$at/pid"; return; fi
  pid=$(cat "$at/pid")
  kill -"$signal" "$pid"
  for ((i = 0; i < 150; i++)); do
    alive "$at" || break
    kill -CONT "$pid" 2>/dev/null || true # a stopped one can't end
    [ $i != 100 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.2
  done
  rm -f "$at/pid"
}

# until_ SECONDS WHAT COMMAND...: wait for the command to succeed.
until_() {
  local seconds=$1 what=$2 i; shift 2
  for ((i = 0; i < seconds * 5; i++)); do
    if "$@" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  die "$what did not answer within $seconds seconds; see the logs in $HOME_OF"
}

# secret NAME: a password of this installation's own, made once.
secret() {
  if [ ! -s "$HOME_OF/$1" ]; then (umask 077; od -An -tx1 -N12 /dev/urandom | tr -d ' \n' >"$HOME_OF/$1"); fi
  cat "$HOME_OF/$1"
}

main() {
  case "${1:-}" in
  start) start; show ;;
  stop) stop ;;
  env) [ -d "$HOME_OF" ] || die "it has not been started"; show ;;
  *)
    echo "usage: $0 start|stop|env$MORE" >&2
    echo "  start  start it, if it isn't up, and print what env prints" >&2
    echo "  stop   end its processes; its data is kept in $HOME_OF" >&2
    echo "  env    print the variables that tests read: eval \"\$($0 env)\"" >&2
    exit 2
    ;;
  esac
}
