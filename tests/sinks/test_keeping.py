"""Files by the names that a script and the platform give them."""

from __future__ import annotations

import pytest

from migrator.ir.paths import Paths, Top
from migrator.ir.values import Input, Literal, Unknown, Value, inputs
from migrator.sinks.keeping import WrittenFiles, lies_in, placed, spellings, spelt, takes, within
from tests.flow.reading import BOOK, follow

ROOT = frozenset({""})


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("dist/**", "build.env"),
        ("*.txt", "a.env"),
        ("dist", "distant/a"),
        ("a.env", "b/a.env"),
        ("~/.m2", "m2"),
        ("**", "~/.m2/settings.xml"),
        ("*", "/tmp/a"),
        (".", "/tmp/a"),
        ("**/tmp/a", "/tmp/a"),
    ],
)
def test_a_pattern_leaves_other_files(pattern: str, path: str) -> None:
    assert not takes(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("build.env", "build.env"),
        ("dist/**", "dist/a/b"),
        ("dist", "dist/a"),
        ("*.env", "a.env"),
        ("**/*.env", "a.env"),
        ("**/*.env", "a/b.env"),
        (".", "a"),
        ("~/.m2", "~/.m2/settings.xml"),
        ("/tmp", "/tmp/a"),
        ("**/a", "a"),
        ("*", "a/tmp/"),
    ],
)
def test_a_pattern_takes_files(pattern: str, path: str) -> None:
    assert takes(pattern, path)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        ("a", "a"),
        ("./a//b/../c/", "a/c"),
        ("/", "/"),
        ("/a", "/a"),
        ("file:///a", "/a"),
        ("file://a", "a"),
        ("${BITBUCKET_CLONE_DIR}", "."),
        ("${BITBUCKET_CLONE_DIR}/", "."),
        ("${BITBUCKET_CLONE_DIR}/a", "a"),
        ("${BITBUCKET_CLONE_DIR}-b/a", "${BITBUCKET_CLONE_DIR}-b/a"),
        ("${PWD}", "."),
        ("${PWD}/a", "a"),
        ("${HOME}", "~"),
        ("${HOME}/a", "~/a"),
        ("${HOME}2/a", "${HOME}2/a"),
    ],
)
def test_a_path_has_one_spelling(path: str, expected: str) -> None:
    assert spelt(path, BOOK.built_in) == expected


@pytest.mark.parametrize(
    ("place", "path", "lies"),
    [
        (".", "a/b", True),
        (".", "/a", False),
        (".", "~/a", False),
        (".", "../a", False),
        (".", "a/../", True),
        ("a", "a/b", True),
        ("a", "a", False),
        ("a", "ab/a", False),
        ("a*", "ab/c", True),
        ("*.env", "x.env", True),
        ("b*", "ab", False),
        ("a*", "a*/b", True),
    ],
)
def test_a_file_lies_in_a_folder_or_in_what_a_pattern_names(place: str, path: str, lies: bool) -> None:
    assert lies_in(place, path) is lies


@pytest.mark.parametrize(
    ("path", "lies"), [("a", True), ("a/b", True), ("b/c/d", True), ("ab", False), ("b", False), ("x/a", False)]
)
def test_a_path_is_within_places(path: str, lies: bool) -> None:
    assert within(path, ("a", "b/c")) is lies


@pytest.mark.parametrize(
    ("word", "paths"),
    [
        ("a", {"b/a"}),
        ("$PWD/a", {"c/a"}),
        ("$BITBUCKET_CLONE_DIR/a", {"a"}),
        ("$HOME/a", set()),
        ("/a", set()),
        ("~/a", set()),
        ("$(mktemp)", set()),
    ],
)
def test_a_value_stands_for_paths_in_the_clone_directory(word: str, paths: set[str]) -> None:
    value = follow(f"x {word}").commands[-1].arguments[0].value
    assert placed(value, frozenset({"b"}), frozenset({"c"}), BOOK.built_in) == paths


