"""Which files may hold a login, which variables logins read, and what imports name: of commits in memory."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from migrator.repositories.git import GitError
from migrator.secrets.references.finding import MOST
from migrator.secrets.references.records import Reference, UseKind
from migrator.secrets.survey import RecentRuns, _gives
from migrator.text.files import LIMIT
from tests.memory import PATH, step
from tests.secrets.commits import Commits, Files, Link, one_branch, run

HOST = "crg.apkg.io"
LOGIN = f"docker login {HOST} -u $U -p $T\n"
ELSEWHERE = "docker login quay.io -u $U -p $T\n"
IMPORTING = "pipelines:\n  custom:\n    x: {import: ci:main:x}\n"


@pytest.mark.parametrize(
    ("files", "scripts", "anywhere"),
    [
        ({"a.sh": LOGIN}, ["a.sh"], True),
        ({"a.sh": f"login at {HOST}"}, ["a.sh"], True),
        ({"a.sh": ELSEWHERE}, [], False),
        ({"a.sh": ELSEWHERE, "a.md": HOST}, ["a.sh"], True),
        ({"a.sh": "login page", "a.md": HOST}, [], True),
        ({"a.sh": "docker pull x", "a.md": HOST}, [], True),
        ({".npmrc": "//npm.apkg.io/acme/:_auth=${A}\n"}, [".npmrc"], True),
        ({".npmrc": "//npm.acme.example/:_auth=${A}\n", "a.md": HOST}, [], True),
        ({PATH: step(LOGIN.strip())}, [], True),
        ({"a.sh": Link("docker login crg.apkg.io")}, [], False),
        ({"c.sh": LOGIN, "a.sh": ELSEWHERE, "b.sh": ELSEWHERE, "d.sh": LOGIN}, ["c.sh", "d.sh", "a.sh", "b.sh"], True),
        ({"a.sh": LOGIN + "#" * (LIMIT - len(LOGIN))}, ["a.sh"], True),
        ({"a.sh": LOGIN + "#" * (LIMIT + 1 - len(LOGIN))}, [], False),
        ({}, [], False),
    ],
    ids=lambda value: str(value)[:80],
)
def test_the_scripts_that_may_hold_a_login_come_first_that_name_packages(
    files: Files, scripts: list[str], anywhere: bool
) -> None:
    assert one_branch(files).survey()._scripts() == (scripts, anywhere)


@pytest.mark.parametrize("contents", [(LOGIN, ELSEWHERE), (ELSEWHERE, LOGIN)], ids=["first", "second"])
def test_a_script_names_packages_that_does_so_on_any_branch(contents: tuple[str, str]) -> None:
    commits = Commits()
    for name, content in zip(("main", "dev"), contents, strict=True):
        commits.branch(name, {"a.sh": ELSEWHERE, "b.sh": content})
    commits.tag("v1", {"c.sh": LOGIN})
    assert commits.survey()._scripts() == (["b.sh", "a.sh"], True)


def test_a_branch_that_cannot_be_read_ends_it() -> None:
    commits = one_branch({PATH: step("true")})
    commits.objects.clear()
    with pytest.raises(GitError, match="lacks commit"):
        commits.survey().imports()


def test_a_file_whose_content_is_not_here_is_no_script() -> None:
    commits = one_branch({"a.sh": LOGIN, "b.sh": LOGIN + "\n"})
    commits.objects = {oid: one for oid, one in commits.objects.items() if one[1] != LOGIN.encode()}
    assert commits.survey()._scripts() == (["b.sh"], True)


def test_imports_are_those_of_all_branches_and_no_tags() -> None:
    commits = one_branch({PATH: IMPORTING, "ci/x-pipelines.yml": IMPORTING.replace("main", "v2"), "a.yml": IMPORTING})
    commits.branch("dev", {PATH: step("env | sort"), "b-pipelines.yml": IMPORTING.replace("main", "v3")})
    commits.tag("v1", {PATH: IMPORTING.replace("main", "v4")})
    assert commits.survey().imports() == {"ci:main:x", "ci:v2:x", "ci:v3:x"}


@pytest.mark.parametrize(
    ("needed", "names"),
    [
        (step(LOGIN.strip()), {"U", "T"}),
        (step(f"docker login {HOST} -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"), set()),
        (step(ELSEWHERE.strip()), set()),
    ],
)
def test_variables_of_logins_are_needed_on_branches(needed: str, names: set[str]) -> None:
    commits = one_branch(needed)
    commits.tag("v1", {PATH: step(f"docker login {HOST} -u $U -p $OLD")})
    assert commits.survey().needed() == names
    found, _ = commits.survey().refs(frozenset({"U", "T", "OLD"}))
    assert [[name for name, _ in one.needs] for one in found] == [sorted(names), []]


def test_where_each_is_needed_is_told_by_name_and_place() -> None:
    files = {
        PATH: step("export X=$T", LOGIN.strip(), "sh x.sh"),
        "x.sh": f"# $T\n{LOGIN}\ndocker login {HOST} -u $U -p $X\n",
    }
    [found], _ = one_branch(files).survey().refs(frozenset({"U", "T", "X"}))
    assert [(name, one.ref, one.path, one.line, f"{one.kind} {one.text}") for name, one in found.needs] == [
        ("T", "main", PATH, 5, "shell $T"),
        ("T", "main", PATH, 6, "shell $T"),
        ("T", "main", "x.sh", 2, "shell $T"),
        ("U", "main", PATH, 6, "shell $U"),
        ("U", "main", "x.sh", 2, "shell $U"),
        ("U", "main", "x.sh", 4, "shell $U"),
    ]


def test_the_form_of_the_use_is_that_of_the_line_where_it_stands() -> None:
    files = {
        PATH: step("true", "true", LOGIN.strip(), "sh x.sh", "sh y.sh"),
        "x.sh": "\n" * 6 + LOGIN.replace("$T", "${T}"),
        "y.sh": LOGIN.replace("-u", "\\\n  -u"),
        "unused.yml": step(LOGIN.strip()),
    }
    [found], _ = one_branch(files).survey().refs(frozenset({"U", "T"}))
    assert [(one.path, one.line, f"{one.kind} {one.text}") for name, one in found.needs if name == "T"] == [
        (PATH, 7, "shell $T"),
        ("x.sh", 7, "shell ${T"),
        ("y.sh", 2, "shell $T"),
    ]


def test_a_use_beyond_those_that_are_kept_of_a_file_is_needed_too() -> None:
    files = {PATH: step("sh x.sh"), "x.sh": LOGIN.replace("$T", "${T}") * (MOST + 1)}
    [found], _ = one_branch(files).survey().refs(frozenset({"T"}))
    assert [(one.line, one.text) for name, one in found.needs if name == "T"] == [
        *((line, "${T") for line in range(1, MOST + 1)),
        (MOST + 1, "$T"),
    ]


def test_what_another_step_may_hand_on_is_not_needed() -> None:
    more = step("export U=a").partition("default:\n")[2]
    [found], _ = one_branch(step(LOGIN.strip()) + more).survey().refs(frozenset({"U", "T"}))
    assert [name for name, _ in found.needs] == ["T"]


def test_what_another_file_sets_is_needed_nevertheless() -> None:
    files = {PATH: step(LOGIN.strip()), "other.sh": "export T=x\n"}
    [found], _ = one_branch(files).survey().refs(frozenset({"U", "T"}))
    assert [name for name, _ in found.needs] == ["T", "U"]


@pytest.mark.parametrize(
    ("kind", "text", "gives"),
    [
        (UseKind.ASSIGNMENT, "T", True),
        (UseKind.DECLARATION, "T", True),
        (UseKind.OVERWRITTEN, "$T", True),
        (UseKind.MENTION, "T", False),
        (UseKind.WORD, "T", True),
        (UseKind.PIPE, "T", True),
        (UseKind.PIPE, "$T", False),
        (UseKind.SHELL, "$T", False),
        (UseKind.SHELL, "T", False),
    ],
)
def test_a_pipelines_file_gives_what_it_names_without_reading_it(kind: UseKind, text: str, gives: bool) -> None:
    assert _gives(Reference("T", kind, PATH, 1, 1, text)) == gives


@pytest.mark.parametrize(
    ("exported", "imports", "found"),
    [
        ({"ci:main:x": step(LOGIN.strip())}, None, {"FOUND", "U", "T"}),
        ({"ci:main:x": step(LOGIN.strip())}, frozenset[str](), {"FOUND"}),
        ({"ci:v2:x": step(LOGIN.strip())}, frozenset({"ci:v2:x", "no:x"}), {"FOUND", "U", "T"}),
        ({"ci:main:x": step(f"docker login {HOST} -u $U -p $BITBUCKET_PACKAGES_TOKEN")}, None, {"FOUND", "U"}),
        ({}, None, {"FOUND"}),
    ],
)  # fmt: skip
def test_logins_of_imported_pipelines_have_candidates_too(
    exported: dict[str, str], imports: frozenset[str] | None, found: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("migrator.secrets.candidates.candidates", lambda *_: frozenset({"FOUND"}))
    assert one_branch(IMPORTING).survey(exported=exported).candidates(imports) == found


def test_a_short_name_of_a_commit_is_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    survey = one_branch(step("true")).survey(RecentRuns((run(8, sha="abcdef1"),)))
    asked: list[str] = []
    load = survey.objects.load

    def loaded(commits: Iterable[str]) -> dict[str, str]:
        asked.extend(commits)
        return load(asked)

    monkeypatch.setattr(survey.objects, "load", loaded)
    chosen, lost, _ = survey._chosen()
    assert asked == [one.commit for one, _ in chosen]
    assert [one.name for one, _ in lost] == ["refs/runs/8"]
