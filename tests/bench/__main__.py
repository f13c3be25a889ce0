"""`make bench`: what a run costs, against what it may cost. Exit 1 where a budget is exceeded.

`python -m tests.bench NAME …` measures only the functions of these names.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.replay import answering
from tests.bench import branching, fleet, gathering, keystrokes, migrating, page, secrets
from tests.bench.branches import branches
from tests.bench.measure import pair, run

_SCRIPTS = Path(sys.prefix) / "bench" / "bin"
"""`make bench` installs the product there as users do, and zizmor."""
_PATLESS = str(_SCRIPTS / "patless")
_PASS = [str(_SCRIPTS / "python"), "-c", "pass"]
_QUIET = (
    "image: atlassian/default-image:4\npipelines:\n  default:\n    - step:\n        script:\n          - make test\n"
)
_LOGIN = """image: atlassian/default-image:4
pipelines:
  default:
    - step:
        services: [docker]
        script:
          - echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
          - docker build -t crg.apkg.io/acme/web{number}:$BITBUCKET_BUILD_NUMBER .
          - docker push crg.apkg.io/acme/web{number}:$BITBUCKET_BUILD_NUMBER
"""
_CALLING = _LOGIN.partition("          - echo")[0] + "          - {call}\n"
_SCRIPT = """#!/usr/bin/env bash
echo "$PACKAGES_PAT" | docker login crg.apkg.io -u "$PACKAGES_USER" --password-stdin
docker push crg.apkg.io/acme/web:1
"""
_PYTHON = """import os
import subprocess

