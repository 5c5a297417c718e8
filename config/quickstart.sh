#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# From a clone to a running mpicd: installs packages, builds, starts `mpicd dev`, asks it one caa, one http and
# one dns question with curl, and leaves it running until Ctrl-C. With --once it stops after the three
# questions; exit code 0 only if all three were answered right. PORT=N chooses another port than 8443.
set -euo pipefail
cd "$(dirname "$0")/.."

once=
case "${1:-}" in
    --once) once=yes ;;
    "") ;;
    *) echo "usage: config/quickstart.sh [--once]" >&2; exit 2 ;;
esac

config/install-packages.sh
cmake --preset release >/dev/null
cmake --build --preset release --target mpicd

folder=$(mktemp -d)
daemon=
finish() {
    if [ -n "$daemon" ]; then
        kill "$daemon" 2>/dev/null || true
        wait "$daemon" 2>/dev/null || true
    fi
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT TERM

build/release/mpicd dev --port "${PORT:-8443}" --ready-file "$folder/ready.json" >"$folder/out" &
daemon=$!
for _ in $(seq 100); do
    [ -s "$folder/ready.json" ] && break
    kill -0 "$daemon" 2>/dev/null || { echo "mpicd dev did not start" >&2; exit 1; }
    sleep 0.05
done

ready() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$folder/ready.json" "$1"; }
url=$(ready url) token=$(ready token) ca=$(ready ca-file) target=$(ready target-url)

wrong=0
ask() { # title, body: shows the answer; it must be ok
    echo
    echo "== $1: $2"
    curl -sS --max-time 30 --cacert "$ca" -H "Authorization: Bearer $token" \
        -H "Content-Type: application/json" -d "$2" "$url" >"$folder/answer"
    python3 - "$folder/answer" <<'PYTHON' || wrong=$((wrong + 1))
import json, sys
answer = json.load(open(sys.argv[1]))
shown = {key: answer[key] for key in ("ok", "error", "code", "caa", "quorum") if key in answer}
shown["perspectives"] = {name: p["outcome"] for name, p in answer.get("perspectives", {}).items()}
print(json.dumps(shown, indent=2))
sys.exit(0 if answer.get("ok") is True and answer["quorum"]["corroborated"] >= answer["quorum"]["required"] else 1)
PYTHON
}
put() { curl -sS --max-time 10 -o /dev/null --fail -X PUT -d "$2" "$target$1"; }

ask "CAA" '{"method": "caa", "domain": "www.mpic.test"}'
put /http '{"host": "www.mpic.test", "path": "/proof", "body": "it is me"}'
ask "a file over HTTP" '{"method": "http", "domain": "www.mpic.test", "path": "/proof", "expected": "it is me"}'
put /dns '{"name": "_proof.www.mpic.test", "type": "TXT", "values": ["it is me"]}'
ask "a TXT record" '{"method": "dns", "domain": "www.mpic.test", "prefix": "_proof", "record-type": "TXT", "expected": "it is me"}'

echo
if [ $wrong != 0 ]; then
    echo "$wrong of 3 answers were wrong" >&2
    exit 1
fi
echo "3 of 3 answers were right"
[ -n "$once" ] && exit 0
echo
cat "$folder/out"
wait "$daemon"
