"""Programs made at random: what bash finds in a variable is among what is told of it, and most of it is told.

Each call of `see` has a number, and says what its words and the working directory are. A program runs with several
values of what comes from outside.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from migrator.flow.events import Command
from migrator.ir.paths import Top
from migrator.ir.values import symbol
from tests.flow.reading import follow

COUNT = 60
NAMES = ("A", "B", "C")
SET = {"A": "1k", "B": "k2", "C": "3", "f": "4"}
OUTSIDE = tuple(SET | more for more in ({"X": "x", "Y": "y"}, {"X": "", "Y": "y"}, {"X": "x"}, {}))
FOLDERS = ("a", "b", "a/b", "b/a")
WORDS = (
    *(
        "k",
        "$A",
        "k$B",
        "${C}k",
        "$X",
        "${Y}k",
        "${A:-k}",
        "${X:-$B}",
        "${X-k}",
        "${Y:+$A}",
        "${A:+k}",
        "$1",
        "$2",
        "$f",
    ),
    *("$(echo $A)", "$(printf %s $B)", '$(echo -n "$X")', "$(A=k; echo $A)", "$(h; echo $B)", "${A%k}", "${B#k}", "$#"),
    *("${C:=k}", "${L[1]}", "${A^^}", "$(basename a/$A)", "$(cat <<< $B)", "$(true)", "$(echo k | cat)"),
)
CONDITIONS = (
    *('[ -n "$X" ]', '[ -z "$Y" ]', 'test -n "$A"', '[ "$X" = x ]', "[[ -n $Y ]]", '! [ -n "$X" ]', "true", "false"),
    *('[ -n "$X" ] && [ -n "$Y" ]', '[ -z "$X" ] || true', '[ "$A" = "$B" ]', "{ A=k; false; }", "cd b"),
)
PLAIN = (
    *("<n>=<w>", "<n>=<w>", '<n>+="<w>"', "export <n>=<w>", "export <n>", "unset <n>", "declare <n>=<w>", ": <w>"),
    *('read -r <n> <<< "<w>"', "printf -v <n> %s <w>", "set -- <w> k", "shift || true", "eval '<n>=k'", "L=(k <w>)"),
    *("cd a", "cd ..", "cd -", "pushd a > o", "popd > o", "f <w>", "let 1"),
    *(
        "<n>=<w> f",
        'bash -c \'see 0 "$A" "$B"\'',
        '<n>=<w> bash -c \'see 0 "$A" "$C"\'',
        "echo <w> | read -r <n>",
        "echo k > o",
    ),
    *("g <w> k || true", "<n>=<w> <m>=<w>", "<n>=$(<n>=k; echo $<n>)", "true"),
)
AROUND = (
    *("if <c>; then\n<p>fi\n", "if <c>; then\n<p>else\n<p>fi\n", "if <c>; then\n<p>elif <c>; then\n<p>else\n<p>fi\n"),
    *("<c> && {\n<p>} || true\n", "<c> || {\n<p>}\n", "for <n> in k <w>; do\n<p>done\n", "(\n<p>)\n", "{\n<p>}\n"),
    *("for i in 1 2; do\n<p><c> && break\n<p>done\n", "for i in 1 2; do\n<c> && continue\n<p>done\n", "f() {\n<p>}\n"),
    *("case $X in\nx)\n<p>;;\n*)\n<p>;;\nesac\n", "case $Y in\ny)\n<p>;;\nesac\n", "f() (\n<p>)\n"),
    *("g() {\nlocal <n>=<w>\n<p>}\n", "g() {\n<p><c> && return\n<p>}\n", "while <c>; do\n<p>break\ndone\n"),
    *("{\n<p>} | cat > o\n", "echo k | {\n<p>}\n", "until <c>; do\n<p>break\ndone\n"),
)
PLACES, VALUES, WAYS = 287, 544, 709
"""Of how many calls the working directory is told, how many words are told, and how many they may be: if patless tells
more, these figures change."""
_PLACE = re.compile("<([nmwcp])>")


class Maker:
    """Makes the same program for the same seed."""

    def __init__(self, seed: int) -> None:
        self.pick, self.number, self.depth = random.Random(seed), 0, 0

    def program(self) -> str:
        begin = "f() { B=f$1; }\ng() { C=g; }\nh() { B=h; }\nset -- p q\n"
        return begin + "".join(self.statement() for _ in range(self.pick.randint(4, 9))) + self.see()

    def statement(self) -> str:
        kind = self.pick.random()
        if kind < 0.3:
            return self.see()
        if kind < 0.75 or self.depth > 2:
            return self.filled(self.pick.choice(PLAIN)) + "\n"
        return self.filled(self.pick.choice(AROUND))

    def see(self) -> str:
        self.number += 1
        words = self.pick.choice(('"$A" "$B"', '"$C" "$1"', f'"{self.pick.choice(WORDS)}"', '"$@"'))
        return f"see {self.number} {words}\n"

    def filled(self, form: str) -> str:
        return _PLACE.sub(lambda found: self.part(found[1]), form)

    def part(self, kind: str) -> str:
        if kind == "p":
            self.depth += 1
            body = "".join(self.statement() for _ in range(self.pick.randint(1, 3)))
            self.depth -= 1
            return body
        return self.pick.choice({"n": NAMES, "m": NAMES, "w": WORDS, "c": CONDITIONS}[kind])


class Seen(NamedTuple):
    number: str
    folder: str
    words: tuple[str, ...]


def bash(programs: Sequence[str], folder: Path) -> list[list[tuple[Mapping[str, str], Seen]]]:
    """What each program shows, in bash, with each of the values from outside."""
    for path in FOLDERS:
        (folder / path).mkdir(parents=True)
    parts = []
    for number, program in enumerate(programs):
        for run, given in enumerate(OUTSIDE):
            values = "".join(f"export {name}={value!r}\n" for name, value in given.items())
            parts.append(
                f"( unset X Y; {values}RUN={number}.{run}\nexport RUN; FUNCNEST=3; set -e\n{program}) &> /dev/null\n"
            )
    show = f'see() {{ printf "%s\\0" "$RUN" "$PWD" "$#" "$@" >> {folder}/../seen; }}\nexport -f see\n'
    text = f"{show}cd {folder}\n" + "".join(parts)
    with subprocess.Popen(["bash"], stdin=subprocess.PIPE, text=True, cwd=folder, start_new_session=True) as run:
        try:
            run.communicate(text, timeout=60)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(run.pid, signal.SIGKILL)  # a function may call itself without end
    rows = iter((folder.parent / "seen").read_text().split("\0")[:-1])
    found: list[list[tuple[Mapping[str, str], Seen]]] = [[] for _ in programs]
    for at in rows:
        where, count = os.path.relpath(next(rows), folder).removeprefix("."), int(next(rows))
        number, *words = (next(rows) for _ in range(count))
        index, _, outside = at.partition(".")
        found[int(index)].append((OUTSIDE[int(outside)], Seen(number, where, tuple(words))))
    return found


def may_be(command: Command, seen: Seen, outside: Mapping[str, str]) -> bool:
    """Whether that is among what is told of a call."""
    folders = command.folders
    if not isinstance(folders, Top) and seen.folder not in folders:
        return False
    told = [one.value for one in command.arguments[1:]]
    if any(one.unknown for one in told) and len(told) != len(seen.words):
        return True
    return len(told) == len(seen.words) and all(
        any(row is None or filled(row, outside) == word for row in map(symbol, value.alternatives))
        for value, word in zip(told, seen.words, strict=True)
    )


def filled(text: str, outside: Mapping[str, str]) -> str:
    return re.sub(r"\$\{(\w+)\}", lambda found: outside.get(found[1], ""), text)


def test_what_bash_finds_is_among_what_is_told_and_most_of_it_is_told(tmp_path: Path) -> None:
    programs = [Maker(seed).program() for seed in range(7, 7 + COUNT)]
    places = words = ways = 0
    for program, shown in zip(programs, bash(programs, tmp_path / "clone"), strict=True):
        calls: dict[str | None, list[Command]] = {}
        for one in follow(program).commands:
            if one.name == "see":
                calls.setdefault(one.arguments[0].text, []).append(one)
        for outside, seen in shown:
            assert any(may_be(one, seen, outside) for one in calls.get(seen.number, ())), (program, outside, seen)
        for one in (one for several in calls.values() for one in several):
            told = [word.value for word in one.arguments[1:] if not word.value.unknown]
            places += not isinstance(one.folders, Top)
            words += len(told)
            ways += sum(len(value.alternatives) for value in told)
    assert (places, words, ways) == (PLACES, VALUES, WAYS)
