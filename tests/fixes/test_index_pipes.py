"""What a pipe is given for an index: which values are a pair of Packages, and what is written in their place."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.fixes.index_pipes import PipePair, pipe_edits, pipe_pair
from migrator.platforms.records import Task
from migrator.text.edits import splice
from migrator.text.source import Source, Span
from migrator.text.yaml import Mapping, Scalar, read_yaml
from tests.flow.reading import BOOK
from tests.memory import planned, report_on

NAME, URL = "atlassian/pypi-publish", "https://pypi.apkg.io/acme"
USERNAME, TOKEN = "BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN"
PAIR = (("PYPI_USERNAME", "$U"), ("PYPI_PASSWORD", "${T}"), ("REPOSITORY", URL))


def pair(*given: tuple[str, str], name: str = f"{NAME}:1") -> PipePair | None:
    values = tuple((key, Scalar(value, "", Span(number, number + 1))) for number, (key, value) in enumerate(given))
    return pipe_pair(Task("a pipe", values, name=name), BOOK)


def other(**values: str) -> tuple[tuple[str, str], ...]:
    """The same pair but for some values."""
    return tuple((key, values.get(key.rpartition("_")[2].lower(), value)) for key, value in PAIR)


@pytest.mark.parametrize(
    ("given", "stored", "place"),
    [
        (PAIR, ("U", "T"), 0),
        ((*PAIR, ("MORE", "x")), ("U", "T"), 0),
        (PAIR[::-1], ("U", "T"), 2),
        (other(username="$T"), ("T",), 0),
        (other(username="me@acme.example"), ("T",), 1),
        (other(username=f"${USERNAME}"), ("T",), 0),
        (other(password=f"${TOKEN}"), ("U",), 0),
        (other(repository=f" {URL} "), ("U", "T"), 0),
    ],
    ids=str,
)
def test_a_pair_of_packages(given: tuple[tuple[str, str], ...], stored: tuple[str, ...], place: int) -> None:
    found = pair(*given)
    assert found is not None
    assert (found.name, found.host, found.address) == (NAME, "pypi.apkg.io", "pypi.apkg.io/acme")
    assert (found.stored, found.place) == (stored, Span(place, place + 1))
    values = dict(given)
    assert [(scalar.value, native) for scalar, native in found.halves] == [
        (values["PYPI_USERNAME"], USERNAME),
        (values["PYPI_PASSWORD"], TOKEN),
    ]


@pytest.mark.parametrize(
    "given",
    [
        PAIR[1:],
        PAIR[:1] + PAIR[2:],
        PAIR[:2],
        (*PAIR, PAIR[0]),
        (*PAIR, ("MORE", "x"), ("MORE", "y")),
        other(username=f"${USERNAME}", password=f"${TOKEN}"),
        other(username="me", password=f"${TOKEN}"),
        other(username="$U $V"),
        other(username=""),
        other(password="x$T"),
        other(password="x"),
        other(password="${T:-x}"),
        other(repository="https://crg.apkg.io/acme"),
        other(repository="https://pypi.example/acme"),
        other(repository="https://pypi.apkg.io/$W"),
        other(repository="$X"),
    ],
    ids=str,
)
def test_what_is_no_pair_of_packages(given: tuple[tuple[str, str], ...]) -> None:
    assert pair(*given) is None


def test_another_pipe_is_given_no_pair() -> None:
    assert pair(*PAIR, name="acme/publish:1") is None
    assert pair(*PAIR, name=NAME) is not None


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("a: $U\nb: ${T}\n", f"a: ${USERNAME}\nb: ${{{TOKEN}}}\n"),
        ("a: ${U}\nb: $T\n", f"a: ${{{USERNAME}}}\nb: ${TOKEN}\n"),
        ("a: me\nb: '$T'\n", f"a: ${USERNAME}\nb: '${TOKEN}'\n"),
        (f"a: ${USERNAME}\nb: $T\n", f"a: ${USERNAME}\nb: ${TOKEN}\n"),
        (f"a: $U\nb: ${{{TOKEN}}}\n", f"a: ${USERNAME}\nb: ${{{TOKEN}}}\n"),
        ("a: >\n  me\n\n\nb: $T\n", None),
    ],
)
def test_only_the_names_are_written_anew(text: str, after: str | None) -> None:
    source = Source("f.yml", text)
    root = read_yaml(source)
    assert isinstance(root, Mapping)
    a, b = (node for _, item in root.entries if isinstance(node := item.node, Scalar))
    edits = [*pipe_edits(source, PipePair("", "", "", ((a, USERNAME), (b, TOKEN)), ()))]
    if after is not None:
        assert splice(text, edits) == after
    assert all(edit.path == "f.yml" for edit in edits)


def test_a_value_that_can_not_be_found_in_the_file_stays() -> None:
    halves = ((Scalar("$U", "", Span(3, 5)), USERNAME), (Scalar("$T", "", Span(9, 11)), TOKEN))
    edits = pipe_edits(Source("f.yml", "a: *U\nb: $T\n"), PipePair("", "", "", halves, ()))
    assert [(edit.span, edit.text) for edit in edits] == [(Span(10, 11), TOKEN)]


PIPE = (
    "          - pipe: atlassian/pypi-publish:0.4.0\n            variables:\n              PYPI_USERNAME: $U\n"
    "              PYPI_PASSWORD: $T\n              REPOSITORY: https://pypi.apkg.io/acme\n"
)
HEAD = "pipelines:\n  default:\n    - step:\n        script:\n"
LINKED = "pypi.apkg.io/acme is linked to this repository"


@pytest.mark.parametrize(
    ("more", "remaining"),
    [
        ("", ()),
        ("          - curl $T\n", ("T",)),
        ("          - curl $OTHER\n", ()),
        ("          - docker build .\n          - echo $T > x\n", ("T",)),
        ("          - docker build .\n          - T=1; echo $T\n", ()),
        ("          - docker build .\n        after-script:\n          - ./notify $T\n", ("T",)),
        ("          - ./notify $T\n", ("T",)),
        ("          - docker login -u a -p '(\n          - ./notify $T\n", ("T",)),
        (PIPE.replace("$U", "$T").replace("$T", "$X", 1), ("T",)),
        (PIPE.replace("pypi-publish", "other"), ("U", "T")),
        (PIPE.replace("pypi-publish", "other").replace("$T", "x$U"), ("U",)),
        ("        after-script:\n          - echo $U\n", ("U",)),
        ("        after-script:\n          - echo $U $T\n", ("U", "T")),
    ],
    ids=str,
)
def test_what_else_of_the_step_reads_the_variables(more: str, remaining: tuple[str, ...]) -> None:
    assert report_on(HEAD + PIPE + more).findings[0].remaining == remaining


def test_a_value_that_another_pipe_shares_is_read_there() -> None:
    shared = (HEAD + PIPE).replace("$T", "&t $T") + PIPE.replace("pypi-publish", "other").replace("$U", "$X")
    assert report_on(shared.replace("PYPI_PASSWORD: $T", "MORE: *t")).findings[0].remaining == ("T",)


def test_a_variable_of_the_pipe_itself_is_read_there_too() -> None:
    text = HEAD + PIPE + "              MORE: x$T\n"
    assert report_on(text).findings[0].remaining == ("T",)


@pytest.mark.parametrize(
    ("settings", "reasons", "granted"),
    [
        (Settings(), [], True),
        (Settings(workspace="acme"), [], True),
        (Settings(workspace="other"), ["pypi.apkg.io/acme is a package of another workspace"], True),
        (Settings(own_packages=("pypi.apkg.io/acme",)), [], False),
    ],
    ids=["nobody knows", "its own", "another", "listed"],
)
def test_what_speaks_against_the_native_halves(settings: Settings, reasons: list[str], granted: bool) -> None:
    report = report_on(HEAD + PIPE, settings)
    (finding,) = report.findings
    said = ["atlassian/pypi-publish takes the user name and the token as variables", *reasons]
    assert [one.detail for one in finding.reasons] == said
    assert (LINKED in finding.assumptions) is granted
    assert bool(planned(report, unsafe=True).changes) is not bool(reasons)


def test_a_step_that_sets_a_native_variable_and_a_runner_of_one_s_own_are_told_first() -> None:
    runs = "        runs-on: [self.hosted, linux]\n"
    text = HEAD.replace("        script:", f"{runs}        script:") + f"          - export {TOKEN}=x\n" + PIPE
    finding = report_on(text).findings[-1]
    assert finding.reasons[0].code == "shadowed"
    assert finding.assumptions == (LINKED, "self-hosted runners get the native credentials")
