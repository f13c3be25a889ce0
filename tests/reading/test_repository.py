"""Which files of a repository are read, which are skipped and where, and what is seen of those that are no text."""

from __future__ import annotations

import gzip

import pytest
from msgspec.structs import replace

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import MAX_BYTES, Reading
from migrator.text.view import Unreadable
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

LOGIN = "docker login crg.apkg.io -u $U -p $P"
OTHER = "docker login ghcr.io -u $U -p $P"
PUSH = "docker push crg.apkg.io/acme/web"
ANYTHING = " ".join(("login", *BOOK.mentions))


class Locked(Memory):
    """A repository in which one file cannot be opened."""

    def read(self, path: str) -> bytes | None:
        if path == "locked":
            raise Unreadable("the file is locked")
        return super().read(path)


def read(files: dict[str, bytes], thorough: bool = False, within: str = "") -> Reading:
    return Reading(Locked(files), BOOK, Settings(), [PATH], BITBUCKET, within, thorough)


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        (b"a text", "a text"),
        (b"\xef\xbb\xbfa text", "a text"),
        (b"", ""),
        (None, None),
        (gzip.compress(b"docker login", mtime=0), "docker login"),
        (b"caf\xe9", "caf\ufffd"),
        (b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", ANYTHING),
        (b"\xef\xbb\xbf$ANSIBLE_VAULT;1.1;AES256\n6162\n", ANYTHING),
        (b"\x7fELF\0", ANYTHING),
        (b"#" * (MAX_BYTES + 1), "#" * (MAX_BYTES + 1)),
    ],
    ids=["text", "a mark", "empty", "missing", "packed", "another encoding", "sealed", "both", "no text", "large"],
)
def test_what_is_seen_of_a_file_is_its_text_or_what_it_may_hold(data: bytes | None, seen: str | None) -> None:
    assert read({} if data is None else {"a": data}).seen("a") == seen


def test_a_file_that_cannot_be_opened_may_hold_anything_and_a_folder_is_no_file() -> None:
    assert read({"locked": b""}).seen("locked") == ANYTHING
    assert read({}).seen("locked") is None
    assert read({"locked": b""}).file("locked") is None


@pytest.mark.parametrize(("size", "read_at_all"), [(MAX_BYTES, True), (MAX_BYTES + 1, False)])
def test_the_text_of_a_file_is_there_up_to_a_size(size: int, read_at_all: bool) -> None:
    assert (read({"a": b"#" * size}).file("a") is not None) == read_at_all


@pytest.mark.parametrize(
    ("data", "place", "message"),
    [
        (None, None, "the file no longer exists; run patless again"),
        (b"#" * (MAX_BYTES + 1), None, "the file is larger than 2 MiB; split it"),
        (b"\xff", (1, 1), ""),
        (b"ab\xff\n", (1, 3), ""),
        (b"a\nb\n  \xff", (3, 3), ""),
        (b"pipelines: [\n# crg.apkg.io\n", (3, 1), ""),
        (b"pipelines: [\n", None, None),
        (b"#" * MAX_BYTES, None, None),
    ],
    ids=["missing", "large", "the first byte", "a later one", "another line", "no YAML", "nothing in there", "at most"],
)
def test_a_pipelines_file_that_cannot_be_read_is_skipped_with_the_place(
    data: bytes | None, place: tuple[int, int] | None, message: str | None
) -> None:
    skipped = read({} if data is None else {PATH: data}).skipped
    assert [one.path for one in skipped] == ([] if message is None else [PATH])
    for one in skipped:
        assert (one.position and (one.position.line, one.position.column)) == place
        assert message in one.error if message else one.error


def test_a_pipelines_file_that_cannot_be_opened_is_skipped() -> None:
    (one,) = Reading(Locked({"locked": b""}), BOOK, Settings(), ["locked"], BITBUCKET).skipped
    assert (one.path, one.position, one.error) == ("locked", None, "the file is locked")


