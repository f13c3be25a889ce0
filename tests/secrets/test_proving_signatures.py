"""Who signed a plan and its log, and whether that is enough: signatures are told, not made."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from migrator.options import UsageError
from migrator.options.secrets import Signers
from migrator.secrets import journal, proving, signing
from migrator.secrets import plan as plans
from migrator.secrets.journal import Event, JournalError, LogEntry
from migrator.secrets.keeping import NotKept
from migrator.secrets.proving import _log, enough, proof, summary
from migrator.secrets.records import RemovalVerdict
from migrator.secrets.signing import Signature
from tests.secrets.test_plan import PLAN, ROW
from tests.secrets.test_proving import BOTH, TWO, written

ALLOWED = Path("allowed")


def signed(name: str, *, key: str = "", why: str = "", lines: int = 0) -> Signature:
    """By `name`, whose key is called like it; nobody's where `why` says so."""
    kind = "logsig" if lines else "sig"
    who = "" if why else name
    return Signature(Path(f"{name}.{kind}"), who, key or f"SHA256:{name}", why, (name,), lines)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Signature]:
    """The signatures of a plan, and of its log where they have lines."""
    found: list[Signature] = []
    monkeypatch.setattr(signing, "signatures", lambda *_: tuple(one for one in found if not one.lines))
    monkeypatch.setattr(signing, "log_signatures", lambda *_: tuple(one for one in found if one.lines))
    return found


ADA, LEE, DANA = signed("ada"), signed("lee"), signed("dana")
BAD = signed("sam", why="no allowed signer has its key")
ALL = replace(DANA, file=Path("dana.logsig"), lines=2)
"""Of all lines of a log in which two rows are done."""


@pytest.mark.parametrize(
    ("by", "signatures", "required", "expected", "good"),
    [
        ("dana", [ADA, ALL], 1, "signers: 1 of 1 required", True),
        ("dana", [DANA, ALL], 1, "signers: 1 of 1 required", True),
        ("dana", [ALL], 1, "signers: 0 of 1 required", False),
        ("dana", [BAD, ALL], 1, "signers: 0 of 1 required", False),
        ("dana", [ALL], 0, "signers: 0 of 0 required", True),
        ("dana", [ADA, LEE, ALL], 2, "signers: 2 of 2 required by others than dana", True),
        ("dana", [ADA, DANA, ALL], 2, "signers: 1 of 2 required by others than dana", False),
        ("dana", [ADA, replace(LEE, key=ALL.key), ALL], 2, "signers: 1 of 2 required by others than dana", False),
        ("dana", [ADA, replace(LEE, key="SHA256:sam"), ALL], 2, "signers: 2 of 2 required by others than dana", True),
        ("dana", [ADA, LEE, replace(ALL, lines=1)], 2, "signers: 2 of 2 required by others than dana", True),
        ("dana", [ADA, LEE], 2, "signers: 2 of 2 required by others than dana", True),
        ("dana", [ADA, ALL, replace(BAD, lines=2)], 1, "signers: 1 of 1 required", False),
        ("", [ADA, LEE, ALL], 2, "signers: 2 of 2 required", False),
        ("", [ADA, ALL], 1, "signers: 1 of 1 required", True),
    ],
)
def test_who_signed_has_to_be_as_many_as_are_required_beside_who_applied(
    by: str,
    signatures: list[Signature],
    required: int,
    expected: str,
    good: bool,
    told: list[Signature],
    tmp_path: Path,
) -> None:
    told += signatures
    found = proof(written(tmp_path, *BOTH, by=by), None, Signers(ALLOWED, required))
    assert [one for one in found.lines if one.startswith("signers: ")] == [expected]
    assert found.good == good
    unknown = "INVALID: the log does not say who applied the plan, so it may be one who signed"
    assert (unknown in found.lines) == (not by and required > 1)


def test_a_key_whose_signature_of_the_log_is_invalid_is_not_that_of_who_applied(
    told: list[Signature], tmp_path: Path
) -> None:
    told += [ADA, LEE, ALL, replace(BAD, key="", lines=1), replace(BAD, key=LEE.key, lines=1)]
    found = proof(written(tmp_path, *BOTH), None, Signers(ALLOWED, 2))
    assert "signers: 2 of 2 required by others than dana" in found.lines


@pytest.mark.parametrize("required", [1, 2])
def test_without_a_log_nobody_has_applied(required: int, told: list[Signature], tmp_path: Path) -> None:
    told += [ADA, LEE]
    found = proof(written(tmp_path), None, Signers(ALLOWED, required))
    assert found.good
    assert found.lines[1:] == (
        f"digest: {TWO.digest}",
        "signature ada.sig: ada with SHA256:ada",
        "signature lee.sig: lee with SHA256:lee",
        f"signers: 2 of {required} required",
        "log: not found; patless can't tell what was deleted",
    )


def test_what_is_signed_is_told_line_by_line(told: list[Signature], tmp_path: Path) -> None:
    told += [ADA, BAD, ALL]
    found = proof(written(tmp_path, *BOTH), None, Signers(ALLOWED, 1))
    told_of_rows = [one for one in found.lines if " in web: " in one]
    assert [one.partition(" 2")[0] for one in told_of_rows] == ["PAT in web: deleted", "OLD_PAT in web: gone"]
    assert [one for one in found.lines[2:] if one not in told_of_rows] == [
        "signature ada.sig: ada with SHA256:ada",
        "signature sam.sig: INVALID: no allowed signer has its key",
        "signers: 1 of 1 required",
        "log: 2 lines, intact",
        "log signature dana.logsig: dana with SHA256:dana, lines 1 to 2",
    ]
    assert found.good


