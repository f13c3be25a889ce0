"""Where a line begins, and the comment above an item."""

from __future__ import annotations

import pytest

from migrator.fixes.pipe.lines import comment_start, line_start


@pytest.mark.parametrize(
    ("text", "at", "start"),
    [
        ("ab", 1, 0),
        ("\nx", 1, 1),
        ("\rx", 1, 1),
        ("a\nb", 2, 2),
        ("a\rb", 2, 2),
        ("a\r\nb", 3, 3),
        ("a\n\nb", 2, 2),
        ("a\n", 1, 0),
    ],
)
def test_a_line_begins_behind_the_newline_before(text: str, at: int, start: int) -> None:
    assert line_start(text, at) == start


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("above", "taken"),
    [
        ("", ""),
        ("- b\n", ""),
        ("", "# a\n"),
        ("- b\n", "#\n"),
        ("# a\n- b\n", "# c\n# d\n"),
        ("# a\n\n", ""),
        ("# a\n\n", "# b\n"),
        ("  # a\n", ""),
        ("#\n#\nx\n", ""),
    ],
)
def test_a_comment_goes_with_the_item_that_it_stands_above(above: str, taken: str, newline: str) -> None:
    text = f"{above}{taken}- x".replace("\n", newline)
    assert comment_start(text, text.index("- x"), "") == len(above.replace("\n", newline))


def test_a_comment_in_another_column_is_about_something_else() -> None:
    assert comment_start("  # a\n  - x", 6, "  ") == 0
    assert comment_start("# a\n  - x", 4, "  ") == 4
    assert comment_start("    # a\n  - x", 8, "  ") == 8


def test_a_comment_at_the_top_is_not_followed_by_one_at_the_end() -> None:
    assert comment_start("# a\n- x\n# z", 4, "") == 0
