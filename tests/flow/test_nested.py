"""Programs in text: what a shell, `eval` and a trap are given, with what they see, and what is told of the rest."""

from __future__ import annotations

import pytest

from migrator.ir.nodes import Quoting
from migrator.ir.values import Literal
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen
from tests.flow.test_launching import ran
from tests.memory import PATH, report_on

LOGIN = 'echo "$T" | docker login -u "$U" --password-stdin crg.apkg.io'
PUSH = "docker push crg.apkg.io/acme/web:1"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("bash -c 'see a'", ["a"]),
        ("bash --command 'see a'", ["a"]),
        ("bash -ec 'see a'", ["a"]),
        ("bash -e -c 'see a'", ["a"]),
        ("bash -c -e 'see a'", ["a"]),
        ("bash -c -- 'see a'", ["a"]),
        ("bash -c +x -e 'see a'", ["a"]),
        ("bash -c -e 'see $1' x y", ["y"]),
        ("bash -o pipefail -c 'see a'", ["a"]),
        ("bash -eo pipefail -c 'see a'", ["a"]),
        ("bash +O extglob -c 'see a'", ["a"]),
        ("bash --login -c 'see a'", ["a"]),
        ("bash -c 'see $1 $2' x y z", ["y"]),
        ("set -- q\nbash -c 'see \"$1\"'", [""]),
        ('f() { bash -c "see $1" x y; }\nf z', ["z"]),
        ("f() { bash -c 'see $1' x y; }\nf z", ["y"]),
        ("T=a\nbash -c 'see $T'", [None]),
        ('T=a\nbash -c "see $T"', ["a"]),
        ('T=a\nbash -c "see \\$T"', [None]),
        ("export T=a\nbash -c 'see $T'", ["a"]),
        ("bash <<'E'\nsee $T\nE", ["${T}"]),
        ("T=a\nbash <<'E'\nsee $T\nE", [None]),
        ("T=a\nbash <<E\nsee $T\nE", ["a"]),
        ("bash - <<E\nsee a\nE", ["a"]),
        ("bash -s <<E\nsee a\nE", ["a"]),
        ("bash <<X <<E\nsee b\nX\nsee a\nE", ["a"]),
        ("f() { see x; }\nexport -f f\nbash -c f", ["x"]),
        ("L=(x)\nbash -c 'see ${L[0]}'", [None]),
        ("bash -c 'T=a'\nsee $T", ["${T}"]),
        ("bash -c 'exit'\nsee a", ["a"]),
        ("bash -c 'echo a' | see $(cat)", [None]),
        ("see $(bash -c 'echo a')", ["a"]),
        ("see $(bash x)", [None]),
        ("see $(bash <<< 'echo a')", [None]),
        ("bash -c", None),
        ("bash -c $X", None),
        ("bash x <<E\nsee a\nE", None),
        ("bash -c 'see a' <<E\nsee b\nE", ["a"]),
        ("su -c 'see a'", ["a"]),
        ("su - ci -c 'see a'", ["a"]),
        ("su ci --command 'see a'", ["a"]),
        ("su", None),
        ("bash -o", None),
        ("y $T\nT=a\nbash -c 'see $T'", ["a"]),
        ("eval 'see a'", ["a"]),
        ("eval see a", ["a"]),
        ('T=a\neval "see $T"', ["a"]),
        ("T=a\neval 'see $T'", ["a"]),
        ("eval 'T=a'\nsee $T", ["a"]),
        ("T=a\nsee $(eval 'echo $T')", ["a"]),
        ("see $(eval $X)", [None]),
    ],
)
def test_what_a_program_in_text_gives_to_another(text: str, given: list[str | None] | None) -> None:
    assert seen(text) == ([given] if given else [])


@pytest.mark.parametrize("shell", ["bash", "sh", "dash", "ash", "zsh", "ksh"])
def test_each_shell_runs_a_file_that_it_is_told(shell: str) -> None:
    assert "see" in [one.name for one in ran(f"{shell} -e a.sh", {"a.sh": "see"}).commands]


