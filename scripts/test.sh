#!/usr/bin/env bash
# Everything that must hold before a change is taken, in one run: installs what
# is missing, starts a throw-away PostgreSQL, checks, tests on both engines with
# the race detector, fuzzes, and builds for the four targets.
# The last line says how many checks and tests passed and failed.
#
#   bash scripts/test.sh            everything
#   bash scripts/test.sh quick      without fuzzing and cross-builds
#   PACKAGES="./internal/base/..." bash scripts/test.sh quick      only these
set -uo pipefail
cd "$(dirname "$0")/.."
mode="${1:-all}"
read -r -a packages <<<"${PACKAGES:-./...}"
begun=$SECONDS
passed=0 failed=0 skipped=0
work="$(mktemp -d "${TMPDIR:-/tmp}/lianxin-test.XXXXXX")"
chmod 755 "$work"

say() { printf '\n== %s (%d s)\n' "$*" $((SECONDS - begun)); }

# check NAME COMMAND…: one counted check.
check() {
  local name="$1"; shift
  say "$name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $name"; fi
}

# --- what is missing -----------------------------------------------------------
root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
need=()
want() { # PACKAGE TEST…
  local package="$1"; shift
  "$@" >/dev/null 2>&1 || need+=("$package")
}
pgbin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
want postgresql test -x "$(pgbin)/postgres"
want chromium command -v chromium
want fonts-noto-cjk sh -c 'fc-list :lang=zh | grep -q .'
want libreoffice-writer-nogui test -e /usr/lib/libreoffice/program/libswlo.so
want libreoffice-calc-nogui test -e /usr/lib/libreoffice/program/libsclo.so
want poppler-utils command -v pdftotext
want node-typescript command -v tsc
want gcc command -v gcc
want libc6-dev test -e /usr/include/stdlib.h
if [ "${#need[@]}" -gt 0 ]; then
  say "installing ${need[*]}"
  if command -v apt-get >/dev/null; then
    root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
    root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" || echo "could not install ${need[*]}; tests that need them will fail"
  else
    echo "no apt-get here; please install: ${need[*]}"
  fi
fi

# --- a throw-away PostgreSQL ----------------------------------------------------
# PostgreSQL refuses to run as root; there it runs as the user postgres.
as_pg() { if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }
pg="$(pgbin)"
port=$((20000 + RANDOM % 20000))
stop() {
  [ -n "${pg_running:-}" ] && as_pg "$pg/pg_ctl" -D "$work/pg" -m immediate stop >/dev/null 2>&1
  rm -rf "$work"
}
trap stop EXIT
start_postgres() {
  mkdir -p "$work/pg" "$work/pgsock"
  [ "$(id -u)" = 0 ] && chown postgres "$work/pg" "$work/pgsock"
  as_pg "$pg/initdb" -D "$work/pg" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --data-checksums >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log"; return 1; }
  # The data is thrown away, so it need not reach the disk; the tests of power
  # cuts and kills start servers of their own that do sync.
  as_pg "$pg/pg_ctl" -D "$work/pg" -l "$work/pg/server.log" -w -t 60 start \
    -o "-p $port -k $work/pgsock -c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=300 -c shared_buffers=128MB" >/dev/null || { cat "$work/pg/server.log"; return 1; }
  pg_running=yes
}
if [ -n "${TEST_POSTGRES:-}" ]; then
  say "using the PostgreSQL of TEST_POSTGRES"
else
  check "PostgreSQL starts" start_postgres
  export TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
fi
export CI="${CI:-1}" # nothing may be skipped for want of a program

# --- checks -----------------------------------------------------------------------
formatted() { local l; l="$(gofmt -l $(git ls-files -co --exclude-standard '*.go' | while read -r f; do [ -e "$f" ] && echo "$f"; done))"; [ -z "$l" ] || { echo "$l"; return 1; }; }
check "gofmt" formatted
check "go vet" go vet "${packages[@]}"
check "staticcheck" go tool staticcheck "${packages[@]}"
check "types of the phone's modules" tsc --project ui/phone/tsconfig.json

