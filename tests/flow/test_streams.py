"""Standard input and output: what a command is fed, what is in a file that the script wrote, which files there are."""

from __future__ import annotations

import pytest

from migrator.ir.values import Unknown, symbol
from tests.flow.reading import command, follow
from tests.flow.test_flow import seen


@pytest.mark.parametrize(
    ("text", "fed"),
    [
        ("see", None),
        ("see <<< a", "a\n"),
        ("see <<< $T", "${T}\n"),
        ("see <<E\na $T\nE", "a ${T}\n"),
        ("see <<'E'\na $T\nE", "a $T\n"),
        ("echo a | see", "a\n"),
        ("echo -n a | see", "a"),
        ("printf %s $T | see", "${T}"),
        ("echo a | cat | see", "a\n"),
        ("echo a | see <<< b", "b\n"),
        ("{ echo a; echo b; } | see", "a\nb\n"),
        ("(echo a) | see", "a\n"),
        ("f() { echo $1; }\nf a | see", "a\n"),
        ("see < <(echo a)", "a\n"),
        ("see < <(echo a)b", None),
        ("echo a > f\nsee < f", "a\n"),
        ("echo a > f | see", ""),
        ("echo a > /dev/stderr | see", "a\n"),
        ("echo a 2> f | see", "a\n"),
        ("echo a 2>> f | see", "a\n"),
        ("echo a 3> f | see", "a\n"),
        ("echo $T 2> /dev/null | see", "${T}\n"),
        ("echo a 1> f | see", ""),
        ("echo a >> f | see", ""),
        ("echo a &> f | see", ""),
        ("echo a > f 2> g | see", ""),
        ("echo a > /dev/stderr 2> g | see", "a\n"),
        ("echo a > /dev/stderr > g | see", ""),
        ("echo a 2> f > g | see", ""),
        ("echo a > >(x) | see", None),
        ("echo a 2> >(x) | see", "a\n"),
        ("echo a 3> f 2>&1 | see", "a\n"),
        ("echo a 2> f >&2 | see", ""),
        ("echo a 3> f >&3 | see", ""),
        ("echo a 3> f >&$x | see", ""),
        ("echo a 2> f >&- | see", ""),
        ("{ echo a >&3; } 3> f | see", None),
        ("echo a >&2 | see", None),
        ("echo a 2>&1 | see", "a\n"),
        ("true >&2 | see", ""),
        ("{ echo a; } 2> f | see", "a\n"),
        ("f() { see; }\necho a | f", "a\n"),
        ("echo a | { see; }", "a\n"),
        ("echo a | while read -r x; do y; done\nsee", None),
    ],
)
def test_what_a_command_is_fed(text: str, fed: str | None) -> None:
    stdin = command(text, "see").stdin
    assert (None if stdin is None else stdin.symbol()) == fed
    assert "|" not in text or stdin is not None or text.startswith("echo a | while")


KNOWN = [
    "echo a > f",
    "echo a > ./f",
    "echo a > x/../f",
    "printf a > f",
    "echo -n a > f",
    "cat <<< a > f",
    "{ echo a; } > f",
    "echo b > f\necho a > f",
    "echo a > f\necho b",
    "echo a > f\nls",
    "echo a > f\n(cd x)",
    "echo a > f\ng() { :; }\ng",
    "if x; then echo a > f; see $(cat f); fi",
    "echo a > $BITBUCKET_CLONE_DIR/f",
    "cd d\necho a > ../f\ncd .. || exit",
]
UNSURE = [
    "",
    "echo a >> f",
    "echo a > f\necho b >> f",
    "echo a > f\nmake",
    "echo a > f\n./tool",
    "echo a > f\necho b > g",
    "echo a > f\necho b > $X",
    "echo a > f &",
    "echo a | tee f",
    "if x; then echo a > f; fi",
    "x && echo a > f",
    "for i in 1 2; do echo a > f; done",
    "echo a > f\nsed -i s/a/b/ f",
    "echo a > f\nsource lib.sh",
    'echo a > f\neval "$X"',
    "echo a > *",
    "echo a > ../f",
    "cd $X\necho a > f",
    "echo a > f\ncd sub",
    "make > f",
    "echo a &> f",
    "true 2> f",
    "echo a > f 2> g",
    "while x; do echo a > f; done",
    "echo a > f\ntee f",
    "trap x ERR\necho a > f\n./y",
]


