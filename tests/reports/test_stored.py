"""Stored variables as text, Markdown and JSON."""

from __future__ import annotations

import json
import re
from importlib.resources import files

import jsonschema
import pytest
from msgspec.structs import replace
from syrupy.assertion import SnapshotAssertion

from migrator.reports.paint import Paint
from migrator.secrets.records import RemovalVerdict
from tests.reports import stored_samples as samples
from tests.reports.said import listing as table
from tests.reports.said import listing_as_json as document
from tests.reports.said import listing_as_markdown as markdown

SCHEMA = json.loads(files("migrator.reports").joinpath("secrets.schema.json").read_text())
_BAD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069]")
_CODE = re.compile(r"`[^`\n]*`")


def test_nothing_stored_is_a_sentence(snapshot: SnapshotAssertion) -> None:
    assert table(samples.empty()) == snapshot
    assert markdown(samples.empty()) == snapshot
    assert json.loads(document(samples.empty())) == snapshot


def test_every_verdict_as_text(snapshot: SnapshotAssertion) -> None:
    assert table(samples.listing(), samples.TOKENS) == snapshot


def test_every_verdict_as_markdown(snapshot: SnapshotAssertion) -> None:
    assert markdown(samples.listing(), samples.TOKENS) == snapshot


def test_every_verdict_as_json(snapshot: SnapshotAssertion) -> None:
    assert document(samples.listing(), samples.TOKENS) == snapshot


def test_colours_are_all_that_paint_adds() -> None:
    painted = table(samples.listing(), samples.TOKENS, Paint(True))
    assert re.sub(r"\x1b\[\d+m", "", painted) == table(samples.listing(), samples.TOKENS)
    assert "\x1b[32mremovable\x1b[0m" in painted


def test_hostile_text_stays_text(snapshot: SnapshotAssertion) -> None:
    text = table(samples.hostile(), samples.hostile_tokens())
    assert not _BAD.search(text)
    assert text == snapshot


def test_hostile_text_means_nothing_in_markdown(snapshot: SnapshotAssertion) -> None:
    text = markdown(samples.hostile(), samples.hostile_tokens())
    assert not _BAD.search(text)
    assert text == snapshot
    # A backtick is never left over, and outside of code there are no words of others.
    outside = _CODE.sub("", text)
    assert not any(part in outside for part in ("`", "@", "<", "![", "](", "\\u", "# head"))
    assert {line.count("|") for line in text.splitlines() if line.startswith("|")} == {5}


def test_a_text_can_be_nothing_but_white_space() -> None:
    row = replace(samples.IN_USE, repository=" \n", alive=(replace(samples.IN_USE.alive[0], author=" "),))
    assert "no author" in markdown(replace(samples.listing(), rows=(row,)))


@pytest.mark.parametrize("output", [table, markdown, document])
def test_no_value_is_in_an_output(output: object) -> None:
    for listing, tokens in ((samples.listing(), samples.TOKENS), (samples.hostile(), samples.hostile_tokens())):
        text = output(listing, tokens)  # type: ignore[operator]
        assert samples.VALUE not in text
        assert samples.VALUE[:12] not in text


def test_the_schema_is_one_and_names_every_verdict() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["definitions"]["removal_verdict"]["enum"] == sorted(RemovalVerdict)


@pytest.mark.parametrize("name", ["empty", "listing", "hostile"])
def test_the_json_is_as_the_schema_says(name: str) -> None:
    tokens = {"empty": (), "listing": samples.TOKENS, "hostile": samples.hostile_tokens()}[name]
    text = document(getattr(samples, name)(), tokens)
    assert text.isascii()
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(text))


def test_the_json_keeps_the_text_as_it_is_and_all_evidence() -> None:
    found = json.loads(document(samples.hostile()))["variables"][0]
    assert (found["key"], found["repository"], found["evidence"][0]["text"]) == (samples.HOSTILE,) * 3
    assert len(json.loads(document(samples.listing()))["variables"][6]["evidence"]) == 10


def test_a_repository_that_failed_has_no_level_of_its_own_that_was_checked() -> None:
    unread = json.loads(document(samples.listing()))["not_checked"]
    assert [one["level"] for one in unread if one["repository"] == "ops"] == ["deployment", "repository"]
    assert unread[1] == {
        "level": "workspace",
        "repository": "",
        "environment": None,
        "reason": "Bitbucket has no such page",
    }


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "There is nothing to remove."),
        ((samples.IN_USE, samples.UNKNOWN), "Nothing can go yet."),
        ((samples.IN_USE, samples.MERGE), "Merge the open changes"),
        ((samples.REMOVABLE, samples.MERGE), "`patless secrets plan -o plan.json`"),
        ((samples.WAIVED,), "`patless secrets plan -o plan.json`"),
        ((samples.SHADOWING, samples.IN_USE), "Remove or rename what shadows a native variable"),
    ],
)
def test_the_last_lines_say_what_to_do_next(rows: tuple[object, ...], said: str) -> None:
    listing = replace(samples.listing(), rows=rows)
    assert said in table(listing)
    assert said in markdown(listing)
    assert ("secrets plan" in table(listing)) == ("secrets plan" in said)
