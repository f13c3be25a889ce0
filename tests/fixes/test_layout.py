"""Which bytes of a script change where a pipe comes in and lines go, and where they can't."""

from __future__ import annotations

import re

import pytest

from migrator.findings.settings import Settings
from tests.fixes.pushing import BUILD, PUSH, PUSH_2, PUSH_API, STYLE, TAG, TAG_2, TAG_API, written
from tests.memory import PATH, planned, report_on

HEAD = "pipelines:\n  default:\n    - step:\n        script:\n"
LOGIN = "docker login crg.apkg.io -u $U -p $P"
LINES = {"BUILD": BUILD, "LOGIN": LOGIN, "TAG": TAG, "PUSH": PUSH, "TAG_API": TAG_API, "PUSH_API": PUSH_API}
PIPE = "pipe: atlassian/bbc-packages-push-container-image:1.2.3\n  variables:\n    IMAGE_NAME: {}\n    TAGS: {}"


def spelt(script: str) -> str:
    """The items of a script as they stand in the file."""
    script = re.sub(r"PIPE (\S+) (\S+)", lambda found: PIPE.format(*found.groups()), script)
    text = re.sub(r"[A-Z_]{3,}\b(?!:)", lambda found: LINES.get(found[0], found[0]), script)
    return HEAD + re.sub(r"^(?=.)", " " * 10, text, flags=re.MULTILINE)


def laid(text: str) -> tuple[str | None, list[str]]:
    """The file with the pipes, and why there are none."""
    report = report_on({PATH: text.encode(), "Dockerfile": b"FROM alpine\n"}, Settings(pipe=STYLE))
    plan = planned(report)
    assert not plan.failures
    details = [reason.detail for one in report.findings for reason in one.reasons]
    return (plan.changes[0].after.decode() if plan.changes else None), details


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- BUILD\n- TAG\n- LOGIN\n- PUSH", "- BUILD\n- PIPE web '1'"),
        ("- BUILD\n- TAG\n- LOGIN\n- |\n  echo a\n  PUSH", "- BUILD\n- |\n  echo a\n- PIPE web '1'"),
        ("- BUILD\n- TAG\n- LOGIN\n- |-\n  echo a\n  PUSH", "- BUILD\n- |-\n  echo a\n- PIPE web '1'"),
        ("- BUILD\n- TAG\n- |\n  LOGIN\n  echo a\n  PUSH", "- BUILD\n- |\n  echo a\n- PIPE web '1'"),
        ("- BUILD\n- TAG\n- |\n  LOGIN\n  PUSH", "- BUILD\n- PIPE web '1'"),
        ("- BUILD\n- TAG\n- >\n  LOGIN\n- >-\n  PUSH", "- BUILD\n- PIPE web '1'"),
    ],
)
def test_the_last_line_ends_as_it_did(before: str, after: str, end: str, newline: str) -> None:
    text, expected = (f"{spelt(one)}{end}".replace("\n", newline) for one in (before, after))
    assert laid(text) == (expected, [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # comments, blank lines, and what ends a command
        ("- BUILD\n- TAG\n# log in\n- LOGIN # in\n# push\n- PUSH # out\n# end\n- ls\n",
         "- BUILD\n# push\n- PIPE web '1'\n# end\n- ls\n"),
        ("- BUILD\n- TAG\n- |\n  # log in\n  # now\n  LOGIN # in\n  echo a\n- PUSH\n",
         "- BUILD\n- |\n  echo a\n- PIPE web '1'\n"),
        ("- BUILD\n- TAG\n- |\n  echo b\n\n  # now\n  LOGIN\n  echo a\n- PUSH\n",
         "- BUILD\n- |\n  echo b\n\n  echo a\n- PIPE web '1'\n"),
        ("- BUILD\n- TAG\n- |\n  LOGIN;\n  echo a\n- PUSH\n", "- BUILD\n- |\n  echo a\n- PIPE web '1'\n"),
        ("- BUILD\n- TAG\n- |\n  echo a\n  LOGIN ; # in\n\n\n- PUSH\n", "- BUILD\n- |\n  echo a\n\n\n- PIPE web '1'\n"),
        ("- BUILD\n- TAG\n- >\n  LOGIN\n\n- PUSH\n", "- BUILD\n\n- PIPE web '1'\n"),
        ("- BUILD\n-   TAG\n-   LOGIN\n-   PUSH\n-   ls\n", "- BUILD\n- PIPE web '1'\n-   ls\n"),
        ("- BUILD\n- TAG\n- 'LOGIN'\n- \"PUSH\"\n- ls\n", "- BUILD\n- PIPE web '1'\n- ls\n"),
        # a block above that keeps the lines at its end
        ("- BUILD\n- TAG\n- LOGIN\n- |+\n  echo a\n\n- PUSH\n", "- BUILD\n- |+\n  echo a\n\n- PIPE web '1'\n"),
        ("- BUILD\n- TAG_API\n- LOGIN\n- |+\n  echo a\n\n- PUSH_API\n- TAG\n- PUSH\n",
         "- BUILD\n- |+\n  echo a\n\n- docker tag web api\n- PIPE api '1'\n- PIPE web '1'\n"),
        # the file ends in a block, without a newline
        ("- BUILD\n- TAG\n- PUSH\n- |\n  echo a\n  LOGIN", "- BUILD\n- PIPE web '1'\n- |\n  echo a\n"),
        ("- BUILD\n- TAG\n- PUSH\n- |-\n  echo a\n  LOGIN", "- BUILD\n- PIPE web '1'\n- |-\n  echo a\n"),
        ("- BUILD\n- TAG\n- |\n  echo a\n\n- LOGIN\n- PUSH\n", "- BUILD\n- |\n  echo a\n\n- PIPE web '1'\n"),
        # two lines of one block, and two pipes in the place of one
        ("- BUILD\n- |\n  TAG\n  echo a\n  LOGIN\n  echo b\n  PUSH\n- ls\n",
         "- BUILD\n- |\n  echo a\n  echo b\n- PIPE web '1'\n- ls\n"),
        ("- BUILD\n- TAG\n- TAG_API\n- |\n  LOGIN\n  echo a\n  PUSH\n  PUSH_API\n- ls\n",
         "- BUILD\n- |\n  echo a\n- PIPE web '1'\n- docker tag web api\n- PIPE api '1'\n- ls\n"),
    ],
)  # fmt: skip
def test_which_lines_of_the_file_change(before: str, after: str) -> None:
    assert laid(spelt(before)) == (spelt(after), [])


