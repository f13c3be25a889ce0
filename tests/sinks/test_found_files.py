"""Which text a call finds at a place: what the script writes or copies there, or what the repository has."""

from __future__ import annotations

import pytest

from migrator.sinks.found_files import FoundFile, found_file, place_of
from tests.flow.reading import BOOK, follow

HOME = "~/.m2/settings.xml"
FILES = {"s.xml": "<committed/>", "ci/settings.xml": "<kept/>"}


def found(script: str, place: str) -> FoundFile | str | None:
    flow = follow(f"{script}\nmvn deploy")
    return found_file(flow, place, flow.commands[-1], BOOK, FILES.get)


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
    ],
)
def test_what_is_not_surely_there_is_not_known(script: str, place: str) -> None:
    assert isinstance(found(script, place), str)


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
