"""Shell scripts: `./x.sh`, `bash x.sh`."""

from __future__ import annotations

from migrator.frontends.programs import FileCommand, Program, whole
from migrator.frontends.shell.assigning import is_assigning, starts
from migrator.frontends.shell.comparing import same
from migrator.frontends.shell.programs import lower
from migrator.ir.nodes import ProgramError
from migrator.text.edits import Edit, splice


def read(request: FileCommand) -> Program | None:
    """The script that the first word names. One with CR line ends does not run."""
    path = request.path(request.words[0]) if request.words else None
    text = request.file(path) if path else None
    if path is None or text is None or "\r" in text:
        return None
    return Program(path, (whole(path, text, lower),), request.folder, 1)


def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
    """Both parse, and are the same program but for the names that were edited, and assignments in front of calls."""
    adding = [edit for edit in edits if is_assigning(edit)]
    others = tuple(edit for edit in edits if edit not in adding)
    try:
        old, new = lower(before), lower(after)
        if adding:
            if splice(before, edits) != after or not {edit.span.start for edit in adding} <= starts(old):
                return False
            new = lower(splice(before, others))
    except ProgramError:
        return False
    return same(old, new, others)
