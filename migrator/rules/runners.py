"""What the labels of a step's runner mean for a login. PLATFORM.md sections 6 and 7."""

from __future__ import annotations

from collections.abc import Sequence

from migrator.findings.records import Reason
from migrator.fixes.context import Context


def runner_reasons(labels: Sequence[str], context: Context) -> tuple[list[Reason], list[str]]:
    """Reasons to hold a login back, and assumptions, from the labels of a step."""
    runners = context.book.runners
    if not labels:
        return [], []
    shell = next((label for label in labels if label in runners.shell), None)
    if shell:
        detail = f"the step runs on a shell runner ({shell}), where the login outlives it"
        return [context.reason("shell-runner", detail, shell)], []
    unknown = next((label for label in labels if label not in runners.docker), None)
    if unknown:
        detail = f"the runner label {unknown} does not tell whether the step has a container of its own"
        return [context.reason("shell-runner", detail, unknown)], []
    return [], ["self-hosted runners are given the native pair"]
