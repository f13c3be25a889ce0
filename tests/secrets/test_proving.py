"""What was done of a plan, told from its log, without anybody's signature."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from migrator.options import UsageError
from migrator.options.secrets import Signers
from migrator.secrets import journal
from migrator.secrets import plan as plans
from migrator.secrets.journal import Event, JournalError, LogEntry
from migrator.secrets.proving import _log, enough, proof, summary
from migrator.secrets.records import RemovalVerdict
from migrator.secrets.signing import Signature
from tests.secrets.test_plan import PLAN, ROW

TWO = replace(PLAN, rows=(ROW, replace(ROW, uuid="{2}", key="OLD_PAT")))


def written(folder: Path, *events: tuple[Event, str], by: str = "dana") -> Path:
    """A plan, and a log beside it where there are events."""
    path = folder / "plan.json"
    path.write_text(plans.text(TWO))
    if events:
        with journal.opened(journal.beside(path), TWO.digest, by, {}) as log:
            for event, uuid in events:
                log.write(event, uuid=uuid, key="PAT", place="web")
    return path


BOTH = ((Event.DELETED, "{1}"), (Event.GONE, "{2}"))


@pytest.mark.parametrize(
    ("events", "told", "good"),
    [
        ((), ["log: not found"], True),
        (BOTH, ["PAT in web: deleted ", "OLD_PAT in web: gone "], True),
        (((Event.DELETED, "{1}"),), ["PAT in web: deleted ", "OLD_PAT in web: not done"], False),
        ((*BOTH, (Event.REFUSED, "{2}")), ["PAT in web: deleted ", "OLD_PAT in web: refused "], False),
        (((Event.FAILED, "{1}"), *BOTH), ["PAT in web: deleted ", "OLD_PAT in web: gone "], True),
    ],
)
def test_the_last_that_was_done_of_each_row_counts(
    events: tuple[tuple[Event, str], ...], told: list[str], good: bool, tmp_path: Path
) -> None:
    found = proof(written(tmp_path, *events), None, Signers())
    assert found.good == good
    for line in told:
        assert any(one.startswith(line) for one in found.lines), line
    assert found.lines[0].startswith("plan: 2 variables of acme")
    assert "signatures: none" in found.lines


@pytest.mark.parametrize(("by", "said"), [("dana", "by dana"), ("", "by someone")])
def test_who_did_it_is_told(by: str, said: str, tmp_path: Path) -> None:
    found = proof(written(tmp_path, *BOTH, by=by), None, Signers())
    assert sum(one.endswith(said) for one in found.lines) == 2


@pytest.mark.parametrize(
    ("signer", "names", "lines", "said", "good"),
    [
        ("", (), 2, "log: it has no valid signature", False),
        ("ada", ("ada",), 2, "log: lines 3 to 3 have no valid signature", True),
        ("ada", ("ada", "Dana"), 2, "log: lines 3 to 3 have no valid signature", True),
        ("dana", ("dana",), 3, "", True),
        ("ada", ("ada",), 3, "log: it has no valid signature", False),
    ],
)
def test_how_much_of_a_log_is_signed_by_whoever_did_it_is_told(
    signer: str, names: tuple[str, ...], lines: int, said: str, good: bool
) -> None:
    """Nobody has to have done the second line; the third one was Dana's."""
    entries = [LogEntry("", Event.STARTED, "", "", by="dana"), LogEntry("", Event.GONE, "", "", by="")]
    entries.append(LogEntry("", Event.ENDED, "", "", by="dana"))
    told, valid = _log(entries, [Signature(Path("plan.1.logsig"), signer, "SHA256:x", "", names, lines)])
    last = told[-1] if told[-1].startswith("log: ") else ""
    assert (last.partition(";")[0], valid) == (said, good)


def test_a_log_of_another_plan_is_none(tmp_path: Path) -> None:
    path = written(tmp_path)
    with journal.opened(journal.beside(path), "other", "dana", {}) as log:
        log.write(Event.ENDED)
    with pytest.raises(JournalError, match="belongs to another plan"):
        proof(path, None, Signers())


def test_a_log_with_a_row_that_the_plan_has_not_is_none(tmp_path: Path) -> None:
    path = written(tmp_path, (Event.DELETED, "{9}"))
    with pytest.raises(JournalError, match="belongs to another plan"):
        proof(path, None, Signers())


def test_signatures_that_are_asked_for_need_to_be_known(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(UsageError, match="needs --allowed-signers"):
        proof(path, None, Signers(require_signatures=1))
    with pytest.raises(UsageError, match="needs --allowed-signers"):
        enough(path, TWO, Signers(require_signatures=1), "dana")
    enough(path, TWO, Signers(), "dana")
    (tmp_path / "allowed").write_text("")
    for required in (0, 1):
        with pytest.raises(UsageError, match="has 0 valid signatures; 1 are required"):
            enough(path, TWO, Signers(tmp_path / "allowed", required), "dana")
    with pytest.raises(UsageError, match="can't tell who applies"):
        enough(path, TWO, Signers(tmp_path / "allowed", 2), "")
    with pytest.raises(UsageError, match="by others than dana; 2 are required"):
        enough(path, TWO, Signers(tmp_path / "allowed", 2), "dana")


def test_whoever_signs_reads_what_goes() -> None:
    lines = summary(TWO)
    assert lines[1:] == [f"  {key} in web: {RemovalVerdict.REMOVABLE}" for key in ("PAT", "OLD_PAT")]
    more = replace(TWO, rows=(replace(ROW, assumptions=("One.", "Two.")), replace(ROW, assumptions=("Two.",))))
    assert summary(more)[-3:] == ["Assumes:", "  One.", "  Two."]
