"""Whether text names a file that holds certain words: nothing is parsed, and every doubt is a yes."""

from __future__ import annotations

import pytest

from migrator.prefilter.leads import leads

LEADING = {"bash": (), "source": (), "make": ("Makefile",), "just": (".justfile",), "sh": (), "npm": ("package.json",)}


def _leads(text: str, files: dict[str, str]) -> bool:
    return leads(text, files.get, ["login"], LEADING)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("- ./x.sh", {"y.sh": "login"}),
        ("- ./x.sh", {"x.sh": "echo"}),
        ("- echo x", {"x": "login"}),
        ("- ../x.sh", {"x.sh": "echo"}),
        ("- ./a.sh", {"a.sh": "./b.sh", "b.sh": "./a.sh"}),
    ],
    ids=["another file", "without the word", "a word that is no path", "out of the repository", "in a circle"],
)
def test_nothing_leads_to_a_word(text: str, files: dict[str, str]) -> None:
    assert not _leads(text, files)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("- ./x.sh", "x.sh"),
        ("- bash x", "x"),
        ('- "$BITBUCKET_CLONE_DIR/ci/x.sh"', "ci/x.sh"),
        ("- cd a && cd b && ./x.sh", "a/b/x.sh"),
        ("- make -C ci login", "ci/Makefile"),
        ("- npm run x", "package.json"),
        ("- python -m a.b", "a/b/__main__.py"),
        ("- just x", ".justfile"),
        ("from ci.tools import (\n    one,\n    two as other,\n)", "ci/tools/two.py"),
        ("from ci.tools import one", "ci/tools.py"),
        ("import one, two", "two/__init__.py"),
        ("- 'sh \"für alle/push it.sh\"'", "für alle/push it.sh"),
        ('- sh "${BITBUCKET_CLONE_DIR}/my ci/push it.sh"', "my ci/push it.sh"),
        ("- sh my\\ ci/push\\ it", "my ci/push it"),
        ('- cd "my ci" && ./x.sh', "my ci/x.sh"),
    ],
)
def test_a_file_with_the_word_is_found(text: str, path: str) -> None:
    assert _leads(text, {path: "docker login"})


def test_a_file_leads_on_from_its_own_folder() -> None:
    assert _leads("ci/a.sh", {"ci/a.sh": '. "$(dirname "$0")/b.sh"', "ci/b.sh": "login"})


def test_a_folder_that_the_sixth_step_enters_is_looked_into() -> None:
    text = "".join(f"- cd svc{number} && ./push.sh\n" for number in range(6))
    assert _leads(text, {"svc5/push.sh": "login"})


def test_many_imports_are_not_too_many() -> None:
    assert not _leads("".join(f"from a{number}.b import c, d\n" for number in range(60)), {})


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("./0.sh", {f"{number}.sh": f"./{number + 1}.sh" for number in range(300)}),
        ("".join(f"- ./{number}.sh\n" for number in range(5000)), {}),
        ("".join(f"- cd {number}\n" for number in range(30)), {}),
        ("- x\n" * 30_000, {}),
    ],
    ids=["files", "names", "folders", "words"],
)
def test_too_many_are_a_yes(text: str, files: dict[str, str]) -> None:
    assert _leads(text, files)
