"""What was followed is taken over only where all that it rests on is the same."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.findings.settings import Settings
from migrator.flow.events import Flow, Unread
from migrator.flow.files import FileGraph
from migrator.reading.again import Answers, AskedFiles, FlowMemo, FollowedShell, Text
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import RuleBook
from migrator.text.source import Source, Span
from tests.memory import Memory

BOOK = rulebook.load()
NOTHING = Flow((), (), (), (), (), ())
ONE = FollowedShell(NOTHING, (), (), {})


class Files:
    """A repository whose files can change between two questions."""

    def __init__(self) -> None:
        self.texts = {"a.sh": "true"}
        self.shown = {"a.bin": "login"}
        self.asked = AskedFiles(self.source, lambda: sorted(self.texts), self.shown.get)

    def source(self, path: str) -> Source | None:
        return Source(path, self.texts[path]) if path in self.texts else None


def test_answers_hold_as_long_as_each_file_says_the_same() -> None:
    files = Files()
    asked = files.asked
    answers = asked.begin()
    assert asked.hold(answers)
    assert (asked.file("a.sh"), asked.file("b.sh")) == ("true", None)
    assert (asked.seen("a.bin"), asked.seen("b.bin")) == ("login", None)
    assert asked.listed() == ["a.sh"]
    assert len(answers) == 5
    assert asked.hold(answers)
    files.texts["a.sh"] = "false"
    assert not asked.hold(answers), "a text"
    files.texts = {"a.sh": "true", "b.sh": ""}
    assert not asked.hold(answers), "a file that was missing"
    files.texts = {"a.sh": "true"}
    assert asked.hold(answers)
    files.texts["c.sh"] = "true"
    assert not asked.hold(answers), "the list"
    del files.texts["c.sh"]
    for path in ("a.bin", "b.bin"):
        before = files.shown.pop(path, None)
        files.shown[path] = "more"
        assert not asked.hold(answers), "what a file shows that is not read"
        del files.shown[path]
        files.shown |= {path: before} if before else {}
    assert asked.hold(answers)


def test_what_is_asked_after_another_beginning_is_no_part_of_it() -> None:
    files = Files()
    first = files.asked.begin()
    files.asked.file("a.sh")
    second = files.asked.begin()
    files.asked.seen("a.bin")
    assert (set(first), set(second)) == ({("text", "a.sh")}, {("seen", "a.bin")})


def test_whoever_hears_an_answer_again_rests_on_the_same_files() -> None:
    files = Files()
    told: list[str] = []

    def ask() -> bool:
        told.append("asked")
        return files.asked.file("a.sh") == "true"

    first = files.asked.begin()
    files.asked.listed()
    assert files.asked.once("key", ask)
    second = files.asked.begin()
    assert files.asked.once("key", ask)
    assert told == ["asked"]
    assert (set(first), set(second)) == ({("listed", ""), ("text", "a.sh")}, {("text", "a.sh")})
    assert not files.asked.once("other", lambda: False)


def test_a_question_that_fails_leaves_what_was_asked_before() -> None:
    files = Files()
    answers = files.asked.begin()
    with pytest.raises(ZeroDivisionError):
        files.asked.once("key", lambda: bool(1 / 0))
    files.asked.file("a.sh")
    assert set(answers) == {("text", "a.sh")}
    assert files.asked.once("key", lambda: True)


def yes(answers: Answers) -> bool:
    return True


def test_what_was_followed_is_taken_over_once_in_each_analysis() -> None:
    memo = FlowMemo()
    memo.begin(BOOK, Settings())
    memo.keep("key", ONE)
    assert memo.take("key", yes) is None, "it is of this analysis"
    for _ in range(2):
        memo.begin(BOOK, Settings())
        assert memo.take("other", yes) is None
        assert memo.take("key", yes) is ONE
        assert memo.take("key", yes) is None
    memo.begin(BOOK, Settings())
    memo.begin(BOOK, Settings())
    assert memo.take("key", yes) is None, "an analysis has not used it"


def test_of_several_that_which_still_holds_is_taken_over() -> None:
    memo = FlowMemo()
    memo.begin(BOOK, Settings())
    other = replace(ONE, answers={("listed", ""): ["b.sh"]})
    memo.keep("key", ONE)
    memo.keep("key", other)
    memo.begin(BOOK, Settings())
    assert memo.take("key", lambda answers: not answers) is ONE
    assert memo.take("key", lambda answers: not answers) is None


def test_what_could_not_be_read_is_asked_for_again() -> None:
    unread = Unread(Span(0, 1), "", "it cannot be read", "a.sh")
    kept = []
    for one in (unread, replace(unread, path="")):
        memo = FlowMemo()
        memo.begin(BOOK, Settings())
        memo.keep("key", replace(ONE, trace=replace(NOTHING, unread=(one,))))
        memo.begin(BOOK, Settings())
        kept.append(memo.take("key", yes) is not None)
    assert kept == [False, True]


@pytest.mark.parametrize(
    ("book", "settings", "same"),
    [
        (BOOK, Settings(), True),
        (replace(BOOK), Settings(), False),
        (BOOK, Settings(workspace="acme"), False),
    ],
)
def test_by_other_rules_or_settings_nothing_is_taken_over(book: RuleBook, settings: Settings, same: bool) -> None:
    memo = FlowMemo()
    memo.others = "files"
    memo.begin(BOOK, Settings())
    memo.keep("key", ONE)
    shelf, graph = memo.shelf, memo.graph(frozenset(), {}.get, graph_of)
    memo.begin(book, settings)
    assert (memo.take("key", yes) is ONE) is same
    assert (memo.shelf is shelf) is same
    assert (memo.graph(frozenset(), {}.get, graph_of) is graph) is same


def graph_of(text: Text) -> FileGraph:
    return FileGraph(Memory({}), text, BOOK.programs, BOOK.built_in.clone)


def test_a_graph_serves_as_long_as_no_other_file_has_changed() -> None:
    memo = FlowMemo()
    apart = frozenset({"a.yml"})

    def graph() -> FileGraph:
        return memo.graph(apart, {}.get, graph_of)

    assert graph() is not graph(), "whether a file has changed is not known"
    memo.others = 1
    first = graph()
    assert graph() is first
    assert memo.graph(frozenset(), {}.get, graph_of) is not first
    memo.others = 2
    assert graph() is not first


def test_a_graph_that_looked_at_a_pipelines_file_is_made_again() -> None:
    memo = FlowMemo()
    memo.others = 1
    apart = frozenset({"a.yml"})
    asks: list[Text] = []

    def make(text: Text) -> FileGraph:
        asks.append(text)
        return graph_of(text)

    first = memo.graph(apart, {"a.yml": "x", "b.sh": "y"}.get, make)
    assert asks[0]("b.sh") == "y"
    assert memo.graph(apart, {}.get, make) is first
    assert asks[0]("a.yml") == "x"
    assert memo.graph(apart, {}.get, make) is not first
