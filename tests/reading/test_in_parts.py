"""Files in languages that are followed in part: what their texts show of a login that nobody followed."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reading.repository import Reading
from migrator.reading.unfollowed import logins_in_parts
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

LOGIN = "docker login crg.apkg.io -u ada -p hunter"
NATIVE = "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN"
CALL = 'import subprocess\nsubprocess.run(["docker", "login", {host}, "-u", "a", "-p", "b"])\n'


@pytest.mark.parametrize(
    ("path", "run", "text", "shown"),
    [
        ("a.py", "python3 a.py", f'client.run("{LOGIN}")\n', True),
        ("a.py", "python3 a.py", 'x = "docker login"\ny = "crg.apkg.io"\n', True),
        ("a.py", "python3 a.py", CALL.format(host="host") + f'client.run("{LOGIN}")\n', True),
        ("a.py", "python3 a.py", CALL.format(host='"ghcr.io"') + f'client.run("{LOGIN}")\n', False),
        ("a.py", "python3 a.py", f'client.run("{NATIVE}")\n', False),
        ("a.py", "python3 a.py", f"# {LOGIN}\nclient.run()\n", False),
        ("a.py", "python3 a.py", f'client.run("{LOGIN.replace("crg.apkg", "ghcr")}")\n', False),
        ("a.sh", "sh a.sh", LOGIN, False),
    ],
)
def test_a_login_in_the_texts_of_a_program_is_shown_where_none_is_certain(
    path: str, run: str, text: str, shown: bool
) -> None:
    view = Memory({PATH: step(run).encode(), path: text.encode()})
    (fact,) = Reading(view, BOOK, Settings(), [PATH], BITBUCKET, thorough=True).facts
    assert [(name, text[span.start : span.end]) for name, span in logins_in_parts(fact, BOOK)] == (
        [(path, "login")] if shown else []
    )
