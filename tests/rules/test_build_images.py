"""Images that the platform pulls with a stored token."""

from __future__ import annotations

import pytest

from migrator.findings.records import Finding, Severity
from tests.memory import report_on, step

HOST = "crg.apkg.io"


def found(head: str, script: str = "true") -> list[Finding]:
    return [one for one in report_on(head + step(script)).findings if one.rule == "build-image-credentials"]


@pytest.mark.parametrize(
    "image",
    [
        f"{HOST}/acme/web",
        f"{{name: {HOST}/acme/web}}",
        "{name: ghcr.io/acme/web, username: $U, password: $P}",
        "{name: node, username: $U, password: $P}",
        "{name: $REGISTRY/acme/web, username: $U, password: $P}",
    ],
)
def test_an_image_that_no_stored_token_pulls_from_packages_is_none(image: str) -> None:
    assert found(f"image: {image}\n") == []


@pytest.mark.parametrize(
    ("keys", "variables"),
    [
        ("username: $U, password: $P", ("U", "P")),
        ("username: acme, password: '${P}'", ("P",)),
        ("username: $U", ("U",)),
        ("password: $P", ("P",)),
        ("username: a$U-$V, password: x", ("U", "V")),
        ("username: a, password: x", ()),
    ],
)
def test_the_variables_are_told_that_an_image_is_pulled_with(keys: str, variables: tuple[str, ...]) -> None:
    (one,) = found(f"image: {{name: {HOST}/acme/$NAME:1, {keys}}}\n")
    assert (one.variables, one.severity) == (variables, Severity.NOTE)
    assert one.message == "a stored token pulls the image of the file and is still needed"
    assert [(reason.code, reason.detail) for reason in one.reasons] == [
        ("build-image", f"{HOST}/acme/$NAME is pulled for the file")
    ]


def test_an_image_whose_registry_is_a_variable_is_told_where_the_file_mentions_packages() -> None:
    (one,) = found("image: {name: $R/acme/web, username: $U, password: $P}\n", f"docker pull {HOST}/acme/web")
    assert [(reason.code, reason.detail) for reason in one.reasons] == [
        ("registry-unresolved", "the image's registry comes from R")
    ]


def test_an_image_of_a_service_is_told_as_one_of_it() -> None:
    services = f"definitions: {{services: {{db: {{image: {{name: {HOST}/acme/db, password: $P}}}}}}}}\n"
    (one,) = found(services)
    assert one.message == "a stored token pulls the image of service db and is still needed"