@pytest.mark.parametrize(
    ("text", "folders", "paths"),
    [
        ("a", ROOT, ["a"]),
        ("./a", frozenset({"b"}), ["b/a"]),
        ("${BITBUCKET_CLONE_DIR}/a", frozenset({"b"}), ["a"]),
        ("${HOME}/.x", ROOT, ["~/.x"]),
        ("key=@a", ROOT, ["key=@a", "key", "a"]),
        ("file:///x", Top(""), ["/x"]),
        ("a", Top("a folder"), ["a"]),
        ("/a", frozenset({"b", "c"}), ["/a"]),
        ("~/a", frozenset({"b"}), ["~/a"]),
        ("$X/a", frozenset({"b"}), ["$X/a"]),
        ("a", frozenset({"c", "b"}), ["b/a", "c/a"]),
        ("a=b=b", ROOT, ["a=b=b", "a", "b"]),
        ("f('a');cat<b|c>d", ROOT, ["f('a');cat<b|c>d", "f", "a", "cat", "b", "c", "d"]),
    ],
)
def test_a_word_may_name_files(text: str, folders: Paths, paths: list[str]) -> None:
    assert [path for path in spellings(text, folders, BOOK.built_in) if path] == paths


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("echo a > b", set()),
        ("cat b > c", set()),
        ("echo $A > b", {"b"}),
        ("cd x\necho $A > b", {"x/b"}),
        ("echo $A | tee b c", {"b", "c"}),
        ("cat > $BITBUCKET_CLONE_DIR/b <<END\n$A\nEND", {"b"}),
        ("echo $A > b\ncp b c", {"b", "c", "c/b"}),
        ("echo $A > b\nmv b c\ncp -r c/b d", {"b", "c", "c/b", "d", "d/b"}),
        ("echo $A > b\ncp x y", {"b"}),
        ("echo $A > b\ncp b x/y", {"b", "x/y", "x/y/b"}),
        ("echo $A > b\ncp -t c b", {"b", "c", "c/b"}),
        ("echo $A > b\nmv --target-directory=c x b", {"b", "c", "c/b"}),
        ("echo $A > b\ncp b y $X", {"b", "${X}", "${X}/b"}),
        ("echo $A > b.env\ncp *.env c", {"b.env", "c", "c/b.env"}),
        ("echo $A > b.env\ncp *.txt c", {"b.env"}),
        ("echo $A > x1/b\ncp -r x* c", {"x1/b", "c/b", "c/x1/b"}),
        ("echo $A > x/b\ncp -r x c", {"x/b", "c/b", "c/x/b"}),
        ("echo $A > x/b\ncp -r . /c", {"x/b", "/c/x/b"}),
        ("echo $A > x/b\ncd x\ncp b ../c", {"x/b", "c", "c/b"}),
        ("echo $A > b\nmv b", {"b"}),
        ("echo $A > b\ncat b c", {"b"}),
        ("echo $A > b\nsed s/x/$B/ b", {"b"}),
        ("sed -i s/x/$B/ b", {"b", "-i"}),
        ("sed -i s/x/y/ b", set()),
        ("sed --in-place=.old s/x/$B/ b", {"b", "--in-place=.old"}),
        ("sed -n s/x/$B/ b", set()),
        ("yq -i .a=$B b c", {"b", "c", "-i"}),
        ("curl -o x $B", set()),
        ("tee $A < b", set()),
        ("cat $A b", set()),
        ("x | tee b", set()),
        ("tee b", set()),
        ("echo $A | x b", set()),
        ("echo $A | sponge b", {"b"}),
        ("echo $A > b\nsed s/x/y/ b c", {"b"}),
        ("echo $A > b\ncp $(x) c", {"b"}),
        ("echo $A > y/x1/b\ncp -r y/x* c", {"y/x1/b", "c/b", "c/x1/b"}),
        ("echo $A > b\ntar czf c.tgz b", {"b", "c.tgz", "czf"}),
        ("echo $A > x/b\ntar czf c.tgz x", {"x/b", "c.tgz", "czf"}),
        ("echo $A > x/b\ntar czf c.tgz y", {"x/b"}),
        ("echo $A > x/b\ntar xzf c.tgz x", {"x/b"}),
        ("echo $A > b\ntar cz b > c.tgz", {"b", "cz", "c.tgz"}),
        ("echo $A > x/b\nzip -@ c.zip", {"x/b", "c.zip", "-@", "-"}),
        ("echo $A > b\nls b > c.tgz", {"b"}),
        ("echo $A > x/b\necho $A > y/d\ntar czf c.tgz x y", {"x/b", "y/d", "c.tgz", "czf"}),
        ("echo $A > b\ntar czf c-$(x).tgz b", {"b", "", "czf"}),
        ("echo $A > b\ntar czf /tmp/c-$(x).tgz b", {"b", "/", "czf"}),
        ("echo $A > $(x)\ntar czf c-$(x).tgz .", {"", "czf"}),
        ("tar czf c.tgz b\necho $A > b", {"b"}),
        ("echo $A > $(mktemp)", {"/"}),
        ("echo $A > /tmp/b", {"/tmp/b"}),
        ("echo $A > $(x)", {""}),
        ("echo $A > $(x)\ncp . b", {""}),
        ("echo $A > $(x)\ncp * b", {""}),
        ("cd $(x)\necho $A > b", {"b"}),
    ],
)
def test_files_are_known_into_which_variables_are_written(text: str, written: set[str]) -> None:
    assert set(WrittenFiles.of(follow(text), BOOK).contents) == written


def test_what_is_put_into_an_archive_is_in_no_other_file_of_it() -> None:
    files = WrittenFiles.of(follow("echo $A > b\necho $B > c\ntar czf d.tgz b c"), BOOK)
    held = {path: inputs(values) for path, values in files.contents.items()}
    assert held == {"b": ("A",), "c": ("B",), "czf": ("A", "B"), "d.tgz": ("A", "B")}


def test_files_that_are_copied_to_and_fro_do_not_grow() -> None:
    files = WrittenFiles.of(follow("echo $A > a\n" + "cp a b\ncp b a\n" * 200), BOOK)
    assert {len(values) for values in files.contents.values()} == {1}