@pytest.mark.parametrize("text", KNOWN)
def test_what_is_in_a_file_that_was_just_written_is_known(text: str) -> None:
    assert seen(f"{text}\nsee $(cat f)")[0] == ["a"]
    assert seen(f"{text}\nsee $(< f)")[0] == ["a"]


@pytest.mark.parametrize("text", UNSURE)
def test_what_is_in_a_file_that_something_else_may_have_written_is_not(text: str) -> None:
    assert seen(f"{text}\nsee $(cat f)")[-1] == [None]
    assert seen(f"{text}\nsee $(< f)")[-1] == [None]


@pytest.mark.parametrize("source", [".", "source"])
def test_a_file_that_is_included_and_not_followed_may_write_another(source: str) -> None:
    assert seen(f"echo a > f\n{source} lib.sh\nsee $(cat f)", {"lib.sh": "echo b > f"}) == [[None]]


@pytest.mark.parametrize("runs", ["trap '{}' EXIT", "f() {{ {}; }}"])
@pytest.mark.parametrize("text", ["see $(cat f)", "test -f g && see $(cat f)"])
def test_what_is_in_a_file_is_not_known_to_what_may_run_before_it_is_written(runs: str, text: str) -> None:
    assert seen(f"echo a > f\n{runs.format(text)}\necho b > f") == [[None]]


@pytest.mark.parametrize(
    ("text", "outputs"),
    [
        ("see", []),
        ("see > f", ["f"]),
        ("see >> f", ["f"]),
        ("see &> f", ["f"]),
        ("see 2> f", ["f"]),
        ("see > f 2> g", ["f", "g"]),
        ("see > $X", ["${X}"]),
        ("see > /dev/null", ["/dev/null"]),
        ("{ see; } > f", ["f"]),
        ("see 2>&1", []),
        ("see < f", []),
    ],
)
def test_which_files_take_the_output_of_a_command(text: str, outputs: list[str]) -> None:
    assert [one.path.symbol() for one in command(text, "see").outputs] == outputs
    assert [one.path.symbol() for one in follow(text).outputs] == outputs


