"""What is wrong with what `fix` makes of a repository, seen by running it in real bash before and after.

Before, the stored variables are set. After, those that no file names any more are not, and the native ones are, with
values that nothing else has. So it shows where either credential goes.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.differential import harness
from tests.differential.harness import Observation
from tests.fixtures_support import Outcome, run

PLAIN, AWKWARD = "tkn-9.z_k", 'tkn-9*$HOME\\t"q#z'
"""Two tokens. Much of what is generated gives the awkward one to a shell that reads it, as real programs do."""
OTHERS = {"OTHER_USER": "other@acme.example", "OTHER_TOKEN": "oth-3r.x"}
USER, MARK = "dev+ci@acme.example", "native-"
RUNS = ({"MODE": "release"}, {"MODE": "debug", "BITBUCKET_BRANCH": "develop"})
"""The variables of two runs; in the second one the first login fails."""
QUIET = {
    "docker",
    "podman",
    "skopeo",
    "helm",
    "curl",
    "git",
    "kubectl",
    "ssh",
    "sleep",
    "date",
    "mktemp",
    "aws",
    "vault",
}
QUIET |= {"docker-compose", "hostname", "whoami"}
"""Programs that read no variable but their own."""
WRAPPERS = {"sudo", "su", "runuser", "timeout", "nice", "retry", "stdbuf", "ionice", "systemd-run"}
"""Programs whose words are for the one that they start, which is seen itself."""
_PRINTED = "leak to the errors"
_VERDICTS = ("none", "safe", "unsafe", "report-only")
_ENTRY = re.compile(r"\n(?! )")
_LOGIN = re.compile(r"\blogin\b.*crg\.apkg\.io|crg\.apkg\.io.*\blogin\b")
_STORED = re.compile(rf"(?<!{MARK})tkn-9|oth-3r")
_AS = re.compile(r"( -u |--username[= ])\S+")
_STORED_VARIABLES = re.compile(r"\n    with (?:BB_EMAIL|BB_PKG_TOKEN)=.*")
_VARIABLES = re.compile(r"\n    with .*")
_OTHER_VARIABLES = re.compile(r"\n    with (?!DOCKER_).*")
_NOTHING = re.compile(r"(?<= -p )''|(?<=\n    stdin )(?:''|\$'\\n')")
_PLACE = re.compile(r"\n    with (?:HOME|DOCKER_CONFIG|REGISTRY_AUTH_FILE|HELM_REGISTRY_CONFIG)=.*")
"""What says where a login is stored: logins at different places have nothing to do with each other."""
_QUOTED = {PLAIN: PLAIN, AWKWARD: r"tkn-9\*\$HOME\\t\"q#z"}
"""The tokens as a log has them."""
_IMAGE = re.compile(r"\bcrg\.apkg\.io/([\w.-]+/[\w./-]+)")
_READS = re.compile(r"(?:docker|podman) .*?\b(pull|run|create|build|compose)\b")


@dataclass(frozen=True, slots=True)
class Judged:
    """`verdict`: the strictest one of its findings; `logins`: how many with a stored credential were seen to run."""

    verdict: str
    changed: bool
    logins: int
    problems: tuple[str, ...]


def judged(files: Mapping[str, str], root: Path, options: tuple[str, ...] = ()) -> Judged:
    """`fix`, with these options, in a copy of the repository under `root`. A problem begins with its kind."""
    before, after = root / "before", root / "after"
    for tree in (before, after):
        shutil.rmtree(tree, ignore_errors=True)
        _write(tree, files)
    checked = run(["check", "--no-config", "--format", "json"], before)
    fixed = run(["fix", "--no-config", *options], after)
    findings = checked.findings() if checked.out.startswith("{") else []
    verdict = max((finding["verdict"] for finding in findings), key=_VERDICTS.index, default="none")
    new = {path: (after / path).read_bytes().decode() for path in files}
    problems = [*_failures(checked), *_failures(fixed)]
    token = PLAIN if any("OTHER_" in text or "make" in path.lower() for path, text in files.items()) else AWKWARD
    logins = 0
    for failing, settings in enumerate(RUNS):
        first = _observe(before, {**settings, **OTHERS, "BB_EMAIL": USER, "BB_PKG_TOKEN": token}, failing)
        logins += len(_stored_logins(first))
        if new == files:
            left = first
        else:
            text = "".join(text for path, text in new.items() if not path.endswith(".md"))
            stored = {"BB_EMAIL": USER, "BB_PKG_TOKEN": token}
            kept = {name: value for name, value in stored.items() if name in text}
            native = {"BITBUCKET_PACKAGES_USERNAME": MARK + USER, "BITBUCKET_PACKAGES_TOKEN": MARK + token}
            left = _observe(after, {**settings, **OTHERS, **kept, **native}, failing)
            if (difference := _difference(first, left, token)) is not None:
                problems.append(f"behaviour: {difference}")
            problems += (one for one in _strays(left, new) if not (one.startswith(_PRINTED) and _assumed(findings)))
        if _stored_logins(left) and not (findings if new == files else _findings(after)):
            problems.append(f"silent: {_stored_logins(left)[0]}")
    return Judged(verdict, new != files, logins, tuple(dict.fromkeys(problems)))


def _assumed(findings: list[dict[str, Any]]) -> bool:
    """Whether a fix takes for granted that a failing login shows no token in the log."""
    return any("Python then prints the command" in said for one in findings for said in one["assumptions"])


def _write(tree: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(text.encode())
        (tree / path).chmod(0o755)


def _failures(outcome: Outcome) -> Iterator[str]:
    if outcome.code not in (0, 1, 3) or "Traceback" in outcome.err:
        yield f"failure: exit code {outcome.code}: {outcome.err[-300:]}"


def _findings(tree: Path) -> list[object]:
    return list(run(["check", "--no-config", "--format", "json"], tree).findings())


def _observe(tree: Path, variables: Mapping[str, str], failing_logins: int) -> list[Observation]:
    return harness.observe(tree, variables, frozenset(), failing_logins)


def _entries(step: Observation) -> list[str]:
    return [entry for entry in _ENTRY.split(step.calls) if entry]


def _is_login(entry: str) -> bool:
    return _LOGIN.search(entry.split("\n", 1)[0]) is not None


def _stored_logins(steps: list[Observation]) -> list[str]:
    return [
        entry
        for step in steps
        for entry in _entries(step)
        if _is_login(entry) and _STORED.search(_VARIABLES.sub("", entry))
    ]


def _difference(before: list[Observation], after: list[Observation], token: str) -> str | None:
    """The first thing that is not the same, who logs in to Packages apart."""
    if len(before) != len(after):
        return f"{len(before)} steps become {len(after)}"
    for was, now in zip(before, after, strict=True):
        sides = [
            [f"exit code and output {shell}" for shell in step.shells]
            + [_comparable(entry, token) for entry in _entries(step)]
            + [f"file {_as_own(file, token)}" for file in step.files]
            for step in (was, now)
        ]
        old, new = ([_named_alike(line) for line in side] for side in sides)
        if old != new:
            number = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), -1)
            return f"in {was.where} {old[number:][:1]} becomes {new[number:][:1]}; errors: {now.errors[-200:]}"
    return None


def _as_own(file: tuple[str, str], token: str) -> tuple[str, str]:
    """A file that holds another password and nothing else holds the native one, as a login reads it."""
    path, text = file
    return path, text.replace(OTHERS["OTHER_TOKEN"], token) if text.strip() == OTHERS["OTHER_TOKEN"] else text


def _comparable(entry: str, token: str) -> str:
    program = entry.split(" ", 1)[0]
    quiet = program in QUIET or program in WRAPPERS
    entry = (_OTHER_VARIABLES if quiet else _STORED_VARIABLES).sub("", entry.replace(MARK, ""))
    if not _is_login(entry) and program not in WRAPPERS:
        return entry
    entry = _NOTHING.sub(lambda empty: _fed(token, empty[0]), entry)
    for other, own in ((OTHERS["OTHER_TOKEN"], token), (OTHERS["OTHER_USER"], USER)):
        entry = entry.replace(other, own)
    return _AS.sub(r"\1user", entry)


def _fed(token: str, empty: str) -> str:
    """The token where nothing was: a variable that was taken for a stored one, and is not set."""
    return _QUOTED[token] if empty == "''" else "$'" + token.replace("\\", r"\\") + r"\n'"


def _named_alike(line: str) -> str:
    """make and npm show the text of what they run, and the names of variables with it."""
    line = line.replace("BITBUCKET_PACKAGES_USERNAME", "BB_EMAIL").replace("BITBUCKET_PACKAGES_TOKEN", "BB_PKG_TOKEN")
    return line.replace(MARK, "")


def _strays(steps: list[Observation], files: Mapping[str, str]) -> Iterator[str]:
    """Where the native credential goes though it must not, and logins that it does not go to as a whole."""
    for step in steps:
        native: set[tuple[str, ...]] = set()
        stored: set[tuple[str, ...]] = set()
        for entry in _entries(step):
            program = entry.split(" ", 1)[0]
            if _is_login(entry):
                words = _VARIABLES.sub("", entry)
                if MARK in words and _STORED.search(words):
                    yield f"half: {entry}"
                place = (program, *_PLACE.findall(entry))
                native |= {place} if MARK in words else set()
                stored |= {place} if _STORED.search(words) else set()
                continue
            if MARK in (_VARIABLES.sub("", entry) if program in QUIET else entry) and program not in WRAPPERS:
                yield f"leak to {program}: {entry}"
            yield from (f"foreign: {image} is read by {entry}" for image in _foreign(entry, files) if native)
        yield from (f"mixed: both log in by {program} in {step.where}" for program, *_ in native & stored)
        if any(MARK in text for text in (*(out for _, out in step.shells), *map(_beside_password, step.files))):
            yield f"leak to a file or the output of {step.where}"
        if f"{MARK}tkn-9" in step.errors:
            yield f"leak to the errors of {step.where}: {step.errors[-200:]}"


def _beside_password(file: tuple[str, str]) -> str:
    """The text of a file that is left, but for one that holds a password and nothing else, as logins read it."""
    return "" if file[1].rstrip("\n") in (MARK + PLAIN, MARK + AWKWARD) else file[1]


def _foreign(entry: str, files: Mapping[str, str]) -> set[str]:
    """Images of others that a call reads, as its words or the files that it reads by default say."""
    if (action := _READS.match(entry.split("\n", 1)[0])) is None:
        return set()
    text = entry + files.get({"build": "Dockerfile", "compose": "compose.yml"}.get(action[1], ""), "")
    return {image for image in _IMAGE.findall(text) if not image.startswith("acme/web")}