@pytest.mark.parametrize(
    ("text", "staying"),
    [
        ("", ["a/b/c"]),
        ("rm a/b/c", []),
        ("rm -rf a/b", []),
        ("rm -rf ./a", []),
        ("rm -rf $BITBUCKET_CLONE_DIR/a", []),
        ("cd a\nrm b/c", []),
        ("rm a/b/d a/b/c", []),
        ("mv a/b/c /x", ["/x", "/x/c"]),
        ("mv a/b /x", ["/x/c", "/x/b/c"]),
        ("mv -t /x a/b/c", ["/x", "/x/c"]),
        ("mv x a/b/c", ["a/b/c"]),
        ("mv -t a/b x", ["a/b/c"]),
        ("ls a/b/c", ["a/b/c"]),
        ("rm a/b/d", ["a/b/c"]),
        ("rm a/b/cd a/b/c/d", ["a/b/c"]),
        ("rm $X", ["a/b/c"]),
        ("rm $(x)", ["a/b/c"]),
        ("rm /a/b/c", ["a/b/c"]),
        ("cd $(x)\nrm a/b/c", ["a/b/c"]),
        ("for i in $X; do rm a/b/c; done", ["a/b/c"]),
        ("if x; then rm a/b/c; fi", ["a/b/c"]),
        ("rm a/b/c\necho $B > a/b/c", ["a/b/c"]),
    ],
)
def test_a_file_stays_that_nothing_surely_removes(text: str, staying: list[str]) -> None:
    files = WrittenFiles.of(follow(f"mkdir -p a/b\necho $A > a/b/c\n{text}"), BOOK)
    assert [path for path, _ in files.staying] == staying


def test_a_file_that_is_removed_before_it_is_written_stays() -> None:
    files = WrittenFiles.of(follow("rm b\necho $A > b"), BOOK)
    assert [(path, content.symbol()) for path, content in files.staying] == [("b", "${A}\n")]


@pytest.mark.parametrize(
    ("text", "staying"),
    [
        ("echo $A > ab/cd\nrm -r a ab/c", ["ab/cd"]),
        ("while x; do\necho $A > b\nif y; then continue; fi\nrm b\ndone", ["b"]),
    ],
)
def test_a_file_stays_of_which_nobody_knows_that_it_is_removed(text: str, staying: list[str]) -> None:
    assert [path for path, _ in WrittenFiles.of(follow(text), BOOK).staying] == staying


def test_a_file_is_gone_before_what_runs_after_its_removal() -> None:
    trace = follow("echo $A > b\nfirst\nrm b\nsecond")
    files = WrittenFiles.of(trace, BOOK)
    writer, first, _, second = trace.commands
    assert [files.gone(writer, "b", one) for one in (first, second, None)] == [False, True, True]


def test_a_file_and_its_removal_may_be_on_the_same_way() -> None:
    files = WrittenFiles.of(follow("if x; then echo $A > b; rm b; else echo $B > b; fi"), BOOK)
    assert [content.symbol() for _, content in files.staying] == ["${B}\n"]


def test_what_a_file_holds_is_found_by_its_name_or_by_what_is_read_from_it() -> None:
    files = WrittenFiles.of(follow("echo $A > b\necho $B > $(x)"), BOOK)
    read, other = Value.of(Literal("b"), Unknown("a file", path="b")), Value.of(Input("b", ()), Unknown("a command"))
    assert [one.symbol() for one in files.named("--from=b", ROOT)] == ["${A}\n"]
    assert [one.symbol() for one in files.read(read, ROOT)] == ["${A}\n"]
    assert not [*files.named("c", ROOT), *files.named("b", frozenset({"x"})), *files.read(other, ROOT)]
    assert not [*files.read(Value.of(Unknown("a command")), Top("a folder"))]


def test_of_many_values_in_a_file_none_is_lost() -> None:
    names = [f"V{number}" for number in range(40)]
    files = WrittenFiles.of(follow("\n".join(f"echo {name}=${name} >> b" for name in names * 2)), BOOK)
    assert inputs(files.named("b", ROOT)) == tuple(names)
    assert len(files.contents["b"]) == 16
    assert inputs(content for _, content in files.staying) == tuple(names)
    assert len(files.events) < len(names * 2)


def test_of_many_files_none_is_lost() -> None:
    files = WrittenFiles.of(follow("\n".join(f"echo $V{number} > f{number}" for number in range(66))), BOOK)
    assert len(files.contents) == 65
    assert inputs(files.named("f65", ROOT)) == ("V64", "V65")
    assert inputs(files.named("f3", ROOT)) == ("V3", "V64", "V65")
    assert [*files.named("", ROOT)] == []
    few = WrittenFiles.of(follow("\n".join(f"echo $V{number} > f{number}" for number in range(64))), BOOK)
    assert (few.contents.keys(), [*few.named("", ROOT)]) == ({f"f{number}" for number in range(64)}, [])
    text = "echo $A > $(x)\n" + "\n".join(f"echo $V{number} > f{number}" for number in range(64))
    assert inputs(WrittenFiles.of(follow(text), BOOK).named("f63", ROOT)) == ("A", "V63")
    assert [*WrittenFiles.of(follow("echo $A > $(x)"), BOOK).named("f", ROOT)] == []
