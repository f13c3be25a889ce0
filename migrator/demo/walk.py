"""A newcomer's way through the sample workspace: commands with a sentence each, and the exit code each must have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

KEY, ALLOWED = "dana", "allowed"
"""Files beside the clone: the private key of the one who signs, and the list of those whose signatures count."""
SIGNER, APPLIER = "dana@acme.example", "lee@acme.example"
CLONE = "web"
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_NATIVE = "Use the native credentials of Bitbucket Packages"
_WHOSE = ("--workspace", "acme")
_SIGNED = ("--allowed-signers", ALLOWED, "--require-signatures", "1")


def whole(text: str) -> str:
    """Output as it is."""
    return text


def only(pattern: str) -> Callable[[str], str]:
    """Of an output the paragraphs that begin with `pattern`; the lines of the others are counted."""

    def shortened(text: str) -> str:
        kept, left = list[str](), 0
        for paragraph in text.rstrip("\n").split("\n\n"):
            if not re.match(pattern, _COLOUR.sub("", paragraph)):
                left += paragraph.count("\n") + 1
                continue
            kept += [*_left_out(left), paragraph]
            left = 0
        return "\n\n".join([*kept, *_left_out(left)]) + "\n"

    return shortened


@dataclass(frozen=True, slots=True)
class Step:
    """A command and the exit code that it must have. `says` is '' where it belongs to the step before.

    It runs in the clone, or `beside` it. `shown` makes of its output what a newcomer needs to see.
    """

    says: str
    command: tuple[str, ...]
    code: int = 0
    beside: bool = False
    shown: Callable[[str], str] = whole


def steps(url: str) -> tuple[Step, ...]:
    """The way. `url` is where the repository `web` is cloned from."""
    return (
        Step("`web` logs in to Bitbucket Packages with a stored token.", ("git", "clone", "--quiet", url), beside=True),
        Step("`check` finds the login, and exits with 1 as there is something to do.", ("patless", "check"), 1),
        Step(
            "`fix --diff` shows the rewrite: the credential changes, and nothing else does.",
            ("patless", "fix", "--diff"),
            1,
        ),
        Step("`fix` writes it.", ("patless", "fix")),
        Step("Nothing is left to do, so the change is pushed.", ("patless", "check")),
        Step("", ("git", "commit", "--quiet", "--all", "--message", _NATIVE)),
        Step("", ("git", "push", "--quiet")),
        Step(
            "Can the stored token of `web` go? What runs now does not need it, but a run of this month would if "
            "someone started it again.",
            ("patless", "secrets", "list", *_WHOSE, "--repo", "web"),
            beside=True,
        ),
        Step(
            "The whole workspace, shortened: `api` was migrated long ago, an old branch keeps the token of `billing`, "
            "and of `signing` nobody can tell but its owner, whose word is a waiver in `.patless.toml`.",
            ("patless", "secrets", "list", *_WHOSE, "--all"),
            1,
            beside=True,
            shown=only(r"acme/(api|billing|signing)\n|\d+ variables"),
        ),
        Step(
            "The token of `api` can go. A plan says so, and on what evidence; Dana answers for what is taken for "
            "granted with her SSH key.",
            ("patless", "secrets", "plan", *_WHOSE, "--repo", "api", "--output", "plan.json", "--sign", KEY),
            beside=True,
            shown=only(r"Taken for granted|\d+ variables|patless:"),
        ),
        Step(
            "Lee carries it out: what is in the signed plan goes, if its evidence still holds, and nothing else does.",
            (
                *("patless", "secrets", "apply", "plan.json", "--yes", "--by", APPLIER, *_SIGNED),
                *("--backup", "backup.jsonl"),
            ),
            beside=True,
        ),
        Step(
            "Plan, signature and log are what an auditor keeps; `verify` checks them offline.",
            ("patless", "secrets", "verify", "plan.json", *_SIGNED),
            beside=True,
        ),
    )


def _left_out(lines: int) -> list[str]:
    return [f"  … {lines} line{'' if lines == 1 else 's'} more"] if lines else []
