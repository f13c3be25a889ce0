"""The words and the order of what people read about stored variables. Text of others is not escaped yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from migrator.bitbucket.records import Level
from migrator.findings.counting import many
from migrator.secrets.records import Alive, Evidence, Listing, RemovalVerdict, VariableRow, Waiver
from migrator.secrets.tokens import TokenRow

MOST = 8
"""Lines of one kind that people are shown of a variable."""
MEANING = {
    RemovalVerdict.SHADOWS: (
        "no step sees the native variable of this name while it is there; remove or rename it first"
    ),
    RemovalVerdict.UNDEFINED: (
        "a login reads it, and no level defines it; the step fails unless its image or whoever starts it sets it"
    ),
    RemovalVerdict.IN_USE: "something that runs now reads it",
    RemovalVerdict.CANNOT_TELL: "nothing that was read uses it, but not all that could was read or says what it reads",
    RemovalVerdict.NOT_CHECKED: "it may be stored on a level that could not be read",
    RemovalVerdict.AFTER_MERGE: (
        "only lines use it that an open change of patless takes away; merge that, then look again"
    ),
    RemovalVerdict.ROLLBACK: "only what could be run again would use it, a tag or an old run",
    RemovalVerdict.ACCEPTED: "it can go, but for doubts that a person answers for",
    RemovalVerdict.REMOVABLE: "nothing that was read uses it",
}
MEANS = {
    "dump": "all of the environment is taken here",
    "indirect": "a variable is read by a name that is put together",
    "eval": "text is run that is known only then",
    "env-file": "a file says which variables are handed on",
    "env-host": "variables are handed on without being named",
    "envsubst": "a template is filled in with the variables that it names",
    "part": "a part of the name stands here, and something may put the rest to it",
    "spelling": "the name stands here in another spelling, by which settings are read",
    "elsewhere": "the file of another system names it, which has variables of its own",
    "fields": "a library fills fields from variables that are named like them",
    "download": "code is fetched here, and run",
    "pipe": "a pipe can read variables that its user does not name",
    "import": "the pipeline that is imported could not be read",
    "submodule": "the files of a submodule were not read",
    "lfs": "its content is kept elsewhere",
    "binary": "it is no text, and holds the name",
    "large": "it is too large to be read as text, and holds the name",
    "program": "it can be run, and is no text",
}
"""What each kind of doubt is, in a sentence; each can be waived by its name."""
WAYS = "for each branch: update it (patless fix), delete it, or accept that the variable stays"
GRANTED = "Taken for granted; whoever signs the plan answers for it"


SHOWN = 20
"""Lines about one thing that can be done next."""
MANY = 30
"""Variables of which people are shown each with its evidence; of more, what can be done next comes first."""
UNREAD = 20
"""Places that were not looked at which people are shown one by one."""


class NextStep(Struct, frozen=True):
    """What can be done next about variables with these verdicts, after how many they are."""

    verdicts: tuple[RemovalVerdict, ...]
    what: str
    next: str


STEPS = (
    NextStep(
        (RemovalVerdict.SHADOWS,),
        "may override native credentials",
        "Remove or rename each before anything is rewritten.",
    ),
    NextStep(
        (RemovalVerdict.UNDEFINED,),
        "are read by a login, and no level has them",
        "Store each again, or change the login.",
    ),
    NextStep(
        (RemovalVerdict.REMOVABLE, RemovalVerdict.ACCEPTED),
        "can be deleted",
        "`patless secrets plan -o plan.json`, with the same options, writes the plan to sign.",
    ),
    NextStep(
        (RemovalVerdict.AFTER_MERGE,),
        "can be deleted after a merge",
        "Merge the open pull requests of patless, then run `patless secrets list` again.",
    ),
    NextStep(
        (RemovalVerdict.ROLLBACK,),
        "are for tags and old runs only",
        "Decide whether these may be run again; a shorter `--rollback-window` leaves old runs out.",
    ),
    NextStep(
        (RemovalVerdict.CANNOT_TELL, RemovalVerdict.NOT_CHECKED),
        "can't be judged yet",
        "Settle what the evidence names, or waive it.",
    ),
    NextStep(
        (RemovalVerdict.IN_USE,), "are in use", "`patless fleet migrate` moves what uses them to native credentials."
    ),
)
_ROLES = frozenset(
    (
        *("USER", "USERNAME", "EMAIL", "MAIL", "LOGIN", "NAME", "ACCOUNT"),
        *("TOKEN", "PAT", "PASSWORD", "PASSWD", "PASS", "PWD", "SECRET", "KEY", "APIKEY"),
    )
)
"""Words of a name that say what is stored, not what for."""


class Paired(Struct, frozen=True):
    """Variables of one place that belong together, such as a user name and its token, with one verdict."""

    rows: tuple[VariableRow, ...]

    @property
    def first(self) -> VariableRow:
        return self.rows[0]


def pairs(rows: Iterable[VariableRow]) -> list[Paired]:
    """In the order of the rows. Those are together that are stored in one place, have one verdict, and names that
    differ in the word for what they are."""
    found: dict[tuple[str, ...], list[VariableRow]] = {}
    for row in rows:
        variable = row.variable
        at = (row.repository, str(variable.level), variable.environment or "", str(row.verdict))
        found.setdefault((*at, _stem(variable.key)), []).append(row)
    return [Paired(tuple(held)) for held in found.values()]


def _stem(key: str) -> str:
    words = key.upper().split("_")
    rest = [word for word in words if word not in _ROLES]
    return "_".join(rest) if rest and len(rest) < len(words) else f"\0{key}"


class ToDo(Struct, frozen=True):
    """Something that can be done next, and all that it can be done about, what is together as one entry."""

    step: NextStep
    entries: tuple[Paired, ...]

    @property
    def count(self) -> int:
        """Of the variables."""
        return sum(len(pair.rows) for pair in self.entries)

    @property
    def asked(self) -> str:
        """The options that show these alone."""
        return " ".join(f"--verdict {verdict}" for verdict in self.step.verdicts)


def doings(rows: Iterable[VariableRow]) -> list[ToDo]:
    """Those that there are, the most urgent first."""
    held: dict[RemovalVerdict, list[VariableRow]] = {}
    for row in rows:
        held.setdefault(row.verdict, []).append(row)
    found = [(step, [row for verdict in step.verdicts for row in held.get(verdict, ())]) for step in STEPS]
    return [ToDo(step, tuple(pairs(every))) for step, every in found if every]


class Group(Struct, frozen=True):
    """Rows of one repository, '' for the workspace; those that shadow native variables are a group before the rest."""

    repository: str
    shadowing: bool
    rows: tuple[VariableRow, ...]


def groups(rows: Iterable[VariableRow]) -> list[Group]:
    """The shadowing first, then by repository in the order of the rows."""
    found: dict[tuple[bool, str], list[VariableRow]] = {}
    for row in rows:
        found.setdefault((row.verdict is RemovalVerdict.SHADOWS, row.repository), []).append(row)
    ordered = sorted(found.items(), key=lambda item: not item[0][0])
    return [Group(repository, shadowing, tuple(held)) for (shadowing, repository), held in ordered]


def counts(rows: Iterable[VariableRow]) -> list[tuple[RemovalVerdict, int]]:
    """The verdicts that there are, the best first."""
    found = Counter(row.verdict for row in rows)
    return [(verdict, found[verdict]) for verdict in reversed(RemovalVerdict) if found[verdict]]


def assumptions(rows: Iterable[VariableRow]) -> tuple[str, ...]:
    """Those of all rows, each once."""
    return tuple(dict.fromkeys(text for row in rows for text in row.assumptions))


def waivers(rows: Iterable[VariableRow]) -> tuple[Waiver, ...]:
    """Those that a verdict rests on, each once, the first to end first."""
    found = dict.fromkeys(waiver for row in rows for waiver in row.waivers)
    return tuple(sorted(found, key=lambda one: (one.until, one.doubt, one.path, one.variable)))


def place(evidence: Evidence) -> str:
    """`path:line`, as far as there is one."""
    return f"{evidence.path}:{evidence.line}" if evidence.path and evidence.line else evidence.path


def means(evidence: Evidence) -> str:
    """What a doubt is; '' of a use."""
    return MEANS.get(evidence.kind.removeprefix("doubt:"), "") if evidence.kind.startswith("doubt:") else ""


def last(alive: Alive) -> str:
    ran = f"last run on {alive.last_run}" if alive.last_run else "no run within the window"
    return f"last commit {day(alive.committed)}, {ran}"


def waived(waiver: Waiver) -> str:
    where = f" in {waiver.path}" if waiver.path else ""
    return f"{waiver.doubt}{where} until {waiver.until}: {waiver.reason}"


def uncovered(levels: Sequence[Level]) -> str:
    """What comes through when a variable goes; '' for nothing."""
    if not levels:
        return ""
    return f"once it is gone, pipelines see the {levels[0]} variable of the same name, whatever it holds"


def unread(listing: Listing) -> Iterator[tuple[str, str, str]]:
    """What was not looked at: our words, then the name that they go on with, then why."""
    for repository, one in listing.not_checked:
        where = " in ".join(part for part in (one.environment, repository) if part)
        yield f"{one.level} variables of", where or listing.workspace, one.reason
    for repository, why in listing.failed:
        yield "the repository", repository, why
    if listing.left:
        yield "what is left of", listing.workspace, f"{not_yet(listing)}: {listing.why}"


def not_yet(listing: Listing) -> str:
    return f"{many(len(listing.left), 'repository was', 'repositories were')} not asked for yet"


def total(listing: Listing) -> tuple[str, str]:
    """How many there are, and how many others; what stands between are the counts by verdict."""
    others = f"; {many(listing.others, 'other')} that no login to Packages uses" if listing.others else ""
    never = many(len(listing.unasked), "repository", "repositories")
    unasked = f"; {never} never had pipelines, so variables of theirs were not asked for" if listing.unasked else ""
    return f"{many(len(listing.rows), 'variable')} of logins to Packages", f"{others}{unasked}"


def resting(listing: Listing) -> list[str]:
    """Sentences where other parts of the workspace, or answers of a run before, count."""
    said = []
    if listing.elsewhere:
        several = many(listing.elsewhere, "repository is", "repositories are")
        said.append(
            f"{several} in other parts: join their ledgers with `patless fleet merge`, then list without `--shard`."
        )
    if listing.since:
        said.append(
            f"Some answers of Bitbucket are of a run before, the oldest of {listing.since}: `--max-age 0` asks anew."
        )
    return said


def advice(listing: Listing, tokens: Sequence[TokenRow]) -> list[str]:
    """What to do next, as sentences with commands in backticks."""
    verdicts = {row.verdict for row in listing.rows}
    said = []
    if RemovalVerdict.SHADOWS in verdicts:
        said.append("Remove or rename what shadows a native variable before anything is rewritten.")
    if RemovalVerdict.UNDEFINED in verdicts:
        said.append("Store each undefined variable, or change the login that reads it, before the next release.")
    if any(verdict.may_go for verdict in verdicts):
        said.append("`patless secrets plan -o plan.json`, with the same options, writes what can go down for signing.")
    elif RemovalVerdict.AFTER_MERGE in verdicts:
        said.append("Merge the open changes, then run `patless secrets list` again.")
    else:
        said.append("Nothing can go yet." if listing.rows else "There is nothing to remove.")
    if any(token.revocable for token in tokens):
        said.append("Revoke the revocable tokens where they were made; nothing here can.")
    return said


def day(seconds: int) -> str:
    """`on` and the date in UTC of a time that a repository states, which can be any number."""
    try:
        return f"on {datetime.fromtimestamp(seconds, UTC).date()}"
    except (ValueError, OverflowError, OSError):
        return "at no date that there is"
