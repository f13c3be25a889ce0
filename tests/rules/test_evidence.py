"""What the text of a repository says is evidence; how it is settled."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.memory import PATH, report_on, step

LOGIN = 'docker login crg.apkg.io -u "$U" -p "$T"'
PUSH = "docker push crg.apkg.io/acme/web:1"
SEED = b'class SeedIT { String image = "crg.apkg.io/acme/seed-db:7"; }\n'


def _files(*script: str, **texts: bytes) -> dict[str, bytes]:
    return {PATH: step(LOGIN, PUSH, *script).encode(), **{name.replace("_", "."): text for name, text in texts.items()}}


def _reasons(files: dict[str, bytes], **settings: tuple[str, ...]) -> list[tuple[str, str]]:
    (finding,) = report_on(files, Settings(**settings)).findings  # type: ignore[arg-type]
    return [(reason.code, reason.subject) for reason in finding.reasons]


@pytest.mark.parametrize("key", ["own_packages", "shared_packages"])
@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        (SEED, "crg.apkg.io/acme/seed-db"),
        (SEED, "acme/*"),
        (b"'crg.apkg.io/acme/' + name", "crg.apkg.io/acme/*"),
        (b"HOST = 'crg.apkg.io'", "crg.apkg.io/*"),
    ],
)
def test_a_package_that_is_listed_holds_nothing_back(key: str, text: bytes, pattern: str) -> None:
    files = _files("mvn verify", src_java=text)
    assert _reasons(files)
    assert _reasons(files, **{key: (pattern,)}) == []


def test_a_package_is_named_once_for_all_programs_and_places() -> None:
    files = _files("mvn verify", "npm test", a_java=SEED, b_java=SEED * 3)
    assert _reasons(files) == [("foreign-package", "crg.apkg.io/acme/seed-db")]


def test_the_place_and_the_program_are_named() -> None:
    (finding,) = report_on(_files("mvn verify", src_java=b"\n" + SEED)).findings
    assert [reason.detail for reason in finding.reasons] == [
        "crg.apkg.io/acme/seed-db, which this repository does not push, is named in src.java:2, and `mvn verify` "
        "may read it"
    ]


def test_few_packages_are_named_where_there_are_many() -> None:
    text = b"".join(b"crg.apkg.io/acme/p%d\n" % number for number in range(5000))
    assert len(_reasons(_files("mvn verify", all_txt=text))) == 8


def test_text_in_no_encoding_is_evidence_too() -> None:
    assert _reasons(_files("mvn verify", a_txt=b"\xff\xe4 " + SEED)) == [
        ("foreign-package", "crg.apkg.io/acme/seed-db")
    ]


def test_the_configuration_is_no_evidence() -> None:
    files = {**_files("mvn verify"), ".patless.toml": b'own-packages = ["crg.apkg.io/acme/base"]\n'}
    assert _reasons(files) == []


def test_what_cannot_be_looked_through_holds_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.flow.files._MOST_FILES_HELD", 2)
    assert _reasons(_files("mvn verify", a=b"")) == []
    assert _reasons(_files("mvn verify", a=b"", b=b"", c=b"")) == [("image-unresolved", "`mvn verify`")]


@pytest.mark.parametrize(
    "command",
    [
        "ls x | xargs ./deploy.sh",
        "ls x | xargs -n 1 -P4 sh deploy.sh",
        "ls x | xargs $TOOL",
        "ls x | xargs env A=b ./deploy.sh",
        "find . -name x -exec ./deploy.sh {} +",
        "find . -name x -exec vendor-tool {} ';'",
        "find . -exec chmod +x {} + -exec ./deploy.sh ';'",
    ],
)
def test_what_a_program_begins_that_is_harmless_itself_may_read_what_the_text_names(command: str) -> None:
    assert _reasons(_files(command, deploy_sh=b"docker run crg.apkg.io/acme/seed-db:7\n")) == [
        ("foreign-package", "crg.apkg.io/acme/seed-db")
    ]


@pytest.mark.parametrize(
    "command",
    [
        "ls x",
        "ls x | xargs",
        "ls x | xargs -n 1 -I % cp % y",
        "ls x | xargs -I{} grep -l {} y",
        "find . -name x -delete",
        "find . -name x -exec chmod +x {} +",
        "find . -exec /bin/rm {} ';' -exec echo {} ';'",
    ],
)
def test_what_begins_harmless_programs_reads_no_package(command: str) -> None:
    assert _reasons(_files(command, deploy_sh=b"docker run crg.apkg.io/acme/seed-db:7\n")) == []
