"""Names of stored variables in the `.npmrc` of a repository, and whether a call of npm may find the stored value."""

from __future__ import annotations

import pytest

from migrator.engine.committed import committed_names
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

KEY = "//npm.apkg.io/acme/:"
GIVEN = "PAT=x npm ci"


def named(*steps: str, text: str = f"{KEY}_auth=${{PAT}}\n") -> list[tuple[str, str, int, bool]]:
    """Of each place the file, the name, where it stands, and whether the value arrives. Each step is a script."""
    first, *others = (step(*one.split("\n")) for one in steps)
    every = first + "".join(one[one.index("    - step") :] for one in others)
    files = {PATH: every, ".npmrc": text, "web/.npmrc": f"{KEY}_auth=${{PAT}}\n", "web/package.json": "{}"}
    files["package.json"] = '{"scripts": {"build": "true", "other": "make"}}'
    view = Memory({path: one.encode() for path, one in files.items()})
    reading = Reading(view, BOOK, Settings(), [PATH], BITBUCKET, thorough=True)
    found = committed_names(reading, ("PAT", "OTHER"))
    return [(one.source.path, one.name, one.span.start, one.arrives) for one in found]


HERE = (".npmrc", "PAT", len(f"{KEY}_auth="))


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        (("npm ci",), [(*HERE, True)]),
        ((GIVEN,), [(*HERE, False)]),
        (("cd web\nPAT=x npm ci",), [("web/.npmrc", *HERE[1:], False)]),
        (("PAT=x npm ci\ncd web\nPAT=x npm ci",), [(*HERE, False), ("web/.npmrc", *HERE[1:], False)]),
        (("npm run build",), []),
        (("npm ci --prefix web",), []),
        (("lerna publish\nnpm ci",), []),
        ((f"echo '{KEY}_auth='$(printf %s:%s $U $T | base64 -w0) > .npmrc\nnpm ci --prefix x",), []),
        (("docker login crg.apkg.io -u $USR -p $PAT",), []),
        (("docker login crg.apkg.io -u $USR -p $PAT\nnpm ci",), [(*HERE, True)]),
    ],
)
def test_names_count_in_files_from_which_a_call_takes_its_pair(
    steps: tuple[str, ...], found: list[tuple[str, str, int, bool]]
) -> None:
    assert named(*steps) == found


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (f"{KEY}_auth=${{PAT?}}\n", [HERE[2]]),
        (f"{KEY}_auth=${{PATH}}\n# ${{PAT}}\n", [HERE[2] + 10]),
        (f"{KEY}_auth=${{PATH}}\n# $PAT PAT xPAT}}\n", []),
    ],
)
def test_what_names_the_variable_in_braces_is_a_place(text: str, places: list[int]) -> None:
    assert [at for _, _, at, _ in named("npm ci", text=text)] == places


@pytest.mark.parametrize(
    ("step", "arrives"),
    [
        ("true", False),
        ("npm ci", True),
        ("PAT=x npm ci", False),
        ("npx", True),
        ("yarn install", True),
        ("make", True),
        ("PAT=x make", False),
        ("unset PAT\nmake", False),
        ("export PAT=x\nmake", False),
        ("find . -exec true {} +", False),
        ("find . -exec make {} +", True),
        ("f() { true; }\nf", False),
        ("f() { PAT=x make; }\nf", False),
        ("f() { make; }\nPAT=x f", False),
        ("bash -c 'PAT=x npm ci'", False),
        ("npm() { true; }\nnpm ci", True),
        ("npm run build", False),
        ("npm run other", True),
    ],
)
def test_the_stored_value_arrives_where_something_that_may_read_the_file_finds_it(step: str, arrives: bool) -> None:
    """In whichever step."""
    assert [one[3] for one in named(GIVEN, step) if one[0] == ".npmrc"] == [arrives]
    assert [one[3] for one in named(step, GIVEN) if one[0] == ".npmrc"] == [arrives]
