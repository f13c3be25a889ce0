"""The corpus with its logins made logins to Bitbucket Packages: hosts and image names change, nothing else does.

A repository of the corpus, and each version of it that the corpus has, is a tree of its own. What logs in and pushes
elsewhere does so at `crg.apkg.io` afterwards, with stored variables; images are the repository's own names there. Files
that the corpus has not, and that builds name, are made up as harmless ones.

`python -m tests.transplanted FOLDER` writes the trees, for another version of patless to be run on.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

CORPUS = os.environ.get("PATLESS_CORPUS", "")
FILE = "bitbucket-pipelines.yml"
WORKSPACE = "crg.apkg.io/acme"

_LOGIN = "docker login -u $PACKAGES_USER -p $PACKAGES_TOKEN crg.apkg.io"
"""For a login whose password a client of its own makes, here and below with these stored variables."""
_HOST_VARIABLES = "AZURE_ACR_HOST|HARBOR_REGISTRY|REGISTRY_HOST|CONTAINER_REGISTRY"
"""Stored variables that hold a registry's host."""
_NAMESPACE_VARIABLES = "DOCKER_?HUB_(?:USERNAME|NAMESPACE|ORGNAME)|dh_user"
"""Variables that hold the part of a Docker Hub name that stands before the slash."""
_NAMESPACES = "massiveinteractive|allternative|mspipes|codescan|astraube|bitbucketpipelines|debricked|myregistry"
"""What public images of these repositories are pushed under."""
_IMAGE_VARIABLES = "(?:PROD_)?AWS_REGISTRY_URL|DOCKER_IMAGE_URL|ECR_IMAGE_URI|DEV_IMAGE_NAME"
"""Stored variables that hold the whole name of an image."""

_CHANGES: tuple[tuple[str, str], ...] = (
    (r"eval \$\(aws ecr get-login [^)]*\)", _LOGIN),
    (r"gcloud auth configure-docker(?: asia\.gcr\.io)?", _LOGIN),
    (r"aws ecr(?:-public)? get-login-password[^|]*\|", "echo $PACKAGES_TOKEN |"),
    (r"(--username AWS --password-stdin )AccountID", r"\1crg.apkg.io"),
    (r'(--password-stdin )(?:\$ecr_uri|"\$(?:ECR_IMAGE_URI:[^"]*|OP_ECR)")', r"\1crg.apkg.io"),
    (r"--username AWS\b", "--username $PACKAGES_USER"),
    (r"-u _json_key\b", "-u $PACKAGES_USER"),
    (r"(?:\$\{?\w+\}?|\w+)\.?dkr\.ecr\.[\w${}-]+\.amazonaws\.com(?=/)", WORKSPACE),
    (r"(?:\$\{?\w+\}?|\w+)\.?dkr\.ecr\.[\w${}-]+\.amazonaws\.com", "crg.apkg.io"),
    (r"\$\{ECR_REGISTRY\}/", "${ECR_REGISTRY}/acme/"),
    (r"(?<!/)\b(?:asia\.)?gcr\.io/(?:[\w${}-]+/)?(?=\S)", f"{WORKSPACE}/"),
    (r"https://gcr\.io", "crg.apkg.io"),
    (rf"\$\{{?(?:{_HOST_VARIABLES})\b\}}?/", f"{WORKSPACE}/"),
    (rf"(docker login \"?)\$\{{?(?:{_HOST_VARIABLES})\b\}}?", r"\1crg.apkg.io"),
    (r"(docker login )myregistry\b", r"\1crg.apkg.io"),
    (r"https://index\.docker\.io/v1/", "crg.apkg.io"),
    (rf"\$\{{?(?:{_NAMESPACE_VARIABLES})\b\}}?/", f"{WORKSPACE}/"),
    (rf"(?<![\w/.@-])(?:{_NAMESPACES})/", f"{WORKSPACE}/"),
    (r"\$\{ACCOUNT_NAME\}/", f"{WORKSPACE}/"),
    (rf"\$\{{?(?:{_IMAGE_VARIABLES})\b\}}?", f"{WORKSPACE}/app"),
    (r"\$ecr_uri:", f"{WORKSPACE}/app:"),
    (r"\$IMAGE_NAME:\$image_tag", f"{WORKSPACE}/app:$image_tag"),
    (r"\$(?:OP_ECR|BB_PKG_REPO)/", f"{WORKSPACE}/"),
)
_WITHOUT_HOST = re.compile(r"docker login (?![^\n|]*(?:crg\.apkg\.io|\$\{(?:ECR_REGISTRY|REGISTRY_URL)\}))")
_SHOWN = re.compile(r"^\s*#|^\s*- echo (?:echo|docker)\b")
"""A line that is no login though it has the words of one: a comment, or a command that is printed."""

