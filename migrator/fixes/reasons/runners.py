"""What the labels of a step's runner mean for a login."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.fixes.context import Context
from migrator.fixes.opinion import Opinion


def runner(labels: Sequence[str], context: Context) -> Opinion:
    """Whether a login outlives the step on a runner with these labels, and what is taken for granted of any such
    runner: that it gives its steps the native credentials."""
    asked, runners = "what does the runner's label say?", context.book.runners
    if not labels:
        return Opinion(asked)
    granted = ("self-hosted runners get the native credentials",)
    shell = next((label for label in labels if label in runners.shell), None)
    if shell:
        detail = f"the step runs on a shell runner ({shell}), where the login outlives it"
        return Opinion(asked, reasons=(context.reason("shell-runner", detail, shell),), assumptions=granted)
    if unknown := runners.open(labels):
        detail = f"the runner label {unknown} does not tell whether the step has its own container"
        return Opinion(asked, reasons=(context.reason("shell-runner", detail, unknown),), assumptions=granted)
    return Opinion(asked, assumptions=granted)
