"""A rewritten script is read again, and what differs from the plan is never written."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.findings.records import AddedTask, ScriptChange
from migrator.fixes.pipe.layout import Layout
from migrator.fixes.verify import Unverified, rewrite
from migrator.text.edits import Edit
from migrator.text.source import Source, Span
from tests.cli.conftest import Patless
from tests.cli.conftest import patless as patless

TEXT = """\
pipelines:
  default:
    - step:
        name: publish
        script:
          - docker build -t web .
          - docker push web
"""
PIPE = AddedTask(("pipe", "variables"), "acme/push:1.2.3", (("IMAGE_NAME", "web"), ("TAGS", "1")))
ITEM = """\
          - pipe: acme/push:1.2.3
            variables:
              IMAGE_NAME: web
              TAGS: '1'
"""
PUSH = "          - docker push web\n"


def _edit(old: str, new: str) -> Edit:
    start = TEXT.index(old)
    return Edit("pipelines.yml", Span(start, start + len(old)), new)


def _change(value: str | None, *added: str | AddedTask) -> ScriptChange:
    return ScriptChange(TEXT.index("docker push web"), value, added)


def _rewrite(edits: list[Edit], *changes: ScriptChange) -> str:
    return rewrite(Source("pipelines.yml", TEXT), edits, changes)


def test_a_pipe_in_the_place_of_an_item_is_what_was_meant() -> None:
    assert _rewrite([_edit(PUSH, ITEM)], _change(None, PIPE)) == TEXT.replace(PUSH, ITEM)


def test_new_items_come_in_their_order() -> None:
    tag = "          - docker tag app web\n"
    assert _rewrite([_edit(PUSH, tag + ITEM)], _change(None, "docker tag app web", PIPE))
    with pytest.raises(Unverified, match="not what was meant"):
        _rewrite([_edit(PUSH, ITEM + tag)], _change(None, "docker tag app web", PIPE))


@pytest.mark.parametrize(
    ("edits", "change"),
    [
        ([_edit(PUSH, ITEM), _edit("name: publish", "name: other")], _change(None, PIPE)),
        ([_edit(PUSH, ITEM), _edit("-t web", "-t api")], _change(None, PIPE)),
        ([_edit(PUSH, ITEM), _edit("          - docker build -t web .\n", "")], _change(None, PIPE)),
        ([_edit(PUSH, ITEM.replace("'1'", "'2'"))], _change(None, PIPE)),
        ([_edit(PUSH, ITEM.replace("web", "null"))], _change(None, PIPE)),
        ([_edit(PUSH, ITEM + "              MORE: x\n")], _change(None, PIPE)),
        ([_edit(PUSH, ITEM + PUSH)], _change(None, PIPE)),
        ([_edit(PUSH, "")], _change(None, PIPE)),
        ([_edit(PUSH, ITEM)], _change("docker push web", PIPE)),
        ([_edit(PUSH, ITEM)], _change(None)),
        ([], _change(None, PIPE)),
        ([_edit(PUSH, ITEM.replace("          - pipe", "        - pipe", 1))], _change(None, PIPE)),
    ],
    ids=[
        "a name changes too",
        "another command changes too",
        "another item is gone",
        "another tag",
        "an image becomes nothing",
        "one variable more",
        "the push stays",
        "the pipe is missing",
        "the push should stay",
        "the pipe should not be there",
        "nothing is edited",
        "the pipe stands in another column",
    ],
)
def test_whatever_else_differs_is_not_verified(edits: list[Edit], change: ScriptChange) -> None:
    with pytest.raises(Unverified):
        _rewrite(edits, change)


@pytest.mark.parametrize(
    "edits",
    [
        [_edit(PUSH, "          - pipe: [\n")],
        [_edit(PUSH, "          - pipe: a: b\n")],
        [_edit(PUSH, ITEM), _edit("push web\n", "")],
    ],
    ids=["brackets stay open", "a mapping inside of a line", "two edits overlap"],
)
def test_what_cannot_be_read_again_is_not_verified(edits: list[Edit]) -> None:
    with pytest.raises(Unverified, match="read the fixed file again"):
        _rewrite(edits, _change(None, PIPE))


def test_a_fault_of_the_layout_writes_nothing_and_exits_70(
    patless: Patless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = """\
pipelines:
  default:
    - step:
        script:
          - docker build -t web .
          - docker login crg.apkg.io -u $EMAIL -p $TOKEN
          - docker tag web crg.apkg.io/acme/web:1
          - docker push crg.apkg.io/acme/web:1
"""
    file = tmp_path / "bitbucket-pipelines.yml"
    file.write_text(step)
    (tmp_path / "Dockerfile").write_text("FROM alpine:3.20\n")
    right = Layout.items

    def wrong(*arguments: object, **options: object) -> str:
        return right(*arguments, **options).replace("web", "api")  # type: ignore[arg-type]

    monkeypatch.setattr(Layout, "items", wrong)
    for option in ([], ["--diff"]):
        run = patless("fix", "--style", "pipe", "--offline", "--pipe-version", "1.2.3", *option)
        assert (run.code, run.out) == (70, "")
        assert "wrote nothing" in run.err
    assert file.read_text() == step
