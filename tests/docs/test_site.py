"""The site without building it: what is generated, and where its links lead. `make docs` builds it, with --strict."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import typer
import yaml
from msgspec import Struct
from msgspec.structs import fields

from migrator.bitbucket.scopes import NEEDS
from migrator.cli.app import app
from migrator.configuration.reading import Configuration
from migrator.demo import walk
from migrator.fleet.operator import Operator, Override, Wave
from migrator.rulebook import reading as rulebook
from migrator.secrets.records import Waiver
from migrator.secrets.tokens import TokenEntry, TokenFile, TokenVariable
from migrator.secrets.waivers import DOUBTS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
_BESIDE = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "pipe/README.md")
"""What people read that is no page of the site."""
_FENCED = re.compile(r"^ *```.*?^ *```$", re.DOTALL | re.MULTILINE)
_KNOWN = {"microsoft.github.io", "pre-commit.com", "semver.org", "support.atlassian.com"}
"""Hosts that pages may send readers to. A test asks none of them, as a machine may have no network."""
_ADDRESS = re.compile(r"(?i)\b(?:https?|ftp)://[^\s`<>\"')\]]*|\bwww\.[^\s`<>\"')\]]*")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
_CODE = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_NAMED = re.compile(r"(?P<said>.*) \{ #(?P<anchor>[\w-]+) \}")
_KEYS: dict[str, dict[str, type[Struct]]] = {
    "patless": {"": Configuration, "waivers.": Waiver},
    "fleet": {"": Operator, "repositories.": Override, "waves.": Wave},
    "tokens": {"tokens.": TokenEntry, "tokens.variables.": TokenVariable},
}
"""The record of each table, by the page of its file and what leads to it."""


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("patless_docs", DOCS / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    return dict(generator().pages())


@pytest.fixture(scope="module")
def site(made: dict[str, str]) -> dict[str, str]:
    """All pages by path."""
    return made | {path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8") for path in DOCS.rglob("*.md")}


def beside() -> dict[str, str]:
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in _BESIDE}


def anchors(page: str) -> set[str]:
    """As Python-Markdown makes them of headings: the name that one says, else its words."""
    headings = _HEADING.findall(_FENCED.sub("", page))
    return {named["anchor"] if (named := _NAMED.fullmatch(one)) else _slug(one) for one in headings}


def _slug(heading: str) -> str:
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", heading.lower()).strip())


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each command that can be run, with its full name."""
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command or name == "patless":
        yield name, command
    for word, one in below.items():
        yield from commands(one, f"{name} {word}")


def test_the_pages_are_the_same_in_every_run_and_on_any_terminal(made: dict[str, str]) -> None:
    other = (
        "import importlib.util as u; s = u.spec_from_file_location('d', 'docs/generate.py'); m = u.module_from_spec(s)"
    )
    code = f"{other}; s.loader.exec_module(m); import json; print(json.dumps(m.pages()))"
    environment = {"PATH": "/usr/bin:/bin", "COLUMNS": "40", "PYTHONPATH": str(ROOT), "FORCE_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert yaml.safe_load(done.stdout) == made


def test_every_rule_and_every_reason_has_its_page_and_says_so_itself(made: dict[str, str]) -> None:
    book = rulebook.load(())
    assert {f"rules/{id}.md" for id in book.rules} <= made.keys()
    assert {f"reasons/{code}.md" for code in book.reasons} <= made.keys()
    assert all(f"]({id}.md)" in made["rules/index.md"] for id in book.rules)
    assert all(f"]({code}.md)" in made["reasons/index.md"] for code in book.reasons)
    for rule in book.rules.values():
        page = made[f"rules/{rule.id}.md"]
        assert page.count("```yaml") + page.count("```diff") == len(rule.examples) + 1


def test_every_command_has_its_page_with_a_heading_for_each_option(made: dict[str, str]) -> None:
    shown = 0
    for name, command in commands(typer.main.get_command(app), "patless"):
        file = f"{name.replace(' ', '-')}.md"
        page = made[f"reference/{file}"]
        named = anchors(page)
        assert f"({file})" in made["reference/index.md"]
        for option in command.get_params(command.context_class(command)):
            if option.param_type_name == "option" and not option.hidden:
                spelt = [*option.opts, *option.secondary_opts]
                assert all(re.search(rf"^### `.*(?<![\w-]){one}(?![\w-])", page, re.MULTILINE) for one in spelt), spelt
                assert max(option.opts, key=len).lstrip("-") in named, f"{name}: {option.opts}"
                shown += 1
            elif not option.hidden:
                assert option.make_metavar(command.context_class(command)) in page, f"{name}: {option.name}"
    assert shown > 200


@pytest.mark.parametrize("page", _KEYS)
def test_every_key_of_a_configuration_has_its_heading_and_every_heading_its_key(page: str) -> None:
    text = (DOCS / "configuration" / f"{page}.md").read_text(encoding="utf-8")
    keys = [
        prefix + one.encode_name
        for prefix, record in _KEYS[page].items()
        for one in fields(record)
        if one.encode_name != "(path)"
    ]
    assert sorted(re.findall(r"^### `([\w.-]+)`$", text, re.MULTILINE)) == sorted(keys)


def test_a_list_of_tokens_holds_tokens_and_nothing_else() -> None:
    assert [one.encode_name for one in fields(TokenFile)] == ["tokens"]


def test_every_doubt_that_can_be_waived_is_said_what_it_is() -> None:
    text = (DOCS / "configuration" / "patless.md").read_text(encoding="utf-8")
    assert [one for one in DOUBTS if not re.search(rf"^\|.*`{one}`.*\|.*\|$", text, re.MULTILINE)] == []


def test_every_variable_that_the_program_reads_is_on_the_page_of_the_environment() -> None:
    text = (DOCS / "environment.md").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "migrator").rglob("*.py")]
    read = {name for source in sources for name in re.findall(r"\"(PATLESS_[A-Z_]+)\"", source)}
    assert len(read) > 4
    assert sorted(name for name in read if f"| `{name}` |" not in text) == []