@pytest.mark.parametrize(
    ("script", "files", "skipped"),
    [
        (["if [", PUSH], {}, [(PATH, (5, 13))]),
        (["if ["], {}, []),
        (["if [", "ls login"], {}, []),
        ([PUSH, f"bash -c 'if {LOGIN}'"], {}, []),
        (["ls", "'echo \"$(('", f"'# {PUSH}'"], {}, [(PATH, (6, 20))]),
        ([PUSH, "python3 a.py"], {"a.py": f"run('{LOGIN}'\n"}, [("a.py", None)]),
        ([PUSH, "python3 a.py"], {"a.py": f"run('{OTHER}'\n"}, []),
        ([PUSH, "python3 a.py"], {"a.py": "run('ls'\n"}, []),
        ([PUSH, "python3 a.py"], {"a.py": f"run('{LOGIN}')\n"}, []),
    ],
)
def test_what_a_step_runs_and_cannot_be_read_is_skipped_where_it_matters(
    script: list[str], files: dict[str, str], skipped: list[tuple[str, tuple[int, int] | None]]
) -> None:
    found = read({PATH: step(*script).encode(), **{path: text.encode() for path, text in files.items()}}).skipped
    places = [one.position and (one.position.line, one.position.column) for one in found]
    assert list(zip([one.path for one in found], places, strict=True)) == skipped


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        (f"pipelines: [\n- {LOGIN}\n", ["login"]),
        (f"pipelines: [\n- {OTHER}\n", []),
        (f"pipelines: [\n- {PUSH}\n", []),
        (step(LOGIN), []),
    ],
)
def test_a_login_in_a_file_that_is_no_yaml_is_found(text: str, broken: list[str]) -> None:
    found = read({PATH: text.encode()}).broken
    assert [source.text[span.start : span.end] for source, span in found] == broken


@pytest.mark.parametrize(
    ("line", "files", "parsed"),
    [
        (PUSH, {}, True),
        ("ls", {}, False),
        ("ls login", {}, True),
        ("ls base64", {}, True),
        ("sh a.sh", {"a.sh": LOGIN}, True),
        ("sh a.sh", {"a.sh": "docker login"}, True),
        ("sh a.sh", {"a.sh": "ls"}, False),
        ("sh b.sh", {"a.sh": LOGIN}, False),
        ("echo $BITBUCKET_PACKAGES_TOKEN", {}, True),
    ],
)
def test_a_pipelines_file_is_parsed_where_it_may_matter(line: str, files: dict[str, str], parsed: bool) -> None:
    given = {PATH: step(line).encode(), **{path: text.encode() for path, text in files.items()}}
    assert list(read(given).pipelines) == ([PATH] if parsed else [])
    assert list(read(given, thorough=True).pipelines) == [PATH]
    settings = Settings(variables={"REGISTRY": "crg.apkg.io"})
    assert list(Reading(Memory(given), BOOK, settings, [PATH], BITBUCKET).pipelines) == [PATH]
    settings = Settings(variables={"REGISTRY": "ghcr.io"})
    assert list(Reading(Memory(given), BOOK, settings, [PATH], BITBUCKET).pipelines) == ([PATH] if parsed else [])
    settings = Settings(hosts={"REGISTRY": None})
    assert list(Reading(Memory(given), BOOK, settings, [PATH], BITBUCKET).pipelines) == [PATH]


def test_a_pipelines_file_may_matter_where_a_login_without_a_host_goes_to_packages() -> None:
    first, *_ = BOOK.registries
    book = replace(BOOK, registries={**BOOK.registries, first: replace(BOOK.registries[first], default=True)})
    assert len(book.registries) > 1
    assert list(Reading(Memory({PATH: step("ls").encode()}), book, Settings(), [PATH], BITBUCKET).pipelines) == [PATH]


@pytest.mark.parametrize(("line", "places"), [(PUSH, [8]), ("ls login", [])])
def test_a_problem_of_a_pipelines_file_is_said_where_the_file_matters(line: str, places: list[int]) -> None:
    text = step(line) + "  branches:\n    x:\n      - step: [1]\n"
    assert [one.position and one.position.line for one in read({PATH: text.encode()}).skipped] == places


