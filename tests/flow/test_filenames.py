"""Who names a file: by its name, as a Python module, by a pattern, by a folder that is taken whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.flow.filenames import NamingTexts, imports, searched
from migrator.ir.paths import NONE
from tests.flow.test_files import of
from tests.memory import within

UNNAMED: list[tuple[str, str, str]] = [
    # a file, and another with a text that makes no use of it
    ("ci/login.sh", "README.md", "The pipeline logs in by itself; its scripts are in `ci/`."),
    ("ci/login.sh", "README.md", "All `*.sh` files are formatted."),
    ("ci/login.sh", ".gitignore", "*.sh\nci/*\n"),
    ("ci/login.sh", ".dockerignore", "ci\nci/login.sh\n"),
    ("ci/login.sh", "CODEOWNERS", "/ci/*.sh @acme/build\n"),
    ("ci/login.sh", ".gitattributes", "*.sh text eol=lf"),
    ("ci/login.sh", ".editorconfig", "[*.sh]\nindent_size = 2"),
    ("ci/login.sh", "Makefile", "lint:\n\tshellcheck ci/*.sh\n"),
    ("ci/login.sh", "Makefile", "lint:\n\t@shellcheck -x ci/login.sh\n"),
    ("ci/login.sh", "Makefile", "lint:\n\tfind ci -name '*.sh' | xargs -n 1 shellcheck\n"),
    ("ci/login.sh", "Makefile", "lint:\n\tfind . -name '*.sh' -exec shfmt -d {} +\n"),
    ("ci/login.sh", "Makefile", "ready:\n\tchmod +x ci/*.sh && ls ci/\n"),
    ("ci/login.sh", "Makefile", "all:\n\t[ -x ci/login.sh ] || exit 1\n"),
    ("ci/login.sh", "package.json", '{\n  "scripts": {\n    "lint": "shellcheck ci/*.sh"\n  }\n}'),
    ("ci/login.sh", ".github/workflows/lint.yml", "steps:\n  - run: shellcheck ci/*.sh\n"),
    ("ci/login.sh", "Dockerfile", "RUN npm ci\nRUN chmod +x /usr/local/bin/*.sh\nCOPY . .\n"),
    ("ci/login.sh", "Dockerfile", "COPY web ./ci/\n"),
    ("ci/login.sh", "Makefile", "all:\n\tbash tools/*.sh; bash ci/*.py; sh ci/build-$*.sh\n"),
    ("ci/login.sh", "Makefile", "all:\n\tcp -r web/ci /srv\n"),
    ("ci/login.sh", "Makefile", "clean:\n\trm -rf build/*\n\tmkdir -p ci/\n\tcd ci\n"),
    ("ci/login.sh", "a.py", 're.compile(r"\\s*l\\w*.sh$")'),
    ("ci/login.sh", "Makefile", "# the scripts in ci/ are for the pipeline\n"),
    ("ci/login.sh", "Makefile", "get:\n\tscp $(HOST):dump.sql .\n\tcp -r . /tmp/x\n"),
    ("scripts/login.sh", "package.json", '{\n  "scripts": {\n    "test": "jest"\n  }\n}'),
    ("ci/aws/login.sh", "Makefile", "all:\n\taws ecs update-service --cluster web\n"),
    ("tar/login.sh", "Makefile", "all:\n\t@tar czf a.tgz dist\n"),
    ("ci/push.py", "README.md", "Then push, or ask ci. Push: main."),
    ("ci/push.py", "a.py", 'run(["docker", "push", IMAGE])\nrun("push it", ci)'),
    ("ci/push.py", "setup.cfg", "console_scripts =\n    ship = deploy.push:main\n    other = web.ci.push:main\n"),
    ("ci/push.py", "Makefile", "all:\n\tpython -m ci.pushing; python -m ci.build; docker push x\n"),
    ("ci/push.py", "pipeline.js", "import { push } from 'router';\nrouter.push('/ci');\n"),
    ("web/ci/push.py", "Makefile", "all:\n\tpython -m ci.push\n"),
]
NAMED: list[tuple[str, str, str]] = [
    ("ci/push.py", "Makefile", "push:\n\tpython -m ci.push\n"),
    ("ci/push.py", "Makefile", "push:\n\tcd ci && python3 -m push\n"),
    ("ci/push.py", "README.md", "Push by hand: `PAT=... python -m ci.push`."),
    ("ci/push.py", "pyproject.toml", '[project.scripts]\nship = "ci.push:main"\n'),
    ("ci/push.py", "setup.cfg", "console_scripts =\n    ship=ci.push:main\n"),
    ("push.py", "setup.py", 'entry_points={"console_scripts": ["ship=push:main"]}'),
    ("ci/push.py", "tests/test_push.py", "@patch('ci.push.subprocess.run')\ndef test(run): ...\n"),
    ("ci/push.py", "tests/test_push.py", 'importlib.import_module("push")'),
    ("ci/push.py", "tests/test_push.py", 'subprocess.run([sys.executable, "-m", "ci.push"])'),
    ("ci/push.py", "tests/test_push.py", "from ci import (\n    build,\n    push,\n)\n"),
    ("ci/push.py", "Makefile", "push:\n\tpython -c 'from ci import push; push.main()'\n"),
    ("push.py", "Makefile", "push:\n\tpython -c 'import push; push.main()'\n"),
    ("ci/push.py", "tox.ini", "commands = python -m ci.push\n"),
    ("src/ci/push.py", "Makefile", "push:\n\tPYTHONPATH=src python -m ci.push\n"),
    ("ci/__main__.py", "Makefile", "push:\n\tpython -m ci\n"),
    ("ci/__init__.py", "Makefile", "push:\n\tpython -mci\n"),
    ("ci/login.sh", "Makefile", "all:\n\tfor f in ci/*.sh; do bash $$f; done\n"),
    ("ci/login.sh", "Makefile", "all:\n\tfor f in ci/*; do $$f; done\n"),
    ("ci/login.sh", "Makefile", "%:\n\tbash ci/$*.sh\n"),
    ("ci/login.sh", "Makefile", "SCRIPTS := $(wildcard ci/*.sh)\n"),
    ("ci/login.sh", "Makefile", "all:\n\tfind ci -name '*.sh' -exec bash {} \\;\n"),
    ("aws/login.sh", "Makefile", "all:\n\taws s3 sync aws s3://acme\n"),
    ("tar/login.sh", "Makefile", "all:\n\ttar czf a.tgz tar\n"),
    ("include/login.sh", "a.toml", 'files = [\n  "include",\n  "copy",\n]\n'),
    ("include/login.sh", "a.toml", 'files = ["include", "copy"]\n'),
    ("include/login.sh", "a.toml", '  "include", "copy",\n'),
    ("ci/login.sh", "Makefile", "all:\n\tls ci/*.sh | xargs -n1 bash\n"),
    ("ci/login.sh", "Makefile", "all:\n\tshellcheck ci/*.sh && bash ci/l*.sh\n"),
    ("ci/login.sh", "Makefile", "LIST = $(shell ls ci/*.sh)\n"),
    ("ci/login.sh", "Makefile", "all:\n\t$(CHECK) ci/*.sh\n"),
    ("ci/login.sh", "Makefile", 'all:\n\tbash "$(CI)"/*.sh\n'),
    ("ci/login.sh", "package.json", '{"scripts": {"x": "bash -c \\"for f in ci/*.sh; do sh $f; done\\""}}'),
    ("ci/login.sh", "run.py", 'for one in pathlib.Path("ci").glob("*.sh"): run(one)'),
    ("ci/login.sh", "run.py", 'subprocess.run(["bash", f"ci/{name}.sh"])'),
    ("ci/login.sh", ".github/workflows/x.yml", "- run: bash ci/${{ matrix.script }}.sh\n"),
    ("ci/login.sh", "pyproject.toml", 'include = [ "ci/*.sh" ]\n'),
    ("ci/login.sh", "pyproject.toml", 'include = [ "ci/login.sh" ]\n'),
    ("ci/login.sh", "README.md", "By hand: `for f in ci/*.sh; do sh $f; done`"),
    ("ci/login.sh", "ci/run.sh", "for f in ./*.sh; do . $f; done\n"),
    ("ci/login.sh", "ci/run.sh", '. "$(dirname "$0")"/$1.sh\n'),
    ("ci/login.sh", "run.sh", 'for f in "$HERE"/ci/*.sh; do . $f; done\n'),
    ("ci/login", "run.sh", "run-parts ci\n"),
    ("ci/login", "Dockerfile", "COPY --chown=app ci/login /usr/bin/\n"),
    ("scripts/login.sh", "Dockerfile", "COPY scripts/ /scripts/\n"),
    ("scripts/login.sh", "Dockerfile", 'ADD ["scripts", "/x"]\n'),
    ("scripts/login.sh", "Dockerfile", "COPY package.json \\\n  scripts \\\n  /x/\n"),
    ("scripts/ci/login.sh", "Dockerfile", "COPY scripts /scripts\n"),
    ("scripts/login.sh", "scripts/Dockerfile", "COPY . /x\n"),
    ("web/ci/login.sh", "web/Dockerfile", "COPY ci /srv\n"),
    ("ci/login.sh", "web/Dockerfile", "COPY ci /srv\n"),
    ("scripts/login.sh", "Makefile", "ship:\n\tscp -r scripts $(HOST):ci\n"),
    ("scripts/login.sh", "Makefile", "ship:\n\ttar czf - scripts | ssh $(HOST) tar xzf -\n"),
    ("scripts/login.sh", "Makefile", "ship:\n\trsync -az ./scripts/ $(HOST):ci/\n"),
    ("scripts/login.sh", "Makefile", "ship:\n\trsync -a --delete ./ $(HOST):app\n"),
    *(("scripts/login.sh", "Makefile", f"ship:\n\tscp -r {one} $(HOST):app\n") for one in (".", "./", "./.", "./*")),
    *(("scripts/login.sh", "Makefile", f"ship:\n\ttar czf - {one} | ssh $(HOST) tar xzf -\n") for one in (".", "./")),
    ("scripts/login.sh", "compose.yaml", "volumes:\n  - ./scripts:/scripts\n"),
    ("scripts/login.sh", "run.sh", 'docker run -v "$PWD/scripts:/scripts" img\n'),
    ("scripts/login.sh", "run.py", 'shutil.copytree("scripts", target)'),
    ("scripts/login.sh", "main.tf", 'source_dir = "scripts"\n'),
]
PLACES = dict.fromkeys(("tools/x.sh", "web/ci/x.sh", "web/app.js"), "")


@pytest.mark.parametrize(("path", "other", "text"), UNNAMED)
def test_what_makes_no_use_of_a_file(path: str, other: str, text: str) -> None:
    elsewhere = {"ci/push.py": ""} if path == "web/ci/push.py" else {}
    assert of({**PLACES, **elsewhere, path: "", other: text}).callers(path) == NONE


@pytest.mark.parametrize(("path", "other", "text"), NAMED)
def test_what_may_make_use_of_a_file(path: str, other: str, text: str) -> None:
    assert of({path: "", other: text}).callers(path) == frozenset({other})


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "*",
        "*a",
        "a/",
        "${a",
        "{",
        "{{",
        "$(",
        "-m ",
        "from ci import ",
        "import ",
        '"',
        "( ",
        "= ",
        "a:",
        "- ",
        "| ",
        "; ",
    ],
)
def test_long_texts_cost_little(text: str) -> None:
    with within(2):
        of({"ci/push.py": "", "other": text * (200_000 // len(text))}).callers("ci/push.py")


WORDS = st.lists(
    st.sampled_from(
        ["ci", "ci/", "login.sh", "x.py", "ci.x", "cp -r", "scp", "import x", "sh", "*.sh", "$A/", "\n", "."]
    ),
    max_size=6,
).map(" ".join)


@given(st.dictionaries(st.sampled_from(["Makefile", "ci/a.sh", "ci/aws/b", "x.py", "ci/x.py", "README.md"]), WORDS))
def test_whoever_names_a_file_is_asked(texts: dict[str, str]) -> None:
    files = of({**texts, "ci/aws/login.sh": "", "ci/login.sh": "", "x.py": texts.get("x.py", "")})
    read = {path: searched(text) for path, text in texts.items()}
    for path in ("ci/login.sh", "ci/aws/login.sh", "x.py", "ci/x.py"):
        name = files.name(path)
        asked = NamingTexts.of(read).may_name(name)
        for other, text in read.items():
            if name.stands_in(text, other.rpartition("/")[0]) or (
                other.endswith(".py") and imports(texts[other], path)
            ):
                assert other in asked
