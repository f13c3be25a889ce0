"""Python programs that log in: what their statements do with the credential decides whether it is replaced."""

from __future__ import annotations

import pytest

from tests.memory import PATH, planned, report_on, step

PUSH = "docker push crg.apkg.io/acme/web:1"
WORDS = '["docker", "login", "crg.apkg.io", "-u", os.environ["USR"], {}]'
RUN = f"subprocess.run({WORDS}, check=True)\n".format('"-p", T')
FED = f"subprocess.run({WORDS}, input=T, text=True, check=True)\n".format('"--password-stdin"')
PAT = 'os.environ["PAT"]'
REFUSED = "credential-unresolved"
CHANGE = "a change of the environment does not set $USR and $PAT"


def reasons(program: str, line: str = "python a.py", path: str = "a.py") -> set[str]:
    files = {PATH: step(line, PUSH).encode(), path: f"import os, subprocess\n{program}".encode()}
    found = report_on(files).findings
    assert found
    return {reason.code for one in found for reason in one.reasons}


REPLACED = {
    "as it is": f"T = {PAT}\n{RUN}",
    "fed": f"T = {PAT}\n{FED}",
    "what a function returns": f"def f():\n    return {PAT}\nT = f()\n{RUN}",
    "what a function returns on each way": f"def f(x):\n    if x: return {PAT}\n    return {PAT}\nT = f(1)\n{RUN}",
    "a tuple of targets": f'A, T = "x", {PAT}\n{RUN}',
    "targets in parentheses": f'(A, T) = "x", {PAT}\n{RUN}',
    "a list of targets": f'[A, T] = "x", {PAT}\n{RUN}',
    "a list of values": f'A, T = ["x", {PAT}]\n{RUN}',
    "targets within targets": f'A, (B, T) = "x", ("y", {PAT})\n{RUN}',
    "what is left goes to a star": f'T, *A = {PAT}, "x", "y"\n{RUN}',
    "a star that gets nothing": f"T, *A = ({PAT},)\n{RUN}",
    "several names": f"A = T = {PAT}\n{RUN}",
    **{
        f"the environment is read by {name}": f"x = os.environ.{name}()\nT = {PAT}\n{RUN}"
        for name in ("copy", "keys", "values", "items")
    },
    **{
        f"the environment is asked by {name}": f'x = os.environ.{name}("X")\nT = {PAT}\n{RUN}'
        for name in ("get", "__getitem__", "__contains__")
    },
}  # fmt: skip
HELD = {
    "a function that is there later": (f"T = f()\ndef f():\n    return {PAT}\n{RUN}", REFUSED),
    "a function that is not known": (f"T = g({PAT})\n{RUN}", REFUSED),
    "printed, too": (f"T = {PAT}\nprint(T)\n{RUN}", REFUSED),
    "fed to another program, too": (f'T = {PAT}\nsubprocess.run(["tool"], input=T, text=True)\n{RUN}', REFUSED),
    "a function that may return something else": (
        f"def f(x):\n    if x:\n        return {PAT}\n    return vault()\nT = f(1)\n{RUN}",
        REFUSED,
    ),
    "fewer values than targets": (f"A, B, T = {PAT}, x\n{RUN}", REFUSED),
    "values that change places": (f'A = {PAT}\nA, T = "x", A\n{RUN}', REFUSED),
    "the rest behind a star": (f'A, *T = "x", {PAT}\n{RUN}', REFUSED),
    "the variable has another value by then": (f'os.environ["PAT"] = x\nT = {PAT}\n{RUN}', REFUSED),
}  # fmt: skip


