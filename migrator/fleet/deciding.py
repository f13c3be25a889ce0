"""What is done about one destination branch of one repository, from what was read of it. Pure."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from migrator.bitbucket.records import PullRequest


class Act(StrEnum):
    """What is written, or nothing."""

    OPEN = "open"
    """A branch with the change, and its pull request."""
    UPDATE = "update"
    """The change as it is now, on the branch of an open pull request."""
    REPAIR = "repair"
    """A pull request for a branch that has none."""
    LEAVE = "leave"
    """Nothing, and that is right so."""
    STOP = "stop"
    """Nothing, until a person has settled something."""

    @property
    def writes(self) -> bool:
        return self in (Act.OPEN, Act.UPDATE, Act.REPAIR)


class Why(StrEnum):
    """Why nothing is written; SENTENCES say it to people."""

    CLEAN = "clean"
    HELD_BACK = "held-back"
    UP_TO_DATE = "up-to-date"
    PUSHED = "pushed"
    RETARGETED = "retargeted"
    MERGED = "merged"
    DECLINED = "declined"
    NOT_OURS = "not-ours"
    PROTECTED = "protected"
    SHADOWED = "shadowed"
    NOT_CHECKED = "not-checked"
    OUTDATED = "outdated"
    LINKAGE = "linkage"
    SKIPPED = "skip-ci"


SENTENCES = {
    Why.CLEAN: "nothing to change",
    Why.HELD_BACK: "no change patless can make here; see `patless fleet report`",
    Why.UP_TO_DATE: "the open pull request already has this change",
    Why.PUSHED: "someone pushed to this branch, so patless leaves it alone",
    Why.RETARGETED: "someone changed the destination branch of the pull request, so patless leaves it alone",
    Why.MERGED: "merged; `--reopen` opens another one for what is left",
    Why.DECLINED: "declined; `--reopen` opens another one",
    Why.NOT_OURS: "a branch of that name exists that patless did not make; rename it, or change the branch's template",
    Why.PROTECTED: "the template of the branch gives the name of a destination branch; change the template",
    Why.SHADOWED: "a variable has the name of a native one and may override it; remove or rename it first",
    Why.NOT_CHECKED: "patless can't read all stored variables, so it can't rule out a name clash",
    Why.OUTDATED: ("the variables that name the registry have changed since the scan; run `patless fleet scan` again"),
    Why.LINKAGE: (
        "patless can't tell whether its packages are linked to this repository; list them in `own-packages`, pass "
        "`--probed`, or accept it with `--accept-linkage`"
    ),
    Why.SKIPPED: (
        "the new branch would publish, and a squash or fast-forward would carry `[skip ci]` along; allow only merge "
        "commits in Bitbucket, or pass `--run-pipelines` or `--accept-skip-ci`"
    ),
}


class Tip(Struct, frozen=True):
    """The last commit of the branch. `ours`: this tool made it and nobody has pushed since; `change` is what it brings,
    as `identity` spells it, '' where that is not known."""

    sha: str
    ours: bool
    change: str = ""


class Situation(Struct, frozen=True):
    """One destination as it was read just now.

    `head` is its last commit, `branch` the one that the change goes to, `tip` None where that is not there.
    `pull_requests` are all whose source is the branch, in every state. `change` is what the head needs, '' for
    nothing; `held` says what is left alone, and why. `protected` are branches that are never written to.
    `shadows` are variables with the name of a native one, `not_checked` levels that could not be read, `outdated`
    variables that no longer name the registry that the change was judged by, `unlinked` what is taken for granted about
    the linkage of packages, `carrying` which merges may carry `[skip ci]` to the destination, whose pipeline would then
    not start.
    """

    destination: str
    head: str
    branch: str
    tip: Tip | None = None
    pull_requests: tuple[PullRequest, ...] = ()
    change: str = ""
    held: tuple[str, ...] = ()
    protected: frozenset[str] = frozenset()
    shadows: tuple[str, ...] = ()
    not_checked: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()
    carrying: tuple[str, ...] = ()


class Policy(Struct, frozen=True):
    """`reopen`: a pull request that has ended does not stand in the way of another one. `accept_skip_ci`: people see to
    it that the destination's pipeline runs."""

    reopen: bool = False
    accept_linkage: bool = False
    accept_skip_ci: bool = False


