"""What a login in a script becomes where its style is chosen: edited in place, or behind a bridge."""

from __future__ import annotations

import pytest

from migrator.findings.settings import Settings
from tests.memory import PATH, planned, report_on, step

LOGIN = 'echo "$BB_PKG_TOKEN" | docker login crg.apkg.io -u "$BB_EMAIL" --password-stdin\n'
ALONE = {PATH: step("./login.sh", "docker push crg.apkg.io/acme/web:1").encode(), "login.sh": LOGIN.encode()}
SHARED = {**ALONE, "Makefile": b"login:\n\t./login.sh\n"}


@pytest.mark.parametrize(
    ("files", "style", "changed"),
    [
        (ALONE, "", "login.sh"),
        (ALONE, "in-place", "login.sh"),
        (ALONE, "bridge", PATH),
        (SHARED, "", PATH),
        (SHARED, "in-place", "login.sh"),
        (SHARED, "bridge", PATH),
    ],
)
def test_where_a_login_in_a_script_is_changed(files: dict[str, bytes], style: str, changed: str) -> None:
    plan = planned(report_on(files, Settings(called=style)))
    assert [change.path for change in plan.changes] == [changed]