# gosec is pinned here and not in go.mod: its module drags forty modules of cloud
# clients along, which would stand among the program's own.
gosec_version=v2.30.0
run_gosec() {
  local at="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/lianxin-tools/gosec-$gosec_version"
  if [ ! -x "$at/gosec" ] && ! GOBIN="$at" go install "github.com/securego/gosec/v2/cmd/gosec@$gosec_version" >"$work/gosec.log" 2>&1; then
    tail -5 "$work/gosec.log"; echo "gosec could not be fetched; it did not run"; return 0
  fi
  # G602 flags every index it cannot follow, loops over a fixed array included;
  # Go checks each index when it runs, and the fuzz targets run them.
  "$at/gosec" -quiet -exclude=G602 -exclude-generated -exclude-dir=testdata "${packages[@]}"
}
check "gosec" run_gosec

run_govulncheck() {
  go tool govulncheck "${packages[@]}" >"$work/vuln.log" 2>&1 && return 0
  if grep -qE 'fetching vulnerabilities|vuln.go.dev|no such host|dial tcp|connection refused|timeout|404|403' "$work/vuln.log" && ! grep -q 'Vulnerability #' "$work/vuln.log"; then
    tail -3 "$work/vuln.log"; echo "govulncheck reaches no vulnerability database here; it did not run"; return 0
  fi
  cat "$work/vuln.log"; return 1
}
check "govulncheck" run_govulncheck

# --- tests ------------------------------------------------------------------------
go build -o "$work/tally" ./scripts/tally || exit 1
say "tests with the race detector, both engines"
# The embedded database is some 18 times slower under the race detector, so the
# time limit is wide; two packages at a time suit two cores.
inner=() outer=()
while read -r p; do
  case "$p" in */e2e/*) outer+=("$p") ;; *) inner+=("$p") ;; esac
done < <(go list "${packages[@]}")
count() {
  while read -r p f s; do
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
  done <"$work/tally.txt"
}
if [ "${#inner[@]}" -gt 0 ]; then
  go test -race -json -p 2 -timeout 30m "${inner[@]}" 2>&1 | "$work/tally" "$work/tally.txt"
  count
fi
# The stories of the whole program run the delivered binary, or walk tens of
# thousands of cells whose code the tests above already ran under the detector.
if [ "${#outer[@]}" -gt 0 ]; then
  say "stories of the whole program"
  go test -json -p 2 -timeout 30m "${outer[@]}" 2>&1 | "$work/tally" "$work/tally.txt"
  count
fi

# fuzz PACKAGE NAME: no input fails. Go sometimes ends a run whose time is over
# with "context deadline exceeded" and no input; that is no finding.
fuzz() {
  go test -run '^$' -fuzz "^$2\$" -fuzztime "${FUZZTIME:-3s}" "$1" >"$work/fuzz.log" 2>&1 && { tail -2 "$work/fuzz.log"; return 0; }
  cat "$work/fuzz.log"
  grep -q 'context deadline exceeded' "$work/fuzz.log" && ! grep -qE 'Failing input|_test.go|panic' "$work/fuzz.log"
}

if [ "$mode" != quick ]; then
  while IFS=: read -r file name; do
    check "fuzz $name" fuzz "./$(dirname "$file")" "$name"
  done < <(git ls-files -co --exclude-standard '*_test.go' | xargs grep -oE '^func (Fuzz[A-Za-z0-9_]*)' 2>/dev/null | sed 's/func //')

  for target in linux/amd64 linux/arm64 linux/loong64 windows/amd64; do
    check "build $target" env CGO_ENABLED=0 GOOS="${target%/*}" GOARCH="${target#*/}" go build -trimpath -o "$work/lianxin-${target//\//-}" ./cmd/lianxin
  done
fi

printf '\n%d s, %d skipped\n' $((SECONDS - begun)) "$skipped"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
