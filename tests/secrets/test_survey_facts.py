"""What every branch, tag and run says, told from commits in memory."""

from __future__ import annotations

from typing import Any

import pytest

from migrator.bitbucket.hashes import Hash
from migrator.secrets.records import RefFacts, Stand
from migrator.secrets.references.records import Found, NotLooked
from migrator.secrets.survey import RecentRuns
from migrator.text.files import LIMIT
from tests.memory import PATH, step
from tests.secrets.commits import MODULE, Commits, Files, Link, Tool, one_branch, run

DEPLOYED = """\
pipelines:
  default:
    - step:
        deployment: {name}
        script: [make]
"""
IMPORTING = "pipelines:\n  custom:\n    x: {import: ci:main:x}\n"
DUMP = "import os\nprint(os.environ.copy())\n"


def only(commits: Commits, exported: dict[str, str] | None = None, **more: Any) -> RefFacts:
    [found], _ = commits.survey(exported=exported, **more).refs(frozenset({"MY_PAT"}))
    return found


@pytest.mark.parametrize(
    ("paths", "runs"),
    [
        ([PATH], True),
        (["a.txt", PATH, "z.txt"], True),
        (["Bitbucket-Pipelines.YML"], True),
        (["bitbucket-pipelines.yaml"], True),
        ([f"ci/{PATH}"], False),
        (["shared-pipelines.yml"], False),
        (["a.txt"], False),
    ],
)
def test_a_commit_runs_that_has_a_pipelines_file_at_its_root(paths: list[str], runs: bool) -> None:
    found = only(one_branch({path: step("true") for path in paths}))
    assert (found.runs, found.ref, found.stand, found.author) == (runs, "main", Stand.NOW, "Ada")


@pytest.mark.parametrize(
    ("files", "environments"),
    [
        ({PATH: DEPLOYED.format(name="Live")}, {"live"}),
        ({PATH: DEPLOYED.format(name="Live"), "ci/x-pipelines.yml": DEPLOYED.format(name="Test")}, {"live", "test"}),
        ({PATH: DEPLOYED.format(name="Live"), "a.yml": DEPLOYED.format(name="Test")}, {"live"}),
        ({PATH: DEPLOYED.format(name="Live"), "ci/x-pipelines.yml": DEPLOYED.format(name="$X")}, None),
        ({PATH: ""}, None),
        ({PATH: Link("a.yml"), "a.yml": DEPLOYED.format(name="Live")}, None),
        ({PATH: MODULE}, None),
        ({PATH: step("true") + "#" * (LIMIT - len(step("true")))}, set()),
        ({PATH: step("true") + "#" * (LIMIT + 1 - len(step("true")))}, None),
        ({"a.txt": ""}, set()),
    ],
)
def test_the_deployments_of_a_commit_are_those_of_all_its_pipelines_files(
    files: Files, environments: set[str] | None
) -> None:
    assert only(one_branch(files)).environments == environments


def test_an_imported_file_has_deployments_uses_and_doubts() -> None:
    text = "# $MY_PAT\n" + DEPLOYED.format(name="Live").replace("[make]", '[make $MY_PAT, "env | sort"]')
    found = only(one_branch(IMPORTING), {"ci:main:x": text})
    assert found.environments == {"live"}
    assert [(name, one.kind, one.ref, one.path, one.line, one.text) for name, one in found.uses_elsewhere] == [
        ("MY_PAT", "shell", "main", f"ci:{PATH}", 6, "$MY_PAT")
    ]
    assert [(one.kind, one.ref, one.path, one.line, one.text) for one in found.doubts_elsewhere] == [
        ("doubt:dump", "main", f"ci:{PATH}", 6, "env")
    ]
    assert found.unresolved == frozenset()


def test_an_import_that_cannot_be_read_is_unresolved() -> None:
    found = only(one_branch({PATH: IMPORTING, "a.py": DUMP}))
    assert (found.unresolved, found.environments, found.uses_elsewhere) == ({"ci:main:x"}, None, ())
    assert found.reached == {PATH}, "what it runs of this repository is told by its being unresolved"


BINARY = b"\0\1"


@pytest.mark.parametrize(
    ("files", "exported", "reached"),
    [
        ({PATH: step("sh x.sh"), "x.sh": "env | sort", "y.sh": "env | sort"}, None, {"x.sh"}),
        ({PATH: step("sh x.sh"), "x.sh": "sh ci/y.sh", "ci/y.sh": "env | sort"}, None, {"ci/y.sh"}),
        ({PATH: step("sh x.sh"), "x.sh": "true"}, None, set()),
        ({PATH: step("sh a.dat"), "a.dat": BINARY, "b.dat": BINARY}, None, {"a.dat"}),
        ({PATH: step("./tool"), "tool": Tool(BINARY)}, None, {"tool"}),
        ({PATH: step("env | sort")}, None, {PATH}),
        ({PATH: step("true"), "a.py": DUMP}, None, set()),
        ({PATH: step("pytest"), "a.py": DUMP}, None, {"a.py"}),
        ({PATH: step("pytest"), "a.py": "x = 'MY_' + kind"}, None, set()),
        ({PATH: step("pytest"), "m": MODULE}, None, set()),
        ({PATH: IMPORTING, "a.py": DUMP}, step("true"), {PATH}),
        ({PATH: IMPORTING, "a.py": DUMP}, step("pytest"), {PATH, "a.py"}),
        ({PATH: IMPORTING, "Makefile": "x:\n\tpytest\n", "a.py": DUMP}, step("make x"), {PATH, "a.py"}),
        ({PATH: IMPORTING, "a.sh": "env | sort", "b.sh": "env | sort"}, step("sh a.sh"), {PATH, "a.sh"}),
        ({PATH: IMPORTING, "a.sh": Link("b.sh"), "b.sh": "env | sort"}, step("sh a.sh"), {PATH, "b.sh"}),
        ({"a.sh": "env | sort"}, None, set()),
    ],
)
def test_what_is_opaque_is_reached_where_a_step_leads_to_it(
    files: Files, exported: str | None, reached: set[str]
) -> None:
    assert only(one_branch(files), {"ci:main:x": exported} if exported else None).reached == reached


