"""A generator of small repositories in which something that a step runs reads a stored variable, in many languages.

A repository is put together of a file in one language, a way in which a step comes to it, a form in which that language
reads a variable of the environment, and a text that gives the variable's name: whole, in parts, in another case, from a
list or a file. None of them may be called removable. Its control is the same repository with a variable that shares no
part of its name; where the form says how the name begins, that one stays removable.

Seeded: `python -m tests.secrets.readers COUNT [SEED]` looks at as many as one likes and prints what is wrong.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import judge
from migrator.secrets.records import RepositoryFacts, VariableRow
from tests.secrets.reader_languages import LANGUAGES, Language, Text
from tests.secrets.test_survey import surveyed

OTHER = "SHOP_DB_URL"
"""The variable that a control reads."""
NAMES = ("ACME_PKG_TOKEN", "BB_PAT", "PACKAGES_TOKEN_PROD", "DEPLOY_KEY_2", "ACME_API_WRITE_TOKEN")
TODAY = date(2026, 11, 29)


@dataclass(frozen=True)
class Case:
    """A repository whose step may read `name`. `told`: the file says how the name begins, so that one that shares no
    part of it is not meant."""

    label: str
    name: str
    files: Mapping[str, str]
    told: bool


def _fields(name: str, cut: int) -> dict[str, str]:
    words = name.split("_")
    lead, tail = "_".join(words[:cut]), "_".join(words[cut:])
    small = [word.lower() for word in words]
    nested = "".join(f"{'  ' * at}{word}:{' x' if at == len(small) - 1 else ''}\n" for at, word in enumerate(small))
    json = "".join(f'{{"{word.capitalize()}": ' for word in small) + '""' + "}" * len(small)
    return {
        "n": name,
        "first": words[0],
        "firstword": words[0].capitalize(),
        "lead": lead,
        "tail": tail,
        "small": name.lower(),
        "smalllead": lead.lower(),
        "list": ", ".join(f'"{word}"' for word in words),
        "spaced": " ".join(words),
        "smallspaced": " ".join(small),
        "hyphens": "-".join(small),
        "dots": ".".join(small),
        "dotslead": ".".join(small[:cut]),
        "colons": ":".join(word.capitalize() for word in words),
        "camel": small[0] + "".join(word.capitalize() for word in small[1:]),
        "reversed": name[::-1],
        "nested": nested.rstrip(),
        "nestedjson": json,
    }


def _pipelines(line: str) -> str:
    quoted = "'" + line.replace("'", "''") + "'"
    login = 'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"'
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - '{login}'\n          - {quoted}\n"


def _forms(language: Language) -> list[tuple[str, Text | None, bool]]:
    """Every form, the text that it takes, and whether the file says how the name begins."""
    reads = [(read, text, text.begins) for read in language.reads for text in language.texts]
    reads += [(read, text, False) for read in language.handed for text in language.texts]
    exact: list[tuple[str, Text | None, bool]] = [(form, None, True) for form in language.exact]
    return [*reads, *exact, *((form, None, False) for form in language.dumps)]


def case(language: Language, form: str, text: Text | None, told: bool, name: str, cut: int, at: int) -> Case:
    """`at` chooses the way."""
    line, more = language.ways[at % len(language.ways)]
    fields = _fields(name, cut)
    given = text or Text("", "")
    body = given.before.format(**fields) + form.format(e=given.text.format(**fields), **fields)
    around = language.around.format(body)
    if more.get(language.path):
        raise ValueError(f"{language.name}: two files at {language.path}")
    files = {"bitbucket-pipelines.yml": _pipelines(line), **more, language.path: around}
    files |= {path: content.format(**fields) for path, content in given.files.items()}
    return Case(f"{language.name} | {given.kind or '-'} | {form!r} | {line}", name, files, told)


def cases(seed: int, count: int | None = None) -> Iterator[Case]:
    """`count` cases chosen at random, or every form with every text once."""
    chance = random.Random(seed)
    every = [(language, *form) for language in LANGUAGES for form in _forms(language)]
    chosen = every if count is None else [chance.choice(every) for _ in range(count)]
    for language, form, text, told in chosen:
        name = chance.choice(NAMES)
        cut = chance.randrange(1, name.count("_") + 1)
        yield case(language, form, text, told, name, cut, chance.randrange(60))


def judged(repositories: Sequence[Mapping[str, str | bytes]], name: str) -> list[VariableRow]:
    """What is said of a variable of each repository. They are branches of one, which saves many starts of git."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        subprocess.run(["git", "init", "--quiet", "-b", "none"], cwd=root, check=True)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=b"".join(_commits(repositories)), check=True)
        with surveyed(root) as survey:
            refs, gaps = survey.refs(frozenset({name}))
    variable = Variable(Level.REPOSITORY, name, "{1}", True)
    by_name = {ref.ref: ref for ref in refs}
    facts = [
        RepositoryFacts("web", (by_name[f"b{number}"],), frozenset({name}), (variable,), (), gaps)
        for number in range(len(repositories))
    ]
    return [judge(variable, [one], natives=(), waivers=(), today=TODAY) for one in facts]


def _commits(repositories: Sequence[Mapping[str, str | bytes]]) -> Iterator[bytes]:
    for number, files in enumerate(repositories):
        yield f"commit refs/heads/b{number}\ncommitter t <t@example.invalid> 1700000000 +0000\ndata 0\n".encode()
        for path, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            yield f"M 100755 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def verdicts(found: Sequence[Case]) -> list[VariableRow]:
    """In their order: those of one name are looked at together."""
    rows: dict[int, VariableRow] = {}
    for name in dict.fromkeys(one.name for one in found):
        places = [at for at, one in enumerate(found) if one.name == name]
        rows |= dict(zip(places, judged([found[at].files for at in places], name), strict=True))
    return [rows[at] for at in range(len(found))]


def control(one: Case) -> Case:
    """The same repository, where another variable is asked for than the one that it reads."""
    return Case(one.label, OTHER, one.files, one.told)


def main(count: int | None, seed: int) -> int:
    """Prints what is wrong: readers whose variable may go, and controls whose variable may not."""
    found = list(cases(seed, count))
    wrong = [one for one, row in zip(found, verdicts(found), strict=True) if row.verdict.may_go]
    controls = [control(one) for one in found if one.told]
    alarms = [(one, row) for one, row in zip(controls, verdicts(controls), strict=True) if not row.verdict.may_go]
    for one in wrong:
        print(f"REMOVABLE {one.name}: {one.label}")
    for one, row in alarms:
        print(f"ALARM {one.label}: {[(e.kind, e.path, e.line, e.text) for e in row.evidence][:2]}")
    print(f"{len(found)} readers, {len(wrong)} removable; {len(controls)} controls, {len(alarms)} not removable")
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if re.fullmatch(r"\d+", word)]
    sys.exit(main(numbers[0] if numbers and numbers[0] else None, numbers[1] if len(numbers) > 1 else 1))