subprocess.run(["docker", "login", "crg.apkg.io", "-u", os.environ["PACKAGES_USER"], "-p", os.environ["PACKAGES_PAT"]])
"""
_WORKFLOW = """name: test
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: echo "$TOKEN" | docker login registry.example.com -u ci --password-stdin
"""


@dataclass(frozen=True, slots=True)
class Budget:
    """One figure: what was measured, in `unit`, and the most that it may be. `limit` None: it is shown and not judged,
    as times are, which say more about the machine and its other work than about the product."""

    name: str
    value: float
    limit: float | None
    unit: str
    note: str = ""

    @property
    def is_over(self) -> bool:
        return self.limit is not None and self.value > self.limit

    def __str__(self) -> str:
        verdict = "    " if self.limit is None else "OVER" if self.is_over else "ok  "
        most = "" if self.limit is None else f" of {self.limit:g}"
        note = f"  ({self.note})" if self.note else ""
        return f"{verdict} {self.name:<46} {self.value:9.2f} {self.unit:<4}{most}{note}"


def main() -> int:
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    asked = sys.argv[1:]
    over = False
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PATLESS_CACHE_DIR"] = os.path.join(folder, "cache")
        measures = (hook, one_file, called, keystroke, checkouts, linear, references, tour, report, variables)
        measures += (workspace, stored, migrated, gathered)
        for measure in measures:
            for budget in measure(Path(folder)) if not asked or measure.__name__ in asked else ():
                print(budget, flush=True)
                over = over or budget.is_over
        plans = Path(folder) / "plans"
        plans.mkdir()
        for line in () if asked else fleet.plans(plans):
            print(line, flush=True)
    return 1 if over else 0


def repository(folder: Path, text: str, git: bool = True) -> Path:
    folder.mkdir(parents=True)
    (folder / "bitbucket-pipelines.yml").write_text(text, encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM alpine:3\n", encoding="utf-8")
    if git:
        subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
        subprocess.run(["git", "add", "."], cwd=folder, check=True)
    return folder


def hook(folder: Path) -> Iterator[Budget]:
    """The pre-commit hook where there is nothing to do."""
    root = repository(folder / "hook", _QUIET)
    command = [_PATLESS, "fix", "--exit-non-zero-on-fix", "bitbucket-pipelines.yml"]
    found = pair(command, _PASS, root, 31)
    note = f"{found.first * 1000:.0f} ms against {found.second * 1000:.0f} ms, {found.memory:.0f} MiB"
    yield Budget("hook with nothing to do / python -c pass", found.ratio, 1.6, "x", note)
    (root / "build.py").write_text("import subprocess\n\nsubprocess.run(['make'])\n", encoding="utf-8")
    found = pair([*command[:3], "build.py"], _PASS, root, 31)
    yield Budget("hook on a script / python -c pass", found.ratio, 1.6, "x")
    (root / ".patless.toml").write_text('exclude = ["attic/"]\n', encoding="utf-8")
    _aged()
    run(command, root)  # a run that notes what the configuration does
    found = pair([*command[:3], "build.py"], _PASS, root, 31)
    yield Budget("hook with a configuration / python -c pass", found.ratio, 1.6, "x")
    (root / ".patless.toml").unlink()
    shutil.rmtree(root / ".git")
    found = pair(command, _PASS, root, 31)
    yield Budget("hook in a folder without git / python -c pass", found.ratio, 1.6, "x")


def _aged() -> None:
    """Until a run keeps its answer: nothing that it reads has changed for so long."""
    time.sleep(answering.SECONDS + 0.2)


def one_file(folder: Path) -> Iterator[Budget]:
    """A file with a login, and zizmor on one workflow beside it."""
    root = repository(folder / "one", _LOGIN.format(number=""))
    yield from _beside("one file with a login", ["bitbucket-pipelines.yml"], folder, root, (3, 0.9))


def called(folder: Path) -> Iterator[Budget]:
    """A login in a file that the pipeline runs."""
    for name, text, call, limits in (
        ("login.sh", _SCRIPT, "bash login.sh", (3.2, 1)),
        ("login.py", _PYTHON, "python login.py", (7, 2)),
    ):
        root = repository(folder / name, _CALLING.format(call=call))
        (root / name).write_text(text, encoding="utf-8")
        yield from _beside(f"one login in {name}", ["bitbucket-pipelines.yml", name], folder, root, limits)


def _beside(name: str, files: list[str], folder: Path, root: Path, limits: tuple[float, float]) -> Iterator[Budget]:
    """The first run, and the same again, beside zizmor on one workflow."""
    _aged()
    for more, when, limit in (["--no-cache"], "", limits[0]), ([], ", again", limits[1]):
        found = pair([_PATLESS, "check", *more, *files], _zizmor(folder), root, 21)
        yield Budget(f"{name}{when}", found.first * 1000, None, "ms", f"{found.memory:.0f} MiB")
        note = f"{found.second * 1000:.0f} ms"
        yield Budget(f"{name}{when} / zizmor on one workflow", found.ratio, limit, "x", note)


def keystroke(folder: Path) -> Iterator[Budget]:
    """An editor with a file of 300 lines and 30 logins."""
    found = keystrokes.typed(folder / "typed")
    note = f"check {found.check * 1000:.0f} ms, first answer {found.first * 1000:.0f} ms"
    yield Budget("a keystroke in 300 lines", found.keystroke * 1000, None, "ms", note)
    yield Budget("the slowest of these", found.slowest * 1000, None, "ms")
    yield Budget("a keystroke / check of the same repository", found.ratio, 0.25, "x")


def _zizmor(folder: Path) -> list[str]:
    """`make bench` installs it."""
    workflow = folder / "workflow" / ".github" / "workflows" / "test.yml"
    workflow.parent.mkdir(parents=True, exist_ok=True)
    workflow.write_text(_WORKFLOW, encoding="utf-8")
    return [str(_SCRIPTS / "zizmor"), "--offline", "--no-progress", str(workflow)]


def checkouts(folder: Path) -> Iterator[Budget]:
    """A thousand checkouts, a third of them with a login of its own."""
    root = folder / "checkouts"
    template = repository(folder / "template", _QUIET)
    for number in range(1000):
        shutil.copytree(template, root / f"repository-{number:04}")
        if number % 3 == 0:
            text = _LOGIN.format(number=number)
            (root / f"repository-{number:04}" / "bitbucket-pipelines.yml").write_text(text, encoding="utf-8")
    _aged()
    for more, when, limit in (["--no-cache"], "", 40), ([], ", again", 12):
        command = [_PATLESS, "check", "--quiet", *more, str(root)]
        run(command, root)
        runs = [run(command, root) for _ in range(3)]
        best = sorted(one.seconds for one in runs)[1]
        yield Budget(f"1,000 checkouts, 333 with a login{when}", best, None, "s", f"{os.cpu_count()} processors")
        yield Budget(f"the same / one file with a login{when}", best / _single(folder, more), limit, "x")
        yield Budget(f"1,000 checkouts{when}: memory", max(one.memory for one in runs), 120, "MiB", "largest process")
        if program := shutil.which("rg"):
            searched = run([program, "-l", "docker login", str(root)], root).seconds
            yield Budget(f"the same{when} / rg -l 'docker login'", best / searched, None if more else 60, "x")


def _single(folder: Path, more: list[str]) -> float:
    """Seconds for one file with a login, now."""
    root = folder / "one"
    if not root.exists():
        repository(root, _LOGIN.format(number=""))
        _aged()
    return pair([_PATLESS, "check", *more, "bitbucket-pipelines.yml"], _PASS, root, 7).first


def linear(folder: Path) -> Iterator[Budget]:
    """Twice the files, and twice the file, may cost twice as much and a tenth."""
    step = _LOGIN.partition("  default:\n")[2]
    head = _LOGIN.partition("    - step")[0]
    short, long = (
        repository(folder / name, head.format(number="") + "".join(step.format(number=n) for n in range(steps)))
        for name, steps in (("short", 20), ("long", 40))
    )
    base = pair([_PATLESS, "check", "--no-cache"], _PASS, short, 7)
    double = pair([_PATLESS, "check", "--no-cache"], _PASS, long, 7)
    yield Budget("a file of 40 steps / a file of 20 steps", double.first / base.first, 2.2, "x")
    few, many = folder / "few", folder / "many"
    for root, files in ((few, 50), (many, 100)):
        repository(root, _LOGIN.format(number=""))
        for number in range(files):
            shutil.copytree(folder / "one", root / f"part-{number}", ignore=shutil.ignore_patterns(".git", ".github"))
        subprocess.run(["git", "add", "."], cwd=root, check=True)
    base = pair([_PATLESS, "check", "--no-cache", "--quiet"], _PASS, few, 7)
    double = pair([_PATLESS, "check", "--no-cache", "--quiet"], _PASS, many, 7)
    yield Budget("100 files / 50 files", double.first / base.first, 2.2, "x")


def references(folder: Path) -> Iterator[Budget]:
    """Who uses a variable, in 5,000 files and 40 branches that change a hundred files each."""
    root = folder / "branches"
    root.mkdir()
    branches(root, files=5000, count=40, changed=100)
    script = (
        "from pathlib import Path\n"
        "from migrator.repositories.objects import Objects\n"
        "from migrator.repositories.refs import refs\n"
        "from migrator.secrets.references.scan import scan\n"
        "with Objects(Path()) as objects:\n"
        "    found = scan(objects, ['PACKAGES_PAT', 'PACKAGES_USER'], refs(Path()))\n"
        "assert len(found.by_ref) == 40 and all(len(one.references) >= 40 for one in found.by_ref.values())\n"
    )
    command = [sys.executable, "-c", script]
    run(command, root)
    runs = [run(command, root) for _ in range(3)]
    best = sorted(one.seconds for one in runs)[1]
    yield Budget("references: 5,000 files, 40 branches", best, None, "s", f"{os.cpu_count()} processors")
    yield Budget("the same / one file with a login", best / _single(folder, ["--no-cache"]), 40, "x")
    yield Budget("references: memory", max(one.memory for one in runs), 200, "MiB", "largest process")
    ratio = branching.memory(branching.MANY) / branching.memory(branching.FEW)
    yield Budget("secrets list: 10,000 branches / 2,000, memory", ratio, 2, "x", "largest process")


def tour(folder: Path) -> Iterator[Budget]:
    """The walk of `patless demo`, from the first clone to the report."""
    command = ["env", f"TMPDIR={folder}", _PATLESS, "demo"]
    run(command, folder)
    found = run(command, folder)
    yield Budget("patless demo", found.seconds, None, "s", f"{os.cpu_count()} processors")


def report(folder: Path) -> Iterator[Budget]:
    """`fleet report` on ten thousand repositories, and its page in a browser."""
    name = f"the page of {page.COUNT:,} repositories"
    file = folder / "report.html"
    cost = page.write(file)
    yield Budget(name, cost.size / 1e6, 10, "MB")
    yield Budget(f"{name}: written", cost.seconds, None, "s", "from what the ledger holds")
    chromium = shutil.which("chromium")
    if chromium is None:
        print(f"---  {name}: not opened, as chromium is not installed", flush=True)
        return
    found = page.look(file, chromium)
    yield Budget(f"{name}: first paint", found.paint, None, "ms")
    yield Budget(f"{name}: usable", found.usable, None, "ms", "every table can be searched and sorted")
    yield Budget(f"{name}: found by a word", found.find, None, "ms")
    yield Budget(f"{name}: sorted", found.sort, None, "ms")


def variables(folder: Path) -> Iterator[Budget]:
    """`secrets list` on twenty thousand variables, and its page in a browser."""
    name = f"{2 * page.COUNT:,} variables"
    file = folder / "variables.html"
    cost = page.stored(file)
    yield Budget(
        f"{name}: as JSON / the same JSON by Python's own", cost.json / cost.bare, 1, "x", f"{cost.json:.1f} s"
    )
    yield Budget(f"{name}: as text / as JSON", cost.text / cost.json, 0.5, "x", f"{cost.text:.1f} s")
    yield Budget(f"{name}: the page / JSON", cost.page / cost.json, 2, "x", f"{file.stat().st_size / 1e6:.1f} MB")
    if chromium := shutil.which("chromium"):
        found = page.look(file, chromium, "#next-in-use")
        yield Budget(f"{name}: usable", found.usable, None, "ms", f"first paint {found.paint:.0f} ms")
        yield Budget(f"{name}: found by a word", found.find, None, "ms")
        yield Budget(f"{name}: sorted", found.sort, None, "ms")


def workspace(folder: Path) -> Iterator[Budget]:
    """A thousand repositories of a workspace in a box, which takes its share of the same processors."""
    home = folder / "workspace"
    home.mkdir()
    first, second = fleet.thousand(home)
    count = fleet.COUNT
    yield Budget(f"{count:,} repositories scanned", first.seconds, None, "s", f"{os.cpu_count()} processors")
    yield Budget(f"{count:,} repositories: memory", first.memory, 250, "MiB", "all processes")
    yield Budget(f"{count:,} repositories: requests", first.requests, count / 100 + 5, "")
    yield Budget("the same again", second.seconds, None, "s", f"{second.requests} requests")
    yield Budget("the same again: fetched", second.fetches, 0, "")


def stored(folder: Path) -> Iterator[Budget]:
    """The stored variables of a workspace, with 100 ms for each answer."""
    home = folder / "stored"
    home.mkdir()
    cost = secrets.measure(home)
    name = "stored variables of a workspace"
    note = f"{cost.first:.1f} s, {cost.requests:,} requests"
    yield Budget(f"{name} / the bare requests", cost.first / cost.bare, 1.3, "x", note)
    yield Budget("the same again / the first time", cost.second / cost.first, 0.2, "x", f"{cost.again} requests")
    yield Budget("requests where there never were pipelines", cost.quiet, 1, "")
    yield Budget("requests for another repository", cost.others, 6, "", "three deployments")
    yield Budget("lists of the workspace's variables", cost.shared, 1, "")


def migrated(folder: Path) -> Iterator[Budget]:
    """The pull requests of a workspace, with 100 ms for each answer."""
    home = folder / "migrating"
    home.mkdir()
    cost = migrating.measure(home)
    yield Budget("requests of a pull request", cost.requests, 9, "", "three deployments, two reviewers")
    yield Budget("requests of all of them that are of none", cost.shared, 3, "", f"{migrating.COUNT} repositories")
    name = "pull requests opened / the bare answers, 8-fold"
    yield Budget(name, cost.seconds / cost.bare, 1.5, "x", f"{cost.seconds:.1f} s")


def gathered(folder: Path) -> Iterator[Budget]:
    """What a scan takes of git."""
    home = folder / "gathering"
    home.mkdir()
    found = gathering.costs(home)
    note = f"{gathering.COUNT} repositories"
    yield Budget("git processes of a repository first scanned", found.first, 2, "", note)
    yield Budget("git processes of an unchanged repository", found.again, 0, "", note)
    yield Budget("bytes of a first scan / a fetch without files", found.quiet, 2, "x", "without a login")
    yield Budget("the same of all repositories", found.received, 2, "x", "a build takes its whole folder")
    yield Budget("processor time, a first scan / fetches without files", found.scanned, 2, "x", note)
    yield Budget("processor time, unchanged / git ls-remote", found.seconds, 0.3, "x", note)


if __name__ == "__main__":
    sys.exit(main())
