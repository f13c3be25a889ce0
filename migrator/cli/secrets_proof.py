"""`patless secrets sign` and `verify`: who answers for a plan, and what was done of it, told offline."""

from __future__ import annotations

from pathlib import Path

from migrator.cli import console, exits
from migrator.findings.counting import many
from migrator.options.secrets import Signers
from migrator.secrets import plan as plans
from migrator.secrets import proving, signing
from migrator.text.mask import printable


def sign(plan: Path, key: Path, *, yes: bool) -> int:
    """Sign a plan that someone else has made, once it is said what that is."""
    made = plans.read(plan)
    signing.fingerprint(key)
    console.err(map(printable, proving.summary(made)))
    console.agreed(str(len(made.rows)), f"to sign for {many(len(made.rows), 'variable')}", yes=yes)
    console.err([f"patless: signed as {signing.sign(plan, key)}"])
    return exits.CLEAN


def verify(plan: Path, log: Path | None, signers: Signers) -> int:
    """Check a plan, its signatures and its log, asking nobody."""
    proof = proving.proof(plan, log, signers)
    console.out("".join(f"{line}\n" for line in proof.lines))
    return exits.CLEAN if proof.good else exits.LEFT
