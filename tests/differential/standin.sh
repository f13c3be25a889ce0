# Installed under the names of programs that would touch the world. Writes one line a call to its log, then answers
# as harmlessly as it can. Read by harness.py, which puts LOG, STATE, HIDDEN and FAILING in front.
name=${0##*/}
line=$(printf '%q ' "$name" "$@")

case " $name $* " in
" ssh "* | *" - "* | *" -i "* | *stdin*)
    if [ -p /dev/stdin ] || [ -f /dev/stdin ]; then
        IFS= read -r -d '' given
        line+=$(printf '\n    stdin %q' "$given")
    fi
    ;;
esac

while read -r exported; do
    case " $HIDDEN " in *" $exported "*) continue ;; esac
    line+=$(printf '\n    with %s=%q' "$exported" "${!exported}")
done < <(compgen -e)
printf '%s\n' "$line" >>"$LOG"

unset assignments
case $name in
sudo)
    while [ $# -gt 0 ]; do
        case $1 in
        -u | -g | -p | -C) shift 2 ;;
        -E | --preserve-env*) keep=yes && shift ;;
        --) shift && break ;;
        -*) shift ;;
        *=*) assignments+=("$1") && shift ;;
        *) break ;;
        esac
    done
    [ -n "$keep" ] && exec env "${assignments[@]}" "$@"
    exec env -i PATH="$PATH" HOME="$HOME" "${assignments[@]}" "$@"
    ;;
timeout)
    while [ "${1#-}" != "$1" ]; do case $1 in -k | -s) shift 2 ;; *) shift ;; esac done
    shift
    exec "$@"
    ;;
nice | ionice | stdbuf)
    while [ "${1#-}" != "$1" ]; do case $1 in -n) shift 2 ;; *) shift ;; esac done
    exec "$@"
    ;;
retry)
    times=3
    case $1 in [0-9]*) times=$1 && shift ;; esac
    while [ "$times" -gt 0 ]; do "$@" && exit; times=$((times - 1)); done
    exit 1
    ;;
mktemp)
    number=$(($(wc -l <"$STATE/temporary" 2>/dev/null || echo 0) + 1))
    echo >>"$STATE/temporary"
    case " $* " in *" -d "*) mkdir -p "$STATE/tmp.$number" ;; *) : >"$STATE/tmp.$number" ;; esac
    printf '%s\n' "$STATE/tmp.$number"
    ;;
aws | az | date | gcloud | git | hostname | vault | whoami) printf '%s-answer\n' "$name" ;;
esac

case " $* " in
*" login "*)
    failed=$(wc -l <"$STATE/failed" 2>/dev/null || echo 0)
    if [ "$failed" -lt "$FAILING" ]; then
        echo >>"$STATE/failed"
        exit 1
    fi
    ;;
esac
exit 0
