"""Workspaces of many repositories, made from a seed: most have no pipelines, and few a login to Packages."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta

from migrator.demo.box import Box
from tests.fleet.boxes import LOGIN, QUIET

FEW, MANY = 300, 3000
"""In `make bench`, and by hand."""
ENVIRONMENTS = ("test", "staging", "production")
_KINDS = (("", 0.60), (QUIET, 0.25), (LOGIN, 0.15))
_CODE = {f"src/module_{number}.py": f"VALUE = {number}\n" * 20 for number in range(5)}


def fill(box: Box, count: int, seed: int = 1) -> None:
    """60 of 100 repositories have no pipelines, 25 have some without a login, 15 log in with stored variables. Those
    with pipelines have three environments, variables on each level, and runs of the last days. The workspace stores a
    login too, which some of them use."""
    chance = random.Random(seed)
    originals = {}
    for number, (text, _) in enumerate(_KINDS):
        files = {"README.md": "Text\n", **_CODE} | ({"bitbucket-pipelines.yml": text} if text else {})
        originals[text] = box.add_repository(f"original-{number}", {"main": files, "next": {"NEXT.md": "Text\n"}})
    for key in ("SHARED_USER", "SHARED_TOKEN"):
        box.add_variable(key, "x")
    for key in ("PACKAGES_USER", "PACKAGES_PAT"):
        box.add_variable(key, "x", repository=f"original-{len(_KINDS) - 1}")
    texts = [text for text, share in _KINDS for _ in range(round(share * 20))]
    chance.shuffle(texts)
    for number in range(count - len(_KINDS)):
        text = texts[number % len(texts)]
        slug = f"service-{number:05}"
        made = box.state.add_repository(slug, slug, "CORE", "main")
        shutil.copytree(originals[text].folder, made.folder, dirs_exist_ok=True)
        if text:
            _use(box, slug, text, chance)


def _use(box: Box, slug: str, text: str, chance: random.Random) -> None:
    for environment in ENVIRONMENTS:
        box.add_environment(slug, environment)
        box.add_variable("DEPLOY_KEY", "x", repository=slug, environment=environment)
    if text == LOGIN:
        for key in ("PACKAGES_USER", "PACKAGES_PAT"):
            box.add_variable(key, "x", repository=slug)
    for number in range(chance.randrange(3)):
        box.add_variable(f"SETTING_{number}", "x", repository=slug)
    for days in range(chance.randrange(1, 4)):
        box.add_run(slug, "main", when=box.state.clock() - timedelta(days=60 * days))
