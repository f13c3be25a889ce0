"""A rule is a unit: its module, its entry in `rules/`, its examples and its page share one name.."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from pkgutil import iter_modules
from textwrap import dedent
from types import ModuleType

import pytest

from migrator import rules
from migrator.engine.checking import rule_id, units
from migrator.fixes import judged_command
from migrator.fixes.context import Context
from migrator.fixes.judged_command import JudgedCommand
from migrator.reading.steps import StepFacts
from migrator.rulebook import reading as rulebook
from tests.docs.test_site import generator
from tests.memory import report_on
from tests.package_copy import Patless, extended

BOOK = rulebook.load()
NAME = "forgotten-logout"
BEFORE = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"
"""
ENTRY = f"""\
what: A step logs in to Bitbucket Packages and never logs out.
why: It is an example.
url: https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-use-packages/
severity: note
examples:
  - title: A login at the end
    reasons: [leaves-step]
    before: |
{"".join(f"      {line}" for line in BEFORE.splitlines(keepends=True))}"""
MODULE = dedent('''\
    """Steps that log in to Packages and never log out."""

    from __future__ import annotations

    from collections.abc import Iterator

    from migrator.findings.records import Finding
    from migrator.fixes.context import Context
    from migrator.rulebook.records import Rule


    def check(rule: Rule, context: Context) -> Iterator[Finding]:
        for step in context.steps:
            for shell in step.shells:
                words = {argument.text for command in shell.trace.commands for argument in command.arguments}
                for login in shell.logins if "logout" not in words else ():
                    yield rule.finding(
                        shell.script.source_at(login.command.span),
                        shell.script.shown(login.command.span),
                        f"{login.client} stays logged in to {login.host}",
                        reasons=[context.reason("leaves-step", "the login stays", login.client)],
                        uses=step.uses,
                    )
''')


def test_a_module_an_entry_examples_and_a_page_share_the_name_of_each_rule() -> None:
    found = {name.name.replace("_", "-") for name in iter_modules(rules.__path__)}
    assert found == {rule_id(module) for module in units()} == set(BOOK.rules)
    assert found == {path.stem for path in rulebook.files(rulebook.built_in()) if path.stem in BOOK.rules}
    assert found == {rule for rule, entry in BOOK.rules.items() if entry.examples}
    pages = {page for page in generator().pages() if page.startswith("rules/")}
    assert pages - {"rules/index.md"} == {f"rules/{rule}.md" for rule in found}


@pytest.mark.parametrize("unit", [*units()], ids=rule_id)
def test_a_rule_imports_no_other(unit: ModuleType) -> None:
    """What two of them need is a question, and stands below."""
    for node in ast.walk(ast.parse(Path(str(unit.__file__)).read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
        if isinstance(node, ast.ImportFrom):
            assert not node.level, "it is relative"
            names = [f"{node.module}.{name}" for name in names]
        assert not [name for name in names if f"{name}.".startswith(f"{rules.__name__}.")]


def test_a_step_is_judged_once_however_many_rules_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[StepFacts] = []

    def judged_commands(step: StepFacts, context: Context) -> tuple[JudgedCommand, ...]:
        judged.append(step)
        return judged_command.judged_commands(step, context)

    monkeypatch.setattr("migrator.engine.context.judged_commands", judged_commands)
    found = report_on(BEFORE + BEFORE.split("default:\n")[1].replace('"$BITBUCKET_PACKAGES_TOKEN"', "hunter2"))
    assert [one.rule for one in found.findings] == ["literal-credential"]
    assert len(judged) == 2


@pytest.fixture(scope="module")
def patless(tmp_path_factory: pytest.TempPathFactory) -> Patless:
    """With one more rule: a file in each of two folders."""
    files = {f"rules/{NAME}.yml": ENTRY, f"migrator/rules/{NAME.replace('-', '_')}.py": MODULE}
    return extended(tmp_path_factory.mktemp("patless"), files, {"bitbucket-pipelines.yml": BEFORE})


def test_a_new_rule_finds_what_its_module_yields(patless: Patless) -> None:
    (finding,) = json.loads(patless("-m", "migrator", "check", "--strict", "--format", "json", code=1))["findings"]
    assert (finding["rule"], finding["severity"], finding["line"]) == (NAME, "note", 5)
    assert patless("-m", "migrator", "check", "--strict", "--ignore", NAME).startswith("No findings. ")


def test_a_new_rule_is_listed_and_explained(patless: Patless) -> None:
    assert f"  {NAME} " in patless("-m", "migrator", "rules")
    told = patless("-m", "migrator", "explain", NAME)
    assert told.startswith(f"{NAME} (rule, note)\n")
    assert "A login at the end" in told


def test_a_new_rule_has_a_page(patless: Patless) -> None:
    program = "import json, runpy; print(json.dumps(runpy.run_path('../docs/generate.py')['pages']()))"
    pages = json.loads(patless("-c", program))
    assert "A login at the end" in pages[f"rules/{NAME}.md"]
    assert f"[`{NAME}`]({NAME}.md)" in pages["rules/index.md"]
