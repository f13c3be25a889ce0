"""Files of package clients in each shape that editors leave them in say the same, and stay as they are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.memory import PATH, planned, report_on, step

HOST = "npm.apkg.io/acme"
WEB = f'{{"name": "@acme/web", "publishConfig": {{"registry": "https://{HOST}/"}}}}'
POM = (
    "<project><groupId>com.acme</groupId><artifactId>web</artifactId><distributionManagement><repository>"
    "<id>bb</id><url>https://maven.apkg.io/acme</url></repository></distributionManagement></project>"
)
SETTINGS = """<settings>
<servers>
<server>
<id>bb</id>
<username>${env.U}</username>
<password>${env.T}</password>
</server>
</servers>
</settings>
"""
BUILD = """publishing {
repositories {
maven {
url = "https://maven.apkg.io/acme"
credentials {
username = System.getenv("U")
password = System.getenv("T")
}
}
}
}
"""
YARN = f"""npmRegistryServer: "https://{HOST}/"
npmRegistries:
  "//{HOST}/":
    npmAuthIdent: "${{U}}:${{T}}"
"""
INDEX = """[[tool.uv.index]]
name = "bb"
url = "https://pypi.apkg.io/acme/simple"
"""
CASES: dict[str, tuple[str, str, str, dict[str, str]]] = {
    ".npmrc": ("npm publish", f"//{HOST}/:_auth=${{T}}\n@acme:registry=https://{HOST}/\n", "#", {"package.json": WEB}),
    ".yarnrc.yml": ("yarn npm publish", YARN, "#", {"package.json": WEB}),
    "settings.xml": ("mvn -s settings.xml deploy", SETTINGS, "<!-- {} -->", {"pom.xml": POM}),
    "build.gradle": ("./gradlew publish", BUILD, "//", {}),
    "pip.conf": (
        "PIP_CONFIG_FILE=pip.conf pip install web",
        "[global]\nindex-url = https://$U:$T@pypi.apkg.io/a\n",
        "#",
        {},
    ),
    "requirements.txt": (
        "pip install -r requirements.txt",
        "--index-url https://${U}:${T}@pypi.apkg.io/acme/simple\nweb==1\n",
        "#",
        {},
    ),
    "pyproject.toml": ("UV_INDEX_BB_USERNAME=$U UV_INDEX_BB_PASSWORD=$T uv sync", INDEX, "#", {}),
}
LINES = st.lists(st.sampled_from(["", "blank", "comment", "blanks"]), min_size=12, max_size=12)


def found(path: str, text: bytes) -> tuple[list[tuple[str, str, set[str]]], list[tuple[str, bytes]]]:
    """The verdicts with rules and reasons, and what changes."""
    script, _, _, others = CASES[path]
    files = {PATH: step(script), **others}
    report = report_on({name: one.encode() for name, one in files.items()} | {path: text})
    findings = [(one.verdict.value, one.rule, {reason.code for reason in one.reasons}) for one in report.findings]
    return findings, [(one.path, one.after) for one in planned(report, unsafe=True).changes]


def shaped(path: str, more: list[str], ending: str, last: bool) -> bytes:
    """The file with lines between its own, other line ends, and with or without the last of these."""
    form = CASES[path][2]
    comment = form.format("keep") if "{}" in form else f"{form} keep"
    between = {"blank": [""], "blanks": ["  "], "comment": [comment]}
    lines: list[str] = []
    for at, line in enumerate(CASES[path][1].splitlines()):
        lines += [line, *between.get(more[at % len(more)], [])]
    return (ending.join(lines) + (ending if last else "")).encode()


@pytest.mark.parametrize("path", CASES)
@settings(max_examples=12)
@given(more=LINES, ending=st.sampled_from(["\n", "\r\n"]), last=st.booleans())
def test_line_ends_comments_and_blank_lines_change_nothing(path: str, more: list[str], ending: str, last: bool) -> None:
    plain = found(path, CASES[path][1].encode())
    assert plain[0]
    assert {changed for changed, _ in plain[1]} <= {PATH}
    assert found(path, shaped(path, more, ending, last)) == plain


@pytest.mark.parametrize("path", CASES)
def test_a_byte_order_mark_makes_nothing_silent(path: str) -> None:
    findings, changes = found(path, b"\xef\xbb\xbf" + CASES[path][1].encode())
    assert findings
    assert {changed for changed, _ in changes} <= {PATH}
