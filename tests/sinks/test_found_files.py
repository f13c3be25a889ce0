"""Which text a call finds at a place: what the script writes or copies there, or what the repository has."""

from __future__ import annotations

import pytest

from migrator.ir.values import Input, Literal, Value
from migrator.sinks.found_files import LOOKING, FoundFile, _marked, found_file, place_of
from tests.flow.reading import BOOK, follow

HOME = "~/.m2/settings.xml"
FILES = {"s.xml": "<committed/>", "ci/settings.xml": "<kept/>", "ci/s.xml": "<ci/>", HOME: "<a folder called ~>"}
WRITE = "echo '<a/>' > ~/.m2/settings.xml\n"


def found(script: str, place: str) -> FoundFile | str | None:
    flow = follow(script if "mvn deploy" in script else f"{script}\nmvn deploy")

    def read(path: str) -> str | None:
        assert path, "a file without a name is looked for"
        return FILES.get(path)

    return found_file(flow, place, flow.commands[-1], BOOK, read)


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("s.xml", "s.xml"),
        ("./ci/../s.xml", "s.xml"),
        ("$BITBUCKET_CLONE_DIR/s.xml", "s.xml"),
        ("~/.m2/settings.xml", HOME),
        ('"$HOME/.m2/settings.xml"', HOME),
        ("/root/.m2/settings.xml", HOME),
        ("/etc/s.xml", "/etc/s.xml"),
        ("../s.xml", None),
        ("$WHERE/s.xml", None),
        ("*.xml", None),
        ("$(x)/s.xml", None),
        ("$(pwd)/s.xml", "s.xml"),
        ("a$WHERE/s.xml", None),
        ("~", "~"),
        ('"$HOME"', "~"),
        ("/root", "~"),
        ("/root/", "~"),
        ("/root2/s.xml", "/root2/s.xml"),
    ],
)
def test_a_place_has_one_name(word: str, place: str | None) -> None:
    command = follow(f"mvn {word}").commands[-1]
    assert place_of(command.arguments[0].value, command, BOOK) == place


