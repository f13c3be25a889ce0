"""What the pipelines files of one commit say of variables that leave it, where a part of it cannot be read."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.repositories.git import GitError
from migrator.secrets.candidates import leaving, of_script
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step


class _Torn(Memory):
    """A view in which one file cannot be had."""

    def read(self, path: str) -> bytes | None:
        if path == "login.sh":
            raise GitError("the object is not there")
        return super().read(path)


def test_where_nothing_can_be_analysed_every_word_of_the_pipelines_files_may_be_a_variable() -> None:
    files = {PATH: step("sh login.sh $PAT").encode(), "login.sh": b""}
    assert "PAT" not in leaving(Memory(files), BOOK, Settings()).unread
    assert "PAT" in leaving(_Torn(files), BOOK, Settings()).unread


@pytest.mark.parametrize(
    ("line", "named", "names"),
    [
        ("exec 'docker login crg.apkg.io -p $PAT'", False, {"PAT"}),
        ("exec 'docker push crg.apkg.io -p $PAT'", False, set()),
        ("exec 'docker login', host, '-p $PAT'", True, {"PAT"}),
        ("client.login host, '-p $PAT'", True, set()),
        ("exec 'docker login', host, '-p $PAT'", False, set()),
    ],
)
def test_of_text_that_is_not_followed_the_lines_that_log_in_name_variables(
    line: str, named: bool, names: set[str]
) -> None:
    """Where another file says which host is meant, those of a client do."""
    assert of_script(f"x = (\n{line}\n".encode(), BOOK, Settings(), named) == names


@pytest.mark.parametrize(
    ("text", "named", "names"),
    [
        ("docker login crg.apkg.io -u $USR -p $PAT", False, {"USR", "PAT"}),
        ("docker login ghcr.io -u $USR -p $PAT", False, set()),
        ("docker login ghcr.io -u $USR -p $PAT", True, set()),
        ("docker login -u $USR -p $PAT", True, set()),
        ("docker login $HOST -u $USR -p $PAT", True, {"USR", "PAT"}),
        ("docker login ghcr.io -u $USR -p $PAT # crg.apkg.io", False, {"USR", "PAT"}),
        ("docker login crg.apkg.io -u ci -p x$OTHER", False, {"OTHER"}),
        ("docker logout crg.apkg.io $PAT", False, set()),
    ],
)
def test_of_a_script_that_is_followed_its_logins_name_variables(text: str, named: bool, names: set[str]) -> None:
    assert of_script(text.encode(), BOOK, Settings(), named) == names
