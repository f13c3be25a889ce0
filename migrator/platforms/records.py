"""What a pipelines file says, whatever platform it is for: the records that the core works with.

A platform's reader (`migrator/platforms/<name>/`) fills them in; nothing else knows how the file spells a step.
"""

from __future__ import annotations

from msgspec import Struct

from migrator.text.source import Source
from migrator.text.yaml import Scalar


class Task(Struct, frozen=True, eq=False):
    """An item that is no shell, which the platform itself runs in its place: `what` says for people what it is, and
    `name` which one, '' where it has no name.

    `variables` are the names that it is given and the scalars that hold their values. `logged_in`: it works in the
    container of the step, and so may use the logins of its shells.
    """

    what: str
    variables: tuple[tuple[str, Scalar], ...] = ()
    logged_in: bool = False
    name: str = ""


class Commands(Struct, frozen=True, eq=False):
    """What one shell of a step is given, in order; its commands share their variables, those of another shell of the
    step do not see them. `name` is the platform's word for it, `assumes` what a native login in it takes for granted.
    `ignored`: the step does not fail where one of them does.
    """

    name: str
    items: tuple[Scalar | Task, ...]
    assumes: tuple[str, ...] = ()
    ignored: bool = False


class Occurrence(Struct, frozen=True, eq=False):
    """One place that runs a step: `where` is the path of keys, such as `pipelines.branches.main`."""

    where: str
    at: int


class Step(Struct, frozen=True, eq=False):
    """A step as it runs, with its shells in the order in which they run. `at` tells steps of one file apart.

    `labels` are those of the runner that it wants. `kept` are the paths that outlive it, behind what each becomes: `an
    artifact`. `variables` are the names that are declared around it, and where; `declared` says for people by what.
    `here`: the repository itself runs it, and not only those that import it; `elsewhere`: those may import it.
    """

    at: int
    shells: tuple[Commands, ...]
    labels: tuple[str, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    variables: tuple[tuple[str, int], ...] = ()
    declared: str = "the pipeline"
    here: bool = True
    elsewhere: bool = False

    def runs_in(self, where: str) -> bool:
        """Whether a place at or below `where` runs it."""
        return any(f"{occurrence.where}.".startswith(f"{where}.") for occurrence in self.occurrences)


class Image(Struct, frozen=True, eq=False):
    """An image that the platform pulls before a step. `level` says for people what for. `reference` has `${NAME}` for
    variables, `name` is what holds it. `steps` are the places (`at`) of those that run in it, empty where it is not a
    step's."""

    level: str
    reference: str
    name: Scalar
    username: Scalar | None = None
    password: Scalar | None = None
    steps: tuple[int, ...] = ()


class Problem(Struct, frozen=True):
    """A part of the file that the platform would refuse, and that is therefore not read."""

    at: int
    message: str


class Pipelines(Struct, frozen=True):
    """A file. `imports` are the paths of the repository's other files that it takes pipelines from."""

    source: Source
    steps: tuple[Step, ...] = ()
    images: tuple[Image, ...] = ()
    imports: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
