"""Which files of the repository a script writes."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.ir.paths import Paths, Top, matching, meet, normal
from migrator.sinks.texts import composed
from migrator.sinks.writers import adding, may_write, unknown_names, written
from tests.flow.reading import BOOK, follow


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat Dockerfile",
        "sed s/a/b/ Dockerfile",
        "yq .a compose.yml",
        "cp Dockerfile /tmp/x",
        "cp Dockerfile ../x",
        "cp Dockerfile ~/x",
        "echo x > /dev/null",
        "echo x > $(mktemp)",
        "curl https://example.com/Dockerfile",
        "grep -o x Dockerfile",
        "rm Dockerfile",
        "git checkout -b next",
        "git checkout next",
        "git add -- Dockerfile",
    ],
)
def test_nothing_known_of_the_repository_is_written(text: str) -> None:
    assert written(follow(text), BOOK) == frozenset()


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("x > file", "file"),
        ("x > a/../file", "file"),
        ("x >> ./file", "file"),
        ("git checkout v1 -- Dockerfile", "Dockerfile"),
        ("git checkout v1 -- docker", "docker/Dockerfile"),
        ("git checkout else -- file", "file"),
        ("git checkout -q HEAD~1 Dockerfile", "Dockerfile"),
        ("cd docker && git restore --source v1 Dockerfile", "docker/Dockerfile"),
        ("x &> file", "file"),
        ("x > $BITBUCKET_CLONE_DIR/file", "file"),
        ("cd sub\nx > file", "sub/file"),
        ("x | tee one file", "file"),
        ("sed -i s/a/b/ file", "file"),
        ("sed -i.bak s/a/b/ file", "file"),
        ("yq -i .a=1 file", "file"),
        ("curl -so file https://example.com", "file"),
        ("curl --output=file https://example.com", "file"),
        ("cp other file", "file"),
        ("cp a/file sub", "sub/file"),
        ("cp /tmp/file .", "file"),
        ("if a; then x > file; fi", "file"),
        ("f() { x > file; }", "file"),
        ("bash -c 'x > file'", "file"),
        ("> file", "file"),
        ("T=1 > file", "file"),
        ("{ x; T=1; } > file", "file"),
        ("x; T=1 > file", "file"),
        ('cp x "$ELSEWHERE/file"', "a/file"),
        ('cp -t "a/$X" file', "a/b/file"),
        ('cp x "a/$ELSEWHERE"', "a/file"),
        ("cd $SOMEWHERE\necho x > file", "a/file"),
        ("cp -r other/. a", "a/b/file"),
        ("cp -r other a", "a/b/file"),
        ("cp other/* a", "a/file"),
        ("mv b a", "a/b/file"),
        ("cp -t a file", "a/file"),
        ("cp --target-directory=a file", "a/file"),
    ],
)
def test_a_file_that_is_written_is_among_the_paths(text: str, path: str) -> None:
    assert matching(written(follow(text), BOOK), [path, "else"]) == {path}


def test_what_is_only_read_is_not_among_the_paths() -> None:
    assert written(follow("sed s/a/b/ other > file\ncat third"), BOOK) == {"file"}
    for text in ("cp a/other file", "cp -r a/other .", "x; T=1 > file", "mv a/other b"):
        assert not matching(written(follow(text), BOOK), ["a/other", "a/x"])


@pytest.mark.parametrize("text", ['x > "$OUT"', "cp -r build/* .", 'cp -r "$BUILD" .', "x > $(mktemp)"])
def test_a_name_of_which_nothing_is_known_is_said_to_be_unknown(text: str) -> None:
    assert not matching(written(follow(text), BOOK), ["a/file"])
    assert list(unknown_names(follow(text), BOOK))


@pytest.mark.parametrize("text", ["x > file", "cp a b", 'cp "$X" b/a', "x > /dev/null", "cat a", "x > log/$NAME.txt"])
def test_a_name_of_which_something_is_known_is_not_said_to_be_unknown(text: str) -> None:
    assert not list(unknown_names(follow(text), BOOK))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("..", None),
        ("../a", None),
        ("a/../../b", None),
        ("/a", None),
        (".", ""),
        ("a/..", ""),
        ("./a//b/", "a/b"),
        ("..a", "..a"),
    ],
)
def test_a_path_is_relative_or_leads_out(path: str, expected: str | None) -> None:
    assert normal(path) == expected


def test_a_file_is_written_in_every_folder_that_it_may_be() -> None:
    flow = follow("x > file")
    either = tuple(replace(one, folders=frozenset({"a", "b"})) for one in flow.outputs)
    assert written(replace(flow, outputs=either), BOOK) == {"a/file", "b/file"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("docker login -u a -p b c; docker build -t x .; docker push x; docker tag x y; docker pull z", ""),
        ("mkdir -p a; cp -r b a; echo x > a/y; cd a; ls; basename x", ""),
        ("for d in a/*/; do test -f $d/x && sh -c 'echo $d'; done", ""),
        ("cat a | tr b c | head -1", ""),
        ("tar xzf a.tgz", "`tar`"),
        ("git clone $U a", "`git`"),
        ("./generate", "`generate`"),
        ("wget $U", "`wget`"),
        ("$TOOL", "a program"),
        ("docker run -v .:/w image", "`docker`"),
        ("docker cp box:/x a", "`docker`"),
        ("echo x; if make a; then docker push x; fi", "`make`"),
    ],
)
def test_which_program_may_add_files_of_which_its_words_do_not_tell(text: str, expected: str) -> None:
    assert adding(follow(text), BOOK) == expected


@pytest.mark.parametrize(
    ("paths", "pattern", "expected"),
    [
        (frozenset({"a/x", "b/y.sh"}), "b/*.sh", True),
        (frozenset({"a/x", "b/y.sh"}), "b/*.py", False),
        (frozenset({"a/**"}), "a/*/Dockerfile", True),
        (frozenset({"a/**"}), "ab/*/Dockerfile", False),
        (frozenset({"*.txt"}), "a/*/Dockerfile", False),
        (Top("", ("**",)), "a/*/Dockerfile", True),
        (Top("", ("**/c.Dockerfile",)), "docker/**.Dockerfile", True),
        (frozenset(), "*", False),
    ],
)
def test_whether_a_path_may_be_among_some_and_match_a_pattern(paths: Paths, pattern: str, expected: bool) -> None:
    assert meet(paths, pattern) == expected


@pytest.mark.parametrize("flag", ["-r", "-R", "-a", "--recursive", "--archive", "-p -r"])
def test_what_copies_a_folder_may_write_what_is_in_there(flag: str) -> None:
    assert written(follow(f"cp {flag} other/docker docker"), BOOK) != written(follow("cp other/docker docker"), BOOK)
    assert isinstance(written(follow(f"cp {flag} other/docker ."), BOOK), frozenset | Top)


@pytest.mark.parametrize(("files", "known"), [(0, 0), (1, 1), (50, 50), (51, 0)])
def test_what_is_in_the_files_of_a_script_is_told_unless_it_writes_very_many(files: int, known: int) -> None:
    assert len(composed(follow("\n".join(f"echo {at} > f{at}" for at in range(files))), BOOK)) == known


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("cp a .", {"", "a", "a/**"}),
        ("cp -r a .", {"", "a", "a/**"}),
        ("cp -r a ./", {"", "a", "a/**"}),
        ("cp -r a b", {"b", "b/**", "b/a", "b/a/**"}),
        ("cp a/ b", {"b", "b/a", "b/a/**"}),
        ("cp .. b", {"b", "b/**"}),
        ("cp a/* b", {"b", "b/**"}),
        ("cp $X b", {"b", "b/**"}),
        ("mv -t b a", {"b", "b/a", "b/a/**"}),
        ("sed -n s/x/y/ b", set()),
        ("sed --in-place=.o s/x/y/ b", {"b", "s/x/y"}),
        ("yq .a b", set()),
    ],
)
def test_what_a_program_writes_is_no_more_than_its_words_tell(text: str, paths: set[str]) -> None:
    assert may_write(follow(text), BOOK) == paths
    assert written(follow(text), BOOK) == paths


CLIENT = [f"docker {words}" for words in ("push a", "pull a", "tag a b", "login -u a -p b", "build .")]


@pytest.mark.parametrize(
    "text", ["exit 0", "export A=b", "sleep 1", "true", "echo a", "cat a", "grep a b", "cp a b", *CLIENT]
)
def test_a_program_that_is_known_adds_no_files_besides(text: str) -> None:
    assert adding(follow(text), BOOK) == ""
