"""What operators of an expansion make of the value, as far as that is sure: `${V%%/*}`, `${V//a/b}`, `${V:0:3}`; and
which variables arithmetic sets.

https://www.gnu.org/software/bash/manual/bash.html#Shell-Parameter-Expansion
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from migrator.ir.nodes import Alter, Change
from migrator.text.patterns import regex

_Tree = Mapping[str, Any]
_SETS = regex(r"(?:[-+*/%&|^]|<<|>>|\*\*)?=")
_WRITES = regex(
    r"\b([A-Za-z_]\w{0,200})(?:\[[^]]{0,200}\])?[ \t]{0,20}(?:(?:[-+*/%&|^]|<<|>>)?=(?!=)|\+\+|--)"
    r"|(?:\+\+|--)([A-Za-z_]\w{0,200})"
)
_CUTS = {"#": (Alter.PREFIX, False), "##": (Alter.PREFIX, True), "%": (Alter.SUFFIX, False), "%%": (Alter.SUFFIX, True)}
_CASES = {"^": (Alter.UPPER, False), "^^": (Alter.UPPER, True), ",": (Alter.LOWER, False), ",,": (Alter.LOWER, True)}
_PLAIN = regex(r"[\w/.:@%+=, -]*")
"""Characters that mean themselves in a pattern and in what is put in place of one, however they are quoted."""
_BARE = regex(r"(?P<star>\*+)|\\(?P<escaped>[/.:@%+=,*-])|(?P<plain>[\w/.:@%+=,-]+)")
_NUMBER = regex(r"[0-9]{1,4}")


def change(tree: _Tree, double: bool) -> Change | None:
    """The change of an expansion; None for one that is not understood to the letter. `double`: it stands in quotes."""
    if tree.get("Index"):
        return None
    if slice_ := tree.get("Slice"):
        offset = _number(slice_.get("Offset"))
        length = _number(slice_["Length"]) if slice_.get("Length") else None
        wrong = offset is None or (slice_.get("Length") and length is None)
        return None if wrong else Change(Alter.SLICE, offset=offset or 0, length=length)
    if replaced := tree.get("Repl"):
        parts = _pattern(replaced.get("Orig"), double)
        other = _text(replaced.get("With"), double)
        sure = parts is not None and len(parts) == 1 and parts[0] and not parts[0].startswith("%")
        return (
            Change(Alter.REPLACE, parts or (), other, bool(replaced.get("All"))) if sure and other is not None else None
        )
    expansion = tree.get("Exp") or {}
    operator = expansion.get("Op", "")
    if operator in _CUTS:
        parts = _pattern(expansion.get("Word"), double)
        alter, longest = _CUTS[operator]
        return Change(alter, parts, every=longest) if parts is not None else None
    if operator in _CASES and not expansion.get("Word"):
        alter, all_of_them = _CASES[operator]
        return Change(alter, every=all_of_them)
    return None


def _number(tree: _Tree | None) -> int | None:
    if tree and tree.get("Type") == "UnaryArithm" and tree.get("Op") == "-":
        number = _number(tree.get("X"))
        return -number if number is not None else None
    parts = (tree or {}).get("Parts") or [{}]
    text = parts[0].get("Value", "") if len(parts) == 1 and parts[0].get("Type") == "Lit" else ""
    octal = text.startswith("0") and text != "0"
    return int(text) if _NUMBER.fullmatch(text) and not octal else None


def _pattern(word: _Tree | None, double: bool) -> tuple[str, ...] | None:
    """The texts between the asterisks of a pattern without other wildcards."""
    found = [""]
    for part in (word or {}).get("Parts") or ():
        if part.get("Type") != "Lit":
            text = _quoted(part, double)
            if text is None:
                return None
            found[-1] += text
            continue
        text, at = part.get("Value", ""), 0
        while at < len(text):
            match = _BARE.match(text, at)
            if match is None:
                return None
            if match["star"]:
                found.append("")
            else:
                found[-1] += match["escaped"] or match["plain"]
            at = match.end()
    return tuple(found)


def _text(word: _Tree | None, double: bool) -> str | None:
    """What is put in place of something."""
    found = ""
    for part in (word or {}).get("Parts") or ():
        text = part.get("Value", "") if part.get("Type") == "Lit" else _quoted(part, double)
        if text is None or not _PLAIN.fullmatch(text):
            return None
        found += text
    return found


def _quoted(part: _Tree, double: bool) -> str | None:
    match part.get("Type"):
        case "SglQuoted" if not part.get("Dollar") and not double:
            text = part.get("Value", "")
        case "DblQuoted" if all(one.get("Type") == "Lit" for one in part.get("Parts") or ()):
            text = "".join(one.get("Value", "") for one in part.get("Parts") or ())
        case _:
            return None
    return text if _PLAIN.fullmatch(text) else None


def set_names(tree: Any) -> tuple[str, ...]:
    """The variables that arithmetic below a node sets: `x = 1`, `x += 1`, `x++`, and `let "x = 1"`. The texts of a
    command in it are none."""
    names: dict[str, None] = {}
    pending = [(tree, True)]
    while pending:
        inner, texts = pending.pop()
        if isinstance(inner, list):
            pending += [(child, texts) for child in inner]
        elif isinstance(inner, dict):
            operator = inner.get("Op", "")
            if (inner.get("Type") == "BinaryArithm" and _SETS.fullmatch(operator)) or operator in ("++", "--"):
                for part in (inner.get("X") or {}).get("Parts") or ():
                    names[part.get("Value") or (part.get("Param") or {}).get("Value") or ""] = None
            if texts and inner.get("Type") in ("Lit", "SglQuoted"):
                names |= {match[1] or match[2]: None for match in _WRITES.finditer(inner.get("Value", ""))}
            texts = texts and inner.get("Type") not in ("CmdSubst", "ProcSubst")
            pending += [(child, texts) for child in inner.values() if isinstance(child, dict | list)]
    return tuple(name for name in names if name)
