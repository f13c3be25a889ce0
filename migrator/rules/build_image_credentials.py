"""Credentials of images that the platform pulls: for the file, a step or a service."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.findings.records import Finding, Severity
from migrator.fixes.context import Context
from migrator.platforms.records import Image
from migrator.rulebook.records import Rule
from migrator.sinks.packages import Name, Unresolved, name_of
from migrator.text.patterns import regex

_VARIABLE = regex(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def check(rule: Rule, context: Context) -> Iterator[Finding]:
    """Images of a Packages registry that are pulled with a user name and a password."""
    for pipelines in context.pipelines:
        mentioned = any(mention in pipelines.source.text for mention in context.book.mentions)
        for image in pipelines.images:
            if image.username is None and image.password is None:
                continue
            name = name_of(image.reference, context.book, context.settings)
            if isinstance(name, Unresolved) and mentioned:
                detail = f"the image's registry comes from {name.subject}"
                reason = context.reason("registry-unresolved", detail, name.subject)
            elif isinstance(name, Name):
                reason = context.reason("build-image", f"{name.shown} is pulled for {image.level}", name.shown)
            else:
                continue
            yield rule.finding(
                pipelines.source,
                image.name.span,
                f"a stored token pulls the image of {image.level} and is still needed",
                reasons=[reason],
                variables=_variables(image),
                severity=Severity.NOTE,
            )


def _variables(image: Image) -> Iterator[str]:
    """The variables that it is pulled with."""
    for scalar in (image.username, image.password):
        yield from (match[1] for match in _VARIABLE.finditer(scalar.value if scalar else ""))
