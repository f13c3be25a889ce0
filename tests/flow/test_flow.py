"""Values on their way through a script: all that may be, and nothing that cannot."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from migrator.flow import interpreter, recorder
from migrator.flow.events import Command
from migrator.flow.queries import may_both_run
from migrator.ir.nodes import ProgramError
from migrator.ir.paths import Top, only
from migrator.ir.values import EMPTY, Definition, Encoded, Literal, Unknown, Value, symbol
from tests.flow.reading import BOOK, follow
from tests.memory import within


def values(command: Command) -> list[str | None]:
    """What the first argument may be, '' where there is none, and `None` for what reading cannot tell."""
    return [symbol(row) for row in (command.arguments[0].value if command.arguments else EMPTY).alternatives]


def seen(text: str, files: Mapping[str, str] | None = None) -> list[list[str | None]]:
    """What each call of the program `see` is given, in the order of running."""
    return [values(one) for one in follow(text, files).commands if one.name == "see"]


@pytest.mark.parametrize("text", ["", "# see x", "cat <<E\nsee x\nE", "echo see x", "'see x'", "x=see"])
def test_what_is_not_run_is_not_among_the_commands(text: str) -> None:
    assert seen(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "see $(date)",
        "T=$(date)\nsee $T",
        "read -r T\nsee $T",
        "see $((1 + 1))",
        "see ${T%x}",
        "T=\u00e4\nsee ${T^^}",
        "see $?",
        "see $RANDOM",
        "see a{b,c}",
        "see $(cd -)",
        "see $(pushd a)",
        "see <(true)",
        "for i in $(ls); do see $i; done",
        "while read -r T; do see $T; done < file",
        "let T=1\nsee $T",
        "T=1\n((T++))\nsee $T",
        "T=1\n((T--))\nsee $T",
        "T=1\n((--T))\nsee $T",
        "T=1\n((++T))\nsee $T",
        "T=1\n((T += 2))\nsee $T",
        "T=1\n((T = 2))\nsee $T",
        "T=1\nU=$((T++))\nsee $T",
        "printf -v T %s a\nsee $T",
        "set a b\nsee $2",
        "set -e a\nsee $1",
        "set - a\nsee $1",
        'f() { set "$A"; see "$1"; }\nf b',
        "N=T\nsee ${!N}",
        "set -- $(ls)\nsee $1",
        "set -- $A\nsee $1",
        "set -- $(ls) a\nsee $2",
        "set -- a\nset a\nsee $1",
        "set -- a\nset $A\nsee $1",
        "T=1\neval \"$(make_it)\"\nshift\nsee $(cat)",
        "T=$(cat file)\nsee $T",
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_not_guessed(text: str) -> None:
    assert seen(text) == [[None]]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("see a", ["a"]),
        ("see $T", ["${T}"]),
        ("T=a\nsee $T", ["a"]),
        ("T=a see $T", ["${T}"]),
        ("set -- a b\nsee $2", ["b"]),
        ("set -e -- a b\nsee $1", ["a"]),
        ("set -- a\nset -e\nsee $1", ["a"]),
        ('set -- "$A"\nsee $1', ["${A}"]),
        ("A='a b'\nset -- $A\nsee $2", ["b"]),
        ('set -- a\nset --\nsee "$1"', [""]),
        ("set -- a b\nshift\nsee $1", ["b"]),
        ("f() { set -- a; }\nset -- b\nf\nsee $1", ["b"]),
        ("T=$A\nU=$T\nsee x$U", ["x${A}"]),
        ("T=a\nT+=b\nsee $T", ["ab"]),
        ("export T=a\nsee $T", ["a"]),
        ("T=a\nunset T\nsee x$T", ["x"]),
        ("(T=a)\nsee $T", ["${T}"]),
        ("{ T=a; }\nsee $T", ["a"]),
        ("T=a true\nsee $T", ["${T}"]),
        ("echo x | T=a\nsee $T", ["${T}"]),
        ("see ${T:-a}", ["${T}", "a"]),
        ("T=\nsee ${T:-a}", ["a"]),
        ("T=b\nsee ${T:-a}", ["b"]),
        ("see ${T:?needed}", ["${T}"]),
        ("see $(echo a)", ["a"]),
        ("see $(echo $T | cat)", ["${T}"]),
        ("see `printf '%s' $T`", ["${T}"]),
        ("see 'a'\"b\"$'\\x63'", ["abc"]),
        ("bash -c 'see $T'", ["${T}"]),
        ("export T=a\nbash -c 'see $T'", ["a"]),
        ("bash -c 'see $1' _ a", ["a"]),
        ("eval 'T=a'\nsee $T", ["a"]),
        ("sh <<'E'\nsee a\nE", ["a"]),
        ("sudo -E T=a see b", ["b"]),
        ("timeout 5 see a", ["a"]),
        ("IFS=x\nsee $T", ["${T}"]),
        ("{ T=a; } > /dev/null || true\nsee $T", ["a"]),
    ],
)
def test_a_value_is_followed_to_where_it_is_read(text: str, given: list[str]) -> None:
    assert seen(text) == [given]


def test_what_the_parameters_are_set_to_may_be_a_command() -> None:
    (one,) = [one for one in follow('set -- docker login -u "$U"\n"$@" crg.apkg.io').commands if one.name == "docker"]
    assert [word.value.symbol() for word in one.arguments] == ["login", "-u", "${U}", "crg.apkg.io"]


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("if x; then T=a; fi\nsee $T", {"a", "${T}"}),
        ("if x; then T=a; else T=b; fi\nsee $T", {"a", "b"}),
        ("x && T=a\nsee $T", {"a", "${T}"}),
        ("{ T=a; } > there || true\nsee $T", {"a", "${T}"}),
        ("x || T=a\nsee $T", {"a", "${T}"}),
        ("case $X in a) T=a ;; *) T=b ;; esac\nsee $T", {"a", "b"}),
        ("case $X in a) T=a ;; esac\nsee $T", {"a", "${T}"}),
        ("for T in a b; do :; done\nsee $T", {"a", "b"}),
        ("for T in $A; do :; done\nsee $T", {"${A}"}),
        ("if x; then exit; else T=a; fi\nsee $T", {"a"}),
        ("while x; do T=a; done\nsee $T", {"a", "${T}"}),
        ("T=a\nwhile x; do T=b; break; done\nsee $T", {"a", "b"}),
        ("f() { x && return; T=a; }\nf\nsee $T", {"a", "${T}"}),
        ("if x; then f() { T=a; }; else f() { T=b; }; fi\nf\nsee $T", {"a", "b"}),
        ("for i in x; do T=a; break; T=b; done\nsee $T", {"a", "${T}"}),
        ("for i in x; do T=a; continue; T=b; done\nsee $T", {"a", "${T}"}),
        ("f() { for i in x; do T=a; break; T=b; done; }\nf\nsee $T", {"a", "${T}"}),
        ("f() { break; T=b; }\nT=a\nfor i in x; do f; done\nsee $T", {"a", "b"}),
    ],
)
def test_every_way_to_a_place_counts(text: str, given: set[str]) -> None:
    (found,) = seen(text)
    assert set(found) == given


def test_a_loop_is_taken_as_run_any_number_of_times() -> None:
    before, after = seen("T=a\nwhile x; do see $T; T=b; done\nsee $T")
    assert set(before) == set(after) == {"a", "b"}


def test_a_function_is_followed_at_each_call_and_once_where_nothing_calls_it() -> None:
    assert seen('f() { see "$1"; }\nf a\nf $T') == [["a"], ["${T}"]]
    assert seen('f() { see "$1"; }') == [[None]]
    assert seen("f() { local T=a; }\nT=b\nf\nsee $T") == [["b"]]
    assert seen("f() { T=a; }\nT=b\nf\nsee $T") == [["a"]]
    assert seen("f() { see $T; }\nT=b") == [["b"]]
    assert sorted(map(str, seen("f() { see $T; }\nT=a\nT=b")[0])) == ["a", "b"]


def test_what_is_evaluated_sets_what_the_files_that_it_prints_mention() -> None:
    files = {"env.sh": "T=b\n"}
    assert seen('T=a\nU=a\neval "$(test -f x && cat env.sh)"\nsee $U', files) == [["a"]]
    for text in ("ssh-agent", "aws x && ssh-agent", "aws x || ssh-agent", "aws x | ssh-agent", "aws x; ssh-agent"):
        assert seen(f'T=a\neval "$({text})"\nsee $T') == [["a"]], text
    assert seen('T=a\neval "$(ssh-agent)$(aws x)"\nsee $T') == [["a"]]
    for text in (
        *("ssh-agent && ./more", "ssh-agent || ./more", "ssh-agent | ./more", "ssh-agent; ./more"),
        *("./more && ssh-agent", "./more || ssh-agent", "./more | ssh-agent"),
        *("ssh-agent; (aws x)", "if aws x; then ssh-agent; fi"),
    ):
        assert seen(f'T=a\neval "$({text})"\nsee $T') == [["a", None]], text
    assert seen('T=a\neval "$(ssh-agent)$X"\nsee $T') == [["a", None]]


def test_a_variable_that_is_known_from_outside_reaches_the_programs_that_are_started() -> None:
    known = {"T": (Definition("T", Value.of(Literal("a")), None, -1),)}
    for text in ("see $T", "bash -c 'see $T'", "sh -c \"bash -c 'see $T'\""):
        flow = interpreter.follow(text, BOOK.programs, known, {}.get, BOOK.built_in.clone)
        assert [values(one) for one in flow.commands if one.name == "see"] == [["a"]]
    assert seen("T=a\nbash -c 'see $T'")[0] == [None]


@pytest.mark.parametrize(
    "name", ["cd", "set", "export", "[", "test", ":", "true", "false", "exit", "return", "shift", "unset"]
)
def test_what_prints_nothing_gives_an_empty_text(name: str) -> None:
    assert seen(f"see x$(builtin {name} a)")[-1] == ["x"]
    assert seen(f"see x$(other-{name} a)")[-1] == [None]


def test_a_function_that_calls_itself_comes_to_an_end() -> None:
    with within(5):
        assert seen('f() { see "$1"; f "$1"; }\nf a') == [["a"], [None]]
        assert seen('f() { T=x; test "$1" || f b; T=$1; }\nf a\nsee $T') == [["a", None]]


@pytest.mark.parametrize(
    ("content", "given"),
    [(None, {"a", None}), ("echo hello", {"a"}), ("T=b", {"a", None}), ("export T\nread T", {"a", None})],
)
def test_a_sourced_file_may_set_what_it_mentions(content: str | None, given: set[str | None]) -> None:
    files = {} if content is None else {"env.sh": content}
    (found,) = seen("T=a\nsource env.sh\nsee $T", files)
    assert set(found) == given


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("see a", False),
        ("set -e\nsee a", False),
        ("set -Eeuo pipefail\nsee a", False),
        ("set -- -x\nsee a", False),
        ("set -x\nset +x\nsee a", False),
        ("(set -x)\nsee a", False),
        ("bash -x -c true\nsee a", False),
        ("trap 'echo $BASH_COMMAND' DEBUG\nsee a", False),
        ("trap 'eval x' DEBUG\nsee a", False),
        ("trap 'eval \"echo $BASH_COMMAND\"' DEBUG\nsee a", True),
        ("trap 'eval \"echo $BASH_COMMAND\"' EXIT\nsee a", False),
        ("set -x\nsee a", True),
        ("set -eux\nsee a", True),
        ("set -Eeuxo pipefail\nsee a", True),
        ("set -eo xtrace\nsee a", True),
        ("set -e -x\nsee a", True),
        ("set ${DEBUG:+-x}\nsee a", True),
        ("set -e ${DEBUG:+-x}\nsee a", True),
        ("set -o xtrace\nsee a", True),
        ("x && set -x\nsee a", True),
        ("f() { set -x; }\nf\nsee a", True),
        ("bash -xc 'see a'", True),
    ],
)
def test_tracing_is_on_from_where_it_may_be_switched_on(text: str, traced: bool) -> None:
    (command,) = [one for one in follow(text).commands if one.name == "see"]
    assert command.traced is traced


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("T=a\nsee a", False),
        ("T=a\n(export T)\nsee a", False),
        ("export T=a\nsee a", True),
        ("T=a\nexport T\nsee a", True),
        ("declare -x T=a\nsee a", True),
        ("set -a\nT=a\nsee a", True),
    ],
)
def test_what_programs_can_see_is_what_is_exported(text: str, exported: bool) -> None:
    (command,) = [one for one in follow(text).commands if one.name == "see"]
    assert ("T" in command.exported) is exported


@pytest.mark.parametrize(
    "text",
    [
        "T=1\nwhile x; do see; set -x; done",
        "T=1\nwhile x; do f() { see; }; f; g; g() { set -x; }; done",
        "T=1\nwhile x; do see; g; h; h() { i; }; i() { set -x; }; g() { h; }; done",
    ],
)
def test_what_a_later_round_brings_holds_in_all(text: str) -> None:
    assert any(one.traced for one in follow(text).commands if one.name == "see")


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("see", ""),
        ("cd a\nsee", "a"),
        ("cd a/b\ncd ..\nsee", "a"),
        ("(cd a)\nsee", ""),
        ("cd a\ncd $BITBUCKET_CLONE_DIR\nsee", ""),
        ("pushd a\nsee", "a"),
        ("cd /tmp\nsee", None),
        ("cd $A\nsee", None),
        ("cd -\nsee", None),
        ("x && cd a\nsee", None),
        ("cd ..\nsee", None),
        ("cd a\ncd b\ncd -\nsee", "a"),
        ("cd a\ncd ..b\nsee", "a/..b"),
        ('cd "a b"\nsee', "a b"),
        ('cd a\ncd "$(git rev-parse --show-toplevel)"\nsee', ""),
        ("pushd a\npushd b\npopd\nsee", "a"),
        ("pushd a\npopd\nsee", ""),
        ("pushd a\npopd\npopd\nsee", None),
        ("f() { (cd $A && x); }\nf\nsee", ""),
        ("f() { cd $A && x; }\nf\nsee", None),
        ("cd a || exit\nsee", "a"),
        ("cd a && x && see", "a"),
        ("if cd a && x; then see; fi", "a"),
        ("{ x; cd a; } && see", None),
        ("pushd a\npushd +1\nsee", None),
        ("CDPATH=x\ncd a\nsee", None),
        ("env -C a see", "a"),
        ("env -Ca see", "a"),
        ("env --chdir=a T=1 see", "a"),
        ("sudo -D a env -C b see", "a/b"),
        ("env -C a x\nsee", ""),
        ("if x; then pushd a; else pushd b; fi\npopd\nsee", ""),
        ("if x; then cd a; pushd b; else pushd b; fi\npopd\nsee", None),
    ],
)
def test_the_working_directory_is_known_or_not(text: str, folder: str | None) -> None:
    (command,) = [one for one in follow(text).commands if one.name == "see"]
    assert only(command.folders) == folder


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("x && cd a\nsee", {"", "a"}),
        ("cd a || true\nsee", {"", "a"}),
        ("if cd a; then x; fi\nsee", {"", "a"}),
        ("if cd a; then x; else see; fi", {"", "a"}),
        ("if ! cd a; then see; fi", {"", "a"}),
        ("if ! cd a; then exit; fi\nsee", {"", "a"}),
        ("while cd a; do x; cd ..; done\nsee", None),
        ("cd a | x\nsee", {""}),
        ("if { cd a; x; }; then see; fi", {"", "a"}),
        ("f() { cd a; x; }\nf || true\nsee", {"", "a"}),
        ("x || cd a && y\nsee", {"", "a"}),
        ("for s in a b; do cd $s; see; cd ..; done", {"a", "b"}),
        ("if x; then cd a; else cd b; fi\nsee", {"a", "b"}),
        ("cd /tmp\nsee", None),
        ("cd $A\nsee", None),
        ("cd a/$A\nsee", None),
        ("while x; do cd a; done\nsee", None),
        ("x && cd $A\nsee", None),
        ("cd\nsee", None),
    ],
)
def test_the_working_directory_is_any_of_several_or_cannot_be_told(text: str, folders: set[str] | None) -> None:
    (command,) = [one for one in follow(text).commands if one.name == "see"]
    assert (None if isinstance(command.folders, Top) else command.folders) == folders


def test_branches_that_exclude_each_other_are_told_from_those_that_do_not() -> None:
    text = "if x; then see a; else see b; fi\nif y; then see c; fi\nsee d"
    a, b, c, d = (one for one in follow(text).commands if one.name == "see")
    assert not may_both_run(a, b)
    assert may_both_run(a, c)
    assert may_both_run(a, d)
    assert (a.conditional, c.conditional, d.conditional) == (True, True, False)


@pytest.mark.parametrize(
    ("text", "everything"),
    [("[ -n $T ]", True), ("[ -n $T ] && x", False), ("if [ -z $T ]; then x; fi", False), (": ${T:?}", True)],
)
def test_a_presence_test_decides_about_what_follows_it_or_about_the_step(text: str, everything: bool) -> None:
    (presence,) = follow(text).presences
    assert presence.everything is everything


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("case $T in a) x ;; esac", "T"),
        ("case a in $T) x ;; esac", "T"),
        ("case a in b | $T) x ;; c$U) y ;; esac", "TU"),
        ("case a in $(see $T)) x ;; esac", "T"),
    ],
)
def test_the_patterns_of_a_case_are_read_as_its_subject_is(text: str, reads: str) -> None:
    assert "".join(one.read.name for one in follow(text).uses) == reads


@pytest.mark.parametrize("text", ["[ -f file ]", "[ $T = a ]", "[[ $T == a* ]]", "[ $T -gt 1 ]", "test -d $T"])
def test_other_tests_are_not_about_presence(text: str) -> None:
    assert follow(text).presences == ()


def test_a_script_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(ProgramError):
        follow("if x; then")


def test_a_long_way_of_functions_is_not_followed_to_its_end_in_one() -> None:
    ways = "\n".join(f"f{n}() {{ f{n + 1}; }}" for n in range(60))
    flow = follow(f"{ways}\nf60() {{ see; }}\nf0")
    assert any(one.name == "see" for one in flow.commands)
    assert max(len(one.calls) for one in flow.commands) == 20


@pytest.mark.parametrize(
    ("begin", "exported"),
    [
        ("f0", False),
        ("export T\nf0", True),
        ("f0\nexport T\nf0", True),
        ("(export T; f0)\nf0", True),
        ("while x; do f0; export T; done", True),
        ("if x; then other; else f0; fi\nf0", False),
    ],
)
def test_what_is_called_too_deeply_runs_with_what_holds_at_any_of_its_calls(begin: str, exported: bool) -> None:
    ways = "".join(f"f{n}() {{ f{n + 1}; }}\n" for n in range(22))
    flow = follow(f"{ways}f22() {{ see; }}\n{begin}")
    one = flow.commands[-1]
    assert ("T" in one.exported, one.unordered, one.conditional, one.branches) == (exported, True, True, ())
    assert (one.name, len(one.calls)) == ("see", 20)
    assert [each.what for each in flow.opaque][:1] == ["what `f20` does after too many nested calls"]


def test_a_function_that_calls_itself_is_another_one_when_what_it_calls_is_defined_anew() -> None:
    assert seen("f() { g; }\ng() { f; }\nf\ng() { see x; }\nf") == [["x"]]


@pytest.mark.parametrize(("depth", "times"), [(12, 8), (40, 2)])
def test_what_a_script_that_doubles_itself_runs_is_followed_in_time(depth: int, times: int) -> None:
    inner = "\n".join(f"f{n}() {{ {f'f{n - 1}; ' * times}}}" for n in range(1, depth))
    with within(30):
        flow = follow(f"f0() {{ docker login; }}\n{inner}\nf{depth - 1}")
    found = [one for one in flow.commands if one.name == "docker"]
    assert found
    assert found[-1].unordered
    assert flow.opaque


def test_a_script_that_runs_too_many_commands_is_refused_in_time() -> None:
    calls = "\n".join(f"f{n}() {{ {f'f{n - 1}; ' * 30}}}" for n in range(1, 4))
    with within(30), pytest.raises(ProgramError, match="too many commands"):
        follow(f"f0() {{ :; }}\n{calls}\nf3; f3")


def test_as_many_commands_as_may_be_are_followed_and_not_one_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorder, "_MOST", 3)
    assert len(follow("a\nb\nc").commands) == 3
    with pytest.raises(ProgramError, match="too many commands"):
        follow("a\nb\nc\nd")


def encoded(text: str) -> list[Encoded]:
    """What is known in base64 of what a script gives the program `see`."""
    pieces = [piece for one in follow(text).commands if one.name == "see" for piece in one.arguments[0].value.pieces]
    return [piece.encoded for piece in pieces if isinstance(piece, Unknown) and piece.encoded]


@pytest.mark.parametrize(
    "text",
    [
        "see $(base64 -w0)",
        "see $(echo $T | base64 -d)",
        "see $(echo $T | base64 -w 40)",
        "see $(echo $T | base64 $OPTION)",
        "see $(base64 -w0 token.txt)",
        "see $(echo $T | openssl enc -base64 -aes256)",
        "see $(echo $T | base64 | cut -c 1-9)",
        "see $(echo $T | base64 | base64 | gzip)",
        "base64() { cat; }\nsee $(echo $T | base64)",
        "X=$(echo $T | base64)\nsee ${X#a}",
    ],
)
def test_what_may_be_something_else_is_not_known_to_be_base64(text: str) -> None:
    assert encoded(text) == []


@pytest.mark.parametrize(
    ("text", "value", "wraps"),
    [
        ("see $(printf %s:%s $U $T | base64 -w0)", "${U}:${T}", False),
        ("see $(printf %s $T | base64 -w 0)", "${T}", False),
        ("see $(base64 --wrap=0 <<< $T)", "${T}\n", False),
        ("see $(echo $T | base64)", "${T}\n", True),
        ("see $(echo $T | tr -d '\\n' | base64)", "${T}", True),
        ("see x$(echo -n $T | base64 | tr -d '\\n')", "${T}", False),
        ("see $(echo -n $T | base64 | tr -d '[:space:]')", "${T}", False),
        ("see $(echo -n $T | base64 | tr -d ' ')", "${T}", True),
        ("see $(echo -n $T | openssl base64)", "${T}", True),
        ("see $(echo -n $T | openssl enc -base64 -A)", "${T}", False),
        ("X=$(echo -n $T | base64 -w0)\nsee $X", "${T}", False),
    ],
)
def test_what_a_script_encodes_is_known_and_whether_lines_may_break_it(text: str, value: str, wraps: bool) -> None:
    (found,) = encoded(text)
    assert (found.value.symbol(), found.wraps) == (value, wraps)


@pytest.mark.parametrize(
    ("ends", "stops"),
    [
        ("exit 1", True),
        ("exit 256", False),
        ("exit 0", False),
        ("exit", False),
        ("false", True),
        ("false\nexit", True),
        ("! true\nexit", False),
        ("! false\nexit", False),
        ("test -f x\nexit", False),
        ("exit 1 &", False),
        ("(exit 1)", True),
        ("(exit 1) || true", False),
        ("exit 1 | cat", False),
        ("cat | exit 1", True),
        ("[ -f x ] && exit 1\nexit", True),
        ("([ -f x ] && exit 1)", True),
        ("[ -f x ] || exit 1", False),
        ("if [ -f x ]; then exit 1; else exit 2; fi", True),
        ("if [ -f x ]; then exit 1; fi", False),
        ("return 1", False),
        ("for i in a; do exit 1; done", False),
        ("set +e\nfalse", False),
        ("echo missing\nexit 1", True),
        ("bash -c 'exit 1'", False),
        ("f() { exit 1; }\nf", True),
        ("f() { return 1; }\nf", True),
        ("f() { return 0; }\nf", False),
    ],
)
def test_a_branch_stops_the_step_where_it_surely_fails(ends: str, stops: bool) -> None:
    (presence,) = [one for one in follow(f'if [ -z "$T" ]; then\n{ends}\nfi\ntrue').presences if one.reads]
    assert [one.stops for one in presence.decisions] == [stops]
