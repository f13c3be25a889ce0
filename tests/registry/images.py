"""A container image in a folder, written from nothing: an OCI layout with one empty layer.

https://github.com/opencontainers/image-spec/blob/main/image-layout.md
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path
from typing import Any

_MEDIA = "application/vnd.oci.image"


def write(folder: Path, tag: str) -> str:
    """Write the image under the name `tag` and return the digest of its manifest."""
    buffer = io.BytesIO()
    tarfile.open(fileobj=buffer, mode="w").close()
    layer = buffer.getvalue()
    config = {
        "architecture": "amd64",
        "os": "linux",
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": f"{_MEDIA}.manifest.v1+json",
        "config": _blob(folder, json.dumps(config).encode(), "config.v1+json"),
        "layers": [_blob(folder, gzip.compress(layer, mtime=0), "layer.v1.tar+gzip")],
    }
    entry = _blob(folder, json.dumps(manifest).encode(), "manifest.v1+json")
    entry["annotations"] = {"org.opencontainers.image.ref.name": tag}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    digest: str = entry["digest"]
    return digest


def digest(folder: Path) -> str:
    """The digest of the one manifest of a layout."""
    (entry,) = json.loads((folder / "index.json").read_text())["manifests"]
    found: str = entry["digest"]
    return found


def _blob(folder: Path, data: bytes, kind: str) -> dict[str, Any]:
    name = _digest(data)
    path = folder / "blobs" / name.replace(":", "/")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return {"mediaType": f"{_MEDIA}.{kind}", "digest": name, "size": len(data)}


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"
