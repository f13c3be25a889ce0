"""Repositories made of the parts in `programs/`, the same ones for the same seed.

A carrier takes the words that stand for a credential and says under which ones the rest of the program has them: other
variables, arguments, an environment in front of a command, another file. `<u>` and `<t>` are the words as they come,
`<n>` is a number that no other part has, and a line with %% stands for the rest of the program with the words that it
names. Files follow behind `--- PATH`. The first line may say what a part needs of its words or of what is in it.
"""

from __future__ import annotations

import json
import random
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

import yaml

FILE = "bitbucket-pipelines.yml"


def parts(name: str) -> list[str]:
    """The parts of one file of `programs`, which blank lines are between."""
    return (Path(__file__).parent / "programs" / f"{name}.txt").read_text().strip("\n").split("\n\n")


CARRIERS, GUARDS, LOGINS, NOISE, PIPELINES = map(
    parts, ("carriers", "guards", "shell-logins", "shell-noise", "pipelines")
)
PYTHON_SETUPS, PYTHON_LOGINS, PYTHON_NOISE = map(parts, ("setups", "logins", "noise"))
"""Parts of Python programs: what takes the credential from the environment, into `user` and `token` or what the first
line says; what logs in with `<user>` and `<token>`; what else happens."""
_NEEDS = {"export", "named", "quotes", "make", "python"}
_REST = re.compile(r"%% (export )?(?:same|(\S+(?: \S+,?)*?) (\S+)) %%")
_FILE = re.compile(r"^--- (\S+)\n", re.M)
_ITEM = re.compile(r"^( *)(?:- &\w+\n +)?%%(\w+)%%\n", re.M)
_FIXED = {
    "Dockerfile": ("FROM alpine\n", "FROM alpine\n", "FROM crg.apkg.io/acme/base:1\n", "FROM crg.apkg.io/acme/web:0\n"),
    "compose.yml": (
        "services:\n  web:\n    image: nginx\n",
        "services:\n  web:\n    image: nginx\n    environment:\n      TOKEN: ${BB_PKG_TOKEN}\n",
        "services:\n  base:\n    image: crg.apkg.io/acme/base:1\n",
    ),
    "ci/build.sh": (
        '#!/bin/bash\necho "build $1"\ncurl https://acme.example\n',
        '#!/bin/bash\ncurl -u "me:$BB_PKG_TOKEN" https://acme.example\n',
        "#!/bin/bash\nnpm publish\n",
        "#!/bin/bash\ndocker pull crg.apkg.io/acme/base:1\n",
    ),
    "ci/sets.sh": ("BB_PKG_TOKEN=$OTHER_TOKEN\n", "MODE=debug\n", "export T=1\n"),
    "ci/askpass.sh": ('#!/bin/sh\necho "$BB_PKG_TOKEN"\n', '#!/bin/sh\necho "$OTHER_TOKEN"\n'),
}
"""Files that other parts name, and texts that they may have."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands for a credential at one place of a program. `exported`: a program that starts there gets it, too."""

    user: str
    token: str
    exported: bool = False

    @property
    def positional(self) -> bool:
        return re.search(r"\$\{?[0-9]", self.user + self.token) is not None


@dataclass(frozen=True, slots=True)
class Making:
    """A repository that is being made: its files so far, and what chooses its parts."""

    pick: random.Random
    files: dict[str, str] = field(default_factory=dict)
    numbers: count[int] = field(default_factory=lambda: count(1))


def repository(seed: str) -> dict[str, str]:
    """The texts of a repository by path."""
    making = Making(random.Random(seed))
    stored = Words("$BB_EMAIL", "$BB_PKG_TOKEN", exported=True)
    login = program(making, stored, making.pick.choice([0, 1, 1, 2, 2, 2, 3, 3]))
    for path, texts in _FIXED.items():
        making.files.setdefault(path, making.pick.choice(texts))
    return {**making.files, FILE: _pipelines(making, login)}


def program(making: Making, words: Words, depth: int) -> str:
    """Shell text that logs in with the words, with `depth` carriers on the way."""
    if depth == 0:
        text = _filled(making, making.pick.choice(LOGINS), words)
    elif making.pick.random() < 0.15:
        text = _expanded(making, making.pick.choice(GUARDS), words, depth)
    else:
        able = [part for part in CARRIERS if _able(_needs(part), words)]
        text = _expanded(making, making.pick.choice(able), words, depth)
    before = [_noise(making, words)] if making.pick.random() < 0.25 else []
    after = [_noise(making, words)] if making.pick.random() < 0.15 else []
    return "\n".join([*before, text, *after])


def python(pick: random.Random, user: str = "BB_EMAIL", token: str = "BB_PKG_TOKEN") -> str:
    """A program in Python that logs in with variables of these names."""
    setup = pick.choice(PYTHON_SETUPS)
    named = re.match(r"# (\S+) (\S+)\n", setup)
    names = named.groups() if named else ("user", "token")
    lines = [setup, pick.choice(PYTHON_LOGINS)]
    for extra in pick.sample(PYTHON_NOISE, pick.choice([0, 0, 1, 2])):
        lines.insert(pick.randint(0, len(lines)), extra)
    text = "\n".join(lines).replace("<user>", names[0]).replace("<token>", names[1])
    if pick.random() < 0.4 and "global " not in text:
        call = pick.choice(["main()", "sys.exit(main())", 'if __name__ == "__main__":\n    main()'])
        text = f"import sys\ndef main():\n{textwrap.indent(text, '    ')}\n{call}"
    text = text.replace("BB_EMAIL", user).replace("BB_PKG_TOKEN", token)
    return f"import os\nimport subprocess\n{text}\n"


