"""The packages of a fleet as JSON for programs. `packages.schema.json` beside this file describes it; keys are only
added."""

from __future__ import annotations

from typing import Any

from migrator.fleet.imports import Importer, Shared
from migrator.fleet.packages import Known, Party, Picture, Place
from migrator.fleet.records import SeenFinding
from migrator.reports.machine import SCHEMA_VERSION, dump

_BRANCHES = 20
"""Branches that are named of one place."""


def packages(picture: Picture) -> str:
    return dump(
        {
            "schema_version": SCHEMA_VERSION,
            "packages": [_known(known) for known in picture.packages],
            "shared_pipelines": [_shared(shared) for shared in picture.shared],
            "unread": [{"repository": slug, "error": why} for slug, why in picture.unread],
            "summary": {
                "repositories": picture.repositories,
                "unread": len(picture.unread),
                "packages": len(picture.packages),
                "contested": sum(known.contested for known in picture.packages),
                "foreign": sum(bool(known.foreign) for known in picture.packages),
                "shared_pipelines": len(picture.shared),
                "pin_bumps": sum(shared.bump for shared in picture.shared),
            },
        }
    )


def _known(known: Known) -> dict[str, Any]:
    gain = known.unlocks
    return {
        "name": known.name,
        "pushers": [_party(party) for party in known.pushers],
        "readers": [_party(party) for party in known.readers],
        "contested": known.contested,
        "foreign_readers": list(known.foreign),
        "unlocks": {
            "findings": gain.findings,
            "repositories": list(gain.repositories),
            "secrets": [{"repository": one.repository, "variable": one.name} for one in gain.secrets],
            "partly": gain.partly,
        },
    }


def _party(party: Party) -> dict[str, Any]:
    places = [_place(place) for place in party.places]
    return {"repository": party.repository, "settled": party.settled, "places": places}


def _place(place: Place) -> dict[str, Any]:
    return {
        "shared": place.shared or None,
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "branches": list(place.branches[:_BRANCHES]),
        "branches_others": max(0, len(place.branches) - _BRANCHES),
    }


def _shared(shared: Shared) -> dict[str, Any]:
    aim = shared.target
    return {
        "repository": aim.repository,
        "ref": aim.ref,
        "pin": str(shared.pin),
        "path": aim.path,
        "pipeline": aim.pipeline or None,
        "commit": shared.commit or None,
        "error": shared.why or None,
        "pin_bump": shared.bump,
        "importers": [_importer(one) for one in shared.importers],
        "findings": [_finding(one) for one in shared.findings],
    }


def _importer(one: Importer) -> dict[str, Any]:
    return {"repository": one.repository, "branch": one.branch, "path": one.path, "line": one.line}


def _finding(one: SeenFinding) -> dict[str, Any]:
    return {
        "rule": one.rule,
        "path": one.path,
        "line": one.position.line,
        "column": one.position.column,
        "verdict": str(one.verdict),
        "message": one.message,
        "reasons": list(dict.fromkeys(reason.code for reason in one.reasons)),
        "variables": list(one.variables),
    }
