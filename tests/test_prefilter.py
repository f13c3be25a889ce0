"""The hook's first answer holds whatever the engine finds: no "nothing here" where `check` reports something.

PATLESS_FUZZ=n raises the number of repositories.
"""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.checkouts import analysis
from migrator.configuration.reading import Configuration
from migrator.prefilter.data import LEADING, MENTIONS, NEEDLES
from migrator.prefilter.leads import leads
from migrator.repositories.worktree import WorkTree
from migrator.rulebook.reading import load
from migrator.text.files import LIMIT
from tests.memory import PATH, Memory, report_on

LOGINS = (
    'echo "$TOKEN" | docker login -u "$NAME" --password-stdin crg.apkg.io',
    'docker login "$HOST" -u "$NAME" -p "$TOKEN"',
)
FOLDERS = ["", "ci", "web", "my ci", "..ci", "ci/a", "web/ci"]
NAMES = ["login.sh", "deploy", "a.sh", "b.mk", "Makefile", "package.json", "x.py", ".x.sh", "run it.sh"]
NAMES += ["Taskfile.yml", "Rakefile", "justfile"]
folders = st.sampled_from(FOLDERS)
names = st.sampled_from(NAMES)
paths = st.builds(lambda folder, name: f"{folder}/{name}".lstrip("/"), folders, names)


def _quoted(text: str, style: int) -> str:
    """One way to write a word."""
    if style == 0:
        return text.replace(" ", "\\ ")
    if style == 1:
        return f'"{text}"'
    if style == 2:
        return f"'{text}'" if "$" not in text else f'"{text}"'
    return f'{text[:2]}"{text[2:]}"' if " " not in text[:2] and "$" not in text else f'"{text}"'


def _covered(path: str, style: int) -> str:
    """A path with a part of it put in, or as a pattern."""
    folder, slash, name = path.rpartition("/")
    return {
        0: path,
        1: f"./{path}",
        2: f"$BITBUCKET_CLONE_DIR/{path}",
        3: f"{folder}{slash}$X{name[3:]}",
        4: f"$X/{name}",
        5: f"${{X:-{path}}}",
        6: f"{folder}{slash}*{name[2:]}",
        7: f"{folder}{slash}?{name[1:]}",
        8: f"../{path}",
        9: '$(dirname "$0")/' + name,
        10: f"$(pwd)/{path}",
        11: f"{folder}{slash}{{{name},x}}",
    }[style]


words = st.builds(
    lambda path, covered, style: (
        _covered(path, covered) if covered in (6, 7, 11) else _quoted(_covered(path, covered), style)
    ),
    paths,
    st.integers(0, 11),
    st.integers(0, 3),
)
runs = st.builds(
    lambda form, word, folder: form.format(word=word, folder=folder),
    st.sampled_from(
        [
            "{word}",
            "sh {word}",
            "bash -e {word} $Y",
            "bash -o pipefail {word}",
            ". {word}",
            "source {word}",
            "sudo -u me {word}",
            "python3 {word}",
            "ruby {word}",
            "bash -c '{word}'",
            'bash -c "sh {word}"',
            "$SH {word}",
            "X={word}; sh $X",
            "X={word}\n$X",
            "for f in {word}; do sh $f; done",
            "if true; then {word}; fi",
            'f() {{ sh "$1"; }}; f {word}',
            "make -f {word}",
            "make -C '{folder}' x",
            "make --directory=$X x",
            "make x",
            "npm --prefix '{folder}' run x",
            "npm --prefix $X run x",
            "npm run x",
            "find . -exec {word} ;",
            "ls ci | xargs -n1 sh",
            "cd '{folder}'",
            "cd '{folder}' && sh {word}",
            "(cd '{folder}'; {word})",
            "if true; then cd '{folder}'; fi",
            "cd $X",
            "cd -",
            "pushd '{folder}'",
            "popd",
            "eval {word}",
            "echo {word}",
            "true || {word}",
            "sh \\\n{word}",
            "x=`{word}`",
            "bash < {word}",
            "cat {word} | sh",
            'sh -c "$(cat {word})"',
            "with-lock {word}",
            "uv run {word}",
            "python3.11 {word}",
            "docker run -v .:/w image sh {word}",
            "docker compose run ci ./login.sh",
            "task x",
            "task -d '{folder}' x",
            "bundle exec rake x",
            "npx turbo run x",
            "npm run x -w '{folder}'",
            "npm ci",
            "make -skC'{folder}' x",
            "make --unknown x",
            "cd '{folder}' && just x",
        ]
    ),
    words,
    folders.filter(bool),
)
scripts = st.lists(runs, min_size=1, max_size=4).map("\n".join)


