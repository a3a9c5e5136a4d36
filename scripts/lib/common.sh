# What every script shares. Sourced, never run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Paths on the command line mean what they meant to the caller; see lib/arguments.ts.
export LINEGATE_CALLED_FROM=${LINEGATE_CALLED_FROM:-$PWD}
cd "$root"

# say TEXT: a line for the person, on standard error, so that standard output stays the script's answer.
say() { printf '%s\n' "$*" >&2; }

# die TEXT: says what is wrong and ends.
die() { say "error: $*"; exit 1; }

# show_help FILE: prints the comment at the head of a script.
show_help() { sed -n '2,/^[^#]/{/^#/{s/^# \{0,1\}//;p}}' "$1"; }

# wants_help ARGS...: whether --help is among the arguments.
wants_help() { local a; for a in "$@"; do [ "$a" = --help ] || [ "$a" = -h ] && return 0; done; return 1; }