@pytest.mark.parametrize("text", ["su a.sh", "fish a.sh", "bash x a.sh", "bash x <<'E'\nsee\nE"])
def test_what_is_no_file_of_a_shell_is_not_run(text: str) -> None:
    assert [one.name for one in ran(text, {"a.sh": "see"}).commands] == [text.split()[0]]


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("bash -c 'see'", False),
        ("bash -x -c 'see'", True),
        ("bash -xc 'see'", True),
        ("bash -c -x 'see'", True),
        ("bash -c -x -e 'see'", True),
        ("bash -c -x +x 'see'", False),
        ("bash -o xtrace -c 'see'", True),
        ("bash -c 'see' -x", False),
        ("bash -x a.sh", True),
        ("bash a.sh -x", False),
        ("bash -o xtrace a.sh", True),
    ],
)
def test_a_shell_shows_what_it_runs_where_it_is_told_so_in_front_of_that(text: str, traced: bool) -> None:
    (one,) = (one for one in ran(text, {"a.sh": "see"}).commands if one.name == "see")
    assert one.traced is traced


@pytest.mark.parametrize(
    ("text", "quoting"),
    [
        ("bash -c 'see a'", Quoting.BARE),
        ('bash -c "see a"', Quoting.FIXED),
        ("bash -c \"bash -c 'see a'\"", Quoting.FIXED),
        ("bash -c \"bash <<'E'\nsee a\nE\n\"", Quoting.FIXED),
        ("bash -c \"bash <<'E'\nbash <<'F'\nsee a\nF\nE\n\"", Quoting.FIXED),
        ("bash <<'E'\nsee a\nE", Quoting.BARE),
        ("bash <<E\nsee a\nE", Quoting.FIXED),
        ("eval 'see a'", Quoting.BARE),
    ],
)
def test_text_that_stands_in_quotes_of_another_cannot_be_replaced(text: str, quoting: Quoting) -> None:
    (piece,) = command(text, "see").arguments[0].value.pieces
    assert isinstance(piece, Literal)
    assert piece.quoting is quoting


def test_a_function_stays_behind_unless_it_is_exported() -> None:
    flow = follow("f() { see x; }\nbash -c f")
    assert [(one.name, one.unordered) for one in flow.commands] == [("f", False), ("bash", False), ("see", True)]


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ('T=b\neval "$(echo T=a)"', ["b", None]),
        ('T=b\neval "$(echo export T=a)"', ["a"]),
        ("X='export T=a'\nT=b\neval \"$X\"", ["a"]),
        ("X='T=a; y'\nT=b\neval \"$X\"", ["b", None]),
        ('X=T\nT=b\neval "export $X=a"', ["a"]),
        ('T=b\neval "export $X=a"', ["b", None]),
        ('X=see\nT=b\neval "$X y"', ["b"]),
        ('T=b\neval "$X"', ["b", None]),
        ('T=b\neval "$X y"', ["b", None]),
        ('T=b\neval "y $X"', ["b"]),
        ('T=b\neval "y@z $X"', ["b"]),
        ('T=b\neval "y@z"', ["b"]),
        ('T=b\neval "$X@z y"', ["b", None]),
        ("T=b\neval y@z $X", ["b"]),
        ("T=b\neval 'if ['", ["b", None]),
        ("T=b\nbash -c 'if ['", ["b"]),
        ("T=b\ncommand export T=a", ["a"]),
        ("T=b\nbuiltin declare T=a", ["a"]),
        ("T=b\n\\readonly T=a", ["a"]),
        ("X=typeset\nT=b\n$X T=a", ["a"]),
        ("T=b\ncommand export T", ["b"]),
        ("T=b\ncommand export $X", ["b", None]),
        ("T=b\ncommand declare -n U=T\nU=a", ["b", None]),
        ("command declare -n T=U", [None]),
        ("T=b\ncommand declare -n T=U", [None]),
        ("T=b\nf() { command local T=a; }\nf", ["b", "a"]),
        ('T=b\nf() { command export "$@"; }\nf T=a', ["a"]),
        ('T=b\nf() { command export "$@"; }\nf "$X"', ["b", None]),
        ('T=b\ncommand export "$(printf "T=a\\nU=c")"', ["b", None]),
        ("T=b\nf() { command declare T=a; }\nf", ["b", "a"]),
        ("T=b\nf() { command export T=a; }\nf", ["a"]),
    ],
)
def test_what_a_variable_is_behind_text_that_may_set_it(text: str, ways: list[str | None]) -> None:
    assert seen(f"{text}\nsee $T")[-1] == ways


