"""`check` looks into files with tokens also where no step names anything, and a hook does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures_support import run
from tests.memory import PATH, step


@pytest.mark.parametrize(("arguments", "code"), [((), 0), (("--strict",), 1), (("--strict", PATH), 0)])
def test_a_token_in_a_file_is_found_in_all_of_a_repository(
    arguments: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    (tmp_path / PATH).write_text(step("make"))
    (tmp_path / ".netrc").write_text("machine pypi.apkg.io login ci password swordfish\n")
    done = run(["check", *arguments], tmp_path)
    assert done.code == code
    assert ("committed-token" in done.out) == (PATH not in arguments)
    assert "swordfish" not in done.out
