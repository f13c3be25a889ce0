"""A rewritten file is read again: whatever differs but the edited scalars is refused, and so is a wrong edit."""

from __future__ import annotations

import pytest

from migrator.fixes.verify import Unverified, prove, rewrite, rewrite_called
from migrator.text.edits import Edit
from migrator.text.source import Source, Span


def rewritten(text: str, *changes: tuple[str, str]) -> str:
    edits = [Edit("f", Span(text.index(old), text.index(old) + len(old)), new) for old, new in changes]
    return rewrite(Source("f", text), edits)


def test_a_file_without_edits_is_the_same() -> None:
    assert rewrite(Source("f", "a: [b, c]\n"), []) == "a: [b, c]\n"
    assert rewrite(Source("f", "# nothing\n"), []) == "# nothing\n"


@pytest.mark.parametrize(
    "text",
    [
        "- docker login -p $OLD\n",
        "- 'docker login -p $OLD'\n",
        '- "docker login -p \\"$OLD\\""\n',
        "- |\n    docker login \\\n      -p $OLD\n",
        "- >-\n  docker login\n  -p $OLD\n",
        "- docker login\n    -p $OLD  # why\n",
        "{a: &x [echo $OLD], b: *x}",
        "\r\n- docker login -p $OLD\r\n",
        "- &a docker login -p $OLD\n- *a\n",
    ],
)
def test_an_edit_inside_a_scalar_is_made_and_verified(text: str) -> None:
    assert rewritten(text, ("$OLD", "$NEW")) == text.replace("$OLD", "$NEW")


@pytest.mark.parametrize(("text", "new"), [("- a $OLD\n", "x''y"), ("- 'a $OLD'\n", "x''y"), ('- "a $OLD"\n', 'x\\"y')])
def test_quotes_of_an_edit_are_as_the_scalar_has_them(text: str, new: str) -> None:
    assert rewritten(text, ("$OLD", new)) == text.replace("$OLD", new)


def test_several_edits_of_one_scalar_are_made_together() -> None:
    text = "- docker login -u $A -p $B\n"
    assert rewritten(text, ("$A", "$USER"), ("$B", "$TOKEN")) == "- docker login -u $USER -p $TOKEN\n"


@pytest.mark.parametrize(
    ("text", "old", "new", "message"),
    [
        ("- a $OLD\n", "$OLD", "$NEW # rest", "not what was meant"),
        ("- a $OLD\n", "$OLD", "$NEW: x", "another structure"),
        ("- a $OLD\n", "$OLD", "$NEW\n- b", "another structure"),
        ("- 'a $OLD'\n", "$OLD", "it's", "read the fixed file again"),
        ('- "a $OLD"\n', "$OLD", '"$NEW"', "read the fixed file again"),
        ("- a $OLD\n", "a $OLD", "'a $NEW'", "another structure"),
        ("- a $OLD\n", "a $OLD", "[x", "read the fixed file again"),
        ("- a # $OLD\n", "$OLD", "$NEW", "outside of every value"),
        ("a: b\n\n", "\n\n", "\n", "outside of every value"),
        ("- *x # &x\n", "*x", "y", "read the fixed file again"),
        ("- a\n- b\n", "\n", " ", "."),
        ("a: x\nb: y\n", "b", "a", "read the fixed file again"),
    ],
)
def test_an_edit_that_changes_anything_else_is_refused(text: str, old: str, new: str, message: str) -> None:
    with pytest.raises(Unverified, match=message):
        rewritten(text, (old, new))


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(Unverified, match="overlapping"):
        rewritten("- docker login\n", ("docker", "podman"), ("docker login", "x"))


def test_a_scalar_that_cannot_be_followed_is_not_edited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.fixes.verify.map_scalar", lambda *_: None)
    with pytest.raises(Unverified, match="can't follow"):
        rewritten("- a $OLD\n", ("$OLD", "$NEW"))


def test_an_alias_that_becomes_a_copy_is_another_structure() -> None:
    with pytest.raises(Unverified):
        rewritten("a: &x [b]\nc: *x\n", ("*x", "[b]"))


@pytest.mark.parametrize("login", ["docker login -p $OLD", "sh -c 'docker login -p $OLD'"])
def test_a_script_that_does_more_than_before_is_refused(login: str) -> None:
    text = f"script:\n  - {login}\n"
    span = Span(text.index("$OLD"), text.index("$OLD") + 4)
    prove(Source("f", text), [Edit("f", span, "$NEW")])
    with pytest.raises(Unverified, match="says something else"):
        prove(Source("f", text), [Edit("f", span, "$NEW; rm x")])


@pytest.mark.parametrize(
    "text",
    [
        "script:\n  - [if true, then docker login -p $OLD, fi]\n  - ls\n",
        "script:\n  - ls\n  - [if true, [then docker login -p $OLD, ls], fi]\n",
        "one: &x\n  - if true\n  - then docker login -p $OLD\ntwo:\n  - *x\n  - fi\n",
        "one:\n  - if true\n  - null\n  - then docker login -p $OLD\n  - fi\n",
    ],
)
def test_lists_in_a_list_are_parts_of_one_program_in_their_order(text: str) -> None:
    span = Span(text.index("$OLD"), text.index("$OLD") + 4)
    prove(Source("f", text), [Edit("f", span, "$NEW")])
    broken = text.replace("fi", "done")
    with pytest.raises(Unverified, match="can't read a fixed script again"):
        prove(Source("f", broken), [Edit("f", Span(broken.index("$OLD"), broken.index("$OLD") + 4), "$NEW")])


@pytest.mark.parametrize("text", ["- abc\n", "- 'abc'\n", '- "abc"\n', "- |\n  abc\n"])
@pytest.mark.parametrize("offset", [0, 1, 2])
def test_text_can_be_put_in(text: str, offset: int) -> None:
    at = text.index("abc") + offset
    assert rewrite(Source("f", text), [Edit("f", Span(at, at), "x")]) == f"{text[:at]}x{text[at:]}"


def test_a_file_that_a_program_runs_is_read_again_by_its_reader() -> None:
    text = "set -e\ndocker login crg.apkg.io -p $OLD\n"
    span = Span(text.index("$OLD"), text.index("$OLD") + 4)
    edit = Edit("f", span, "$NEW")
    assert rewrite_called(Source("f", text), [edit, edit], "shell") == text.replace("$OLD", "$NEW")
    for new in ("$NEW; rm x", "$(rm x)", "'"):
        with pytest.raises(Unverified, match="says something else"):
            rewrite_called(Source("f", text), [Edit("f", span, new)], "shell")
    with pytest.raises(Unverified, match="do not fit together"):
        rewrite_called(Source("f", text), [edit, Edit("f", span, "$X")], "shell")