@pytest.mark.parametrize(
    ("branch", "made", "changes", "of"),
    [
        ("patless/main", {}, [("patless/main", "main")], "main"),
        ("patless/main", {}, [("patless/main", "dev")], ""),
        ("patless/main", {}, [], ""),
        ("main", {}, [("main", "main")], ""),
        ("any", {"any": "main"}, [("any", "main")], "main"),
        ("any", {"other": "main"}, [("any", "main")], ""),
    ],
)
def test_a_branch_is_a_change_where_it_is_this_tool_s_and_a_pull_request_is_open(
    branch: str, made: dict[str, str], changes: list[tuple[str, str]], of: str
) -> None:
    commits = Commits()
    commit = commits.branch(branch, {PATH: step("true")})
    of_commits = {commit if name == branch else name: to for name, to in made.items()}

    def is_open(branch: str, to: str) -> bool:
        assert to, "what is no change is not asked for"
        return (branch, to) in changes

    assert only(commits, made=of_commits, changes=is_open).change_of == of


def test_without_word_of_pull_requests_and_of_a_tag_there_is_no_change() -> None:
    commits = Commits()
    commits.branch("patless/main", {})
    commits.tag("patless/main", {"a": ""})
    found, _ = commits.survey().refs(frozenset())
    assert [one.change_of for one in found] == ["", ""]
    found, _ = commits.survey(changes=lambda *asked: True).refs(frozenset())
    assert [(one.ref, one.change_of) for one in found] == [("patless/main", "main"), ("tag patless/main", "")]


def test_the_last_run_of_a_branch_is_the_newest_of_its_name() -> None:
    commits = one_branch(step("true"))
    commits.branch("dev", {"a.txt": ""})
    runs = (run(4, of="main"), run(3, of="main", day=2), run(2, of="dev", day=3), run(1))
    found, gaps = commits.survey(RecentRuns(runs)).refs(frozenset())
    assert [(one.ref, one.last_run) for one in found] == [("main", "2026-11-20"), ("dev", "2026-11-17")]
    assert gaps == ()


def test_each_commit_says_what_its_own_files_say() -> None:
    commits = one_branch({PATH: step("echo $MY_PAT")})
    commits.branch("same", {PATH: step("echo $MY_PAT")})
    commits.branch("dev", {"a.txt": ""})
    old = commits.commit({PATH: step("env | sort")})
    found, _ = commits.survey(RecentRuns((run(7, sha=old), run(6, sha="f" * 40)))).refs(frozenset({"MY_PAT"}))
    assert [(one.ref, one.stand, one.runs, len(one.found.references), len(one.found.opaque)) for one in found] == [
        ("run 6", Stand.AGAIN, True, 0, 0),
        ("main", Stand.NOW, True, 1, 0),
        ("same", Stand.NOW, True, 1, 0),
        ("dev", Stand.NOW, False, 0, 0),
        ("run 7", Stand.AGAIN, True, 0, 1),
    ]
    lost = found[0]
    assert (lost.environments, lost.commit) == (None, "f" * 40)
    assert lost.found == Found(not_looked=(NotLooked("", "git does not offer its commit"),))


def test_what_could_not_be_read_of_the_runs_is_a_gap() -> None:
    runs = RecentRuns((run(5, "PENDING"), run(4)), "the answer was 500")
    _, gaps = one_branch(step("true")).survey(runs).refs(frozenset())
    assert gaps == (
        "patless could not read its runs: the answer was 500",
        "run 5, which is not at its end, names no commit",
    )


def test_names_of_commits_are_made_whole_once_each() -> None:
    asked: list[str] = []

    def whole(sha: Hash) -> Hash:
        asked.append(sha.text)
        return Hash(sha.text + "0" * 33)

    runs = (run(1, sha="abcdef1"), run(2), run(3, sha="f" * 40), run(4, sha="abcdef1"))
    found = RecentRuns(runs, "a failure", False).resolved(whole)
    assert [one.sha and one.sha.text for one in found.runs] == [
        "abcdef1" + "0" * 33,
        None,
        "f" * 40,
        "abcdef1" + "0" * 33,
    ]
    assert [one.build_number for one in found.runs] == [1, 2, 3, 4]
    assert (asked, found.failure, found.ever, RecentRuns().ever) == (["abcdef1"], "a failure", False, True)