@pytest.mark.parametrize("program", REPLACED.values(), ids=REPLACED)
def test_the_credential_of_a_program_is_replaced_where_it_is_read(program: str) -> None:
    files = {PATH: step("python a.py", PUSH).encode(), "a.py": f"import os, subprocess\n{program}".encode()}
    report = report_on(files)
    assert {reason.code for one in report.findings for reason in one.reasons} == set()
    assert not any(CHANGE in granted for one in report.findings for granted in one.assumptions)
    (change,) = planned(report).changes
    after = change.after.decode()
    assert '["PAT"]' not in after
    assert after == files["a.py"].decode().replace('"PAT"', '"BITBUCKET_PACKAGES_TOKEN"').replace(
        '"USR"', '"BITBUCKET_PACKAGES_USERNAME"'
    )


@pytest.mark.parametrize(
    "change",
    [
        "os.environ.update(x)",
        "os.environ |= x",
        "os.environ[x] = y",
        "del os.environ[x]",
        "os.environ.pop(x)",
        "os.environ.setdefault(x, y)",
        "os.environ.clear()",
        "os.environ.other()",
    ],
)
def test_what_may_change_the_environment_is_taken_not_to_set_the_variables(change: str) -> None:
    files = {PATH: step("python a.py", PUSH), "a.py": f"import os, subprocess\n{change}\nT = {PAT}\n{RUN}"}
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    assert (finding.reasons, CHANGE in finding.assumptions) == ((), True)
    files["a.py"] = files["a.py"].replace(change, 'os.environ["OTHER"] = y')
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    assert (finding.reasons, CHANGE in finding.assumptions) == ((), False)


@pytest.mark.parametrize(("program", "code"), HELD.values(), ids=HELD)
def test_what_a_program_does_with_its_credential_holds_the_login_back(program: str, code: str) -> None:
    assert reasons(program) == {code}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("python a.py", "a.py"),
        ("python -u a.py x", "a.py"),
        ("python3 -m tools.a", "tools/a.py"),
        ("python3 -u -m tools.a x", "tools/a.py"),
        ("python3 -m tools", "tools/__main__.py"),
        ("python3 tools", "tools/__main__.py"),
        ("cd tools && python3 -m a", "tools/a.py"),
        ("cd tools && python3 a.py", "tools/a.py"),
    ],
)
def test_a_program_is_found_by_its_path_or_as_a_module(line: str, path: str) -> None:
    assert reasons(f"T = {PAT}\n{RUN}", line, path) == set()


@pytest.mark.parametrize("line", ["python3 -c 'import a'", "python3 -m", "python3 a", "python3 $X a.py", "python3 -"])
def test_what_is_not_known_to_run_a_program_is_not_followed(line: str) -> None:
    files = {PATH: step(line, PUSH).encode(), "a.py": f"import os, subprocess\nT = {PAT}\n{RUN}".encode()}
    assert all(one.reasons for one in report_on(files).findings)


FILE = '(Path.home() / ".docker" / "config.json")'
TAKEN = (
    'open(os.path.expanduser("~/.docker/config.json"))',
    'open(os.path.expanduser("~") + "/.docker/config.json")',
    f"{FILE}.read_text()",
    f"{FILE}.read_bytes()",
    f"{FILE}.open()",
    'Path("~/.docker/config.json").expanduser().open()',
    'shutil.copytree(os.path.expanduser("~/.docker"), "x")',
    '[*(Path.home() / ".docker").iterdir()]',
    '[*(Path.home() / ".docker").glob("*.json")]',
)
LEFT = (
    f"{FILE}.exists()",
    f"{FILE}.unlink()",
    "os.path.exists(os.path.expanduser('~/.docker/config.json'))",
    '(Path.home() / ".other").open()',
    'open(os.path.expanduser("~/.other"))',
    "print('~/.docker/config.json')",
)


@pytest.mark.parametrize("line", [*TAKEN, *LEFT])
def test_a_program_that_reads_the_login_file_takes_the_login_along(line: str) -> None:
    login = '\'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin\''
    files = {PATH: step(login, "python a.py", PUSH), "a.py": f"import os, shutil\nfrom pathlib import Path\n{line}\n"}
    (finding,) = report_on({path: text.encode() for path, text in files.items()}).findings
    assert {reason.code for reason in finding.reasons} == ({"leaves-step"} if line in TAKEN else set())
