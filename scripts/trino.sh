#!/usr/bin/env bash
# A Trino coordinator and two workers on loopback for tests and measurements, with the memory connector as the catalog memory. Needs Java 17 or later and Maven, which
# fetches version 435 (the last for Java 17) from Maven Central the first time; CI does not. See loopback.sh.
# SKIKT_TRINO_DATA is how many GB of tables each worker may hold (2 unless set; its Java gets one more), and takes effect when none of the three runs.
# There are two users without passwords, as TLS would be needed for those: owner, who may do all, and reader, who may only read.
KIND=trino MORE="|node N start|stop|kill|pause|resume"
. "$(dirname "$0")/loopback.sh"

HERE=$(cd "$(dirname "$0")/trino" && pwd)
JAVA=$(command -v java) || die "there is no Java here"
USER_OF=$(id -un) # Trino has nothing against root
DATA=${SKIKT_TRINO_DATA:-2}
FIRST=28080       # server I listens on FIRST+I; 0 is the coordinator

fetch() {
  if [ -s "$HOME_OF/launch/Trino.class" ]; then return; fi
  local mvn javac
  mvn=$(command -v mvn) || die "there is no Maven here"
  javac=$(command -v javac) || die "there is no Java compiler here"
  for profile in server memory; do
    "$mvn" -q -B -f "$HERE/pom.xml" -P $profile org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies -DincludeScope=runtime \
      -DoutputDirectory="$HOME_OF/$profile" >"$HOME_OF/fetch.log" 2>&1 || die "it can't be fetched; see $HOME_OF/fetch.log"
  done
  mkdir -p "$HOME_OF/launch" "$HOME_OF/plugin"
  ln -sfn "$HOME_OF/memory" "$HOME_OF/plugin/memory"
  # The name of the plugin's class, which the distribution's build adds.
  mkdir -p "$HOME_OF/memory/services/META-INF/services"
  echo io.trino.plugin.memory.MemoryPlugin >"$HOME_OF/memory/services/META-INF/services/io.trino.spi.Plugin"
  "$javac" -cp "$HOME_OF/server/*" -d "$HOME_OF/launch" "$HERE/Trino.java"
}

configure() {
  local i at first
  first=$(cat "$HOME_OF/port")
  for i in 0 1 2; do
    at=$HOME_OF/$i
    mkdir -p "$at/catalog"
    printf 'connector.name=memory\nmemory.max-data-per-node=%dGB\n' "$DATA" >"$at/catalog/memory.properties"
    {
      echo "node.environment=skikt"
      echo "node.id=skikt-$i"
      echo "node.internal-address=127.0.0.1"
      echo "node.bind-ip=127.0.0.1"
      echo "http-server.http.port=$((first + i))"
      echo "discovery.uri=http://127.0.0.1:$first"
      echo "catalog.config-dir=$at/catalog"
      echo "http-server.log.enabled=false"
      echo "plugin.dir=$HOME_OF/plugin"
      echo "spiller-spill-path=$at/spill"
      echo "query.max-memory=${DATA}GB"
      echo "memory.heap-headroom-per-node=300MB"
      echo "task.concurrency=2"
      echo "task.max-worker-threads=4"
      echo "exchange.client-threads=4"
      echo "exchange.max-error-duration=10s"
      if [ $i = 0 ]; then
        echo "coordinator=true"
        echo "query.max-memory-per-node=1GB"
        echo "node-scheduler.include-coordinator=false"
        echo "query.client.timeout=1m"
        echo "transaction.idle-timeout=45s" # so long after a program was killed its small tables count as somebody's; 5 minutes unless said
        echo "transaction.idle-check-interval=1s"
        echo "query.remote-task.max-error-duration=10s" # so long it waits for a worker that does not answer; a minute unless said
        echo "access-control.config-files=$at/access.properties"
      else
        echo "coordinator=false"
        echo "query.max-memory-per-node=$((DATA * 500))MB" # a page that was written in one piece is read in one piece
      fi
    } >"$at/config.properties"
    printf 'access-control.name=file\nsecurity.config-file=%s\n' "$at/rules.json" >"$at/access.properties"
    cat >"$at/rules.json" <<'RULES'
{
  "catalogs": [{"user": "owner", "catalog": ".*", "allow": "all"}, {"user": "reader", "catalog": "memory", "allow": "read-only"}],
  "procedures": [{"user": "owner", "privileges": ["EXECUTE"]}],
  "queries": [{"user": "owner", "allow": ["execute", "kill", "view"]}, {"allow": ["execute"]}],
  "tables": [{"user": "owner", "privileges": ["SELECT", "INSERT", "DELETE", "UPDATE", "OWNERSHIP"]},
             {"user": "reader", "table": "closed.*", "privileges": []}, {"user": "reader", "privileges": ["SELECT"]}]
}
RULES
  done
}

node() {
  local at=$HOME_OF/$1
  launch "$at" "$USER_OF" "$JAVA" -Xmx$([ "$1" = 0 ] && echo 1500M || echo $((DATA + 1))G) -XX:+UseSerialGC -Djdk.attach.allowAttachSelf=true -Duser.timezone=UTC -Dconfig="$at/config.properties" \
    -Dlog.levels-file="$HERE/log.properties" -cp "$HOME_OF/launch:$HOME_OF/server/*" Trino
}

# ask SQL: the answer of the coordinator, a JSON page after another.
ask() {
  local page uri
  page=$(curl -m 10 -sf -H "X-Trino-User: owner" --data "$1" "http://127.0.0.1:$(cat "$HOME_OF/port")/v1/statement") || return 1
  while echo "$page"; uri=$(grep -o '"nextUri":"[^"]*"' <<<"$page" | cut -d'"' -f4); [ -n "$uri" ]; do
    page=$(curl -m 10 -sf -H "X-Trino-User: owner" "$uri") || return 1
  done
}

# ready: the coordinator has started and both workers have work from it.
ready() {
  local answer
  answer=$(ask "SELECT 'workers' || CAST(count(*) AS VARCHAR) FROM system.runtime.nodes WHERE NOT coordinator AND state = 'active'") && [[ $answer == *workers2* ]]
}

start() {
  mkdir -p "$HOME_OF"
  fetch
  if ! alive "$HOME_OF/0" && ! alive "$HOME_OF/1" && ! alive "$HOME_OF/2"; then
    ports $FIRST 3 >"$HOME_OF/port"
    configure
  fi
  for i in 0 1 2; do node $i; done
  until_ 180 "the coordinator with two workers" ready
}

stop() { for i in 2 1 0; do end "$HOME_OF/$i"; done; }

show() {
  echo "export SKIKT_SERVERS='$SERVERS'"
  echo "export SKIKT_TRINO='trino://owner@127.0.0.1:$(cat "$HOME_OF/port")/memory/default'"
  echo "export SKIKT_TRINO_READER='trino://reader@127.0.0.1:$(cat "$HOME_OF/port")/memory/default'"
}

if [ "${1:-}" = node ]; then
  at=$HOME_OF/${2:-none}
  [ -d "$at" ] || die "there is no server ${2:-}"
  case "${3:-}" in
  start) node "$2"; until_ 180 "the coordinator with two workers" ready ;;
  stop) end "$at" ;;
  kill) end "$at" KILL ;;
  pause) alive "$at" && kill -STOP "$(cat "$at/pid")" ;;
  resume) alive "$at" && kill -CONT "$(cat "$at/pid")" ;;
  *) die "usage: $0 node N start|stop|kill|pause|resume" ;;
  esac
  exit
fi
main "$@"