def _needs(part: str) -> set[str]:
    first = part.split("\n", 1)[0]
    needs = set(first.removeprefix("# ").split())
    return needs if first.startswith("# ") and needs <= _NEEDS else set()


def _able(needs: set[str], words: Words) -> bool:
    return not (("export" in needs and not words.exported) or ("named" in needs and words.positional))


def _noise(making: Making, words: Words) -> str:
    return _filled(making, making.pick.choice(NOISE), words)


def _filled(making: Making, part: str, words: Words) -> str:
    text = part.replace("<n>", str(next(making.numbers)))
    return text.replace("<u>", words.user).replace("<t>", words.token)


def _expanded(making: Making, part: str, words: Words, depth: int) -> str:
    """The shell text of a part, with the rest of the program in it; its files are added to those of the repository."""
    needs = _needs(part)
    text = _filled(making, part.split("\n", 1)[1] if needs else part, words)
    if "python" in needs:
        text = text.replace("%%python%%", python(making.pick, "CI_USER", "CI_TOKEN"))
    shell, *files = _FILE.split(text)
    for path, body in zip(files[::2], files[1::2], strict=True):
        rest = _with_rest(making, body, words, needs, depth, path)
        before = "" if path.endswith(".json") else making.files.get(path, "")
        making.files[path] = before + rest.rstrip("\n") + "\n"
    return _with_rest(making, shell.rstrip("\n"), words, needs, depth)


def _with_rest(making: Making, text: str, words: Words, needs: set[str], depth: int, path: str = "") -> str:
    if (found := _REST.search(text)) is None:
        return text
    exported, user, token = found.groups()
    inner = Words(user, token, bool(exported)) if user else words
    if path.endswith(("Makefile", ".mk")):
        rest = _recipe(making, inner, depth)
    else:
        rest = _trial(making, inner, depth, lambda text: "quotes" not in needs or "'" not in text)
    return text[: found.start()] + rest + text[found.end() :]


def _recipe(making: Making, words: Words, depth: int) -> str:
    """One line of a recipe. Words of make are spelled as they are, those of the shell with a second dollar sign. They
    mean nothing in other files, so that none is made with them."""
    spelled = words if words.user.startswith("$BB") else replace(words, user="\1", token="\2")
    text = _trial(making, spelled, depth, lambda text: "\n" not in text).replace("$", "$$")
    return text.replace("\1", words.user).replace("\2", words.token)


def _trial(making: Making, words: Words, depth: int, fits: Callable[[str], bool]) -> str:
    """The rest of a program that fits where it is put; the files of those that do not are forgotten."""
    for left in (depth - 1, depth - 1, 0, 0, 0, 0):
        trial = replace(making, files=dict(making.files))
        text = program(trial, words, max(left, 0))
        if fits(text) and not any("\1" in body or "\2" in body for body in trial.files.values()):
            making.files.update(trial.files)
            return text
    return _filled(making, LOGINS[0], words)


def _pipelines(making: Making, login: str) -> str:
    text = making.pick.choice(PIPELINES) + "\n"
    others = login.replace("BB_EMAIL", "OTHER_USER").replace("BB_PKG_TOKEN", "OTHER_TOKEN")
    known = {"login": login, "again": login, "others": others, "block": login}

    def items(match: re.Match[str]) -> str:
        indent, name = match[1], match[2]
        if name == "block":
            return f"{indent}- &login |\n{textwrap.indent(login, indent + '  ')}\n"
        if name == "second":
            known["second"] = program(making, Words("$OTHER_USER", "$OTHER_TOKEN", exported=True), 1)
        return "".join(f"{indent}{item}\n" for item in _items(making.pick, known[name]))

    return _ITEM.sub(items, text)


def _items(pick: random.Random, script: str) -> list[str]:
    """A script as items of a list, in one of the spellings that YAML has for it."""
    lines = script.split("\n")
    style = pick.choice(["block", "block", "lines", "quoted"])
    if style == "lines" and _loads([f"- {line}" for line in lines]) == lines:
        return [f"- {line}" for line in lines]
    if style == "quoted":
        return [f"- {json.dumps(script)}"]
    return ["- |", *(f"  {line}" for line in lines)]


def _loads(items: list[str]) -> object:
    try:
        loaded: object = yaml.safe_load("\n".join(items))
    except yaml.YAMLError:
        return None
    return loaded


def shown(files: Mapping[str, str]) -> str:
    """The repository as text, which `read` takes."""
    return "".join(f"--- {path}\n{text}" for path, text in sorted(files.items()))


def read(text: str) -> dict[str, str]:
    """The repository that `shown` gives the text of."""
    _, *found = _FILE.split(text)
    return dict(zip(found[::2], found[1::2], strict=True))
