"""The published JSON Schemas against the configuration reader and real output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.configuration import reading as configuration
from migrator.secrets.waivers import DOUBTS
from migrator.text.decoding import spelt
from tests.cli.conftest import Patless, patless  # noqa: F401
from tests.configuration.test_reading import EVERYTHING
from tests.reports import schemas

KEYS = tuple(spelt(configuration.Configuration))
CONFIGURATION = json.loads(files("migrator.configuration").joinpath("patless.schema.json").read_text())
REPORT = json.loads(files("migrator.reports").joinpath("schema.json").read_text())
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
ROOT = Path(__file__).parents[1]
DEMO = ROOT / "fixtures" / "demo" / "repository"
SCHEMAS = sorted((ROOT / "migrator").rglob("*schema.json"))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_schema_is_one_that_schemastore_takes(path: Path) -> None:
    """https://github.com/SchemaStore/schemastore/blob/master/CONTRIBUTING.md, and as prettier writes it."""
    text = path.read_text()
    schema = json.loads(text)
    jsonschema.Draft7Validator.check_schema(schema)
    assert list(schema)[:4] == ["$schema", "$id", "title", "description"]
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert re.fullmatch(r"https://www\.schemastore\.org/patless(?:-[a-z]+)*\.json", schema["$id"])
    assert all(set(one) == {"$ref"} for one in _objects(schema) if "$ref" in one), "draft 7 reads nothing beside a $ref"
    assert not re.search(r'[{]"|[]"a-z0-9}][}]|\[ |\t|[ \t]$', re.sub(r'": ".*"', '": x', text), re.MULTILINE)
    long = [line for line in text.splitlines() if len(line) > 80]
    assert all(re.fullmatch(r' *(?:"[^"]+": )?"[^"]*",?', line) for line in long), "only a text makes a line long"


@pytest.mark.parametrize("name", schemas.RECORDS)
def test_a_schema_of_our_output_is_made_from_the_records_that_are_encoded(name: str) -> None:
    """`python -m tests.reports.schemas` writes it; what a change of it promises is in its diff."""
    assert (schemas.FOLDER / name).read_text() == schemas.written(schemas.generated(name)) + "\n"


def _objects(schema: object) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from _objects(inner)


def test_the_schema_of_the_configuration_describes_every_key() -> None:
    properties = CONFIGURATION["properties"]
    assert tuple(properties) == KEYS
    assert all(one["description"] and one["examples"] for one in properties.values())


def test_the_examples_of_the_schema_are_read(tmp_path: Path) -> None:
    (tmp_path / "ci" / "patless-rules").mkdir(parents=True)
    examples = {key: one["examples"][0] for key, one in CONFIGURATION["properties"].items()}
    assert agreed(tmp_path, examples)


ACCEPTED = ["", EVERYTHING, 'variables = { _a1 = "" }', "[variables]\nA = ''", 'baseline = ""', 'pipe-version = ""']
ACCEPTED += [
    "waivers = []",
    "[[waivers]]\ndoubt = 'dump'\npath = 'a'\nvariable = 'A'\nreason = 'known'\nuntil = 2027-01-31",
]
REFUSED = [
    "waivers = {}",
    "[[waivers]]\ndoubt = 'dump'\nreason = 'known'",
    "[[waivers]]\ndoubt = 'dump'\nuntil = 2027-01-31",
    "[[waivers]]\nreason = 'known'\nuntil = 2027-01-31",
    "[[waivers]]\ndoubt = 'dump'\nreason = ' '\nuntil = 2027-01-31",
    "[[waivers]]\ndoubt = 'dumps'\nreason = 'known'\nuntil = 2027-01-31",
    "[[waivers]]\ndoubt = 'dump'\nreason = 'known'\nuntil = 2027",
    "[[waivers]]\ndoubt = 'dump'\nreason = 'known'\nuntil = 2027-01-31\nvariable = '$A'",
    "[[waivers]]\ndoubt = 'dump'\nreason = 'known'\nuntil = 2027-01-31\nwho = 'me'",
    'own_packages = ["x"]',
    'select = "registry-login"',
    "exclude = [1]",
    'rules = [""]',
    "variables = []",
    "[variables]\nPORT = 443",
    "[variables]\n'$HOST' = 'x'",
    "[variables]\n'' = 'x'",
    "baseline = ['x']",
    "pipe-version = 1.2",
    "ignore = 2027-01-31",
    "tool = {}",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_the_reader_takes_the_schema_takes(tmp_path: Path, text: str) -> None:
    (tmp_path / "ci" / "rules").mkdir(parents=True)
    (tmp_path / ".patless.toml").write_text(text)
    configuration.find(tmp_path)
    jsonschema.Draft7Validator(CONFIGURATION).validate(as_editors_see(tomllib.loads(text)))


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_reader_refuses_the_schema_refuses(tmp_path: Path, text: str) -> None:
    (tmp_path / ".patless.toml").write_text(text)
    with pytest.raises(configuration.ConfigurationError):
        configuration.find(tmp_path)
    assert not jsonschema.Draft7Validator(CONFIGURATION).is_valid(as_editors_see(tomllib.loads(text)))


def test_the_schema_names_every_doubt() -> None:
    assert tuple(CONFIGURATION["definitions"]["waiver"]["properties"]["doubt"]["enum"]) == DOUBTS


_texts = st.sampled_from(["", "a", "A_1", "1", "a-b", "é", "$X"])
_values = st.recursive(
    st.one_of(_texts, st.integers(0, 3), st.booleans(), st.just(0.5)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(_texts, inner, max_size=2)),
    max_leaves=4,
)


@given(table=st.dictionaries(st.sampled_from([*KEYS, "select ", "x"]), _values, max_size=3))
def test_reader_and_schema_agree(tmp_path: Path, table: dict[str, Any]) -> None:
    for name in ("a", "A_1", "1", "a-b", "é", "$X"):  # folders of rules have to be there
        (tmp_path / name).mkdir(exist_ok=True)
    agreed(tmp_path, table)


def agreed(root: Path, table: dict[str, Any]) -> bool:
    """Whether the reader takes a table, after making sure that the schema says the same."""
    text = "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in table.items())
    assert as_editors_see(tomllib.loads(text)) == table
    (root / ".patless.toml").write_text(text)
    try:
        configuration.find(root)
        taken = True
    except configuration.ConfigurationError:
        taken = False
    assert jsonschema.Draft7Validator(CONFIGURATION).is_valid(table) == taken
    return taken


def as_editors_see(value: Any) -> Any:
    """JSON has no dates, so editors hold a date of TOML against the schema as a string."""
    if isinstance(value, dict):
        return {key: as_editors_see(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_editors_see(inner) for inner in value]
    return value.isoformat() if isinstance(value, date) else value


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str) and _DATE.fullmatch(value):
        return value
    return json.dumps(value)


@pytest.mark.parametrize(
    "command",
    [
        ["check"],
        ["check", "--statistics"],
        ["check", "--strict", "--baseline", "known.json"],
        ["packages"],
        ["fix", "--unsafe-fixes"],
    ],
    ids=" ".join,
)
def test_real_output_is_as_the_schema_says(
    patless: Patless,  # noqa: F811
    tmp_path: Path,
    command: list[str],
) -> None:
    shutil.copytree(DEMO, tmp_path, dirs_exist_ok=True)
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "odd-pipelines.yml").write_bytes(b"\0")
    (tmp_path / "known.json").write_text('{"schema_version": 1, "findings": []}')
    run = patless(*command, "--format", "json")
    assert run.code == 3
    jsonschema.Draft7Validator(REPORT).validate(json.loads(run.out))
