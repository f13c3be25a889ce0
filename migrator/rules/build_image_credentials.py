"""Credentials of `image:`: for the file, a step or a service."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.findings.records import Finding, Severity
from migrator.platforms.bitbucket.pipelines import Image, Pipelines
from migrator.rules.context import Context
from migrator.sinks.packages import Name, Unresolved, name_of

_VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")


def reference(image: Image) -> str:
    """The image's name with `${NAME}` for variables."""
    return _VARIABLE.sub(r"${\1}", image.name.value.replace("${{", "${").replace("}}", "}"))


def audit(pipelines: Pipelines, context: Context) -> Iterator[Finding]:
    """Images of a Packages registry that are pulled with a user name and a password."""
    for image in pipelines.images:
        if image.username is None and image.password is None:
            continue
        name = name_of(reference(image), context.book, context.settings)
        if isinstance(name, Unresolved):
            mentioned = any(mention in pipelines.source.text for mention in context.book.mentions)
            if not mentioned:
                continue
            code, detail, subject = (
                "registry-unresolved",
                f"the image's registry comes from {name.subject}",
                name.subject,
            )
        elif isinstance(name, Name):
            code, detail, subject = "build-image", f"{name.shown} is pulled for {image.level}", name.shown
        else:
            continue
        scalars = [scalar for scalar in (image.username, image.password) if scalar]
        variables = [match[1] for scalar in scalars for match in _VARIABLE.finditer(scalar.value)]
        yield context.finding(
            "build-image-credentials",
            pipelines.source,
            image.name.span,
            f"the image of {image.level} is pulled with a stored credential, which stays needed",
            reasons=[context.reason(code, detail, subject)],
            variables=variables,
            severity=Severity.NOTE,
        )