def test_the_programs_that_steps_run_are_among_the_files_that_were_read() -> None:
    files = {PATH: step(PUSH, "sh a.sh"), "a.sh": f"{LOGIN}\n", "b.sh": f"{LOGIN}\n"}
    reading = read({path: text.encode() for path, text in files.items()})
    assert {path: source.text for path, source in reading.sources.items()} == {
        path: files[path] for path in (PATH, "a.sh")
    }
    assert [part.source.path for part in reading.called] == ["a.sh"]


def test_neither_a_pipelines_file_nor_the_configuration_is_a_file_that_programs_may_read() -> None:
    files = {path: f"# {PUSH}\n{step(PUSH)}".encode() for path in (PATH, ".patless.toml", "notes.sh")}
    assert read(files).files.holding(("crg.apkg.io",)) == {"notes.sh": files["notes.sh"].decode()}


def test_a_file_is_read_once_and_an_imported_one_after_those_that_import_it() -> None:
    imports = "definitions:\n  imports:\n    shared: shared.yml\n    gone: gone.yml\n"
    files = {PATH: f"{imports}{step(PUSH)}".encode(), "shared.yml": f"export: true\n{step(PUSH)}".encode()}
    for paths in ([PATH], [PATH, PATH], [PATH, "shared.yml"]):
        reading = Reading(Memory(files), BOOK, Settings(), paths, BITBUCKET)
        assert list(reading.pipelines) == [PATH, "shared.yml"]
        assert reading.skipped == []
    assert list(Reading(Memory(files), BOOK, Settings(), [PATH], BITBUCKET, within="pipelines").pipelines) == [PATH]
    files["shared.yml"] = f"export: [\n# {PUSH}\n".encode()
    for paths in ([PATH], [PATH, "shared.yml"], ["shared.yml", PATH]):
        skipped = Reading(Memory(files), BOOK, Settings(), paths, BITBUCKET).skipped
        assert [one.path for one in skipped] == ["shared.yml"]


@pytest.mark.parametrize(("within", "lines"), [("", [4, 9]), ("pipelines.default", [4]), ("pipelines.custom.a", [9])])
def test_with_a_place_only_the_steps_there_are_read(within: str, lines: list[int]) -> None:
    text = step(PUSH) + "  custom:\n    a:\n      - step:\n          script:\n            - " + PUSH + "\n"
    reading = Reading(Memory({PATH: text.encode()}), BOOK, Settings(), [PATH], BITBUCKET, within=within)
    steps = [fact.step for fact in reading.facts]
    assert [reading.sources[PATH].position(one.at).line for one in steps] == lines
    assert all(reading.runs_here(one) for one in steps)


@pytest.mark.parametrize(
    ("exported", "within", "elsewhere"),
    [(False, "", False), (True, "", True), (False, "definitions", False), (True, "definitions", False)],
)
def test_a_step_that_others_may_import_runs_elsewhere_but_for_one_of_them(
    exported: bool, within: str, elsewhere: bool
) -> None:
    body = step(PUSH).replace("pipelines:", "  pipelines:").replace("\n  ", "\n    ")
    text = f"export: true\ndefinitions:\n{body}" if exported else step(PUSH)
    reading = read({PATH: text.encode()}, within=within if exported else within and "pipelines")
    (fact,) = reading.facts
    assert (fact.elsewhere, reading.runs_here(fact.step)) == (elsewhere, not elsewhere)


def test_a_script_that_cannot_be_read_is_nothing_in_a_file_that_says_nothing_of_packages() -> None:
    assert read({PATH: step("if [").encode()}, thorough=True).skipped == []
    (one,) = read({PATH: step("if [", f"'# {PUSH}'").encode()}, thorough=True).skipped
    assert (one.path, one.position and one.position.line) == (PATH, 5)