def _recipe(text: str) -> str:
    return "x:\n" + "".join(f"\t{line}\n" for line in text.replace("$", "$$").split("\n"))


def _package(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " && ")
    return f'{{"scripts": {{"x": "{escaped}"}}}}\n'


def _python(text: str) -> str:
    return f"import os\nimport subprocess\n\nsubprocess.run({text.split()!r})\nos.system({text!r})\n"


def _content(path: str, text: str) -> str:
    if path.endswith(("Makefile", ".mk")):
        return _recipe(text)
    if path.endswith(".json"):
        return _package(text)
    return _python(text) if path.endswith(".py") else text + "\n"


def _pipelines(script: str, style: int) -> str:
    head = "pipelines:\n  default:\n    - step:\n"
    if style == 0:
        return (
            head + "        script:\n          - |\n" + "".join(f"            {line}\n" for line in script.split("\n"))
        )
    items = script.replace("\\\n", "").split("\n")
    escaped = ['"' + one.replace("\\", "\\\\").replace('"', '\\"') + '"' for one in items]
    single = ["'" + one.replace("'", "''") + "'" for one in items]
    if style == 1:
        return head + f"        script: [{', '.join(escaped)}]\n"
    if style == 2:
        return head + "        script:\n" + "".join(f"          - {one}\n" for one in single)
    return f'{{"pipelines": {{"default": [{{"step": {{"script": [{", ".join(escaped)}]}}}}]}}}}\n'


repositories = st.builds(
    lambda script, style, others, path_of_login, login: {
        PATH: _pipelines(script, style),
        **{path: _content(path, text) for path, text in others.items() if path != path_of_login},
        path_of_login: _content(path_of_login, login),
    },
    scripts,
    st.integers(0, 3),
    st.dictionaries(paths, scripts, max_size=3),
    paths,
    st.sampled_from(LOGINS),
)


@settings(
    max_examples=int(os.environ.get("PATLESS_FUZZ", "300")),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(repositories)
def test_where_nothing_leads_to_a_login_nothing_is_found(files: dict[str, str]) -> None:
    inside = {path: text for path, text in files.items() if not any(path.startswith(f"{one}/") for one in files)}
    found = report_on({path: text.encode() for path, text in inside.items()})
    if found.findings or found.skipped:
        needles = [one.decode() for one in NEEDLES]
        mentioned = any(mention in text for mention in MENTIONS for text in inside.values())
        assert leads(inside[PATH], inside.get, needles, LEADING, doubt=lambda: mentioned), inside
        view = Memory({path: text.encode() for path, text in inside.items()})
        assert analysis._matters(view, [PATH], Configuration(), load()), inside  # type: ignore[arg-type]


def test_what_cannot_be_read_is_for_the_engine(tmp_path: Path) -> None:
    def matters(files: dict[str, bytes]) -> bool:
        for path, data in files.items():
            (tmp_path / path).write_bytes(data)
        return analysis._matters(WorkTree(tmp_path), [PATH], Configuration(), load())

    (tmp_path / "web").mkdir()
    quiet = {
        PATH: b"pipelines:\n  default:\n    - step:\n        script:\n          - ls web/\n          - sh a.sh\n",
        "a.sh": b"echo 1\n",
    }
    assert not matters(quiet)
    for path in quiet:
        for data in (b"\xff\xfe", b"-----BEGIN PGP MESSAGE-----\n", b"x" * (LIMIT + 1)):
            assert matters(quiet | {path: data})
    (tmp_path / PATH).unlink()
    assert matters({})
