"""`fleet migrate` and repositories that want more than they should have."""

from __future__ import annotations

import json
import re

from migrator.demo.box import Box
from migrator.demo.store import Executable
from tests.fleet.conftest import NATIVE, PIPELINES, PUSHING, STORED, Desk, Watch, writes


def test_a_repository_may_take_away_and_never_add(box: Box, desk: Desk) -> None:
    """Its own configuration is no word on the linkage of its packages."""
    (desk.home / "fleet.toml").unlink()
    desk.add("web", PUSHING)
    box.commit("web", "main", {".patless.toml": 'own-packages = ["crg.apkg.io/acme/web"]\n'})
    assert "linkage" in desk.open().out
    box.commit("web", "main", {".patless.toml": 'ignore = ["registry-login"]\n'})
    assert "clean" in desk.open("--accept-linkage").out
    assert writes(box.requests) == []


EVIL = """\
pipelines:
  default:
    - step:
        script:
          - docker login crg.apkg.io -u "$A_USER" -p "$A_TOKEN"
          - docker pull "crg.apkg.io/acme/@all[x](http://evil.example)<script>"
    - step:
        script:
          - docker login crg.apkg.io -u "$B_USER" -p "$B_TOKEN"
          - docker pull crg.apkg.io/acme/evil
"""


def test_text_of_a_repository_does_nothing_in_a_pull_request(box: Box, desk: Desk) -> None:
    desk.add("evil", EVIL.replace("{", "{{").replace("}", "}}"))
    name = "ci/@here <b>\x1b[31m-pipelines.yml"
    box.commit("evil", "main", {name: STORED.format(slug="evil")})
    done = desk.open()
    (made,) = desk.pull_requests("evil")
    for text in (re.sub(r"`[^`\n]*`", "", made.description), made.title):
        assert not set("@<\x1b") & set(text)
    assert "@all" not in made.description
    assert "\x1b" not in done.out + done.err
    assert "A_USER" in made.description, "what stays is named"
    assert len(made.description.splitlines()) < 48


def test_an_executable_or_linked_file_is_not_written(box: Box, desk: Desk) -> None:
    """A commit through the API would take its mode from it."""
    desk.add("web", NATIVE)
    box.commit("web", "main", {PIPELINES: Executable(STORED.format(slug="web"))})
    done = desk.open()
    assert writes(box.requests) == []
    assert "held-back" in done.out


def test_a_literal_credential_is_nowhere_but_in_its_file(box: Box, desk: Desk, watch: Watch) -> None:
    literal = "ATATT3xFfGF0literalSECRETvalueTHATnobodyMAYsee0123456789"
    other = STORED.replace("$PACKAGES_TOKEN", literal).replace("crg.apkg.io -u", "crg.apkg.io --username")
    desk.add("web", STORED + other.partition("default:\n")[2])
    box.commit("web", "main", {"ci/x-pipelines.yml": other.format(slug="web")})
    done = desk.open()
    assert desk.pull_requests(), done.out
    told = [one["message"] for one in watch.commits] + [json.dumps(one) for one in watch.bodies]
    assert not any(literal in text for text in (*told, done.out, done.err))
    before = desk.changes()
    box.commit("web", "main", {PIPELINES: desk.text("main").replace(literal, literal[::-1])})
    desk.open()
    assert [one.digest for one in desk.changes()] == [one.digest for one in before], "no name of a change depends on it"
