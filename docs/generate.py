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
from migrator.cli.helping import SETTINGS
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import Example, ReasonEntry, Rule, RuleBook
from migrator.rulebook.ways_out import ways_out

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_CODE = re.compile(r"(`[^`]*`)")
_WAYS = {"fix": "Fix it", "keep": "Keep it", "ask": "Ask"}
_VERDICTS = {
    "unsafe": "needs review: `patless fix --unsafe-fixes` makes the change",
    "report-only": "no automatic fix",
}
_WIDTH = 100
_LIKE = {"secrets list": "secrets plan", "fleet migrate": "fleet revert", "fleet scan": "fleet list"}
"""Commands that ask for the same as the one that is named with its needs."""
_FILES_ONLY = (
    *("rules", "explain", "lsp", "demo", "secrets sign", "secrets verify"),
    *("fleet packages", "fleet merge", "fleet forget", "fleet report", "cache", "cache prune"),
)
"""Commands that ask Bitbucket nothing, besides those that are named with no needs."""
_PAGES = (
    ("Start", "index.md"),
    (
        "Guides",
        (
            *("guides/developer.md", "guides/editors.md", "guides/owner.md"),
            *("guides/platform-team.md", "guides/security-engineer.md"),
        ),
    ),
    ("Topics", ("pull-requests.md", "packages.md", "called-files.md", "push-pipe.md")),
    ("Configuration", ("configuration/patless.md", "configuration/fleet.md", "configuration/tokens.md")),
    ("Environment", "environment.md"),
    ("What is covered, per client", "clients.md"),
    ("What patless can't tell", "limits.md"),
    ("Architecture", "architecture.md"),
)
"""The pages written by hand, in the order of the site."""


def pages() -> dict[str, str]:
    """The generated pages by path, the same in every run."""
    book = rulebook.load(())
    made = {"reference/scopes.md": _scopes()}
    made["rules/index.md"] = _index("Rules", "What patless finds.", {id: one.what for id, one in book.rules.items()})
    made["reasons/index.md"] = _index(
        "Reasons",
        "Why a fix is not safe, and what you can do.",
        {code: f"**{one.verdict}**: {one.what}" for code, one in book.reasons.items()},
    )
    made |= {f"rules/{id}.md": "\n".join(_rule(rule, book)) for id, rule in book.rules.items()}
    made |= {f"reasons/{code}.md": "\n".join(_reason(entry, book)) for code, entry in book.reasons.items()}
    commands = dict(_commands(typer.main.get_command(app), "patless"))
    made |= {f"reference/{_file(name)}": "\n".join(_command(name, one)) for name, one in commands.items()}
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
    yield "## Ignore it"
    yield ""
    yield f"Pass `--ignore {rule.id}`. For one finding, write a comment with the reason on its line or the one above:"
    yield ""
    yield from ("```yaml", f"# patless: ignore[{rule.id}] the token belongs to the machine until=2027-01-31", "```", "")


def _example(example: Example, book: RuleBook) -> Iterator[str]:
    yield from (f"## {prose(example.title)}", "")
    known = [f"[`{code}`](../reasons/{code}.md)" for code in example.reasons if code in book.reasons]
    if known:
        yield from (f"Needs review: {', '.join(known)}.", "")
    before = example.before.rstrip("\n").split("\n")
    if example.after is None or example.after == example.before:
        yield from ("patless reports it, and has no fix:", "", "```yaml", *before, "```", "")
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
        yield from ("## What you can do", "", "`NAME` is what the finding names.", "")
        for label, text in ways:
            yield from (f"**{_WAYS[label]}:** {prose(text)}", "")
        if entry.fleet:
            central = dict(ways_out(entry, "NAME", fleet_of="SLUG"))["fix"]
            yield from (f"**Fix it for a whole workspace:** {prose(central)}", "")
    shown = [rule.id for rule in book.rules.values() if any(entry.code in one.reasons for one in rule.examples)]
    if shown:
        listed = ", ".join(f"[`{id}`](../rules/{id}.md)" for id in sorted(shown))
        yield from ("## Examples", "", f"See {listed}.", "")


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Each command with its full name; a group that does nothing alone is left out."""
    if name == "patless" or not hasattr(command, "commands") or command.invoke_without_command:
        yield name, command
    for below, one in sorted(getattr(command, "commands", {}).items()):
        yield from _commands(one, f"{name} {below}")


def _file(name: str) -> str:
    return f"{name.replace(' ', '-')}.md"


def _command(name: str, command: Any) -> Iterator[str]:
    """What `--help` says, with a heading for each option, so that a link can lead to it."""
    context = _context(command, name)
    yield from (f"# {name}", "", prose(command.help or ""), "")
    yield from ("```text", *(line.rstrip() for line in command.get_usage(context).split("\n")), "```", "")
    told = [one for one in command.get_params(context) if one.get_help_record(context)]
    arguments = [one for one in told if one.param_type_name == "argument"]
    if arguments:
        yield from ("## Arguments", "")
        yield from (f"- `{names}`: {prose(text)}" for names, text in _records(arguments, context))
        yield ""
    yield from ("## Options", "")
    options = [one for one in told if one.param_type_name != "argument"]
    for one, (names, text) in zip(options, _records(options, context), strict=True):
        again = " Repeat it to give several." if one.multiple else ""
        yield from (f"### `{names}` {{ #{_anchor(one)} }}", "", f"{prose(text)}{again}", "")
    below = dict(_commands(command, name))
    below.pop(name)
    if below:
        yield from ("## Commands", "", *_table(below), "")
    if command.epilog:
        yield from _epilog(command.epilog)


def _epilog(text: str) -> Iterator[str]:
    """What the help says at its end; `\\b` is click's mark of a paragraph that is no prose."""
    yield from ("## More", "")
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        verbatim = paragraph.lstrip().startswith("\b")
        lines = paragraph.strip().removeprefix("\b").strip("\n").split("\n")
        yield from ("```yaml", *lines, "```", "") if verbatim else (prose(paragraph), "")


