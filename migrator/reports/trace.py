"""The walk of a finding through the stages of its analysis, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from migrator.engine.walk import Followed, Shown, ShownCommand, ShownLogin, ShownRun, ShownSink, Trace, Walk
from migrator.findings import masking, naming
from migrator.findings.hunks import hunks
from migrator.findings.records import Finding, Report, Use
from migrator.fixes.opinion import Opinion
from migrator.reports.excerpt import excerpt, place
from migrator.reports.formats.text import line
from migrator.reports.paint import Paint
from migrator.reports.subjects.findings import headline
from migrator.text.mask import mask, named, printable

Name = Callable[[str], str]
_WIDTH = 12


def trace(found: Trace, name: Name, paint: Paint = Paint()) -> str:
    """The walks of the findings at the line, or what is there instead. `name` gives a path as it is shown."""
    report = masking.masked(naming.renamed(found.report, name))
    blocks = ["\n".join(_walk(walk, report, name, paint)) for walk in found.walks] or [_nothing(found, name)]
    text = "\n\n".join(blocks) + "\n"
    return report.literals.scrub(text)


def _nothing(found: Trace, name: Name) -> str:
    path = name(found.path)
    steps = _listed(_at(use, name) for use in found.steps)
    where = f"The step at {steps} runs it." if steps else "No step that patless follows runs it."
    lines = {one.position.line for one in found.report.findings if one.path == found.path}
    near = sorted(sorted(lines, key=lambda line: abs(line - found.line))[:4])
    others = f"This file has findings on line {_listed(map(str, near))}." if near else "It has no findings."
    return printable(f"{named(path)}:{found.line}: no finding on this line. {where} {others}")


def _walk(walk: Walk, report: Report, name: Name, paint: Paint) -> Iterator[str]:
    finding = naming.renamed_finding(walk.finding, name)
    finding = next((one for one in report.findings if one.place == finding.place), finding)
    yield line(headline(finding), paint)
    yield paint.bold("source")
    if (source := report.sources.get(finding.path)) is not None:
        shown = excerpt(source, finding.span, report.secrets.get(finding.path, ()))
        yield from (line(one, paint) for one in shown)
    if steps := _listed(f"{named(use.path)}{place(use.position)}" for use in finding.uses):
        yield _row("run by", f"the step at {steps}")
    for run in walk.runs:
        yield from _run(run, name, paint)
    if not walk.runs:
        yield paint.bold("flow")
        yield _row("not followed", "patless reads no command of a step's script there")
    if walk.more:
        yield _row("more", f"it runs {walk.more} more times")
    yield from _finding(finding, paint)
    yield from _edits(finding, report, paint)


def _run(run: ShownRun, name: Name, paint: Paint) -> Iterator[str]:
    yield paint.bold("program")
    yield f"  {_line(run.program)}"
    yield paint.bold(f"flow, in `{run.shell}` of the step at {_at(run.step, name)}")
    yield from _known(run.known, name) if run.known else ()
    yield from _followed(run.followed, name)
    if run.login or run.sinks:
        yield paint.bold("sink")
        yield from _sinks(run.login, run.sinks)
    if run.asked:
        yield paint.bold("asked")
        yield from (line for one in run.asked for line in _opinion(one, name, paint))


def _known(known: ShownCommand, name: Name) -> Iterator[str]:
    yield _row("command", known.name)
    for number, word in enumerate(known.given, 1):
        yield _row(f"word {number}", _value(word))
    yield _row("input", _value(known.fed) if known.fed else "nothing is fed to it")
    for variable, value in known.overrides:
        yield _row("for it alone", f"{variable}={_value(value)}")
    yield _row("folder", known.folders)
    sure = "something decides whether it runs" if known.decided else "it is sure to run"
    more = [*(["in a loop"] if known.looped else []), *(["its words are traced"] if known.traced else [])]
    yield _row("runs", ", ".join([sure, *more]))
    if known.calls:
        yield _row("called at", " > ".join(_at(use, name) for use in known.calls))


def _followed(followed: Followed, name: Name) -> Iterator[str]:
    yield _row("followed", _listed(named(name(path)) for path in followed.files) or "no file")
    for path, why in followed.others:
        yield _row("not followed", f"{named(path)}: {why}")
    for why, use in followed.unread:
        yield _row("not read", f"{_at(use, name)}: {why}")
    for what in followed.unseen:
        yield _row("not seen", what)


def _sinks(login: ShownLogin | None, sinks: Iterable[ShownSink]) -> Iterator[str]:
    if login:
        yield _row("login", f"{login.client} to {login.host}, kept in {login.kept}")
    for one in sinks:
        origin = f", {one.origin}" if one.origin else ""
        yield _row(one.role, f"{one.value.value} ({one.channel}){origin}")


def _opinion(opinion: Opinion, name: Name, paint: Paint) -> Iterator[str]:
    answered = [*opinion.seen, *opinion.reasons, *opinion.assumptions]
    yield _line(f"  {opinion.asked}{'' if answered else ' ' + paint.dim('none')}")
    for seen in opinion.seen:
        yield _line(f"    {seen.what}{f' at {_at(seen.place, name)}' if seen.place else ''}")
    for reason in opinion.reasons:
        yield _line(f"    = {paint.verdict(reason.verdict, reason.code)}: {reason.detail}")
    for text in opinion.assumptions:
        yield _line(f"    assumes: {text}")


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    yield paint.bold("finding")
    yield _row("verdict", paint.verdict(finding.verdict))
    for reason in finding.reasons:
        yield _row("reason", f"{paint.verdict(reason.verdict, reason.code)}: {reason.detail}")
    for text in dict.fromkeys(finding.assumptions):
        yield _row("assumes", text)


def _edits(finding: Finding, report: Report, paint: Paint) -> Iterator[str]:
    yield paint.bold("edit")
    if not finding.edits:
        yield "  none, as a reason is report-only"
        return
    for edit in sorted(set(finding.edits)):
        source = report.sources[edit.path]
        at = place(source.position(edit.span.start))
        old = mask(source.text[edit.span.start : edit.span.end], report.secrets.get(edit.path, ()), edit.span.start)
        yield _line(f'  {named(edit.path)}{at} "{_quoted(old)}" → "{_quoted(edit.text)}"')
    yield paint.bold("bytes")
    for shown in hunks(finding, report).split("\n"):
        colour = {"-": paint.red, "+": paint.green}.get(shown[:1], str)
        yield f"  {colour(shown)}"


def _value(value: Shown) -> str:
    return value.value + (f", read as {value.reads}" if value.reads not in ("", value.value) else "")


def _row(label: str, text: str) -> str:
    return _line(f"  {label:<{_WIDTH}} {text}")


def _listed(texts: Iterable[str]) -> str:
    texts = list(texts)
    return ", ".join(texts[:4]) + (f" and {len(texts) - 4} more" if len(texts) > 4 else "")


def _at(use: Use, name: Name) -> str:
    return f"{named(name(use.path))}{place(use.position)}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n").replace('"', '\\"')


def _line(text: str) -> str:
    return printable(text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t"))