@pytest.mark.parametrize(
    ("text", "exported"),
    [
        ("command export T=a", True),
        ("T=a\ncommand export T", True),
        ("command export -f T", True),
        ("command declare -x T=a", True),
        ("command declare T=a", False),
        ("command declare -r T=a", False),
        ("command readonly T=a", False),
    ],
)
def test_who_sees_what_a_declaration_behind_another_word_sets(text: str, exported: bool) -> None:
    assert ("T" in command(f"{text}\nsee", "see").exported) is exported


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("command declare -p", 1),
        ("command export", 1),
        ("command export -p", 1),
        ("command export -n U", 0),
        ("command declare -n U=V", 1),
        ("command declare -x", 1),
        ("command declare -r", 1),
        ("command declare -xp T", 1),
        ("command declare U=V", 0),
        ("command declare -r U=V", 0),
    ],
)
def test_which_declaration_shows_what_is_set(text: str, reads: int) -> None:
    read = [one for use in follow(f"T=a\n{text}").uses for one in use.definitions if one and one.name == "T"]
    assert len(read) == reads


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("bash -c 'see'", []),
        ("bash x", []),
        ("bash", []),
        ("bash -c $X", []),
        ("bash -c", ["bash -c"]),
        ("bash <<< 'see a'", ["bash see a \n"]),
        ("echo a | bash", ["bash a \n"]),
        ("cat f | bash x", []),
        ("bash <(echo a)", ["bash <(echo a)"]),
        ("bash -x <(echo a)", ["bash -x <(echo a)"]),
        (". <(echo a)", [". <(echo a)"]),
        ("source <(echo a) b", ["source <(echo a) b"]),
        (". f", []),
        ("bash -c 'if ['", ["if ["]),
        ("eval $X$Y", ["eval $X$Y"]),
        ("X='a; b'\neval \"$X\"", ["a; b"]),
        ("X='a b'\neval \"$X\"", []),
        ('eval "$(echo "a; b")"', ["a; b"]),
        ('eval "$(echo a b)"', []),
        ("X='a; b'\nbash -c \"$X\"", ["a; b"]),
        ("bash -c \"$(echo 'a; b')\"", ["a; b"]),
    ],
)
def test_which_text_is_run_and_not_followed(text: str, unread: list[str]) -> None:
    assert [one.text for one in follow(text).unread] == unread


@pytest.mark.parametrize(
    "lines",
    [
        f"bash -c -e '{LOGIN}'",
        f"bash -c -- '{LOGIN}'",
        f"bash <(cat <<'E'\n{LOGIN}\nE\n)",
        f"bash <(echo '{LOGIN}')",
        f". <(cat <<'E'\n{LOGIN}\nE\n)",
        f"source <(echo '{LOGIN}')",
        f"bash -c \"$(echo '{LOGIN}')\"",
        f"X='{LOGIN}'\nbash -c \"$X\"",
        f"X=$(cat <<'E'\n{LOGIN}\nE\n)\nbash -c \"$X\"",
    ],
)
def test_a_login_in_text_is_found_however_a_shell_gets_it(lines: str) -> None:
    script = "".join(f"            {line}\n" for line in f"{lines}\n{PUSH}".split("\n"))
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{script}"
    (one,) = report_on({PATH: text.encode()}).findings
    followed = "bash -c -" in lines
    assert (one.rule, str(one.verdict)) == ("registry-login", "safe" if followed else "report-only")


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("trap 'T=b' ERR", ["a", None]),
        ("trap 'T=b' ERR EXIT", ["a", None]),
        ("trap 'T=b' EXIT", ["a"]),
        ("trap 'T=b' 0", ["a"]),
        ("trap -- 'T=b' ERR", ["a", None]),
        ("trap 'U=b' ERR", ["a"]),
        ("trap - ERR", ["a"]),
        ("trap -p ERR", ["a"]),
        ("trap 'T=b'", ["a"]),
        ("trap '' ERR", ["a"]),
        ("trap $X ERR", ["a", None]),
        ('trap "$(vault)" ERR', ["a", None]),
        ('trap "$(vault)" EXIT', ["a"]),
    ],
)
def test_what_a_trap_may_set_at_any_time(text: str, ways: list[str | None]) -> None:
    assert sorted(map(str, seen(f"T=a\n{text}\nsee $T")[0])) == sorted(map(str, ways))