def _records(parameters: list[Any], context: Any) -> list[tuple[str, str]]:
    return [one.get_help_record(context) for one in parameters]


def _anchor(option: Any) -> str:
    """The longest spelling, without its hyphens."""
    return str(max(option.opts, key=len)).lstrip("-")


def _context(command: Any, name: str) -> Any:
    settings = {**SETTINGS, "terminal_width": _WIDTH, "max_content_width": _WIDTH}
    return command.context_class(command, info_name=name, color=False, **settings)


def _overview(commands: Mapping[str, Any]) -> str:
    return "\n".join(["# Commands", "", *_table(commands), "", _EXITS, ""])


def _table(commands: Mapping[str, Any]) -> list[str]:
    rows = [f"| [`{name}`]({_file(name)}) | {prose(_first(one))} |" for name, one in commands.items()]
    return ["| command | what it does |", "|---|---|", *rows]


def _first(command: Any) -> str:
    return str(command.help or "").split("\n\n")[0]


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

If several apply, the first one in this table counts.

| code | meaning |
|---|---|
| 2 | The command line or the configuration is wrong. |
| 70 | patless has a fault, and did nothing more. |
| 4 | Bitbucket or a registry refused, or patless could not reach it. |
| 3 | patless could not read some input, or not write some output. It did the rest. |
| 1 | Something is left to do, see below. `--exit-zero` turns 1 into 0. |
| 0 | Nothing is left to do. |

| command | what is left to do |
|---|---|
| `check` | a safe or unsafe finding; with `--strict`, any finding, as for `fix` |
| `fix` | a safe or unsafe finding that it did not fix; with `--exit-non-zero-on-fix`, a file that it changed |
| `fix --diff` | the same, or a fix that it would make |
| `bot` | a finding that `--fail-on` names |
| `secrets list` | a variable that you can delete, a name clash, or a login that reads a variable which no level has |
| `secrets apply` | a variable of the plan that it did not delete |
| `secrets verify` | a variable that the log doesn't show as deleted, too few signatures, or a bad signature |
| `fleet scan` | a safe or unsafe finding |
| `fleet migrate` | a pull request that it would open or update, or could not |
| `fleet status` | a finding, an open pull request, or a failed one |
| `fleet revert` | a change that it can't take back; with `--dry-run`, a pull request that it would open |
| `cache prune` | copies in use that exceed `--cache-limit` |

Ctrl-C ends a command with 130.
"""
_SCOPES = """\
# API scopes

The credential comes from the environment: `BITBUCKET_ACCESS_TOKEN`, or `ATLASSIAN_ACCOUNT_EMAIL` and
`ATLASSIAN_API_TOKEN`. `patless doctor` compares its scopes with this table. Scopes of API tokens do not imply each
other.

`fleet scan` reads the variables of a repository only where a variable names the registry of a login. Without that scope
such a login stays `registry-unresolved`.

A Pipelines step writes Code Insights of its own repository through the proxy of Pipelines, without a credential. For
comments and `bot --status` it needs one. `doctor` takes any credential.
"""
