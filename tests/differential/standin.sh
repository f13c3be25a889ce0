# Installed under the names of programs that would touch the world. Writes each call to its log, then answers as
# harmlessly as it can. Read by harness.py, which puts a line in front that sets LOG, STATE, HIDDEN and FAILING.
name=${0##*/}
given=("$@")
unset assignments keep

# Programs that run another one: only their own words are logged, the rest logs itself.
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
    if [ -n "$keep" ]; then assignments=(env "${assignments[@]}"); else
        assignments=(env -i PATH="$PATH" HOME="$HOME" "${assignments[@]}")
    fi
    ;;
timeout | nice | ionice | stdbuf)
    while [ "${1#-}" != "$1" ]; do case $1 in -k | -s | -n) shift 2 ;; *) shift ;; esac done
    [ "$name" = timeout ] && shift
    ;;
retry)
    times=3
    case $1 in [0-9]*) times=$1 && shift ;; esac
    ;;
*) set -- ;;
esac

printf -v line '%q ' "$name" "${given[@]:0:${#given[@]}-$#}"
case " $name ${given[*]} " in
" ssh "* | *" - "* | *" -i "* | *stdin*)
    if [ $# -eq 0 ] && { [ -p /dev/stdin ] || [ -f /dev/stdin ]; }; then
        IFS= read -r -d '' fed
        printf -v line '%s\n    stdin %q' "$line" "$fed"
    fi
    ;;
esac
while read -r exported; do
    case " $HIDDEN " in *" $exported "*) continue ;; esac
    printf -v line '%s\n    with %s=%q' "$line" "$exported" "${!exported}"
done < <(compgen -e)
printf '%s\n' "$line" >>"$LOG"

case $name in
sudo) exec "${assignments[@]}" "$@" ;;
timeout | nice | ionice | stdbuf) exec "$@" ;;
retry)
    while [ "$times" -gt 0 ]; do "$@" && exit; times=$((times - 1)); done
    exit 1
    ;;
mktemp)
    echo >>"$STATE/temporary"
    made=$STATE/tmp.$(wc -l <"$STATE/temporary")
    case " ${given[*]} " in *" -d "*) mkdir "$made" ;; *) : >"$made" ;; esac
    printf '%s\n' "$made"
    ;;
aws | az | date | gcloud | git | hostname | vault | whoami) printf '%s-answer\n' "$name" ;;
esac

case " ${given[*]} " in
*" login "*)
    failed=$(wc -l 2>/dev/null <"$STATE/failed" || echo 0)
    if [ "$failed" -lt "$FAILING" ]; then
        echo >>"$STATE/failed"
        exit 1
    fi
    ;;
esac
exit 0