_PUBLIC = "FROM alpine:3.20\nCOPY . /app\n"
_DOCKERFILES = (
    "Dockerfile",
    "Dockerfile-Api",
    "Dockerfile.CORS",
    "Dockerfile.worker",
    "api/Dockerfile",
    "app/Dockerfile",
    "dashboard/Dockerfile-Api",
    "2_Kubernetes/finished_cake/Dockerfile",
    "deployment/docker/Dockerfile",
    "deployment/docker/DockerfileStatic",
    "deployment/docker/DockerfileWeb",
    "deployment/krakend/Dockerfile",
    "docker-dev/dockerfile-dev",
    "docker/docker-prod/dockerfile-prod",
)
_MADE_UP: dict[str, str] = {
    **dict.fromkeys(_DOCKERFILES, _PUBLIC),
    "docker-compose.build.yml": "services:\n  app:\n    build: .\n    image: ${IMAGE_URI}\n",
    "docker-dev/compose-dev.yaml": "services:\n  nmis:\n    build: .\n",
    "docker-dev/.env-dev": "DEV_UID=1\nDEV_GID=1\n",
    "VERSION": "1.2.3\n",
    "version.txt": "1.2.3\n",
}
"""Files that the corpus has not, by their path; a tree gets those whose name stands in it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line that logs in, counted from 1."""

    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Tree:
    """A repository of the corpus, transplanted."""

    name: str
    files: Mapping[str, bytes]
    logins: tuple[Place, ...]

    def write(self, root: Path) -> None:
        for path, data in self.files.items():
            at = root / path
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_bytes(data)
            at.chmod(0o755 if data.startswith(b"#!") else 0o644)


def trees(corpus: Path) -> Iterator[Tree]:
    """Those with a login: one of each pipelines file, and one of each script that none of these names."""
    rows = [line.split("\t") for line in (corpus / "INDEX.tsv").read_text().splitlines()[1:]]
    files = sorted({row[2] for row in rows})
    roots = {str(PurePosixPath(row[2]).parent): row[2] for row in rows if row[4].startswith("pipeline")}
    for root, pipelines in sorted(roots.items()):
        own = {_below(root, file): file for file in files if _root(file, roots) == root and file != pipelines}
        yield from _tree(root, _texts(corpus, {FILE: pipelines, **own}))
    for script in (row[2] for row in rows if row[3] == "1" and not row[4].startswith("pipeline")):
        root = _root(script, roots)
        if root is None or PurePosixPath(script).name not in (corpus / roots[root]).read_text():
            top = script.partition("/")[0]
            texts = _texts(corpus, {_below(top, script): script})
            yield from _tree(script, {FILE: _run(*texts.items()), **texts})


def _texts(corpus: Path, files: Mapping[str, str]) -> dict[str, str]:
    return {
        path: transplanted((corpus / file).read_bytes().decode("utf-8", "surrogateescape"))
        for path, file in files.items()
    }


def _run(script: tuple[str, str]) -> str:
    """A pipelines file whose step runs the script, and pushes where the script does not."""
    path, text = script
    items = [f"bash {path} {WORKSPACE}/app", *([] if "docker pu" in text else [f"docker push {WORKSPACE}/app"])]
    return "pipelines:\n  default:\n    - step:\n        script:\n" + "".join(f"          - {one}\n" for one in items)


def _root(file: str, roots: Mapping[str, str]) -> str | None:
    """The nearest folder above that has a pipelines file; versions of the past are trees of their own."""
    for parent in PurePosixPath(file).parents:
        if str(parent) in roots:
            return str(parent)
        if parent.parent.name == "_history":
            return None
    return None


def _below(root: str, file: str) -> str:
    return PurePosixPath(file).relative_to(root).as_posix()


def _tree(name: str, texts: dict[str, str]) -> Iterator[Tree]:
    pipelines = texts[FILE]
    logins = tuple(
        place
        for path, text in sorted(texts.items())
        if path == FILE or PurePosixPath(path).name in pipelines
        for place in _places(path, text)
    )
    if logins:
        said = "\n".join(texts.values())
        made = {path: text for path, text in _MADE_UP.items() if _named(path, said)}
        found = {path: text.encode("utf-8", "surrogateescape") for path, text in {**made, **texts}.items()}
        yield Tree(name, found, logins)


def _named(path: str, said: str) -> bool:
    """Builds name a folder's own Dockerfile by its folder, or not at all."""
    folder, _, name = path.rpartition("/")
    if not folder:
        return name == "Dockerfile" or name in said
    entered = re.search(rf"(?:cd |\./){re.escape(folder)}\b|\b{re.escape(folder)}/", said)
    return entered is not None and (name == "Dockerfile" or name in said)


def transplanted(text: str) -> str:
    for pattern, new in _CHANGES:
        text = re.sub(pattern, new, text)
    return _WITHOUT_HOST.sub("docker login crg.apkg.io ", text)


def _places(path: str, text: str) -> Iterator[Place]:
    for number, line in enumerate(text.split("\n"), 1):
        if "docker login" in line and not _SHOWN.search(line):
            yield Place(path, number)


def main() -> None:
    out = Path(sys.argv[1])
    for tree in trees(Path(CORPUS)):
        tree.write(out / tree.name.replace("/", "+"))


if __name__ == "__main__":
    main()
