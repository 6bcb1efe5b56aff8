#!/usr/bin/env bash
# Three ClickHouse servers on loopback for tests and measurements, from Debian's package (clickhouse-server, 18.16). See loopback.sh.
# Each server knows the clusters one, two and three: the first server alone, the first two, all three. In the database skikt, a Distributed table over one
# of them spreads its rows over tables of the same name in the database local of each server.
# There are three users: owner, who may do all; reader, who may only read (readonly = 2), as skikt should be given; and narrow, a reader whose groups and sorting go to disk at once.
KIND=clickhouse MORE="|node N start|stop|kill|pause|resume"
. "$(dirname "$0")/loopback.sh"

SERVER=$(command -v clickhouse-server) || die "there is no ClickHouse here; install it (Debian: apt-get install clickhouse-server clickhouse-client)"
USER_OF=clickhouse
getent passwd $USER_OF >/dev/null || USER_OF=$(id -un)
FIRST=29000 # port I of the native protocol is FIRST+I, of HTTP FIRST+10+I, of the servers among themselves FIRST+20+I

password() { secret "$1"; }
hash_of() { printf %s "$(secret "$1")" | sha256sum | cut -d' ' -f1; }

configure() {
  local i n j port at
  port=$(cat "$HOME_OF/port")
  for i in 1 2 3; do
    at=$HOME_OF/$i
    owned $USER_OF "$at" "$at/data" "$at/data/tmp" "$at/data/user_files" "$at/data/format_schemas"
    {
      echo "<yandex>"
      echo "<logger><level>warning</level><console>0</console><log>$at/data/server.log</log><errorlog>$at/data/server.err.log</errorlog><size>20M</size><count>2</count></logger>"
      echo "<listen_host>127.0.0.1</listen_host><interserver_http_host>127.0.0.1</interserver_http_host>"
      echo "<tcp_port>$((port + i))</tcp_port><http_port>$((port + 10 + i))</http_port><interserver_http_port>$((port + 20 + i))</interserver_http_port>"
      echo "<max_concurrent_queries>50</max_concurrent_queries><mark_cache_size>268435456</mark_cache_size><timezone>UTC</timezone>"
      echo "<path>$at/data/</path><tmp_path>$at/data/tmp/</tmp_path><user_files_path>$at/data/user_files/</user_files_path>"
      echo "<format_schema_path>$at/data/format_schemas/</format_schema_path>"
      echo "<users_config>$at/users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>"
      echo "<query_log><database>system</database><table>query_log</table><partition_by>toYYYYMM(event_date)</partition_by>"
      echo "<flush_interval_milliseconds>500</flush_interval_milliseconds></query_log>"
      echo "<remote_servers>"
      n=0
      for cluster in one two three; do
        n=$((n + 1))
        echo "<$cluster>"
        for ((j = 1; j <= n; j++)); do
          echo "<shard><replica><host>127.0.0.1</host><port>$((port + j))</port><user>owner</user><password>$(password owner)</password></replica></shard>"
        done
        echo "</$cluster>"
      done
      echo "</remote_servers></yandex>"
    } >"$at/config.xml"
    {
      echo "<yandex><profiles><default><log_queries>1</log_queries><max_memory_usage>4000000000</max_memory_usage>"
      echo "<max_threads>2</max_threads><load_balancing>in_order</load_balancing>"
      echo "<receive_timeout>10</receive_timeout></default>" # so long the servers wait for one that stands still; 300 seconds unless said
      echo "<reader><log_queries>1</log_queries><max_memory_usage>4000000000</max_memory_usage><max_threads>2</max_threads><readonly>2</readonly></reader>"
      echo "<narrow><max_threads>2</max_threads><readonly>2</readonly><max_bytes_before_external_group_by>1000000</max_bytes_before_external_group_by>"
      echo "<max_bytes_before_external_sort>1000000</max_bytes_before_external_sort></narrow></profiles><users>"
      for user in owner reader narrow; do
        echo "<$user><password_sha256_hex>$(hash_of $user)</password_sha256_hex><networks><ip>127.0.0.1</ip></networks><quota>default</quota>"
        if [ $user != owner ]; then
          echo "<profile>$user</profile><allow_databases><database>skikt</database><database>local</database></allow_databases></$user>"
        else
          echo "<profile>default</profile></$user>"
        fi
      done
      echo "</users><quotas><default></default></quotas></yandex>"
    } >"$at/users.xml"
    owned $USER_OF "$at/config.xml" "$at/users.xml"
    chmod 600 "$at/config.xml" "$at/users.xml"
  done
}

# node I: start one of the servers.
node() { launch "$HOME_OF/$1" $USER_OF "$SERVER" --config-file="$HOME_OF/$1/config.xml"; }

ask() { clickhouse-client --host 127.0.0.1 --port $(($(cat "$HOME_OF/port") + $1)) --user owner --password "$(password owner)" --query "$2"; }

start() {
  command -v clickhouse-client >/dev/null || die "there is no clickhouse-client here; install it (Debian: apt-get install clickhouse-client)"
  owned $USER_OF "$HOME_OF"
  if ! alive "$HOME_OF/1" && ! alive "$HOME_OF/2" && ! alive "$HOME_OF/3"; then
    ports $((FIRST + 1)) 23 >"$HOME_OF/port"
    echo $(($(cat "$HOME_OF/port") - 1)) >"$HOME_OF/port"
    configure
  fi
  local i
  for i in 1 2 3; do node $i; done
  for i in 1 2 3; do
    until_ 60 "server $i" ask $i "SELECT 1"
    ask $i "CREATE DATABASE IF NOT EXISTS skikt"
    ask $i "CREATE DATABASE IF NOT EXISTS local"
  done
}

stop() { for i in 1 2 3; do end "$HOME_OF/$i"; done; }

show() {
  echo "export SKIKT_SERVERS='$SERVERS'"
  local port
  port=$(cat "$HOME_OF/port")
  echo "export SKIKT_CLICKHOUSE='clickhouse://owner:$(password owner)@127.0.0.1:$((port + 1))/skikt'"
  echo "export SKIKT_CLICKHOUSE_READER='clickhouse://reader:$(password reader)@127.0.0.1:$((port + 1))/skikt'"
  echo "export SKIKT_CLICKHOUSE_NARROW='clickhouse://narrow:$(password narrow)@127.0.0.1:$((port + 1))/skikt'"
  echo "export SKIKT_CLICKHOUSE_NODES='127.0.0.1:$((port + 1)) 127.0.0.1:$((port + 2)) 127.0.0.1:$((port + 3))'"
}

# Faults: one of the three servers is started, stopped, killed, or stands still as if its network were cut.
if [ "${1:-}" = node ]; then
  at=$HOME_OF/${2:-0}
  [ -d "$at" ] || die "there is no server ${2:-}"
  case "${3:-}" in
  start) node "$2"; until_ 60 "server $2" ask "$2" "SELECT 1" ;;
  stop) end "$at" ;;
  kill) end "$at" KILL ;;
  pause) alive "$at" && kill -STOP "$(cat "$at/pid")" ;;
  resume) alive "$at" && kill -CONT "$(cat "$at/pid")" ;;
  *) die "usage: $0 node N start|stop|kill|pause|resume" ;;
  esac
  exit
fi
main "$@"