def test_the_readme_is_short() -> None:
    lines = beside()["README.md"].splitlines()
    assert len(lines) <= 200
    assert [line for line in lines if len(line) > 120] == []


def test_the_scopes_are_those_that_doctor_compares(made: dict[str, str]) -> None:
    page = made["reference/scopes.md"]
    for need in NEEDS:
        assert all(f"`{scope}`" in page for scope in need.access_token)
        assert all(f"`{scope}:bitbucket`" in page for scope in need.api_token)
    for path in made:
        if path.startswith("reference/patless-"):
            name = path.removeprefix("reference/patless-").removesuffix(".md").replace("-", " ")
            assert f"`{name}`" in page, f"whether {name} needs a credential is said in docs/generate.py"


def test_all_links_lead_to_a_page_and_a_heading_of_it(site: dict[str, str]) -> None:
    checked = 0
    for path, text in site.items():
        for link in _LINK.findall(_FENCED.sub("", text)):
            if link.startswith("https://"):
                continue
            target, _, anchor = link.partition("#")
            whole = (DOCS / path).parent.joinpath(target).resolve() if target else DOCS / path
            name = whole.relative_to(DOCS).as_posix()
            assert name in site, f"{path}: {link}"
            assert not anchor or anchor in anchors(site[name]), f"{path}: {link}"
            checked += 1
    assert checked > 60


def outward(page: str) -> list[str]:
    """Addresses of a page that are no code."""
    return _ADDRESS.findall(_CODE.sub("", _FENCED.sub("", page)))


def test_links_that_leave_are_whole_and_go_to_hosts_that_are_known(site: dict[str, str]) -> None:
    found = {address: path for path, text in (site | beside()).items() for address in outward(text)}
    for address, path in found.items():
        url = urlsplit(address)
        assert (url.scheme, url.netloc) == ("https", url.hostname), f"{path}: {address}"
        assert url.hostname in _KNOWN, f"{path}: {address}"
        assert re.fullmatch(r"(/[\w./-]*)?", url.path), f"{path}: {address}"
        assert not url.path.endswith((".", "//")), f"{path}: {address}"
        assert not url.query, f"{path}: {address}"
    assert {urlsplit(address).hostname for address in found} == _KNOWN


@pytest.mark.parametrize("name", _BESIDE)
def test_links_of_files_beside_the_site_lead_to_files_and_headings(name: str) -> None:
    text = _FENCED.sub("", beside()[name])
    for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", text):
        if link.startswith("https://"):
            continue
        target, _, anchor = link.partition("#")
        file = (ROOT / name).parent / target if target else ROOT / name
        assert file.exists(), link
        assert not anchor or anchor in anchors(file.read_text(encoding="utf-8")), link


def test_files_that_hold_a_promise_are_there() -> None:
    rows = [line for line in beside()["SECURITY.md"].splitlines() if line.startswith("|")]
    named = [re.findall(r"`(tests/[\w/]+\.py)`", row.split(" | ")[-1]) for row in rows]
    assert [
        row for row, files in zip(rows, named, strict=True) if not files and "---" not in row and "held by" not in row
    ] == []
    assert [file for files in named for file in files if not (ROOT / file).is_file()] == []


def test_every_page_is_in_the_navigation_once(site: dict[str, str], made: dict[str, str]) -> None:
    def paths(node: object) -> list[str]:
        if isinstance(node, str):
            return [node]
        below = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        return [path for one in below for path in paths(one)]

    assert sorted(paths(generator().navigation(made))) == sorted(site)


def test_commands_that_the_pages_show_are_commands_with_these_options(site: dict[str, str]) -> None:
    """Of the pages that people wrote; an option that is gone would be noticed here."""
    helps = {path: text for path, text in site.items() if path.startswith("reference/patless")}
    shown = 0
    written = {path: text for path, text in site.items() if not path.startswith(("reference/", "rules/", "reasons/"))}
    for path, text in (written | beside()).items():
        for line in re.findall(r"^\s*(?:\$|-) (patless .*)$", "\n".join(_FENCED.findall(text)), re.MULTILINE):
            words = line.partition("#")[0].split()
            page = next(f for n in (3, 2) if (f := f"reference/{'-'.join(words[:n])}.md") in helps)
            for option in (word.partition("=")[0] for word in words if word.startswith("--")):
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", helps[page]), f"{path}: {line}"
            shown += 1
    assert shown > 50


def test_the_recorded_terminal_is_of_the_walk_as_it_is() -> None:
    """Else: `python docs/record.py`."""
    shown = "".join(ElementTree.parse(DOCS / "demo.svg").getroot().itertext()).replace("\xa0", " ")
    sentences = [step.says for step in walk.steps("") if step.says]
    found = re.findall(r"(\d+)\. (.+?)\n", shown)
    assert len(found) == 3
    assert all(sentences[int(number) - 1].startswith(text.strip()) for number, text in found)


@pytest.mark.parametrize("path", ["fixtures/ratchet/bitbucket-pipelines.yml"])
def test_the_example_of_the_page_is_the_one_that_is_tested(path: str) -> None:
    page = (DOCS / "pull-requests.md").read_text(encoding="utf-8")
    block = next(one for one in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "new-stored-logins" in one)
    assert yaml.safe_load(block) == yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