class MigrationDecision(Struct, frozen=True):
    """`parent` is the commit that the new one is made on, '' where none is made; `pull_request` the one that this is
    about, None where there is none yet. `why` is there where nothing is written, `about` names what it is about."""

    act: Act
    parent: str = ""
    pull_request: PullRequest | None = None
    why: Why | None = None
    about: tuple[str, ...] = ()


def said(decision: MigrationDecision) -> str:
    """Why nothing is written, for people; '' where something is."""
    if decision.why is None:
        return ""
    about = f" ({', '.join(decision.about)})" if decision.about else ""
    return f"{decision.why}: {SENTENCES[decision.why]}{about}"


def decide(seen: Situation, policy: Policy) -> MigrationDecision:
    """What people have done wins over everything; then what is in the way; then what is missing."""
    if seen.branch in seen.protected or seen.branch == seen.destination:
        return _stop(Why.PROTECTED, seen.branch)
    standing = _standing(seen, policy)
    if standing is not None:
        return standing
    if not seen.change:
        return MigrationDecision(Act.LEAVE, why=Why.HELD_BACK if seen.held else Why.CLEAN, about=seen.held)
    if seen.shadows:
        return _stop(Why.SHADOWED, *seen.shadows)
    if seen.not_checked:
        return _stop(Why.NOT_CHECKED, *seen.not_checked)
    if seen.outdated:
        return _stop(Why.OUTDATED, *seen.outdated)
    if seen.unlinked and not policy.accept_linkage:
        return _stop(Why.LINKAGE, *seen.unlinked)
    if seen.carrying and not policy.accept_skip_ci:
        return _stop(Why.SKIPPED, *seen.carrying)
    opened = _opened(seen)
    if seen.tip is None:
        return MigrationDecision(Act.OPEN, seen.head)
    current = seen.tip.change == seen.change
    if opened:
        return MigrationDecision(Act.UPDATE, seen.tip.sha, opened)
    return MigrationDecision(Act.REPAIR, "" if current else seen.tip.sha)


def _standing(seen: Situation, policy: Policy) -> MigrationDecision | None:
    """Why nothing is to be done, as far as the branch and its pull requests say; None where they do not."""
    opened = _opened(seen)
    if opened and opened.destination != seen.destination:
        return _leave(Why.RETARGETED, opened)
    if opened and seen.tip and not seen.tip.ours:
        return _leave(Why.PUSHED, opened)
    if opened and seen.tip and seen.tip.change == seen.change:
        return _leave(Why.UP_TO_DATE, opened)
    ended = None if opened else _ended(seen)
    if ended and not policy.reopen:
        return _leave(Why.MERGED if ended.state == "MERGED" else Why.DECLINED, ended)
    if seen.tip and not seen.tip.ours:
        return _stop(Why.NOT_OURS, seen.branch)
    return None


def _opened(seen: Situation) -> PullRequest | None:
    """The open one, that to the destination before another."""
    found = [one for one in seen.pull_requests if one.open and one.from_here]
    return min(found, key=lambda one: (one.destination != seen.destination, one.number), default=None)


def _ended(seen: Situation) -> PullRequest | None:
    """Where none is open, the last one that was merged or declined."""
    found = [one for one in seen.pull_requests if one.from_here]
    return max((one for one in found if one.destination == seen.destination), key=lambda one: one.number, default=None)


def _leave(why: Why, about: PullRequest) -> MigrationDecision:
    return MigrationDecision(Act.LEAVE, pull_request=about, why=why)


def _stop(why: Why, *about: str) -> MigrationDecision:
    return MigrationDecision(Act.STOP, why=why, about=about)
