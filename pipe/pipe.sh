#!/bin/sh
# The pipe's entry point: variables of the step become options of `patless bot`.
set -eu

refuse() {
  echo "patless: $1" >&2
  exit 2
}

# Whether the variable that is named, with its value, says yes.
yes() {
  case $2 in
    true) return 0 ;;
    false | '') return 1 ;;
    *) refuse "$1 is true or false" ;;
  esac
}

[ -d "${BITBUCKET_CLONE_DIR:-}" ] || refuse "BITBUCKET_CLONE_DIR is no folder; the pipe runs in a step that clones"
cd "$BITBUCKET_CLONE_DIR"

# The clone belongs to the step's user, which is another one than the container's.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$BITBUCKET_CLONE_DIR"

set -f # names in PATHS are names, and no patterns
set --
[ -z "${COMMENT_STYLE:-}" ] || set -- "$@" --comment-style "$COMMENT_STYLE"
[ -z "${MAX_COMMENTS:-}" ] || set -- "$@" --max-comments "$MAX_COMMENTS"
[ -z "${FAIL_ON:-}" ] || set -- "$@" --fail-on "$FAIL_ON"
[ -z "${SINCE:-}" ] || set -- "$@" --since "$SINCE"
if yes ALL "${ALL:-}"; then set -- "$@" --all; fi
if yes NEW_ONLY "${NEW_ONLY:-}"; then set -- "$@" --new-only; fi
if yes STATUS "${STATUS:-}"; then set -- "$@" --status; fi
# shellcheck disable=SC2086 # PATHS are separated by blanks
set -- bot "$@" -- ${PATHS:-}
if yes DEBUG "${DEBUG:-}"; then
  export PATLESS_DEBUG=1
  echo "patless $*" >&2
fi
exec patless "$@"
