"""Packages that text names, as far as looking can tell."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from migrator.rulebook import reading as rulebook
from migrator.sinks.mentions import mentioned_packages

BOOK = rulebook.load()


@pytest.mark.parametrize(
    "text",
    [
        "docker.io/acme/web:1",
        "xcrg.apkg.io/acme/web and my-crg.apkg.io/acme/web",
        "crg.apkg.io.example.com/acme/web",
        "docker login crg.apkg.io",
        "crg.apkg.iox/acme/web",
    ],
)
def test_no_package_is_named(text: str) -> None:
    assert not list(mentioned_packages(text, BOOK))


@pytest.mark.parametrize(
    ("text", "reference", "open"),
    [
        ("'crg.apkg.io/acme/web'\n+ tag", "crg.apkg.io/acme/web", True),
        ("'crg.apkg.io/acme/web'\nx", "crg.apkg.io/acme/web", False),
        ("FROM crg.apkg.io/acme/web", "crg.apkg.io/acme/web", False),
        ("image: 'crg.apkg.io/acme/web:1.2'", "crg.apkg.io/acme/web", False),
        ("CRG.apkg.io:443/acme/web@sha256:0", "crg.apkg.io/acme/web", False),
        ("See crg.apkg.io/acme/web.", "crg.apkg.io/acme/web", False),
        ("${R:-crg.apkg.io}/acme/web", "crg.apkg.io/acme/web", False),
        ("crg.apkg.io/acme/web:${TAG}", "crg.apkg.io/acme/web", False),
        ("crg.apkg.io/$WS/${NAME}:1", "crg.apkg.io/${WS}/${NAME}", False),
        ("crg.apkg.io/acme/web-${KIND}", "crg.apkg.io/acme/web-${KIND}", False),
        ("crg.apkg.io/acme/web-#{kind}", "crg.apkg.io/acme/web-", True),
        ("'crg.apkg.io/acme/' + name", "crg.apkg.io/acme/", True),
        ("'crg.apkg.io/acme/web' + name", "crg.apkg.io/acme/web", True),
        ("f'crg.apkg.io/{team}/web'", "crg.apkg.io/", True),
        ("'crg.apkg.io/%s/web'", "crg.apkg.io/", True),
        ("image: crg.apkg.io/acme", "crg.apkg.io/acme", True),
        ("crg.apkg.io/acme/*", "crg.apkg.io/acme/", True),
        ("'crg.apkg.io/acme/web/'", "crg.apkg.io/acme/web/", True),
        ("HOST = 'crg.apkg.io'", "crg.apkg.io/", True),
        ("login()\nHOST = 'crg.apkg.io'\nlogin()", "crg.apkg.io/", True),
    ],
)
def test_a_package_is_named_as_far_as_it_stands_there(text: str, reference: str, open: bool) -> None:
    (found,) = mentioned_packages(text, BOOK)
    assert (found.reference.removesuffix("."), found.open, found.pushed) == (reference, open, False)


@pytest.mark.parametrize("between", ["\n", " ", ",", "\r\n", "', '", "\n- "])
def test_of_a_list_every_package_is_named(between: str) -> None:
    text = between.join(f"crg.apkg.io/acme/{name}" for name in "abc")
    found = list(mentioned_packages(text, BOOK))
    assert [(one.reference[-1], one.open) for one in found] == [("a", False), ("b", False), ("c", False)]
    assert [text[one.span.start : one.span.end] for one in found] == ["crg.apkg.io"] * 3


@pytest.mark.parametrize(
    ("text", "references"),
    [
        ("docker login crg.apkg.io\ndocker pull crg.apkg.io/acme/web", ["crg.apkg.io/acme/web"]),
        ("crg.apkg.io login", []),
        ("crg.apkg.io/acme/web login", ["crg.apkg.io/acme/web"]),
        ("docker logout crg.apkg.io", []),
        ("login" + " " * 400 + "crg.apkg.io", ["crg.apkg.io/"]),
        ("crg.apkg.io" + " " * 400 + "login", ["crg.apkg.io/"]),
        ("crg.apkg.io" + " " * 390 + "login", []),
        ("login" + " " * 390 + "crg.apkg.io", []),
    ],
)
def test_a_host_alone_names_none_beside_a_login_in_its_line(text: str, references: list[str]) -> None:
    assert [one.reference for one in mentioned_packages(text, BOOK)] == references


@pytest.mark.parametrize(
    ("text", "pushed"),
    [
        ("docker push crg.apkg.io/acme/web", True),
        ("push crg.apkg.io/acme/web", True),
        ("SAVE IMAGE --push crg.apkg.io/acme/web", True),
        ("['docker', 'push', 'crg.apkg.io/acme/web']", True),
        ("docker push x; docker pull crg.apkg.io/acme/web", False),
        ("docker push x\nFROM crg.apkg.io/acme/web", False),
        ("pushed crg.apkg.io/acme/web", False),
    ],
)
def test_what_is_pushed_says_so_before_the_name(text: str, pushed: bool) -> None:
    (found,) = mentioned_packages(text, BOOK)
    assert found.pushed is pushed


@pytest.mark.parametrize("piece", ["crg.apkg.io/", "crg.apkg.io/a", "crg.apkg.io/$A", "crg.apkg.io", "/a", "push "])
def test_time_grows_with_the_text(piece: str) -> None:
    text = "crg.apkg.io" + piece * (1 << 20 >> 4)
    start = time.process_time()
    sum(1 for _ in mentioned_packages(text, BOOK))
    assert time.process_time() - start < 20


def test_without_registries_of_images_nothing_is_named() -> None:
    book = replace(BOOK, registries={name: one for name, one in BOOK.registries.items() if not one.images})
    assert [*mentioned_packages("docker pull crg.apkg.io/acme/web or /acme/web", book)] == []
