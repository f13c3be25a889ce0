"""The analysis of a command line, and how far it is meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from migrator.checkouts.analysis import Analysis, analyse
from migrator.checkouts.standard_input import Buffer
from migrator.cli import telling
from migrator.findings.settings import Fixing
from migrator.fleet.progress import Going
from migrator.options.analysis import AnalysisOptions


def analyzed(
    reading: AnalysisOptions,
    buffer: Buffer | None = None,
    *,
    fixing: Fixing | None = None,
    write_baseline: bool = False,
    only: Collection[Path] | None = None,
) -> list[Analysis]:
    """As `analyse`. One repository is analyzed in this process, and told about by a thread; before many are, in
    processes of their own, no thread may begin."""
    far = Going()
    far.begins("analyzing")
    with telling.stepping(far) as step:

        def told(done: int, every: int) -> None:
            if not far.all:
                far.begins("analyzing", every, "repository", "repositories")
            far.done = done
            step()

        return analyse(
            *(reading, buffer),
            fixing=fixing,
            write_baseline=write_baseline,
            only=only,
            told=told,
            alone=telling.going(far),
        )
