"""The pages that are made from what they describe: rules, reasons, commands and scopes. A hook of mkdocs.

`pages()` needs nothing but patless itself. https://www.mkdocs.org/dev-guide/plugins/#events
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import typer

from migrator.bitbucket.scopes import NEEDS
from migrator.cli.app import app
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import Example, ReasonEntry, Rule, RuleBook
from migrator.rulebook.ways_out import ways_out

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_CODE = re.compile(r"(`[^`]*`)")
_WAYS = {"fix": "Fix it", "keep": "Keep it", "ask": "Ask"}
_VERDICTS = {
    "unsafe": "held back: `patless fix --unsafe-fixes` makes the change",
    "report-only": "never rewritten",
}
_WIDTH = 100
_LIKE = {"secrets list": "secrets plan", "fleet migrate": "fleet revert", "fleet scan": "fleet list"}
"""Commands that ask for the same as the one that is named with its needs."""
_FILES_ONLY = (
    *("rules", "explain", "demo", "secrets sign", "secrets verify"),
    *("fleet packages", "fleet merge", "fleet forget", "fleet report", "cache", "cache prune"),
)
"""Commands that ask Bitbucket nothing, besides those that are named with no needs."""
_PAGES = (
    ("Start", "index.md"),
    ("Guides", ("guides/developer.md", "guides/owner.md", "guides/platform-team.md", "guides/security-engineer.md")),
    ("Pull requests", "pull-requests.md"),
    ("What cannot be known", "limits.md"),
    ("Architecture", "architecture.md"),
)
"""What people wrote, in the order of the site."""


def pages() -> dict[str, str]:
    """The generated pages by path, the same in every run."""
    book = rulebook.load(())
    made = {"reference/scopes.md": _scopes()}
    made["rules/index.md"] = _index("Rules", "What is found.", {id: one.what for id, one in book.rules.items()})
    made["reasons/index.md"] = _index(
        "Reasons",
        "Why a finding is held back, and the ways out.",
        {code: f"**{one.verdict}**: {one.what}" for code, one in book.reasons.items()},
    )
    made |= {f"rules/{id}.md": "\n".join(_rule(rule, book)) for id, rule in book.rules.items()}
    made |= {f"reasons/{code}.md": "\n".join(_reason(entry, book)) for code, entry in book.reasons.items()}
    commands = dict(_commands(typer.main.get_command(app), "patless"))
    names = {name.replace(" ", "-"): (name, text) for name, text in commands.items()}
    made |= {f"reference/{file}.md": _command(name, text) for file, (name, text) in names.items()}
    made["reference/index.md"] = _overview(commands)
    return dict(sorted(made.items()))


def navigation(made: Mapping[str, str]) -> list[Any]:
    """As mkdocs has it in `nav`."""
    nav: list[Any] = [{title: path if isinstance(path, str) else list(path)} for title, path in _PAGES]
    for title, folder in (("Rules", "rules"), ("Reasons", "reasons"), ("Reference", "reference")):
        below = [path for path in made if path.startswith(f"{folder}/") and path != f"{folder}/index.md"]
        nav.append({title: [f"{folder}/index.md", *below]})
    return nav


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    config.nav = navigation(pages())
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def prose(text: str) -> str:
    """Text of the rules in which nothing but code spans means anything to Markdown."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    return re.sub(r"([\\*_\[\]#|])", r"\\\1", text).replace("<", "&lt;")


def _index(title: str, what: str, entries: Mapping[str, str]) -> str:
    rows = [f"| [`{name}`]({name}.md) | {_cell(text)} |" for name, text in sorted(entries.items())]
    return "\n".join([f"# {title}", "", what, "", "| | |", "|---|---|", *rows, ""])


def _cell(text: str) -> str:
    bold, colon, rest = text.partition(": ") if text.startswith("**") else ("", "", text)
    return f"{bold}{colon}{prose(rest)}"


def _rule(rule: Rule, book: RuleBook) -> Iterator[str]:
    yield from (f"# {rule.id}", "", prose(rule.what), "", prose(rule.why), "")
    if rule.url:
        yield from (f"Vendor: <{rule.url}>", "")
    yield from (f"Severity: {rule.severity}. On the command line: `patless explain {rule.id}`.", "")
    for example in rule.examples:
        yield from _example(example, book)
    yield "## Leave it out"
    yield ""
    yield f"`--ignore {rule.id}`, or for one finding a comment on its line or the one above, with the reason why:"
    yield ""
    yield from ("```yaml", f"# patless: ignore[{rule.id}] the token belongs to the machine until=2027-01-31", "```", "")


def _example(example: Example, book: RuleBook) -> Iterator[str]:
    yield from (f"## {prose(example.title)}", "")
    known = [f"[`{code}`](../reasons/{code}.md)" for code in example.reasons if code in book.reasons]
    if known:
        yield from (f"Held back: {', '.join(known)}.", "")
    before = example.before.rstrip("\n").split("\n")
    if example.after is None or example.after == example.before:
        yield from ("Reported, and never rewritten:", "", "```yaml", *before, "```", "")
        return
    after = example.after.rstrip("\n").split("\n")
    lines = list(difflib.unified_diff(before, after, n=len(before) + len(after), lineterm=""))[3:]
    yield from ("```diff", *lines, "```", "")


def _reason(entry: ReasonEntry, book: RuleBook) -> Iterator[str]:
    yield from (f"# {entry.code}", "", prose(entry.what), "", prose(entry.why), "")
    verdict = _VERDICTS.get(str(entry.verdict), str(entry.verdict))
    yield from (f"Verdict: **{entry.verdict}**, {verdict}. On the command line: `patless explain {entry.code}`.", "")
    ways = ways_out(entry, "NAME")
    if ways:
        yield from ("## Ways out", "", "`NAME` stands for what the finding names.", "")
        for label, text in ways:
            yield from (f"**{_WAYS[label]}:** {prose(text)}", "")
        if entry.fleet:
            central = dict(ways_out(entry, "NAME", fleet_of="SLUG"))["fix"]
            yield from (f"**Fix it, where the whole workspace is migrated:** {prose(central)}", "")
    shown = [rule.id for rule in book.rules.values() if any(entry.code in one.reasons for one in rule.examples)]
    if shown:
        listed = ", ".join(f"[`{id}`](../rules/{id}.md)" for id in sorted(shown))
        yield from ("## Examples", "", f"On the page of {listed}.", "")


def _commands(command: Any, name: str) -> Iterator[tuple[str, str]]:
    """Each command by its full name, with its help as `--help` prints it."""
    context = command.context_class(
        command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH, color=False
    )
    if name == "patless" or not hasattr(command, "commands") or command.invoke_without_command:
        yield name, command.get_help(context)
    for below, one in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(one, f"{name} {below}")


def _command(name: str, text: str) -> str:
    return "\n".join([f"# {name}", "", "```text", *(line.rstrip() for line in text.rstrip().split("\n")), "```", ""])


def _overview(commands: Mapping[str, str]) -> str:
    rows = []
    for name, text in commands.items():
        what = next(line.strip() for line in text.split("\n")[1:] if line.strip())
        rows.append(f"| [`{name}`]({name.replace(' ', '-')}.md) | {prose(what)} |")
    return "\n".join(["# Commands", "", "| command | what it does |", "|---|---|", *rows, "", _EXITS, ""])


def _scopes() -> str:
    rows = []
    for need in NEEDS:
        commands = [one.strip() for one in need.command.split(",")]
        commands += [_LIKE[need.command]] if need.command in _LIKE else []
        commands += [] if need.access_token else _FILES_ONLY
        names = ", ".join(f"`{one}`" for one in commands)
        access = ", ".join(f"`{one}`" for one in sorted(need.access_token)) or "none"
        api = ", ".join(f"`{one}:bitbucket`" for one in sorted(need.api_token)) or "none"
        rows.append(f"| {names} | {access} | {api} |")
    head = "| command | scopes of an access token | scopes of an API token |"
    return "\n".join([_SCOPES, head, "|---|---|---|", *rows, ""])


_EXITS = """\
## Exit codes

The first that applies.

| code | meaning |
|---|---|
| 2 | the command line or the configuration is wrong |
| 70 | a fault in patless; nothing was written |
| 4 | Bitbucket or a registry refused or could not be reached |
| 3 | some input could not be read, or some output not written |
| 1 | something is left to do; `--exit-zero` gives 0 in its place |
| 0 | nothing is |
"""
_SCOPES = """\
# Scopes of the API

The credential comes from the environment: `BITBUCKET_ACCESS_TOKEN`, or `ATLASSIAN_ACCOUNT_EMAIL` and
`ATLASSIAN_API_TOKEN`. `patless doctor` says what it may do, what each command lacks, and what it does not need. Scopes
of API tokens do not imply each other. `fleet scan` asks for the variables of a repository only where a login of it
takes its registry from one; without that scope such a login stays `registry-unresolved`.

A step of Bitbucket Pipelines writes Code Insights of its own repository through the proxy of Pipelines, without any
credential. For comments and `bot --status` it needs one. `doctor` takes any credential, and says what it is good for.
"""
