# shellcheck shell=bash
# What the system tests share. Each script sources this file first:
#   expect, like, unlike   one check each, of what a command prints
#   start_server           a splinterdns of one's own on a free loopback port
#   finish                 the closing line, and the exit code
# Whatever a script starts or writes is gone when it ends: see `clean_up`.

set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
splinterdns=${SPLINTERDNS:-$root/target/release/splinterdns}
script=$(basename "$0")
work=$(mktemp -d "${TMPDIR:-/tmp}/splinterdns-$script.XXXXXX")
passed=0
failed=0
started=()      # process ids to end
undo=()         # commands to run before the end

clean_up() {
  local code=$? command pid
  set +e
  trap - EXIT
  for command in "${undo[@]}"; do eval "$command"; done
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null; done
  for pid in "${started[@]}"; do wait "$pid" 2>/dev/null; done
  rm -rf "$work"
  exit "$code"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
die() { say "$script: $*" >&2; exit 2; }

ok() { passed=$((passed + 1)); say "  ok    $1"; }
not_ok() {
  failed=$((failed + 1))
  say "  FAIL  $1"
  say "        expected: $2"
  say "        found:    ${3//$'\n'/$'\n'                  }"
}

# expect WHAT TEXT COMMAND...: the command prints exactly this.
expect() {
  local what=$1 wanted=$2 found
  shift 2
  found=$("$@" 2>&1) || true
  if [ "$found" = "$wanted" ]; then ok "$what"; else not_ok "$what" "$wanted" "$found"; fi
}

# like WHAT PATTERN COMMAND...: a line of what the command prints matches the extended regular expression.
like() {
  local what=$1 wanted=$2 found
  shift 2
  found=$("$@" 2>&1) || true
  if grep -qE -e "$wanted" <<<"$found"; then ok "$what"; else not_ok "$what" "/$wanted/" "$found"; fi
}

# unlike WHAT PATTERN COMMAND...: the command succeeds, prints something, and no line of it matches.
unlike() {
  local what=$1 unwanted=$2 found
  shift 2
  if ! found=$("$@" 2>&1) || [ -z "$found" ]; then not_ok "$what" "an answer without /$unwanted/" "${found:-nothing}"
  elif grep -qE -e "$unwanted" <<<"$found"; then not_ok "$what" "nothing like /$unwanted/" "$found"
  else ok "$what"; fi
}

# at_most WHAT LIMIT NUMBER, at_least WHAT LIMIT NUMBER: for sizes, times and counts, in whole units.
at_most() {
  if [ "$3" -le "$2" ]; then ok "$1: $3 (at most $2)"; else not_ok "$1" "at most $2" "$3"; fi
}

at_least() {
  if [ "$3" -ge "$2" ]; then ok "$1: $3 (at least $2)"; else not_ok "$1" "at least $2" "$3"; fi
}

# sorted COMMAND...: what it prints, in an order that does not depend on the server's.
sorted() { "$@" | sort; }

finish() {
  say "$script: $passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

milliseconds() { echo $(($(date +%s%N) / 1000000)); }

needs() {
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null || die "needs $tool (tests/system/run installs what is missing)"; done
}

# A port that nobody on this machine uses, below those that the kernel gives to clients.
free_port() {
  local candidate
  while :; do
    candidate=$((20000 + RANDOM % 10000))
    [ -z "$(ss -Hlntu "sport = :$candidate")" ] && break
  done
  echo "$candidate"
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local until=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$until" ] || return 1
    sleep 0.05
  done
}

# start_server ARGUMENT...: sets $port, $server (its process id) and $log.
start_server() {
  [ -x "$splinterdns" ] || die "no $splinterdns; build it with 'cargo build --release'"
  port=$(free_port)
  log=$work/server-$port.log
  "$splinterdns" serve --listen "127.0.0.1:$port" "$@" >"$log" 2>&1 &
  server=$!
  started+=("$server")
  await 5 "$splinterdns" health "127.0.0.1:$port" || { cat "$log" >&2; die "the server does not answer"; }
}

# stop_server: ends the last one; it must end well.
stop_server() {
  local begun code=0
  begun=$(milliseconds)
  kill -TERM "$server" 2>/dev/null || true
  wait "$server" || code=$?
  expect "SIGTERM ends the server with exit code" 0 echo "$code"
  at_most "milliseconds that took" 1000 $(($(milliseconds) - begun))
}