@pytest.mark.parametrize(
    ("trap", "exported", "traced", "folders", "errexit"),
    [
        ("true", False, False, {""}, True),
        ("export U=b", True, False, {""}, True),
        ("set -x", False, True, {""}, True),
        ("cd a", False, False, {"", "a"}, True),
        ("set +e", False, False, {""}, False),
        ("set -e", False, False, {""}, True),
    ],
)
def test_what_else_a_trap_may_change_at_any_time(
    trap: str, exported: bool, traced: bool, folders: set[str], errexit: bool
) -> None:
    flow = follow(f"U=a\ntrap '{trap}' ERR\nsee\nif [ -z \"$T\" ]; then\nfalse\nfi\ntrue")
    one = next(one for one in flow.commands if one.name == "see")
    assert ("U" in one.exported, one.traced, one.folders) == (exported, traced, frozenset(folders))
    (test,) = (each for each in flow.presences if each.reads)
    assert [each.stops for each in test.decisions] == [errexit]


@pytest.mark.parametrize(
    ("text", "traced"),
    [
        ("trap 'true' ERR", False),
        ("set -x\ntrap 'true' ERR", True),
        ("set -x\ntrap 'set +x' ERR", True),
        ("trap 'set -x' EXIT", False),
        ("trap 'eval \"echo $BASH_COMMAND\"' DEBUG", True),
        ("set -x\ntrap 'echo $BASH_COMMAND' DEBUG", True),
        ("trap 'echo $BASH_COMMAND' DEBUG", False),
        ("trap 'eval y' DEBUG", False),
        ("trap 'eval \"echo $BASH_COMMAND\"' EXIT", False),
    ],
)
def test_what_a_trap_may_do_to_what_is_shown(text: str, traced: bool) -> None:
    assert next(one for one in follow(f"{text}\nsee").commands if one.name == "see").traced is traced


def test_a_trap_that_may_ask_to_end_at_a_failure_does_not_surely() -> None:
    flow = follow("set +e\ntrap 'set -e' ERR\nif [ -z \"$T\" ]; then\nfalse\nfi\ntrue")
    (test,) = (each for each in flow.presences if each.reads)
    assert not any(each.stops for each in test.decisions)


@pytest.mark.parametrize("text", ["trap 'see'", "trap - EXIT", "trap -p EXIT", "trap -l", "trap -- 'see'", "trap"])
def test_what_sets_no_trap_runs_nothing(text: str) -> None:
    assert [one.name for one in follow(text).commands] == ["trap"]


@pytest.mark.parametrize(
    ("text", "unordered"),
    [
        ("trap 'see' EXIT\nx", False),
        ("(trap 'see' EXIT; x)", True),
        ("bash -c 'trap see EXIT; x'", True),
        ("y | { trap 'see' EXIT; x; }", True),
        ("for i in 1; do trap 'see' EXIT; done", False),
    ],
)
def test_the_trap_of_another_process_runs_at_any_time(text: str, unordered: bool) -> None:
    (one,) = [one for one in follow(text).commands if one.name == "see"]
    assert (one.unordered, one.conditional) == (unordered, True)


@pytest.mark.parametrize(("depth", "followed"), [(20, True), (21, False)])
def test_text_is_followed_as_deep_as_functions_are(depth: int, followed: bool) -> None:
    text = "see\n"
    for at in range(depth):
        text = f"bash <<'E{at}'\n{text}E{at}\n"
    names = [one.name for one in follow(text).commands]
    assert (names[0], names[-1]) == ("see" if followed else "bash", "bash")


def test_text_within_text_is_followed_to_a_depth() -> None:
    text = "see a"
    for _ in range(4):
        text = "eval " + "'" + text.replace("'", "'\\''") + "'"
    assert seen("eval \"eval 'eval see a'\"") == [["a"]]
    ways = "".join(f"f{n}() {{ f{n + 1}; }}\n" for n in range(18))
    deep = "".join(f"f{n}() {{ eval 'f{n + 1}'; }}\n" for n in range(9))
    assert follow(f"{ways}f18() {{ eval 'see a'; }}\nf0").commands[0].name == "see"
    assert not any(one.name == "see" and len(one.calls) > 11 for one in follow(f"{deep}f9() {{ see; }}\nf0").commands)
