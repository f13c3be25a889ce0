"""Names of packages, and whose they are."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.findings.records import Ownership
from migrator.findings.settings import Settings
from migrator.sinks.packages import (
    Elsewhere,
    Name,
    PushedPackages,
    Unresolved,
    distinct_workspaces,
    name_of,
    without_tag,
)
from tests.flow.reading import BOOK

NOBODY = Settings()
ACME = Settings(workspace="acme", repository="web")
HOST = "crg.apkg.io"


def name(reference: str, settings: Settings = NOBODY) -> Name:
    found = name_of(reference, BOOK, settings)
    assert isinstance(found, Name)
    return found


@pytest.mark.parametrize(
    "reference",
    [
        "node",
        "node:20",
        "acme/web",
        "ghcr.io/acme/web",
        f"my{HOST}/acme/web",
        f"{HOST}.example.com/acme/web",
        f"{HOST}:5000/acme/web",
        f"ghcr.io/{HOST}/acme",
        HOST,
        f"{HOST}:latest",
        "localhost:5000/web",
    ],
)
def test_images_of_other_registries_are_elsewhere(reference: str) -> None:
    assert name_of(reference, BOOK, NOBODY) == Elsewhere()


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("node:20", f"{HOST}/node"),
        ("acme/web:1", f"{HOST}/acme/web"),
        (HOST, f"{HOST}/{HOST}"),
        ("localhost", f"{HOST}/localhost"),
        (f"{HOST}/acme/web:1", f"{HOST}/acme/web"),
        ("ghcr.io/acme/web", None),
        ("registry:5000/web", None),
        ("localhost/web", None),
    ],
)
def test_an_image_without_a_host_is_of_the_registry_that_is_the_default(reference: str, text: str | None) -> None:
    registry = BOOK.registry(HOST)
    assert registry is not None
    default = replace(registry, default=True, hosts=registry.hosts | {"z.example"})
    found = name_of(reference, replace(BOOK, registries={"docker": default}), NOBODY)
    assert (found.text if isinstance(found, Name) else None) == text


@pytest.mark.parametrize(
    ("reference", "text"),
    [("npm.apkg.io/acme/web/", "npm.apkg.io/acme/web"), (f"{HOST}/acme/web/", f"{HOST}/acme/web/")],
)
def test_only_an_address_that_is_no_image_may_end_with_a_slash(reference: str, text: str) -> None:
    assert name(reference).text == text


@pytest.mark.parametrize(
    ("reference", "workspace", "running"),
    [
        (f"{HOST}/${{BITBUCKET_WORKSPACE}}/web", "${BITBUCKET_WORKSPACE}", True),
        (f"{HOST}/${{W}}/web", "${W}", False),
        (f"{HOST}/acme/web", "acme", False),
    ],
)
def test_a_package_may_be_of_the_workspace_that_runs_it(reference: str, workspace: str, running: bool) -> None:
    found = name(reference)
    assert (found.workspace, found.running) == (workspace, running)


@pytest.mark.parametrize(
    ("reference", "subject"),
    [("${IMAGE}", "IMAGE"), ("${R}/acme/web", "R"), ("crg.${D}/acme", "D"), ("${A}${B}/x", "A")],
)
def test_an_image_whose_registry_is_a_variable_is_not_known(reference: str, subject: str) -> None:
    assert name_of(reference, BOOK, NOBODY) == Unresolved(subject)


@pytest.mark.parametrize(
    ("reference", "text", "complete"),
    [
        (f"{HOST}/acme/web", f"{HOST}/acme/web", True),
        (f"{HOST}/acme/web:1@sha256:00", f"{HOST}/acme/web", True),
        (f"{HOST}/acme/web:${{TAG}}", f"{HOST}/acme/web", True),
        (f"docker://{HOST.upper()}:443/acme/web", f"{HOST}/acme/web", True),
        (f"oci://{HOST}/acme/charts/web", f"{HOST}/acme/charts/web", True),
        (f"{HOST}/${{BITBUCKET_WORKSPACE}}/web", f"{HOST}/${{BITBUCKET_WORKSPACE}}/web", True),
        (
            f"{HOST}/${{BITBUCKET_REPO_FULL_NAME}}",
            f"{HOST}/${{BITBUCKET_WORKSPACE}}/${{BITBUCKET_REPO_SLUG}}",
            True,
        ),
        (f"{HOST}/acme/${{NAME}}:1", f"{HOST}/acme/${{NAME}}", False),
    ],
)
def test_a_package_has_a_name_without_its_tag(reference: str, text: str, complete: bool) -> None:
    found = name(reference)
    assert (found.text, found.host, found.complete) == (text, HOST, complete)


def test_a_known_workspace_and_repository_are_filled_in() -> None:
    found = name(f"{HOST}/${{BITBUCKET_REPO_FULL_NAME}}", ACME)
    assert (found.text, found.workspace) == (f"{HOST}/acme/web", "acme")
    assert name(f"{HOST}/acme/${{NAME}}").shown == f"{HOST}/acme/$NAME"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("", ""),
        ("a", "a"),
        ("a:1", "a"),
        ("a@sha256:0", "a"),
        ("a:1@sha256:0", "a"),
        ("h:5000/a", "h:5000/a"),
        ("h:5000/a:1", "h:5000/a"),
        (":1", ""),
        ("h:5000/:1", "h:5000/"),
    ],
)
def test_a_port_is_no_tag(reference: str, expected: str) -> None:
    assert without_tag(reference) == expected


@pytest.mark.parametrize(
    ("reference", "ownership"),
    [
        (f"{HOST}/acme/base", Ownership.FOREIGN),
        (f"{HOST}/acme/web-tools", Ownership.FOREIGN),
        (f"{HOST}/acme/${{NAME}}", Ownership.UNKNOWN),
        (f"{HOST}/acme/web:1", Ownership.OWN),
        (f"{HOST}/acme/${{PUSHED}}", Ownership.OWN),
    ],
)
def test_a_package_is_own_only_where_it_is_pushed(reference: str, ownership: Ownership) -> None:
    picture = PushedPackages(NOBODY, frozenset({f"{HOST}/acme/web", f"{HOST}/acme/${{PUSHED}}"}))
    assert picture.owner(name(reference))[0] is ownership


def test_a_package_of_another_workspace_is_foreign_though_it_is_pushed() -> None:
    picture = PushedPackages(ACME, frozenset({f"{HOST}/other/web", f"{HOST}/${{W}}/web"}))
    assert picture.owner(name(f"{HOST}/other/web"))[0] is Ownership.FOREIGN
    assert not picture.other_workspace(name(f"{HOST}/${{W}}/web"))
    assert not PushedPackages(NOBODY).other_workspace(name(f"{HOST}/other/web"))


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("acme/listed", (Ownership.OWN, "listed in own-packages")),
        ("other/listed", (Ownership.OWN, "listed in own-packages")),
        ("other/pushed", (Ownership.FOREIGN, "of the workspace other, not acme")),
        ("other/shared", (Ownership.FOREIGN, "of the workspace other, not acme")),
        ("acme/shared", (Ownership.SHARED, "listed in shared-packages")),
        ("acme/shared-${X}", (Ownership.SHARED, "listed in shared-packages")),
        ("acme/shared-and-pushed", (Ownership.OWN, "pushed by this repository")),
        ("acme/pushed", (Ownership.OWN, "pushed by this repository")),
        ("acme/${PUSHED}", (Ownership.OWN, "pushed by this repository")),
        ("acme/${X}", (Ownership.UNKNOWN, "a part of the name is not known")),
        ("acme/base", (Ownership.FOREIGN, "not pushed by this repository")),
    ],
)
def test_whose_a_package_is_has_a_reason(path: str, answer: tuple[Ownership, str]) -> None:
    settings = Settings(
        workspace="acme", own_packages=("acme/listed", "other/listed"), shared_packages=("*/shared", "acme/shared-*")
    )
    pushed = frozenset(
        f"{HOST}/{one}" for one in ("other/pushed", "acme/pushed", "acme/${PUSHED}", "acme/shared-and-pushed")
    )
    assert PushedPackages(settings, pushed).owner(name(f"{HOST}/{path}")) == answer


def test_the_workspaces_of_pushed_packages_are_those_that_are_written() -> None:
    assert PushedPackages(NOBODY, frozenset({f"{HOST}/acme/web", f"{HOST}/${{W}}/web", "web"})).workspaces == {"acme"}


@pytest.mark.parametrize(
    ("pattern", "listed"),
    [("acme/web", False), ("$W/web", True), ("${W}/web", True), ("$V/web", False), ("*/web", True), ("$W", False)],
)
def test_the_workspace_in_another_variable_is_not_taken_for_the_running_one(pattern: str, listed: bool) -> None:
    picture = PushedPackages(Settings(own_packages=(pattern,), shared_packages=(pattern,)))
    assert picture.listed(name(f"{HOST}/${{W}}/web")) is listed
    assert picture.shared(name(f"{HOST}/${{W}}/web")) is listed


@pytest.mark.parametrize(
    ("pattern", "listed"),
    [
        ("acme", False),
        ("acme/we", False),
        ("acme/[w]eb", False),
        ("other/web", False),
        ("ghcr.io/acme/web", False),
        ("acme/web", True),
        ("acme/*", True),
        (f"{HOST}/acme/web", True),
        ("*/web", True),
    ],
)
def test_own_packages_are_globs_of_the_whole_name(pattern: str, listed: bool) -> None:
    picture = PushedPackages(Settings(own_packages=(pattern,)))
    assert picture.listed(name(f"{HOST}/acme/web")) is listed


@pytest.mark.parametrize("pattern", ["acme/web", "$BITBUCKET_WORKSPACE/web", "${BITBUCKET_WORKSPACE}/web"])
def test_own_packages_may_name_the_workspace_or_its_variable(pattern: str) -> None:
    picture = PushedPackages(Settings(own_packages=(pattern,)))
    assert picture.listed(name(f"{HOST}/${{BITBUCKET_WORKSPACE}}/web"))
    assert not picture.listed(name(f"{HOST}/${{BITBUCKET_WORKSPACE}}/api"))
    twice = name(f"{HOST}/${{BITBUCKET_WORKSPACE}}/${{BITBUCKET_WORKSPACE}}-web")
    assert PushedPackages(Settings(own_packages=("acme/acme-web",))).listed(twice)
    assert not PushedPackages(Settings(own_packages=("$W/web",))).listed(name(f"{HOST}/${{BITBUCKET_WORKSPACE}}/web"))


def test_workspaces_are_counted_where_they_are_written() -> None:
    names = [name(f"{HOST}/{path}") for path in ("a/x", "b/x", "a/y", "${W}/x")]
    assert distinct_workspaces(names) == {"a", "b"}


@pytest.mark.parametrize(
    ("reference", "pattern"),
    [
        (f"{HOST}/acme/web:1", f"{HOST}/acme/web"),
        (f"{HOST}/acme/${{APP}}:1", f"{HOST}/acme/*"),
        (f"{HOST}/${{TEAM}}/web", f"{HOST}/*/web"),
        (f"{HOST}/acme/${{A}}${{B}}-x", f"{HOST}/acme/*-x"),
    ],
)
def test_a_pattern_stands_for_all_that_a_name_may_be(reference: str, pattern: str) -> None:
    assert name(reference).pattern == pattern


def test_a_name_that_may_go_on_is_a_pattern_that_goes_on() -> None:
    assert not PushedPackages(Settings(own_packages=("b/x",))).listed(
        Name(f"{HOST}/acme/x", HOST, "acme", complete=True)
    )
    assert Name(f"{HOST}/acme/web", HOST, "acme", complete=False).pattern == f"{HOST}/acme/web*"
