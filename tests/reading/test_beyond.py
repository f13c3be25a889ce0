"""What is not read, or is one of too many, is a doubt where a step may run it, and nothing where no step does."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

import pytest

from migrator.findings.records import Finding, Verdict
from tests.memory import PATH, report_on, step

LOGIN = "#!/bin/sh\ndocker login crg.apkg.io -u $BB_EMAIL -p $BB_PKG_TOKEN\n"
OTHER = LOGIN.replace("crg.apkg.io", "ghcr.io")
NATIVE = "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN\n"
STRANGE = "# \u00e9\n".encode("latin-1")
LONG = "# a line that says nothing\n" * 90_000
SAFE = """'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin'"""
PUSH = "docker push crg.apkg.io/acme/web:1"
MANY = {f"ci/{number}/x.sh": b"true\n" for number in range(5_100)}


def findings(items: list[str], files: Mapping[str, str | bytes]) -> tuple[Finding, ...]:
    data = {path: one if isinstance(one, bytes) else one.encode() for path, one in files.items()}
    return report_on({PATH: step(*items).encode(), **data}).findings


@pytest.mark.parametrize(
    ("run", "path", "data"),
    [
        ("sh ci/x.sh", "ci/x.sh", LONG),
        ("sh ci/x.sh", "ci/x.sh", OTHER + LONG),
        ("sh ci/other.sh", "ci/x.sh", LOGIN + LONG),
        ("./ci/x.sh", "ci/x.sh", b"\x7fELF" + LOGIN.encode() + b"\0" + LONG.encode()),
        ("ruby ci/x.rb", "ci/x.rb", OTHER.encode() + STRANGE),
        ("ruby ci/x.rb", "ci/x.rb", b"# crg.apkg.io\n" + STRANGE),
        ("ruby ci/x.rb", "ci/x.rb", b64encode(OTHER.encode()) + b"\n" + STRANGE),
        ("ruby ci/x.rb", "ci/x.rb", NATIVE.encode() + STRANGE),
        ("sh ci/x.sh", "ci/x.sh", b"$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
        ("bash -e ci/x.sh", "ci/x.sh", b"Salted__x"),
    ],
    ids=[
        *("no login", "another registry", "not run", "no text", "in another encoding and for another registry"),
        *("a registry alone", "encoded and for another registry", "with the native pair"),
        *("sealed", "sealed in another way"),
    ],
)
def test_what_is_not_read_and_shows_no_login_is_nothing(run: str, path: str, data: str | bytes) -> None:
    assert findings([run], {path: data}) == ()


@pytest.mark.parametrize(
    ("run", "path", "data"),
    [
        ("sh ci/x.sh", "ci/x.sh", LOGIN + LONG),
        ("ruby ci/x.rb", "ci/x.rb", LOGIN + LONG),
        ("./ci/x.sh", "ci/x.sh", LONG + LOGIN),
        ("make -f ci/x.mk login", "ci/x.mk", "login:\n\tdocker login crg.apkg.io -u a\n" + LONG),
        ("ruby ci/x.rb", "ci/x.rb", LOGIN.encode() + STRANGE),
        ("ruby ci/x.rb", "ci/x.rb", b64encode(LOGIN.encode()) + b"\n" + STRANGE),
        ("sh ci/x.sh", "ci/x.sh", LOGIN.encode() + b"\0" + LONG.encode()),
    ],
    ids=[
        "a script",
        "another language",
        "executed",
        "a makefile",
        "in another encoding",
        "encoded",
        "a script before no text",
    ],
)
def test_what_is_not_read_and_shows_a_login_is_named(run: str, path: str, data: str | bytes) -> None:
    found = findings([run], {path: data})
    assert {(one.path, reason.code, reason.subject) for one in found for reason in one.reasons} == {
        (PATH, "not-followed", path)
    }
    assert "is larger than 2 MiB, packed, encrypted, or in an unknown encoding" in found[0].reasons[0].detail


def test_it_holds_the_logins_of_the_step_back() -> None:
    found = findings([SAFE, "sh ci/x.sh", PUSH], {"ci/x.sh": LOGIN + LONG})
    assert Verdict.SAFE not in {one.verdict for one in found}
    assert {one.verdict for one in findings([SAFE, PUSH], {"ci/x.sh": LOGIN + LONG})} == {Verdict.SAFE}


def test_one_of_more_files_than_are_looked_through_is_found_by_what_it_mentions() -> None:
    assert not findings(["sh ci/$KIND/x.sh"], MANY)
    found = findings(["sh ci/$KIND/x.sh"], {**MANY, "ci/77/x.sh": LOGIN})
    assert [(one.path, one.reasons[0].code) for one in found] == [("ci/77/x.sh", "not-followed")]
    (login,) = findings([SAFE, "ruby $TOOL", PUSH], MANY)
    assert [one.code for one in login.reasons] == ["mixed-logins"]
