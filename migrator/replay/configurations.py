"""Configurations that a run has found to do no more than to leave files out, so that the hook need not read them."""

from __future__ import annotations

from migrator.replay import inputs, records
from migrator.replay.records import Printed


def left_out(path: str) -> tuple[str, ...] | None:
    """Texts, of which one stands in each path that the configuration in the file `path` leaves out; None where it is
    not known to do nothing else."""
    try:
        key = _key(path)
        found = records.read(key) if key else None
        if found is None or inputs.looked_at((), (), (path,))[0] != found[0]:
            return None
        return found[1].named
    except (OSError, inputs.Unsure):
        return None


def keep(path: str, texts: tuple[str, ...], youngest: int) -> None:
    """Note what `left_out` says. `youngest`: nothing is noted of a file that has changed since then, in nanoseconds
    since 1970."""
    try:
        text, moment = inputs.looked_at((), (), (path,))
        if moment < youngest:
            records.write(_key(path), text, Printed(0, (), (), texts, ()))
    except (OSError, inputs.Unsure):
        return


def _key(path: str) -> str:
    return inputs.key(["configuration", path])
