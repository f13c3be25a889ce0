"""`own-packages` is written into the configuration file that is there, or into a new one."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pytest

from migrator.configuration import own_packages
from migrator.configuration import reading as configuration
from migrator.repositories.writing import NotWritten

NAMES = ("crg.apkg.io/acme/base",)
LINE = 'own-packages = ["crg.apkg.io/acme/base"]'


def test_a_form_that_cannot_be_extended_is_left_as_it_is(tmp_path: Path) -> None:
    text = "[tool]\npatless = { ignore = [] }\n"
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(NotWritten, match="add the lines by hand"):
        own_packages.write(tmp_path / "pyproject.toml", NAMES, new=False)
    assert (tmp_path / "pyproject.toml").read_text() == text


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / ".patless.toml").symlink_to("../outside")
    with pytest.raises(NotWritten, match="a symbolic link leads out"):
        own_packages.write(tmp_path / "root" / ".patless.toml", NAMES, new=False)
    assert (tmp_path / "outside").read_text() == ""


def test_a_file_that_appeared_meanwhile_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".patless.toml").write_text("# theirs\n")
    with pytest.raises(NotWritten):
        own_packages.write(tmp_path / ".patless.toml", NAMES, new=True)
    assert (tmp_path / ".patless.toml").read_text() == "# theirs\n"


def test_a_new_file_says_what_the_configuration_reads(tmp_path: Path) -> None:
    own_packages.write(tmp_path / ".patless.toml", NAMES, new=True)
    assert os.listdir(tmp_path) == [".patless.toml"]
    assert configuration.find(tmp_path).own_packages == NAMES


def test_a_byte_order_mark_and_line_ends_stay(tmp_path: Path) -> None:
    file = tmp_path / ".patless.toml"
    file.write_bytes(codecs.BOM_UTF8 + b'ignore = ["traced"]\r\n')
    own_packages.write(file, NAMES, new=False)
    assert file.read_bytes() == codecs.BOM_UTF8 + f'{LINE}\r\nignore = ["traced"]\r\n'.encode()
    assert configuration.find(tmp_path).own_packages == NAMES
