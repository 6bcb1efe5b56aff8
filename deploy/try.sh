#!/usr/bin/env bash
# Builds the container's image with nothing but the static program, runs it on loopback as it is to be run (user 65532, no capabilities, a read-only file system), and checks that it is so and that it answers.
#
#   deploy/try.sh EDITION          SKIKTD=FILE is the program, where it is built already
#
# It needs Go and podman (on Debian: apt-get install podman runc). Where podman can't run anything, as in many sandboxes, it says what podman said and ends with 1. It keeps nothing.
set -euo pipefail
edition=$(cd "${1:?usage: deploy/try.sh EDITION}" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
pod() { podman --root "$work/store" --runroot "$work/run" --cgroup-manager=cgroupfs ${RUNTIME:+--runtime "$RUNTIME"} "$@"; }
RUNTIME=${RUNTIME:-$(command -v runc || true)}
trap 'pod rm -a -f >/dev/null 2>&1 || true; pod rmi -a -f >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

mkdir "$work/context"
if [ -n "${SKIKTD:-}" ]; then cp "$SKIKTD" "$work/context/skiktd"; else CGO_ENABLED=0 go build -o "$work/context/skiktd" ./cmd/skiktd; fi
pod build --quiet --isolation chroot --build-arg PROGRAM=outside -t skiktd -f deploy/Containerfile "$work/context"

# The limits are below those of any sandbox: podman's own may be above. The host's network, since to make another takes rights that a sandbox may lack; the address is loopback all the same.
port=$((20000 + RANDOM % 10000))
pod run -d --name skiktd --ulimit nofile=1024:1024 --ulimit nproc=512:512 --read-only --cap-drop=ALL --security-opt no-new-privileges --network=host -v "$edition:/srv/skikt/current:ro" skiktd \
	-edition /srv/skikt/current -address "127.0.0.1:$port" >/dev/null
for _ in $(seq 50); do curl -sf "http://127.0.0.1:$port/halsa" >/dev/null && break || sleep 0.2; done

pid=$(pod inspect -f '{{.State.Pid}}' skiktd)
check() { # WHAT COMMAND...
	"${@:2}" >/dev/null || { echo "container: NOT SO: $1" >&2; pod logs skiktd >&2; exit 1; }
	echo "container: $1"
}
check "it is alive" curl -sf "http://127.0.0.1:$port/halsa"
check "it serves pages" sh -c "curl -sf http://127.0.0.1:$port/ | grep -q '<h1'"
check "its user is 65532" grep -qE '^Uid:\s+65532\s+65532\s+65532\s+65532' "/proc/$pid/status"
check "it has no capabilities, and can't get any" sh -c "grep -qE '^CapEff:\s+0+$' /proc/$pid/status && grep -qE '^NoNewPrivs:\s+1' /proc/$pid/status"
check "its file system is read-only" sh -c "awk '\$5 == \"/\" && \$6 ~ /^ro/ {found = 1} END {exit !found}' /proc/$pid/mountinfo"
pod create --name unused skiktd >/dev/null
pod export unused | tar -t >"$work/files"
check "nothing but the program is in its image" sh -c "[ \"\$(grep -v / '$work/files' | tr -d '\\n')\" = skiktd ] || { cat '$work/files'; false; }"
check "it ends when it is told to" pod stop -t 15 skiktd
[ "$(pod inspect -f '{{.State.ExitCode}}' skiktd)" = 0 ] || { echo "container: NOT SO: it ends well" >&2; exit 1; }
echo "container: it ends well"