@pytest.mark.parametrize(
    ("script", "place", "text"),
    [
        ("true", "s.xml", "<committed/>"),
        ("true", "gone.xml", None),
        ("true", HOME, None),
        ("cp other.xml ~/.m2", HOME, None),
        ("cp ci/settings.xml /opt", HOME, None),
        ("echo '<a/>' > w.xml", "w.xml", "<a/>\n"),
        ("echo '<a/>' > ~/.m2/settings.xml", HOME, "<a/>\n"),
        ("A='<a/>'\necho $A > w.xml", "w.xml", "<a/>\n"),
        ("echo '<a>' > w.xml\necho '</a>' >> w.xml", "w.xml", "<a>\n</a>\n"),
        ("cp ci/settings.xml ~/.m2", HOME, "<kept/>"),
        ("cp -f ci/settings.xml ~/.m2/", HOME, "<kept/>"),
        ("cp s.xml /root/.m2/settings.xml", HOME, "<committed/>"),
        ("[ $X ] && cp s.xml ~/.m2/settings.xml", HOME, "<committed/>"),
        ("echo '<a/>' > w.xml\ncp w.xml ~/.m2/settings.xml", HOME, "<a/>\n"),
        ("cp ci/settings.xml ci/x.xml ~/.m2", HOME, "<kept/>"),
        ("cp ci/settings.xml s.xml", "s.xml", "<kept/>"),
        ("sed -i s/a/b/ ci/settings.xml\ncp ci/s.xml .", "s.xml", "<ci/>"),
        ("mv x ci", "ci/settings.xml", "<kept/>"),
        ("cp ~/.m2/settings.xml", HOME, None),
        ("cp s.xml $DIR/other", HOME, None),
        ("cp s.xml ~", HOME, None),
        ("cp -r x /opt", HOME, None),
        ("[ $X ] && echo '<a/>' > w.xml", "w.xml", "<a/>\n"),
        ("put() { echo '<a/>' > w.xml; }\nput", "w.xml", "<a/>\n"),
        (
            f"{WRITE}chmod 600 ~/.m2/settings.xml\nmvn -s ~/.m2/settings.xml test\nmvnw -gs ~/.m2/settings.xml",
            HOME,
            "<a/>\n",
        ),
        (f"{WRITE}mkdir ~/.m2\ncd ~\nls ~/.m2\nunzip x -d /opt\nsed -i s/a/b/ s.xml", HOME, "<a/>\n"),
        *((f"{WRITE}{name} ~/.m2/settings.xml", HOME, "<a/>\n") for name in sorted(LOOKING)),
        ("echo a=b > $D/other.xml", "s.xml", "<committed/>"),
        ("echo a=b > ../other.xml", "s.xml", "<committed/>"),
    ],
)
def test_it_is_what_was_put_there_or_what_the_repository_has(script: str, place: str, text: str | None) -> None:
    one = found(script, place)
    assert (
        one is None if text is None else isinstance(one, FoundFile) and (one.plain(one.text), one.doubt) == (text, "")
    )


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("sed -i s/a/b/ s.xml", "s.xml"),
        ("cp ci/settings.xml s.xml\ncp ci/settings.xml s.xml", "s.xml"),
        ("[ $X ] && cp ci/settings.xml s.xml", "s.xml"),
        ("[ $X ] && echo '<a/>' > s.xml", "s.xml"),
        ("for x in a b; do echo '<a/>' > w.xml; done", "w.xml"),
        ("[ $X ] && A=1 || A=2\necho $A > w.xml", "w.xml"),
        ("echo '<a/>' > w.xml\ncp s.xml w.xml", "w.xml"),
        ("echo '\ue000' > w.xml", "w.xml"),
        ("mv ci/settings.xml ~/.m2", HOME),
        ("ln -s ci/settings.xml ~/.m2/settings.xml", HOME),
        ("cp ci/* ~/.m2", HOME),
        ("cp $DIR/settings.xml ~/.m2", HOME),
        ("cp a/settings.xml b/settings.xml ~/.m2", HOME),
        ("cp gone.xml ~/.m2/settings.xml", HOME),
        ("cp s.xml $DIR/settings.xml", HOME),
        ("wget -O ~/.m2/settings.xml https://acme.example/", HOME),
        ("sudo cp s.xml ~/.m2/settings.xml", HOME),
        ("cp ci/settings.xml s.xml\nsed -i s/a/b/ s.xml", "s.xml"),
        ("sed -i s/a/b/ s.xml\ncp s.xml ~/.m2/settings.xml", HOME),
        ("echo a > w.xml\n[ $X ] && echo b >> w.xml", "w.xml"),
        ("put() { echo '<a/>' > s.xml; }\nput", "s.xml"),
        ("put() { echo '<a/>' > w.xml; }\n$X", "w.xml"),
        (f"go() {{ mvn deploy; }}\nput() {{ {WRITE} }}\n$X", HOME),
        ("put() { echo '<a/>'; }\nput > w.xml", "w.xml"),
        ("[ $X ] && A=1 || A=2\necho a > w.xml\necho $A >> w.xml", "w.xml"),
        ("trap \"echo '<a/>' > s.xml\" USR1\ntrap 'mvn deploy' EXIT", "s.xml"),
        ("true() { x; }\n[ $X ] && true() { echo '<a/>' > s.xml; }\ntrue", "s.xml"),
        ("cp -t . ci/s.xml", "s.xml"),
        ("cp -t ~/.m2 ci/settings.xml", HOME),
        ("cp --target-directory=~/.m2 ci/settings.xml", HOME),
        ("install -Dt ~/.m2 s.xml", HOME),
        ("install s.xml ~/.m2/settings.xml", HOME),
        ("install ci/settings.xml ~/.m2", HOME),
        ("cp s.xml $(x)", HOME),
        ("cp $X ~/.m2/settings.xml", HOME),
        ("cp s.xml ci/s.xml ~/.m2/settings.xml", HOME),
        ("cp ci/settings.xml $X ~/.m2", HOME),
        ("cp -r x ~", HOME),
        ("cp -va x ~/.m2", HOME),
        ("cp -v -R x ~/.m2/", HOME),
        ("cp --archive x ~/.m2", HOME),
        ("mv x ~", HOME),
        ("cp -r x ci", "ci/settings.xml"),
        ("cp -r . ci", "ci/settings.xml"),
        (f"{WRITE}xmlstarlet ed ~/.m2/settings.xml", HOME),
        (f"{WRITE}./x settings.xml", HOME),
        (f"{WRITE}unzip x -d ~/.m2/", HOME),
        (f"{WRITE}unzip x -d ~", HOME),
        (f"{WRITE}ln -sf s.xml ~/.m2/settings.xml", HOME),
        (f"{WRITE}sudo cp s.xml ~/.m2/settings.xml", HOME),
    ],
)
def test_what_is_not_surely_there_is_not_known(script: str, place: str) -> None:
    assert isinstance(found(script, place), str)


