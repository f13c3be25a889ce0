"""The JSON Schemas of our output, from the records that are encoded: `python -m tests.reports.schemas` writes them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.json import schema_components

from migrator.reports.records.findings import ReportRecord
from migrator.reports.records.fleet import FleetRecord, StatusRecord
from migrator.reports.records.fleet_packages import PictureRecord
from migrator.reports.records.secrets import SecretsRecord

FOLDER = Path(__file__).parents[2] / "migrator" / "reports"
RECORDS: dict[str, tuple[type[Struct], str, str, str]] = {
    "schema.json": (ReportRecord, "patless-report", "patless report", "JSON output of patless check, fix and packages"),
    "secrets.schema.json": (
        SecretsRecord,
        "patless-secrets",
        "patless stored variables",
        "JSON output of patless secrets list and plan",
    ),
    "fleet.schema.json": (
        FleetRecord,
        "patless-fleet-report",
        "patless report of a fleet",
        "JSON beside the page of patless fleet report",
    ),
    "fleet-packages.schema.json": (
        PictureRecord,
        "patless-fleet-packages",
        "patless packages of a fleet",
        "JSON output of patless fleet packages",
    ),
    "fleet-status.schema.json": (
        StatusRecord,
        "patless-fleet-status",
        "patless state of a fleet",
        "JSON output of patless fleet status",
    ),
}
"""By file: the record, the name in the `$id`, the title and the description."""
_WIDTH = 80


def generated(name: str) -> dict[str, Any]:
    """The schema in draft 7, which reads nothing beside a `$ref`."""
    record, id, title, description = RECORDS[name]
    (root,), components = schema_components([record], ref_template="#/definitions/{name}")
    definitions = {_named(key): _draft7(found) for key, found in components.items()}
    whole = definitions.pop(_named(root["$ref"].rpartition("/")[2]))
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": f"https://www.schemastore.org/{id}.json",
        "title": title,
        "description": description,
        **whole,
        "definitions": dict(sorted(definitions.items())),
    }


def written(value: Any, indent: int = 0, lead: int = 0) -> str:
    """As prettier leaves it: in one line where that is short enough. `lead` is what stands before it in its line."""
    line = _line(value)
    if (indent and indent + lead + len(line) < _WIDTH) or not isinstance(value, (dict, list)) or not value:
        return line
    inner = " " * (indent + 2)
    if isinstance(value, list):
        items = [written(one, indent + 2) for one in value]
        return "[\n" + ",\n".join(inner + one for one in items) + f"\n{' ' * indent}]"
    pairs = [(json.dumps(key), one) for key, one in value.items()]
    lines = [f"{inner}{key}: {written(one, indent + 2, len(key) + 2)}" for key, one in pairs]
    return "{\n" + ",\n".join(lines) + f"\n{' ' * indent}}}"


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{json.dumps(key)}: {_line(one)}' for key, one in value.items())} }}" if value else "{}"
    return f"[{', '.join(map(_line, value))}]" if isinstance(value, list) else json.dumps(value)


def _draft7(value: Any) -> Any:
    if isinstance(value, list):
        return [_draft7(one) for one in value]
    if not isinstance(value, dict):
        return value
    made = {key: _draft7(one) for key, one in value.items() if key not in ("title", "default")}
    if "properties" in value:
        made["properties"] = {key: _draft7(one) for key, one in value["properties"].items()}
        made = {"type": "object", "additionalProperties": False} | made
        defaults = {key for key, one in value["properties"].items() if "default" in one}
        made["required"] = [key for key in made["properties"] if key in {*made.get("required", ()), *defaults}]
    if "$ref" in made:
        made["$ref"] = f"#/definitions/{_named(made['$ref'].rpartition('/')[2])}"
        if len(made) > 1:
            made["allOf"] = [{"$ref": made.pop("$ref")}]
    if len(made.get("enum", ())) == 1:
        (made["const"],) = made.pop("enum")
    if all(set(one) == {"type"} for one in made.get("anyOf", [{}])):
        made["type"] = [one["type"] for one in made.pop("anyOf")]
    return made


def _named(name: str) -> str:
    """`FindingRecord` is `finding`; of two with one name each has its room before, `secrets_verdict`."""
    *rooms, last = name.split(".")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", "_".join([*rooms[1:2], last.removesuffix("Record")])).lower()


if __name__ == "__main__":
    for path in RECORDS:
        (FOLDER / path).write_text(written(generated(path)) + "\n", encoding="utf-8")
