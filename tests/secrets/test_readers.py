"""No variable may go that something reads which a step runs, whatever the language and however its name is written.

The repositories are made by `tests/secrets/readers.py`; by hand it goes through all of them.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

import pytest

from migrator.secrets.records import RemovalVerdict, VariableRow
from tests.secrets.reader_languages import LANGUAGES
from tests.secrets.readers import OTHER, Case, case, cases, control, judged, verdicts

NAME = "ACME_PKG_TOKEN"


def once(seed: int) -> list[Case]:
    """Of every language two repositories, one of which takes the whole environment where the language has a way."""
    chance = random.Random(seed)
    found = []
    for language in LANGUAGES:
        forms = [(form, text) for form in (*language.reads, *language.handed) for text in language.texts]
        forms += [(form, None) for form in language.exact]
        chosen = [chance.choice(forms)] + [(form, None) for form in language.dumps[:1]]
        found += [
            case(language, form, text, False, NAME, chance.randrange(1, 3), chance.randrange(60))
            for form, text in chosen
        ]
    return found


def test_what_a_step_may_read_is_never_removable() -> None:
    found = [*once(7), *cases(7, 150)]
    wrong = [one.label for one, row in zip(found, verdicts(found), strict=True) if row.verdict.may_go]
    assert not wrong


def test_a_reader_of_another_variable_leaves_nearly_all_removable() -> None:
    """But for forms of Perl and Nix, and a folder of templates that are given the whole environment."""
    found = [control(one) for one in cases(11, 300) if one.told]
    kept = [one.label for one, row in zip(found, verdicts(found), strict=True) if not row.verdict.may_go]
    assert len(found) > 40
    assert len(kept) <= len(found) // 20, kept


def test_every_language_has_several_ways_to_write_a_reader() -> None:
    assert len(LANGUAGES) > 50
    assert sum(len(one.reads) + len(one.handed) + len(one.exact) + len(one.dumps) for one in LANGUAGES) > 500


SCRIPT = "pipelines:\n  default:\n    - step:\n        script:\n          - "
WITHIN: dict[str, dict[str, str | bytes]] = {
    "after-script": {"bitbucket-pipelines.yml": f"{SCRIPT}make\n        after-script:\n          - printenv ACME_$X\n"},
    "a custom pipeline": {
        "bitbucket-pipelines.yml": "pipelines:\n  custom:\n    x:\n"
        "      - step:\n          script:\n            - echo ${!K}\n"
    },
    "a tag": {
        "bitbucket-pipelines.yml": "pipelines:\n  tags:\n    v*:\n"
        "      - step:\n          script:\n            - env > x\n"
    },
    "a service": {
        "bitbucket-pipelines.yml": "definitions:\n  services:\n    d:\n"
        "      image: x\n      variables:\n        T: $ACME_PKG_TOKEN\n"
        f"{SCRIPT}make\n"
    },
    "an image": {"bitbucket-pipelines.yml": f"image:\n  name: x\n  password: $ACME_PKG_TOKEN\n{SCRIPT}make\n"},
    "an anchor": {"bitbucket-pipelines.yml": f"definitions:\n  s:\n    - script: &s env | sort\n{SCRIPT}*s\n"},
    "an escape of YAML": {"bitbucket-pipelines.yml": SCRIPT + '"echo $ACME_PKG\\u005FTOKEN"\n'},
    "an escape of a letter": {"bitbucket-pipelines.yml": SCRIPT + '"echo $\\x41CME_PKG_TOKEN"\n'},
    "a long escape": {"bitbucket-pipelines.yml": SCRIPT + '"echo $ACME_PKG_TOK\\U00000045N"\n'},
    "a name over two lines": {"bitbucket-pipelines.yml": f"{SCRIPT}./d.sh\n", "d.sh": "echo $ACME_PKG_TO\\\nKEN\n"},
    "an escape of JSON": {"bitbucket-pipelines.yml": f"{SCRIPT}node a.js\n", "a.json": '{"k": "ACM\\u0045_PKG_TOKEN"}'},
    "UTF-16": {"bitbucket-pipelines.yml": f"{SCRIPT}pwsh a.ps1\n", "a.ps1": "gci env:".encode("utf-16")},
    "objects of JSON": {
        "bitbucket-pipelines.yml": f"{SCRIPT}dotnet test\n",
        "appsettings.json": '{"Acme": {"Pkg": {"Token": ""}}}',
    },
    "a build argument": {"bitbucket-pipelines.yml": f"{SCRIPT}docker build --build-arg $K .\n"},
    "a repository that is fetched": {
        "bitbucket-pipelines.yml": f"{SCRIPT}git clone https://x.example/tool.git\n          - ./tool/deploy.sh\n"
    },
    "one in which make runs": {
        "bitbucket-pipelines.yml": f"{SCRIPT}git clone -b x git@x.example:a/tool.git t\n          - cd t && make\n"
    },
    "bun's own tests": {"bitbucket-pipelines.yml": f"{SCRIPT}bun test\n", "src/a.spec.ts": "process.env[key]"},
    "Ruby in a template": {"bitbucket-pipelines.yml": f"{SCRIPT}rake\n", "config/a.yml": "t: <%= ENV[key] %>\n"},
    "a notebook": {"bitbucket-pipelines.yml": f"{SCRIPT}acme-tool\n", "a.ipynb": '{"source": ["print(os.environ)"]}'},
}
SILENT: dict[str, dict[str, str | bytes]] = {
    "a picture, a font": {
        "bitbucket-pipelines.yml": f"{SCRIPT}pytest\n",
        "docs/pytest.png": b"\x89PNG\r\n\x1a\n\0\0",
        "docs/a.woff2": b"wOF2\0\1",
    },
    "the wrapper of a build tool": {
        "bitbucket-pipelines.yml": f"{SCRIPT}gradle test\n",
        "gradle/wrapper/gradle-wrapper.jar": b"PK\3\4\0",
        "gradlew": '#!/bin/sh\neval "set -- $(\n  printf \'%s\\n\' "$JAVA_OPTS" |\n  xargs -n1\n  )" \'"$@"\'\n',
    },
    "a value of a page that is negated": {
        "bitbucket-pipelines.yml": f"{SCRIPT}mvn test\n",
        "a.html": "<p th:if='${!valid}'>",
    },
    "a constant": {
        "bitbucket-pipelines.yml": f"{SCRIPT}go test\n",
        "a.go": 'const ModeName = "GIN_MODE"\nvar mode = os.Getenv(ModeName)\n',
    },
    "django-environ": {
        "bitbucket-pipelines.yml": f"{SCRIPT}pytest\n",
        "a.py": 'import environ\nenv = environ.Env()\nx = env("A")\ny = env.bool("B", default=False)\n',
    },
    "a repository that is only changed": {
        "bitbucket-pipelines.yml": f"{SCRIPT}git clone https://x.example/state.git\n"
        "          - cd state && sed -i s/a/b/ x && git push\n"
    },
    "a configuration of Elixir": {
        "bitbucket-pipelines.yml": f"{SCRIPT}mix test\n",
        "a.ex": "Application.get_env(:a, :b)",
    },
    "a list of names in quotes of YAML": {
        "bitbucket-pipelines.yml": SCRIPT + "'envsubst ''$HOST'' < a > b'\n",
    },
}


@pytest.fixture(scope="module")
def rows() -> Mapping[str, VariableRow]:
    tables = WITHIN | SILENT
    return dict(zip(tables, judged(list(tables.values()), NAME), strict=True))


@pytest.mark.parametrize("case", WITHIN)
def test_wherever_it_stands_it_is_no_removable(case: str, rows: Mapping[str, VariableRow]) -> None:
    assert not rows[case].verdict.may_go


@pytest.mark.parametrize("case", SILENT)
def test_what_says_nothing_of_variables_is_no_doubt(case: str, rows: Mapping[str, VariableRow]) -> None:
    assert (rows[case].verdict, rows[case].evidence) == (RemovalVerdict.REMOVABLE, ())


def test_what_is_joined_to_a_constant_is_no_constant() -> None:
    texts = ['const ModeName = "GIN_" + kind\n', 'ModeName := "A"\nModeName = kind\n', "func f(ModeName string) {}\n"]
    found = judged(
        [{"bitbucket-pipelines.yml": f"{SCRIPT}go test\n", "a.go": f"{text}os.Getenv(ModeName)\n"} for text in texts],
        NAME,
    )
    assert {one.verdict for one in found} == {RemovalVerdict.CANNOT_TELL}


def test_no_text_of_a_file_is_shown() -> None:
    texts = {
        "a.py": 'os.environ["ATBBsecret"[1:]]\nos.environ["ATBBsecret".lower()]\n',
        "a.ps1": 'Invoke-Expression "ATBBsecret $x"\n',
        "a.go": 'viper.BindEnv("ATBBsecret", name)\n',
        "a.js": "nconf.use('ATBBsecret').env();\n",
    }
    (found,) = judged([{"bitbucket-pipelines.yml": f"{SCRIPT}acme-tool\n", **texts}], OTHER)
    assert {one.path for one in found.evidence} >= {"a.py", "a.ps1", "a.go", "a.js"}
    assert "ATBB" not in repr(found.evidence)