def test_signatures_that_nobody_checked_are_no_proof(told: list[Signature], tmp_path: Path) -> None:
    path = written(tmp_path, *BOTH)
    path.with_name("plan.json.1.sig").touch()
    path.with_name("plan.json.2.sig").touch()
    found = proof(path, None, Signers())
    said = "signatures: NOT CHECKED: plan.json.1.sig, plan.json.2.sig; pass --allowed-signers to check them"
    assert (said in found.lines, "signatures: none" in found.lines, found.good) == (True, False, False)
    told += [replace(BAD, lines=2)]
    path.with_name("plan.json.1.sig").unlink()
    path.with_name("plan.json.2.sig").unlink()
    assert proof(path, None, Signers()).good, "without allowed signers that of a log is no part of it"


def test_a_log_that_is_named_is_that_one_and_has_to_be_there(tmp_path: Path) -> None:
    path = written(tmp_path, *BOTH)
    with pytest.raises(NotKept, match=r"other\.log"):
        proof(path, tmp_path / "other.log", Signers())
    journal.beside(path).rename(tmp_path / "other.log")
    assert "log: not found; patless can't tell what was deleted" in proof(path, None, Signers()).lines
    assert "log: 2 lines, intact" in proof(path, tmp_path / "other.log", Signers()).lines


@pytest.mark.parametrize(
    ("signatures", "by", "key", "required", "refused"),
    [
        ([ADA], "dana", "", 1, ""),
        ([DANA], "dana", "", 1, ""),
        ([ADA], "", "", 1, ""),
        ([ADA], "", "", 0, ""),
        ([], "", "", 0, "the plan has 0 valid signatures; 1 are required"),
        ([ADA, LEE], "dana", "", 2, ""),
        ([ADA, LEE], "dana", "SHA256:lee", 2, "the plan has 1 valid signatures by others than dana; 2 are required"),
        ([ADA, DANA], "dana", "", 2, "the plan has 1 valid signatures by others than dana; 2 are required"),
        ([ADA, LEE], "dana", "", 3, "the plan has 2 valid signatures by others than dana; 3 are required"),
        ([ADA, LEE], "", "", 2, "patless can't tell who applies the plan"),
        ([ADA, BAD], "dana", "", 1, "the signature sam.sig is invalid: no allowed signer has its key"),
        ([DANA], "dana", "SHA256:dana", 1, ""),
    ],
    ids=str,
)
def test_a_plan_is_applied_with_as_many_signatures_as_are_required(
    signatures: list[Signature], by: str, key: str, required: int, refused: str, told: list[Signature]
) -> None:
    told += signatures
    if refused:
        with pytest.raises(UsageError, match=refused):
            enough(Path("plan.json"), TWO, Signers(ALLOWED, required), by, key)
    else:
        enough(Path("plan.json"), TWO, Signers(ALLOWED, required), by, key)


def entry(by: str, event: Event = Event.GONE) -> LogEntry:
    return LogEntry("", event, "", "", by=by)


@pytest.mark.parametrize(
    ("signatures", "expected", "good"),
    [
        ([], ["it has no valid signature"], True),
        ([replace(BAD, lines=0)], ["it has no valid signature"], False),
        ([replace(DANA, lines=2), replace(ADA, lines=1)], ["lines 3 to 3 have no valid signature"], True),
        ([replace(BAD, lines=9), replace(DANA, lines=3)], [], False),
        ([replace(DANA, lines=3), replace(BAD, lines=1)], [], False),
        ([replace(ADA, names=("ada", "DANA"), lines=3)], [], True),
    ],
)
def test_lines_count_as_signed_by_the_longest_valid_signature(
    signatures: list[Signature], expected: list[str], good: bool
) -> None:
    lines, valid = _log([entry("ada"), entry("dana"), entry("Dana")], signatures)
    assert lines[0] == "log: 3 lines, intact"
    rest = [one.removeprefix("log: ").partition(";")[0] for one in lines[1:] if one.startswith("log: ")]
    if signatures and signatures[-1].lines == 1 and not expected:
        assert "INVALID" in lines[-1]
    assert (rest, valid) == (expected, good)


def test_a_signature_of_somebody_else_says_whose_it_is() -> None:
    lines, _ = _log([entry("dana")], [replace(ADA, lines=1)])
    assert lines[1] == "log signature ada.sig: INVALID: ada signed what dana applied"
    lines, _ = _log([entry("dana")], [replace(DANA, lines=1)])
    assert lines[1:] == ["log signature dana.sig: dana with SHA256:dana, lines 1 to 1"]


def test_one_line_of_another_plan_makes_a_log_another_s(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [replace(entry("dana"), plan=TWO.digest), replace(entry("dana"), plan="other")]
    monkeypatch.setattr(journal, "entries", lambda *_: tuple(entries))
    with pytest.raises(JournalError, match="belongs to another plan"):
        proving._entries(Path("log"), b"", TWO)
    entries[1:] = [replace(entries[0], uuid="{1}")]
    assert proving._entries(Path("log"), b"", TWO) == tuple(entries)


def test_whoever_signs_reads_what_is_accepted() -> None:
    waiver = plans.Waived("dump", "a.sh", "", "we looked", "2026-12-31")
    row = replace(ROW, verdict=RemovalVerdict.ACCEPTED, waivers=(waiver,), assumptions=("One.",))
    assert summary(replace(PLAN, rows=(row, row))) == [
        f"patless: 2 variables of acme to delete, until {PLAN.expires}",
        *["  PAT in web: removable-with-accepted-risk"] * 2,
        "Accepted:",
        "  dump at a.sh: we looked",
        "Assumes:",
        "  One.",
    ]
    assert summary(PLAN)[1:] == ["  PAT in web: removable"]
