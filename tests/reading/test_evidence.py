"""Which packages the text of a repository names, for programs that nobody follows."""

from __future__ import annotations

import gzip
from base64 import b64encode

import pytest

from migrator.flow.files import FileGraph
from migrator.ir.paths import Paths, Top
from migrator.reading.evidence import RegistryTexts
from migrator.text.source import Source
from migrator.text.view import Unreadable
from tests.flow.reading import BOOK
from tests.memory import Memory

HOST = "crg.apkg.io/acme"
BASE = f"FROM {HOST}/base\n# nothing else stands here\n"
ENCODED = f"run('{b64encode(BASE.encode()).decode()}')\n"
LARGE = b"too large"


class _Bounded(Memory):
    """A view in which some files cannot be read."""

    def read(self, path: str) -> bytes | None:
        found = super().read(path)
        if found == LARGE:
            raise Unreadable("it is too large")
        return found


def graph(files: dict[str, str | bytes]) -> FileGraph:
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}

    def text(path: str) -> str | None:
        try:
            return data[path].decode() if data.get(path, LARGE) != LARGE else None
        except UnicodeDecodeError:
            return None

    return FileGraph(_Bounded(data), text, BOOK.programs, BOOK.built_in.clone)


def told(
    files: dict[str, str | bytes], runs: Paths, followed: frozenset[str] = frozenset(), *sources: Source
) -> list[tuple[str, int, int, str]]:
    found = RegistryTexts(graph(files), BOOK, followed).evidence(runs, sources)
    assert not isinstance(found, Top)
    return [(one.path, one.position.line, one.position.column, one.mention.reference) for one in found]


FILES: dict[str, str | bytes] = {
    "a.sh": f"docker pull {HOST}/a\ndocker pull '{HOST}/a'$A\n",
    "b.sh": f"docker pull {HOST}/b\n",
    "c.txt": f"\n{HOST}/c\n'{HOST}/c'$C\n",
    "d.txt": "nothing\n",
}
ALL = Top("$X", ("**",))


@pytest.mark.parametrize(
    ("runs", "lines"),
    [
        (frozenset(), [("c.txt", 2), ("c.txt", 3)]),
        (frozenset({"a.sh"}), [("a.sh", 1), ("c.txt", 2), ("c.txt", 3)]),
        (frozenset({"c.txt", "d.txt"}), [("c.txt", 2), ("c.txt", 3)]),
        (ALL, [("a.sh", 1), ("b.sh", 1), ("c.txt", 2), ("c.txt", 3)]),
        (Top("$X", ("*.txt",)), [("c.txt", 2), ("c.txt", 3)]),
    ],
)
def test_of_what_is_followed_only_whole_names_of_files_that_may_run_again_count(
    runs: Paths, lines: list[tuple[str, int]]
) -> None:
    found = told(FILES, runs, frozenset({"a.sh", "b.sh"}))
    assert [(path, line) for path, line, _, _ in found] == lines


def test_what_is_packed_counts_in_files_that_may_run() -> None:
    files: dict[str, str | bytes] = {"x.gz": gzip.compress(BASE.encode()), "y.bin": LARGE, "z.txt": "nothing"}
    assert told(files, frozenset()) == []
    for runs in (frozenset({"x.gz", "y.bin", "z.txt"}), ALL):
        assert told(files, runs) == [("x.gz", 1, 1, f"{HOST}/base")]


def test_what_is_encoded_counts_in_files_that_may_run_and_in_those_of_the_step() -> None:
    files: dict[str, str | bytes] = {"x.rb": ENCODED, "y.rb": "x"}
    step, here = Source("z.yml", f"a\n{ENCODED}"), [("z.yml", 2, 6, f"{HOST}/base")]
    assert told(files, frozenset()) == []
    assert told(files, frozenset(), frozenset(), step) == here
    for runs in (frozenset({"x.rb", "y.rb"}), ALL):
        assert told(files, runs) == [("x.rb", 1, 6, f"{HOST}/base")]
        assert told(files, runs, frozenset(), step) == [("x.rb", 1, 6, f"{HOST}/base"), *here]
    assert told(files, frozenset({"x.rb"}), frozenset(), Source("x.rb", f"a\n{ENCODED}")) == [
        ("x.rb", 2, 6, f"{HOST}/base")
    ]


def test_of_more_files_than_are_looked_through_what_the_step_says_is_left() -> None:
    files: dict[str, str | bytes] = {f"ci/{number}": "" for number in range(5100)}
    assert told(files, ALL, frozenset(), Source("z.yml", ENCODED)) == [("z.yml", 1, 6, f"{HOST}/base")]


AUTHS = '{"auths": {"crg.apkg.io": {"auth": "c29tZTp0b2tlbg=="}}}'
KEPT: dict[str, str | bytes] = {
    "config.json": AUTHS,
    "ci/auth.json": "{}" + AUTHS,
    "x.yml": AUTHS,
    "native.json": AUTHS + "$BITBUCKET_PACKAGES_USERNAME $BITBUCKET_PACKAGES_TOKEN",
    "other.json": AUTHS.replace("crg.apkg", "ghcr"),
    "names.json": "crg.apkg.io",
    "followed.py": AUTHS,
}


def test_login_files_are_kept_logins_to_packages_that_are_not_native() -> None:
    texts = RegistryTexts(graph(KEPT), BOOK, frozenset({"followed.py"}))
    found = texts.kept(frozenset(KEPT))
    assert set(found) == {"config.json", "ci/auth.json", "x.yml"}
    assert {path: str(KEPT[path])[span.start : span.end] for path, span in found.items()} == dict.fromkeys(
        found, '"auths":'
    )
    assert found["ci/auth.json"].start == 3
    assert set(texts.kept(frozenset({"x.yml", "names.json"}))) == {"x.yml"}
    assert texts.kept(frozenset(KEPT)) is found


def test_of_more_files_than_are_looked_through_those_count_that_are_named_as_clients_name_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("migrator.flow.files._MOST_FILES_HELD", 1)
    texts = RegistryTexts(graph(KEPT | {"b/config.json": LARGE}), BOOK, frozenset())
    assert set(texts.kept(frozenset({*KEPT, "b/config.json"}))) == {"config.json", "ci/auth.json"}
    found = texts.evidence(frozenset(), ())
    assert isinstance(found, Top)