def test_a_file_that_is_not_known_is_told_by_its_name() -> None:
    clause = "{}, which the step writes in a way that patless can't tell"
    assert found("sed -i s/a/b/ s.xml\ncp s.xml ~/.m2/settings.xml", HOME) == clause.format("s.xml")
    assert found("cp gone.xml ~/.m2/settings.xml", HOME) == clause.format(HOME)


def test_what_is_put_there_later_or_by_the_call_itself_is_not_known() -> None:
    for script, number in (("mvn deploy\necho '<a/>' > w.xml", 0), ("mvn deploy > w.xml", 0)):
        flow = follow(script)
        assert isinstance(found_file(flow, "w.xml", flow.commands[number], BOOK, FILES.get), str)


def test_a_file_knows_where_it_is_committed_or_who_writes_it() -> None:
    committed, copied = found("true", "s.xml"), found("cp s.xml ~/.m2/settings.xml", HOME)
    assert isinstance(committed, FoundFile)
    assert isinstance(copied, FoundFile)
    for one in (committed, copied):
        assert (one.path, one.place, one.writers) == ("s.xml", "", ())
    written = found("echo '<a>' > w.xml\necho '</a>' >> w.xml\ncp w.xml ~/.m2/settings.xml", HOME)
    assert isinstance(written, FoundFile)
    assert (written.path, written.place, [one.name for one in written.writers]) == ("", HOME, ["echo", "echo"])


def test_a_text_with_more_pieces_than_there_are_signs_is_not_known() -> None:
    pieces = [Literal("a"), *(Input("A", ()) for _ in range(0xF900 - 0xE000))]
    assert _marked(Value((tuple(pieces),)), "w.xml", (), "")
    assert _marked(Value(((*pieces, Input("A", ())),)), "w.xml", (), "") is None


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("echo a=b > $D/s.xml", "s.xml"),
        ("echo a=b > ../s.xml", "s.xml"),
        ("echo a=b > $(x)/other.xml", "s.xml"),
        ("echo a=b > $(x)", "s.xml"),
        ("[ $X ] && F=../other.xml || F=../s.xml\necho a=b > $F", "s.xml"),
        ("[ $X ] && F=../other.xml || F=../$N.xml\necho a=b > $F", "s.xml"),
        (f"echo a=b > $D/settings.xml\n{WRITE}", HOME),
        ("echo a=b > $D/settings.xml\ncp s.xml ~/.m2/settings.xml", HOME),
        ("echo a=b > $D/s.xml\ncp s.xml ~/.m2/settings.xml", HOME),
    ],
)
def test_what_may_be_written_there_under_another_name_is_a_doubt(script: str, place: str) -> None:
    one = found(script, place)
    assert isinstance(one, FoundFile)
    assert one.doubt in ("`echo` writes a file that patless can't tell", "`x` writes a file that patless can't tell")


@pytest.mark.parametrize(("content", "doubted"), [("done", False), ("$X", True), ("a=b", True), ("'<a>'", True)])
def test_what_is_written_into_a_file_without_a_known_name_may_be_written_there(content: str, doubted: bool) -> None:
    one = found(f"echo {content} > $LOG", "s.xml")
    assert isinstance(one, FoundFile)
    assert bool(one.doubt) == doubted


def test_a_piece_is_found_by_its_sign_alone() -> None:
    one = found('echo "a $X b$Y" > w.xml', "w.xml")
    assert isinstance(one, FoundFile)
    assert [one.piece(sign) is not None for sign in one.text] == [sign > "\ud7ff" for sign in one.text]
    assert (one.piece(one.text), one.plain(one.text)) == (None, "a ${X} b${Y}\n")
