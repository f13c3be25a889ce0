"""Expansions that change a value: what is told of them is what bash says."""

from __future__ import annotations

import random
import re
import subprocess

import pytest

from tests.flow.test_flow import seen

IMAGE = "crg.apkg.io/acme/web:1.2"


def bash(text: str) -> list[str]:
    """What each call of `see` is given first."""
    program = f'see() {{ printf "%s\\0" "$1"; }}\n{text}'
    run = subprocess.run(["bash", "-c", program], capture_output=True, text=True, timeout=60, check=False)
    return run.stdout.split("\0")[:-1]


CHANGES = r"""
V%%/*   V%/*   V##*/   V#*/   V%%:*   V##*:   V%:*   V#crg.   V%.2   V%x   V#x   V%   V%%*   V##*   V%*
V#*   V%%/*/*   V#*/*/   V##*.*.   V%/web*   V//\//-   V/\//-   V//./_   V//:/   V/:1.2   V//a/b   V/%.2/x
V/#crg/x   V:0:3   V:12   V:0   V:3:0   V:99   V: -3   V: -3:2   V:0:-4   V: -99   V^^   V^   V,,   V,
V%"/web"*   V%'/web'*   V//\./-   V//"/"/-   V/acme/"x"   V%%\**   V%%@*   V//[a-c]/x   V%%[:]*   V%?
V##+(c)   V/acme/&&   V/acme/~   V#~   V%$X   V:$X   V: -$X   V:010   V//a   V^^[c]   V%%"$(echo /)"*   V//ACME/x
V/*/x   V/a*/x   V/\%/x   V:1:-99   #V   V@Q   V@U   !V*
"""


UNTOLD = r"""
V/%.2/x   V/#crg/x   V//[a-c]/x   V%%[:]*   V%?   V##+(c)   V/acme/&&   V/acme/~   V#~   V%$X   V:$X   V: -$X   V:010
V^^[c]   V%%"$(echo /)"*   V//ACME/x   V/*/x   V/a*/x   V/\%/x   V:1:-99   #V   V@Q   V@U   !V*
"""
"""Those that patless does not follow."""


@pytest.mark.parametrize("expansion", re.split(r"\s{2,}|\n", CHANGES.strip()))
@pytest.mark.parametrize("quoted", [False, True])
def test_a_changed_constant_is_what_bash_makes_of_it_or_not_known(expansion: str, quoted: bool) -> None:
    word = f'"${{{expansion}}}"' if quoted else f"${{{expansion}}}"
    found = [one for rows in seen(f"V={IMAGE}\nsee {word}") for one in rows]
    told = expansion not in re.split(r"\s{2,}|\n", UNTOLD.strip()) and not (quoted and "'" in expansion)
    assert found == (bash(f"V={IMAGE}\nsee {word}") if told else [None])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("V=a/b/c\nsee ${V%%/*}", "a"),
        ("V=a/b/c\nsee ${V##*/}", "c"),
        ("V=a/b/c\nsee ${V%/*}", "a/b"),
        ("V=a/b/c\nsee ${V//\\//-}", "a-b-c"),
        ("V=a/b/c\nsee ${V:2:1}", "b"),
        ("V=a/b/c\nsee ${V^^}", "A/B/C"),
        ("V=a/$T:$(date)\nsee ${V%%/*}", "a"),
        ("V=$T/$(date):c\nsee ${V##*:}", "c"),
        ('V="$T"\nsee ${V%%/*}', None),
        ("V=$T:cd\nsee ${V##*:}", "cd"),
        ("V=$T/ab=cd\nsee ${V##*/ab=}", "cd"),
        ("V=ab:cd$T\nsee ${V%%:cd*}", "ab"),
        ("V=$T\nsee ${V%%*}", ""),
        ("V=a$T\nsee ${V##*}", ""),
        ("V=AbC\nsee ${V,}", "abC"),
        ("V=AbC\nsee ${V,,}", "abc"),
        ("V=abc\nsee ${V:3}", ""),
        ("V=abc\nsee ${V:4}", ""),
        ("V=abc\nsee ${V:3:-1}", None),
        ("V='a\nb/c'\nsee ${V%%/*}", None),
        ("V='a\n/c'$T/d\nsee ${V%%/*}", None),
        ("V=\u00e4/$T/b\nsee ${V%%/*}", None),
        ("V=\u00e4/b\nsee ${V%%/*}", None),
        ("V=$T/a\nsee ${V%%/*}", None),
        ("V=a/$T\nsee ${V%/*}", None),
        ("V=a/$T\nsee ${V##*/}", None),
        ("V=a/$T\nsee ${V#*/}", None),
        ("V=a/$T\nsee ${V//\\//-}", None),
        ("V=$(cat file)\nsee ${V%%/*}", None),
        ("V=a/b\nread V\nsee ${V%%/*}", None),
        ("V=(a/b c/d)\nsee ${V[1]%%/*}", None),
        ("V=a/b\nsee ${V[0]%%/*}", None),
        ("N=V\nV=a/b\nsee ${!N%%/*}", None),
        ("N=V\nV=a/b\nsee ${!N:0:1}", None),
        ("V=a/b\n[ x ] && V=c/d\nsee ${V%%/*}", None),
    ],
)  # fmt: skip
def test_a_change_is_told_where_nothing_unknown_is_left(text: str, told: str | None) -> None:
    rows = seen(text)[0]
    assert rows == [told] or (told is None and (rows == [None] or len(set(rows)) > 1))


def test_random_changes_are_what_bash_makes_of_them() -> None:
    dice = random.Random(13)
    lines, words = [], []
    for _ in range(400):
        value = "".join(dice.choices("ab/:.-A", k=dice.randint(0, 7)))
        pattern = "".join(dice.choices(["a", "b", "/", "*", ":", ".", "\\/", "A", '"*"', "\\*"], k=dice.randint(0, 3)))
        operator = dice.choice(["#", "##", "%", "%%"])
        number = f": {dice.randint(-4, 4)}:{dice.randint(0, 4)}"
        change = dice.choice(
            [operator + pattern, f"//{pattern or 'a'}/-", f"/{pattern or 'b'}/.", number, "^^", ",", "^"]
        )
        words.append((value, change))
        lines.append(f'V="{value}"; see "${{V{change}}}"')
    text = "\n".join(lines)
    told = 0
    for word, rows, given in zip(words, seen(text), bash(text), strict=True):
        if rows != [None]:
            told += 1
            assert rows == [given], word
    assert told > 250


def test_a_long_text_is_left_alone() -> None:
    assert seen(f"V={'a/' * 600}\nsee ${{V%%/*}}") == [[None]]
    assert seen(f"V={'a' * 998}/b\nsee ${{V%%/*}}") == [["a" * 998]]
    assert seen(f"V={'a' * 998}/bc\nsee ${{V%%/*}}") == [[None]]
