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
    RemovalVerdict.SHADOWS: ("it has the name of a native variable and may override it; remove or rename it first"),
    RemovalVerdict.UNDEFINED: (
        "a login reads it, but no level has it; the step fails unless its image or whoever starts it sets it"
    ),
    RemovalVerdict.IN_USE: "a branch or an unfinished run uses it",
    RemovalVerdict.CANNOT_TELL: "patless can't tell: it found no use, but the items below could use it",
    RemovalVerdict.NOT_CHECKED: "patless can't tell: it may be stored on a level that patless could not read",
    RemovalVerdict.AFTER_MERGE: ("only lines that an open patless change removes use it; merge, then list again"),
    RemovalVerdict.ROLLBACK: "only tags or old runs may use it, if someone runs them again",
    RemovalVerdict.ACCEPTED: "patless found no use; a person accepted the possible uses",
    RemovalVerdict.REMOVABLE: "patless found no use",
}
MEANS = {
    "dump": "this takes the whole environment",
    "indirect": "this reads a variable by a name that it puts together",
    "eval": "this runs text that exists only at run time",
    "env-file": "a file names the variables that this passes on",
    "env-host": "this passes on variables without naming them",
    "envsubst": "this fills in a template with the variables that it names",
    "part": "a part of the name is here, and something may add the rest",
    "spelling": "the name is here in another spelling, which settings may accept",
    "elsewhere": "a file of another system names it; that system has its own variables",
    "fields": "a library fills fields from variables with similar names",
    "download": "this fetches code and runs it",
    "pipe": "a pipe can read variables that its user does not name",
    "import": "patless could not read the imported pipeline",
    "submodule": "patless did not read the files of a submodule",
    "lfs": "its content is stored elsewhere",
    "binary": "it is not text, and contains the name",
    "large": "it is too large to read as text, and contains the name",
    "program": "it is a program, not text",
}
"""What each kind of doubt is, in a sentence; each can be waived by its name."""
WAYS = "for each branch: update it (`patless fix`), delete it, or keep the variable"
GRANTED = "Assumes (whoever signs the plan answers for it)"
ANSWERS = "Whoever signs the plan answers for it."


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
        "Remove or rename each before you fix logins.",
    ),
    NextStep(
        (RemovalVerdict.UNDEFINED,),
        "read by a login, but stored on no level",
        "Store each again, or change the login.",
    ),
    NextStep(
        (RemovalVerdict.REMOVABLE, RemovalVerdict.ACCEPTED),
        "can be deleted",
        "Run `patless secrets plan -o plan.json` with the same options.",
    ),
    NextStep(
        (RemovalVerdict.AFTER_MERGE,),
        "can be deleted after a merge",
        "Merge the open pull requests of patless, then run `patless secrets list` again.",
    ),
    NextStep(
        (RemovalVerdict.ROLLBACK,),
        "for tags and old runs only",
        "Decide whether someone may run these again; a shorter `--rollback-window` leaves old runs out.",
    ),
    NextStep(
        (RemovalVerdict.CANNOT_TELL, RemovalVerdict.NOT_CHECKED),
        "can't be judged yet",
        "Settle what the evidence names, or add a waiver.",
    ),
    NextStep(
        (RemovalVerdict.IN_USE,),
        "in use",
        "Run `patless fleet migrate` to move what uses them to native credentials.",
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
    return f"without it, pipelines see the {levels[0]} variable of the same name, whatever it holds"


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
    unasked = f"; {never} never had pipelines, so patless did not ask for their variables" if listing.unasked else ""
    head = f"{many(len(listing.rows), 'stored variable')} that logins to Packages use or used"
    return head, f"{others}{unasked}"


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
            f"Some answers of Bitbucket are from an earlier run, the oldest from {listing.since}: pass "
            "`--max-age 0` to ask again."
        )
    return said


def advice(listing: Listing, tokens: Sequence[TokenRow]) -> list[str]:
    """What to do next, as sentences with commands in backticks."""
    verdicts = {row.verdict for row in listing.rows}
    said = []
    if RemovalVerdict.SHADOWS in verdicts:
        said.append("Remove or rename the variables with the name of a native one before you fix logins.")
    if RemovalVerdict.UNDEFINED in verdicts:
        said.append("Store each undefined variable, or change the login that reads it, before the next release.")
    if any(verdict.may_go for verdict in verdicts):
        said.append("Run `patless secrets plan -o plan.json` with the same options.")
    elif RemovalVerdict.AFTER_MERGE in verdicts:
        said.append("Merge the open pull requests of patless, then run `patless secrets list` again.")
    else:
        said.append("No variable is removable yet." if listing.rows else "No stored variables to remove.")
    if any(token.revocable for token in tokens):
        said.append("Revoke the revocable tokens where you created them; patless can't.")
    return said


def day(seconds: int) -> str:
    """`on` and the date in UTC of a time that a repository states, which can be any number."""
    try:
        return f"on {datetime.fromtimestamp(seconds, UTC).date()}"
    except (ValueError, OverflowError, OSError):
        return "with an invalid date"
