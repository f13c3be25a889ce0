"""Which versions of files tell the variables of logins to Packages, and what each kind of file tells."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from migrator.findings.settings import Settings
from migrator.secrets import candidates
from migrator.secrets.candidates import LIMIT, of_pipelines, of_script
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step
from tests.secrets.commits import Files, one_branch

LOGIN = "docker login crg.apkg.io -u $U -p $T"
ELSEWHERE = "docker login quay.io -u $U -p $T"
UNKNOWN = "docker login $HOST -u $U -p $T"
YARN = "npmRegistryServer: https://npm.apkg.io/$BITBUCKET_WORKSPACE\n"
TOLD = Settings(variables={"HOST": "crg.apkg.io"})


def found(
    files: Files,
    monkeypatch: pytest.MonkeyPatch,
    *,
    named: bool = False,
    settings: Settings = Settings(),  # noqa: B008
) -> set[str]:
    commits = one_branch(files)
    survey = commits.survey()
    [ref] = commits.refs
    every = [
        SimpleNamespace(oid=one.oid, path=one.path, commit=ref.commit) for one in survey.objects.entries(ref.commit)
    ]
    asked: list[Any] = []

    def versions(root: object, *asked_for: Any) -> Any:
        asked.append(asked_for[1])
        return SimpleNamespace(versions=sorted(every, key=lambda one: one.path))

    monkeypatch.setattr(candidates, "versions", versions)
    scripts = sorted(set(files) - {PATH})
    names = candidates.candidates(survey.objects, scripts, BOOK, settings, named)
    assert asked == [scripts]
    return set(names)


@pytest.mark.parametrize(
    ("files", "named", "settings", "names"),
    [
        ({PATH: step(LOGIN)}, False, Settings(), {"U", "T"}),
        ({PATH: step(ELSEWHERE)}, True, Settings(), set()),
        ({PATH: step(UNKNOWN)}, False, Settings(), set()),
        ({PATH: step(UNKNOWN)}, False, TOLD, {"U", "T"}),
        ({PATH: step(UNKNOWN)}, False, Settings(hosts={"HOST": "crg.apkg.io"}), {"U", "T"}),
        ({"a.sh": LOGIN}, False, Settings(), {"U", "T"}),
        ({"a.sh": UNKNOWN}, True, Settings(), {"U", "T"}),
        ({"a.sh": UNKNOWN}, False, Settings(), set()),
        ({"a.sh": "true", "b.sh": LOGIN}, False, Settings(), {"U", "T"}),
        ({"a.sh": LOGIN + "\n#" + "x" * (LIMIT - len(LOGIN) - 2)}, False, Settings(), {"U", "T"}),
        ({"a.sh": LOGIN + "\n#" + "x" * (LIMIT - len(LOGIN) - 1), "b.sh": "docker login crg.apkg.io -u $X -p $Y"},
         False, Settings(), {"X", "Y"}),
        ({".npmrc": "//npm.apkg.io/a/:_auth=${A}\nx=%B%\ny={{ env.C }}\nz=D\n"}, False, Settings(), {"A", "B", "C"}),
        ({".npmrc": "//x.acme.example/:_auth=${A}\n"}, True, Settings(), set()),
        ({"a.sh": "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $T"}, False, Settings(), {"T"}),
        ({"a.sh": "docker login crg.apkg.io -u $BITBUCKET_WORKSPACE -p $T"}, False, Settings(), {"T"}),
        ({PATH: step("yarn config set npmAuthIdent $U:$T", "yarn npm publish"), ".yarnrc.yml": YARN},
         False, Settings(), {"U", "T"}),
        ({PATH: step("yarn config set npmAuthIdent $U:$T", "yarn npm publish"), ".yarnrc.yml": YARN, "z.sh": "true"},
         False, Settings(), {"U", "T"}),
    ],
)  # fmt: skip
def test_what_a_version_tells_is_told_by_its_kind(
    files: Files, named: bool, settings: Settings, names: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found(files, monkeypatch, named=named, settings=settings) == names


def test_a_version_whose_content_is_not_here_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    commits = one_branch({"a.sh": LOGIN})
    survey = commits.survey()
    version = SimpleNamespace(oid="f" * 40, path="a.sh", commit="")
    monkeypatch.setattr(candidates, "versions", lambda *_: SimpleNamespace(versions=[version]))
    assert candidates.candidates(survey.objects, ["a.sh"], BOOK, Settings(), True) == frozenset()


def test_what_a_repository_ignores_is_a_use_nevertheless() -> None:
    text = step(LOGIN).replace("          - ", "          # patless: ignore[registry-login] it is known\n          - ")
    view = Memory({PATH: text.encode()})
    assert of_pipelines(view, PATH, BOOK, Settings(ignore=frozenset({"registry-login"}))) == {"U", "T"}


@pytest.mark.parametrize(
    ("text", "settings", "named", "names"),
    [
        (UNKNOWN, TOLD, False, {"U", "T"}),
        (UNKNOWN, Settings(hosts={"HOST": "crg.apkg.io"}), False, {"U", "T"}),
        (UNKNOWN, Settings(variables={"HOST": "quay.io"}), False, {"U", "T", "HOST"}),
        (UNKNOWN, Settings(hosts={"HOST": None}), False, {"U", "T"}),
        (f"{LOGIN}\ndocker login quay.io -u $A -p $B", Settings(), False, {"U", "T"}),
        (f"{ELSEWHERE}\ndocker login $HOST -u $A -p $B", Settings(), True, {"A", "B"}),
        (f"{ELSEWHERE}\nx login $A", Settings(), True, set()),
        ("echo docker login $A", Settings(), True, {"A"}),
        ("echo login $A", Settings(), True, set()),
        ("echo login $A crg.apkg.io", Settings(), False, {"A"}),
        ("echo ä docker login $A\necho $B", Settings(), True, {"A"}),
    ],
)
def test_a_script_tells_the_variables_of_logins_that_may_be_to_packages(
    text: str, settings: Settings, named: bool, names: set[str]
) -> None:
    assert of_script(text.encode(), BOOK, settings, named) == names
