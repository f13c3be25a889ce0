"""A newcomer's way through the sample workspace: commands with a sentence each, and the exit code each must have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from migrator.text.patterns import regex

KEY, ALLOWED = "dana", "allowed"
"""Files beside the clone: the private key of the one who signs, and the list of those whose signatures count."""
SIGNER, APPLIER = "dana@acme.example", "lee@acme.example"
CLONE = "web"
REPORT = "report.html"
FLEET = """\
# Each repository pushes the package with its name, and every one may read `base`.
own-packages = ["$BITBUCKET_WORKSPACE/$BITBUCKET_REPO_SLUG"]
shared-packages = ["acme/base"]
"""
"""What the owner of the workspace states, in the file `fleet.toml` beside the clone."""
_COLOUR = regex(r"\x1b\[[0-9;]*m")
_WHOSE = ("--workspace", "acme")
MERGED = "invoices"
_ONE = (*_WHOSE, "--repo", MERGED)
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


class Interlude(Enum):
    """What people do between two commands."""

    NOTHING = auto()
    STATE = auto()
    """The owner of the workspace writes `fleet.toml`."""
    MERGE = auto()
    """Someone merges the pull request of patless in `MERGED`, and its pipeline runs."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A command and the exit code that it must have. `says` is '' where it belongs to the step before.

    It runs in the clone, or `beside` it. `shown` makes of its output what a newcomer needs to see. `before` it people
    do something.
    """

    says: str
    command: tuple[str, ...]
    code: int = 0
    beside: bool = True
    shown: Callable[[str], str] = whole
    before: Interlude = Interlude.NOTHING


def steps(url: str) -> tuple[Scene, ...]:
    """The way. `url` is where the repository `web` is cloned from."""
    return (
        Scene("`web` logs in to Bitbucket Packages with a stored token.", ("git", "clone", "--quiet", url)),
        Scene("", ("patless", "check"), 1, beside=False),
        Scene(
            "`fix --diff` previews the fix: only the credential changes.",
            ("patless", "fix", "--diff"),
            1,
            beside=False,
        ),
        Scene("Now the whole workspace.", ("patless", "fleet", "scan", *_WHOSE, "--exit-zero")),
        Scene(
            "Who pushes and who reads each package, shortened.",
            ("patless", "fleet", "packages"),
            shown=only("Confirm these|crg\\.apkg\\.io/acme/base|ci-shared|\\d+ packages"),
        ),
        Scene(
            "Only the owner of the workspace can say which repository each is linked to, in one file.",
            ("cat", "fleet.toml"),
            before=Interlude.STATE,
        ),
        Scene(
            "Now patless can open the pull requests, and it says what blocks the others.",
            ("patless", "fleet", "migrate", "--open-prs", "--pace", "0"),
            1,
        ),
        Scene(
            "Meanwhile Lee wants to publish `web` every night, again with the stored token. The bot says so on the "
            "pull request.",
            ("patless", "bot", *_WHOSE, "--repo", "web", "--pull-request", "1"),
        ),
        Scene(
            "The pull request of `invoices` is merged, and its pipeline passed.",
            ("patless", "fleet", "status"),
            1,
            before=Interlude.MERGE,
        ),
        Scene(
            "Can the stored token of `invoices` be deleted? No branch, tag, or run of this month needs it.",
            ("patless", "secrets", "list", *_ONE),
            1,
            shown=only("acme/invoices|\\d+ stored variable"),
        ),
        Scene(
            "A plan says so, with its evidence. Dana signs it with her SSH key, and answers for what it assumes.",
            ("patless", "secrets", "plan", *_ONE, "--output", "plan.json", "--sign", KEY),
            shown=only("Assumes|\\d+ stored variable|patless:"),
        ),
        Scene(
            (
                "Lee applies it: patless deletes what the signed plan names, if its evidence still holds, and "
                "nothing else."
            ),
            (
                *("patless", "secrets", "apply", "plan.json", "--yes", "--applied-by", APPLIER, *_SIGNED),
                *("--backup", "backup.jsonl"),
            ),
        ),
        Scene(
            "An auditor keeps plan, signature, and log; `verify` checks them offline.",
            ("patless", "secrets", "verify", "plan.json", *_SIGNED),
        ),
        Scene(
            "The same as one page for a browser, with the verdict of each variable in the workspace.",
            ("patless", "secrets", "list", *_WHOSE, "--all", "--format", "json", "--output-file", "secrets.json"),
            1,
        ),
        Scene(
            "",
            (
                *("patless", "fleet", "report", "--output", REPORT, "--secrets", "secrets.json"),
                *("--plan", "plan.json", "--allowed-signers", ALLOWED),
            ),
        ),
    )


def _left_out(lines: int) -> list[str]:
    return [f"  … {lines} line{'' if lines == 1 else 's'} more"] if lines else []