BRACKETS = "an item shares its line, has an anchor, or is in brackets"
OTHERS = "a line to remove also holds other commands"
SHARES = "a line to remove shares its item with other commands"
FIRST = "the first line that would be left in a block is indented more than the others"
FOLLOW = "other commands follow the push in the same item"
NEXT = "a command of the item goes on in the next item"
ABOVE = "the block above keeps the empty lines at its end, and would get others"


@pytest.mark.parametrize(
    ("script", "detail"),
    [
        ("- BUILD\n- TAG\n- |+\n  echo a\n\n- LOGIN\n- PUSH\n", ABOVE),
        ("- BUILD\n- |+\n  echo a\n\n- TAG\n- LOGIN\n- PUSH\n", ABOVE),
        ("- BUILD\n- TAG\n- >+\n  echo a\n\n- LOGIN\n- PUSH\n", ABOVE),
        ("- BUILD\n- TAG\n- LOGIN\n- |\n  PUSH\n  echo b\n", FOLLOW),
        ("- BUILD\n- TAG\n- LOGIN\n- |\n  echo a\n  PUSH\n  echo b\n", FOLLOW),
        (
            "- BUILD\n- TAG\n- LOGIN\n- |+\n  echo a\n  PUSH\n",
            "a block keeps the empty lines at its end, which would be other lines then",
        ),
        ("- BUILD\n- TAG\n- |\n  LOGIN; echo a\n- PUSH\n", OTHERS),
        ("- BUILD\n- TAG\n- |\n  echo a; LOGIN\n- PUSH\n", OTHERS),
        ("- BUILD\n- TAG\n- LOGIN; echo a\n- PUSH\n", SHARES),
        ("- BUILD\n- TAG\n- >-\n  LOGIN;\n  echo a\n- PUSH\n", SHARES),
        ("- BUILD\n- TAG\n- |\n  LOGIN\n    echo a\n  echo b\n- PUSH\n", FIRST),
        ("- BUILD\n- TAG\n- |\n  LOGIN\n  \techo a\n  echo b\n- PUSH\n", FIRST),
        ("- BUILD\n- TAG\n- &x LOGIN\n- PUSH\n", BRACKETS),
        ("- BUILD\n- TAG\n- LOGIN\n- &x PUSH\n", BRACKETS),
        ("- BUILD\n- TAG\n- &x |\n  LOGIN\n  echo a\n- PUSH\n", BRACKETS),
        ("[BUILD, TAG, 'LOGIN', PUSH]\n", BRACKETS),
        ("- BUILD\n- TAG\n- LOGIN; if true\n- then echo x; fi\n- PUSH\n", NEXT),
    ],
)  # fmt: skip
def test_a_line_that_can_not_be_taken_out_alone_stays(script: str, detail: str) -> None:
    assert laid(spelt(script)) == (None, [detail])


def test_an_item_of_two_scripts_stays() -> None:
    shared = "- &login LOGIN\n"
    second = spelt("- ls\n- *login\n- PUSH\n").replace("pipelines:\n  default:\n", "")
    text = spelt(f"- BUILD\n- TAG\n{shared}- PUSH\n") + second
    assert "another script shares the item" in laid(text)[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((word, f"'{word}'") for word in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")),
        *((word, word) for word in ("web", "yes1", "a-b_c/d.e")),
        *((word, f"'{word}'") for word in ("1web", "0", "${BITBUCKET_REPO_SLUG}")),
    ],
)
def test_a_name_is_text_for_whoever_reads_the_file(name: str, value: str) -> None:
    lines = (line.replace("web", name) for line in (BUILD, TAG, LOGIN, PUSH))
    after, _ = laid(HEAD + "".join(f"          - {written(line)}\n" for line in lines))
    assert after is not None
    assert f"IMAGE_NAME: {value}\n" in after


def test_several_tags_stand_in_quotes() -> None:
    after, _ = laid(spelt(f"- BUILD\n- TAG\n- {TAG_2}\n- LOGIN\n- PUSH\n- {PUSH_2}\n"))
    assert after == spelt("- BUILD\n- PIPE web '1#2'\n").replace("#", " ")