@pytest.mark.parametrize(
    ("text", "contents"),
    [
        ("true > f", [""]),
        ("true >> f", [None]),
        ("true 2> f", [None]),
        ("true &> f", [None]),
        ("true > f 2> g", ["", None]),
        ("echo $T > f", ["${T}\n"]),
        ("echo $T > f > g", ["${T}\n", "${T}\n"]),
        ("echo $T >> f", ["${T}\n"]),
        ("{ echo $T; true; } > f", ["${T}\n"]),
        ("make > f", [None]),
    ],
)
def test_what_is_written_to_the_files(text: str, contents: list[str | None]) -> None:
    assert [one.content.symbol() for one in follow(text).outputs] == contents


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see > $A", ["A"]),
        ("see < $A", ["A"]),
        ("see <<< $A", ["A"]),
        ("see <<E\n$A\nE", ["A"]),
        ("see 2>&$A", ["A"]),
        ("see < <(x $A)", ["A"]),
        ("> $A", ["A"]),
        ("< $A", ["A"]),
        ("see > $A 2> $B <&$C", ["C", "A", "B"]),
    ],
)
def test_which_variables_a_redirection_reads(text: str, names: list[str]) -> None:
    flow = follow(f"set -x\n{text}")
    assert [one.read.name for one in flow.uses] == names
    assert [one.traced for one in flow.uses] == ["<(" in text] * len(names)


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("see < f", ["f"]),
        ("see < $X", ["${X}"]),
        ("see < <(x)", []),
        ("see <<< f", []),
        ("{ see; } < f", ["f"]),
        ("see $(< f)", ["f"]),
    ],
)
def test_which_files_are_read(text: str, inputs: list[str]) -> None:
    assert list(dict.fromkeys(one.symbol() for one in follow(text).inputs)) == inputs


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("echo a | read -r T\nsee $T", {"${T}"}),
        ("shopt -s lastpipe\necho a | read -r T\nsee $T", {None}),
        ("x && shopt -s lastpipe\necho a | read -r T\nsee $T", {None, "${T}"}),
        ("shopt -s lastpipe\nshopt -u lastpipe\necho a | read -r T\nsee $T", {"${T}"}),
        ("read -r T <<< a\nsee $T", {"a"}),
        ("read -r T <<< ' a b '\nsee \"$T\"", {"a b"}),
        ("read -r T <<< '  '\nsee x$T", {"x"}),
        ("read -r T <<< '  '\" a\"\nsee x$T", {"xa"}),
        ("read -r T <<< ' a '$X\nsee \"$T\"", {"a ${X}"}),
        ("read -r T <<< $X' a '\nsee \"$T\"", {"${X} a"}),
        ("read T <<< 'a\\b'\nsee $T", {None}),
        ("read -r T U <<< 'a b'\nsee $T", {None}),
        ("read -rp x T <<< a\nsee $T", {None}),
        ("printf 'a\\nb' | { read -r T; see $T; }", {None}),
        ("read -r T <<< $X\nsee $T", {"${X}"}),
        ("read -r T < f\nsee $T", {None}),
        ("mapfile T <<< a\nsee $T", {None}),
    ],
)
def test_what_a_variable_is_read_from(text: str, ways: set[str | None]) -> None:
    (see,) = [one for one in follow(text).commands if one.name == "see"]
    assert {symbol(row) for row in see.arguments[0].value.alternatives} == ways


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1 2; do see $(cat f); echo a > f; done",
        "while x; do see $(cat f); echo a > f; done",
        "f() { echo a > f; }\ng() { see $(cat f); }\nf &\ng",
        "f() { see $(cat f); }\necho a > f\nx &",
        "{ echo a > f; } &\nsee $(cat f)",
        "trap 'echo a > f' ERR\nsee $(cat f)",
        "xargs -n1 sh -c 'echo a > f'\nsee $(cat f)",
    ],
)
def test_a_file_is_read_before_it_is_written_where_the_order_is_not_known(text: str) -> None:
    assert [None] in seen(text)


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("docker build --iidfile f .", ""),
        ("docker build --iidfile=f .", ""),
        ("docker build . --iidfile f", ""),
        ("docker build --iidfile /tmp/f .", None),
        ("docker build --iidfile f --iidfile g .", None),
        ("docker build --iidfile", None),
        ("docker build --iidfile= .", None),
        ("docker build --iidfile '' .", None),
        ("docker build --iidfile $X .", None),
        ("docker build --iidfile f . &", None),
        ("docker build --iidfile f .\nfalse || tee f", None),
        ("docker build .", None),
        ("other build --iidfile f .", None),
        ("docker build --iidfile f . || true", ""),
        ("echo x > f\ndocker build --iidfile f .", ""),
        ("echo x > f\ndocker build --iidfile f . || true", None),
        ("docker build --iidfile f .\nmake", None),
        ("for i in 1 2; do docker build --iidfile f .; done", None),
        ("x && docker build --iidfile f .", None),
        ("docker() { x; }\ndocker build --iidfile f .", None),
    ],
)
def test_the_id_that_a_build_writes_is_that_of_the_image(text: str, image: str | None) -> None:
    pieces = command(f'{text}\nsee "$(cat f)"', "see").arguments[0].value.pieces
    found = {one.image for one in pieces if isinstance(one, Unknown)}
    assert found == {image}


@pytest.mark.parametrize("path", ["/tmp/f", "/tmp/x/f", "x/f", "$BITBUCKET_CLONE_DIR/f"])
def test_a_file_in_the_clone_or_a_temporary_one_is_known_by_its_path(path: str) -> None:
    assert seen(f"echo a > {path}\nsee $(cat {path})") == [["a"]]
    assert seen(f"echo a > {path}\nsee $(cat {path}x)") == [[None]]


@pytest.mark.parametrize("path", ["/tmp/../f", "/opt/f", "~/f", "f*", "$X"])
def test_what_is_in_another_file_is_not(path: str) -> None:
    assert seen(f"echo a > {path}\nsee $(cat {path})") == [[None]]


@pytest.mark.parametrize(
    ("redirect", "ways"),
    [
        ("> f", {"b", "c"}),
        ("< f", {"b", "c"}),
        ("> /dev/null", {"b"}),
        ("< /dev/null", {"b"}),
        ("<<< x", {"b"}),
        ("2>&1", {"b"}),
    ],
)
def test_a_command_does_not_run_where_a_file_cannot_be_opened(redirect: str, ways: set[str]) -> None:
    assert set(seen(f"T=c\n{{ T=b; }} {redirect} || true\nsee $T")[0]) == ways
