"""`patless secrets`: which stored variables nobody needs any more; a plan to remove them; its execution and proof."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from migrator import rulebook as books
from migrator.bitbucket.budget import cache_folder
from migrator.bitbucket.credentials import EMAIL
from migrator.bitbucket.session import Client
from migrator.cli import console, exits
from migrator.cli.analysis import rulebook
from migrator.cli.delivery import Output, deliver
from migrator.cli.failures import UsageError
from migrator.cli.options import Form, Reading, Showing
from migrator.core.mask import printable
from migrator.core.settings import Settings
from migrator.reports import stored
from migrator.repositories.git import remote_slug
from migrator.repositories.worktree import find_root
from migrator.repositories.writing import NotWritten, put
from migrator.secrets import journal as journals
from migrator.secrets import plan as plans
from migrator.secrets import signing, tokens
from migrator.secrets.applying import Outcome, backup, carry_out, still
from migrator.secrets.journal import Event
from migrator.secrets.listing import Asking, of_repository, of_workspace
from migrator.secrets.plan import Plan
from migrator.secrets.records import Listing, Verdict


class Asked(Struct, frozen=True):
    """Of whose variables. `path` is a folder of the repository; `window` is in days."""

    reading: Reading
    path: Path | None
    workspace: str
    repository: str
    everything: bool
    window: int
    tokens: Path | None = None


def list_all(asked: Asked, showing: Showing, form: Form) -> int:
    """Print what may become of each variable, and return the exit code."""
    with Client.of() as client:
        listing = _listing(_asking(asked, client), asked)
    told = deliver(_output(listing, asked, showing, form), showing.output)
    if listing.failed or not told:
        return exits.UNREADABLE
    left = any(row.verdict.may_go or row.verdict is Verdict.SHADOWS for row in listing.rows)
    return exits.code(unread=False, left=left, exit_zero=showing.exit_zero)


def plan(asked: Asked, showing: Showing, form: Form, output: Path, days: int, keys: list[Path]) -> int:
    """Write a plan of what may go to `output`, and sign it with each of the keys."""
    now = datetime.now(UTC)
    with Client.of() as client:
        asking = _asking(asked, client)
        listing = _listing(asking, asked)
        made = Plan(
            1,
            f"patless {version('patless')}",
            asking.workspace,
            "" if asked.everything else _names(asked)[1],
            now.isoformat(timespec="seconds"),
            (now + timedelta(days=days)).isoformat(timespec="seconds"),
            asked.window,
            _rules(asked),
            _configuration(asking),
            {slug: dict(heads) for slug, heads in listing.heads.items()},
            plans.rows(listing),
        )
    told = deliver(_output(listing, asked, showing, form), showing.output)
    code = exits.UNREADABLE if listing.failed or not told else exits.CLEAN
    if not made.rows:
        console.err(["patless: nothing may be removed, so no plan was written"])
        return code
    _write(output, plans.text(made))
    console.err([f"patless: {output} holds {_count(len(made.rows))} to remove; it is good until {made.expires}"])
    for key in keys:
        console.err([f"patless: signed as {signing.sign(output, key)}"])
    return code


def sign(path: Path, key: Path) -> int:
    """Sign a plan that someone else has made."""
    plans.read(path)
    console.err([f"patless: signed as {signing.sign(path, key)}"])
    return exits.CLEAN


class Doing(Struct, frozen=True):
    """How a plan is carried out. `log` None: beside the plan. `by` '' is who the credential belongs to."""

    yes: bool
    log: Path | None
    backup: Path | None
    allowed: Path | None
    required: int
    by: str


def apply(path: Path, asked: Asked, doing: Doing) -> int:
    """Remove what the plan says, and return the exit code."""
    made = plans.read(path)
    if datetime.now(UTC) > made.expiry:
        raise UsageError(f"the plan was good until {made.expires}; make a new one with `patless secrets plan`")
    asked = replace(
        asked,
        workspace=made.workspace,
        repository=made.repository,
        everything=not made.repository,
        window=made.window,
    )
    by = doing.by or os.environ.get(EMAIL, "")
    _enough(path, made, doing, by)
    with Client.of() as client:
        asking = _asking(asked, client)
        if _rules(asked) != made.rules or _configuration(asking) != made.configuration:
            raise UsageError(
                "the plan was made with other rules or another configuration; give the same --rules and --config, or "
                "make a new plan"
            )
        log = doing.log or path.with_name(f"{path.name}.log")
        with journals.opened(log, made.digest, by) as journal:
            left = [row for row in made.rows if row.uuid not in journal.done]
            console.err(_before(made, left))
            if not left:
                return exits.CLEAN
            _confirm(len(left), made, doing.yes)
            why_not = still(asking, made)
            journal.write(Event.STARTED, text=f"{len(left)} of {len(made.rows)}")
            keep = backup(doing.backup) if doing.backup else None
            outcomes: list[Outcome] = []
            for outcome in carry_out(asking, made, journal, why_not, keep):
                outcomes.append(outcome)
                row = outcome.row
                console.out(printable(f"{outcome.event}: {row.key} in {row.place}: {outcome.text}") + "\n")
            journal.write(Event.ENDED, text=f"{len(outcomes)}")
    return _after(outcomes, len(left), log)


def verify(path: Path, log: Path | None, allowed: Path | None, required: int) -> int:
    """Check a plan, its signatures and its log, asking nobody."""
    made = plans.read(path)
    lines = [f"plan: {_count(len(made.rows))} of {made.workspace}, {made.created} to {made.expires}, {made.tool}"]
    lines.append(f"digest: {made.digest}")
    wrong = False
    if allowed:
        found = signing.signatures(path, allowed, plans.text(made).encode())
        for one in found:
            what = f"{one.signer} with {one.key}" if one.signer else f"NOT GOOD: {one.why}"
            lines.append(f"signature {one.file.name}: {what}")
        good = _signers(found)
        wrong = len(good) < required
        lines.append(f"signers: {len(good)} of {required} required")
    elif required:
        raise UsageError("--require-signatures needs --allowed-signers, which says whose keys count")
    chosen = log or path.with_name(f"{path.name}.log")
    if log or chosen.exists():
        entries = journals.read(chosen)
        known = plans.by_uuid(made)
        if any(entry.plan != made.digest or (entry.uuid and entry.uuid not in known) for entry in entries):
            raise journals.JournalError(f"{chosen}: the log is of another plan")
        last = {entry.uuid: entry for entry in entries if entry.uuid}
        for row in made.rows:
            entry = last.get(row.uuid)
            done = f"{entry.event} {entry.at} by {entry.by or 'someone'}" if entry else "not done"
            lines.append(printable(f"{row.key} in {row.place}: {done}"))
            wrong = wrong or entry is None or entry.event not in (Event.DELETED, Event.GONE)
        lines.append(f"log: {len(entries)} lines, whole")
    else:
        lines.append("log: none, so nothing of it was carried out here")
    console.out("".join(f"{line}\n" for line in lines))
    return exits.LEFT if wrong else exits.CLEAN


def _names(asked: Asked) -> tuple[str, str]:
    """Workspace and repository. Raises UsageError where they cannot be told."""
    if asked.workspace and (asked.repository or asked.everything):
        return asked.workspace, asked.repository
    here = remote_slug(find_root((asked.path or Path()).resolve()))
    if here is None:
        raise UsageError(
            "the remote `origin` is no repository of bitbucket.org, so name it: --workspace and --repo, or --all"
        )
    return asked.workspace or here[0], asked.repository or here[1]


def _asking(asked: Asked, client: Client) -> Asking:
    workspace, _ = _names(asked)
    root = find_root((asked.path or Path()).resolve())
    book, settled = rulebook(root, asked.reading)
    settings = Settings(variables=settled.variables, own_packages=settled.own_packages)
    quiet = not sys.stderr.isatty()
    progress: Callable[[str], None] = (lambda slug: None) if quiet else (lambda slug: console.err([f"  {slug}"]))
    return Asking(
        client,
        workspace,
        cache_folder(os.environ),
        book,
        settings,
        settled.waivers,
        asked.window,
        datetime.now(UTC),
        progress,
    )


def _listing(asking: Asking, asked: Asked) -> Listing:
    if asked.everything:
        return of_workspace(asking)
    return of_repository(asking, _names(asked)[1])


def _output(listing: Listing, asked: Asked, showing: Showing, form: Form) -> Output:
    known = tokens.read(asked.tokens) if asked.tokens else ()
    rows = tokens.judged(known, listing, datetime.now(UTC).date())
    match form:
        case Form.JSON:
            return Output(stored.document(listing, rows))
        case Form.MARKDOWN:
            return Output(stored.markdown(listing, rows))
        case Form.HTML:
            from migrator.cli import pages

            return pages.secrets(listing, rows)
        case Form.TEXT:
            paint = console.paint(showing.colour, None if showing.output else sys.stdout)
            return Output(stored.table(listing, rows, paint))


def _rules(asked: Asked) -> str:
    root = find_root((asked.path or Path()).resolve())
    _, settled = rulebook(root, asked.reading)
    return plans.rules_digest((books.built_in(), *settled.rules, *asked.reading.rules))


def _configuration(asking: Asking) -> str:
    settings = asking.settings
    return plans.digest_of([dict(settings.variables), settings.own_packages, asking.waivers])


def _enough(path: Path, made: Plan, doing: Doing, by: str) -> None:
    """Raises UsageError where signatures are missing that are asked for."""
    if doing.allowed is None:
        if doing.required:
            raise UsageError("--require-signatures needs --allowed-signers, which says whose keys count")
        return
    found = signing.signatures(path, doing.allowed, plans.text(made).encode())
    bad = next((one for one in found if not one.signer), None)
    if bad is not None:
        raise UsageError(f"the signature {bad.file.name} is not good: {bad.why}")
    required = doing.required or 1
    if required > 1 and not by:
        raise UsageError(
            f"nobody knows who applies the plan, as an access token has no person; say so with --by, or set {EMAIL}"
        )
    signers = {signer for signer in _signers(found) if required == 1 or signer.casefold() != by.casefold()}
    if len(signers) < required:
        others = f" by others than {by}" if required > 1 else ""
        raise UsageError(f"the plan has {len(signers)} good signatures{others}, and {required} are required")


def _signers(found: tuple[signing.Signature, ...]) -> set[str]:
    """One for each key and person: a key that signs twice counts once."""
    by_key = {one.key: one.signer for one in found if one.signer}
    return set(by_key.values())


def _before(made: Plan, left: list[plans.PlanRow]) -> list[str]:
    secured = sum(row.secured for row in left)
    lines = [f"patless: {_count(len(left))} of {made.workspace} to remove, of {len(made.rows)} in the plan"]
    lines += [printable(f"  {row.key} in {row.place}: {row.verdict}") for row in left]
    if secured:
        lines.append(
            f"{secured} of them {'is' if secured == 1 else 'are'} secured: Bitbucket gives those values to nobody, so "
            "have the token at hand, or a new one, before you go on. A token that is stored nowhere else is lost."
        )
    return lines


def _confirm(count: int, made: Plan, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("there is nobody to ask; --yes goes on without")
    console.err([f"Type {count} to remove {_count(count)} of {made.workspace}:"])
    if sys.stdin.readline().strip() != str(count):
        raise UsageError("that was not it; nothing was removed")


def _after(outcomes: list[Outcome], left: int, log: Path) -> int:
    gone = [one for one in outcomes if one.event in (Event.DELETED, Event.GONE)]
    failed = [one for one in outcomes if one.event is Event.FAILED]
    lines = [f"patless: {len(gone)} removed, {left - len(gone)} left; the log is {log}"]
    if gone:
        lines.append("Revoke each token now where it was made: a variable that is gone does not end its token.")
    console.err(lines)
    if failed:
        return exits.REFUSED
    return exits.LEFT if len(gone) < left else exits.CLEAN


def _count(number: int) -> str:
    return f"{number} variable{'' if number == 1 else 's'}"


def _write(path: Path, text: str) -> None:
    try:
        put(path, text.encode())
    except NotWritten as error:
        raise UsageError(f"{path} was not written: {error}") from None
