# Installed under the names of programs that would touch the world. Writes each call to its log, then answers as
# harmlessly as it can. Read by harness.py, which puts a line in front that sets LOG, STATE, CLONE, HIDDEN and FAILING.
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
su | runuser)
    # Nothing of the environment for a login shell, all of it for another: https://man7.org/linux/man-pages/man1/su.1.html
    while [ $# -gt 0 ]; do
        case $1 in
        - | -l | --login) assignments=(env -i PATH="$PATH" HOME="$HOME") && shift ;;
        -c | --command) set -- "$2" && break ;;
        *) shift ;;
        esac
    done
    assignments+=(bash -c)
    ;;
systemd-run)
    while [ "${1#-}" != "$1" ]; do shift; done
    assignments=(env -i PATH="$PATH" HOME="$HOME")
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
# What these programs take from the environment by themselves.
takes() { printf -v line '%s\n    %s %s=%q' "$line" "$1" "$2" "${!2}"; }
case $name in
docker | podman | nerdctl | docker-compose)
    was=
    for word in "${given[@]}"; do
        case $was in -e | --env | --build-arg) case $word in *[!A-Z_]*) ;; *) takes passes "$word" ;; esac ;; esac
        was=$word
    done
    case " $name ${given[*]} " in
    *compose*)
        for word in $(grep -ho '\${[A-Z_]*}' compose.yml docker-compose.yml 2>/dev/null | tr -d '${}'); do
            takes expands "$word"
        done
        ;;
    esac
    ;;
git)
    case " ${given[*]} " in
    *" push "* | *" pull "* | *" clone "* | *" fetch "*)
        [ -z "${GIT_ASKPASS:-}" ] || printf -v line '%s\n    asked %q' "$line" "$("$GIT_ASKPASS" Password)"
        ;;
    esac
    ;;
esac
while read -r exported; do
    case " $HIDDEN " in *" $exported "*) continue ;; esac
    printf -v line '%s\n    with %s=%q' "$line" "$exported" "${!exported}"
done < <(compgen -e)
printf '%s\n' "$line" >>"$LOG"

case $name in
sudo | su | runuser | systemd-run) exec "${assignments[@]}" "$@" ;;
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
git) case "${given[*]}" in "rev-parse --show-toplevel") echo "$CLONE" ;; *) echo git-answer ;; esac ;;
aws | az | date | gcloud | hostname | vault | whoami) printf '%s-answer\n' "$name" ;;
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
