"""What lock files of Python's clients take from a registry, and how a project is called."""

from __future__ import annotations

import pytest

from migrator.reading.python_locks import locked_packages, project_names

HOST = "pypi.apkg.io"
UV = '[[package]]\nname = "web-kit"\nversion = "1"\nsource = { registry = "https://pypi.apkg.io/acme/simple" }\n'
POETRY = (
    '[[package]]\nname = "web-kit"\n\n[package.source]\ntype = "legacy"\nurl = "https://pypi.apkg.io/acme/simple"\n'
)
OTHER = '[[package]]\nname = "other"\nsource = { registry = "https://pypi.org/simple" }\n'


@pytest.mark.parametrize(
    ("text", "packages"),
    [
        (UV, ["web-kit"]),
        (POETRY, ["web-kit"]),
        (OTHER, []),
        (OTHER + UV, ["web-kit"]),
        (UV + OTHER, ["web-kit"]),
        (OTHER + UV.replace("[[package]]", "[[package]] # the next"), ["web-kit"]),
        (UV.replace("https://pypi", "HTTP://PYPI"), ["web-kit"]),
        (UV.replace("apkg.io/", "apkg.io:443/"), ["web-kit"]),
        (UV.replace("apkg.io/", "apkg.io:8443/"), []),
        (UV.replace("pypi.apkg", "my-pypi.apkg"), []),
        (UV.replace('name = "web-kit"\n', ""), []),
        (OTHER + UV.replace('name = "web-kit"\n', ""), []),
        ('name = "first"\n' + UV, ["web-kit"]),
        (UV.replace("version", 'name = "second"\nversion'), ["web-kit"]),
        (UV.replace("version", 'dependencies = ["https://pypi.apkg.io/acme"]\nversion'), ["web-kit", "web-kit"]),
    ],
)
def test_a_package_is_of_the_host_whose_address_stands_behind_its_name(text: str, packages: list[str]) -> None:
    assert list(locked_packages(text, HOST)) == [f"{HOST}/acme/{one}" for one in packages]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('[project]\nname = "Web_.Kit"\n', ["web-kit"]),
        ('[tool.poetry]\nname = "web"\n', ["web"]),
        ('[project]\nname = "a"\n[tool.poetry]\nname = "b"\n', ["a", "b"]),
        ("[project]\nname = 1\n", []),
        ("[tool]\npoetry = 1\n", []),
        ('tool = "x"\nproject = "y"\n', []),
        ("[build-system]\n", []),
        ("[project\n", []),
    ],
)
def test_a_project_is_called_as_indexes_spell_it(text: str, names: list[str]) -> None:
    assert list(project_names(text)) == names
