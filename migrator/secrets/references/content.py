"""What bytes are: text, or not; and the words in them, quickly."""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = bytes(i if chr(i).isascii() and (chr(i).isalnum() or i == 0x5F) else 0x20 for i in range(256))
_CONTROL = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\0asm", b"!<arch>\n")
_ARCHIVES = re.compile(r".*\.(?:jar|war|ear|exe|dll|so|dylib|class|pyc|whl|egg|node|wasm|msi|deb|rpm|apk)", re.I | re.S)


def words(data: bytes) -> set[bytes]:
    """Everything that could be the name of a variable, as written. Linear, and the same for any number of names."""
    return set(data.translate(_WORDS).split())


def text(data: bytes) -> str | None:
    """The characters, without a byte order mark; None where it is not text. Bytes that are no UTF-8 survive."""
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        return None if _CONTROL.search(data) else data.decode("utf-8", "surrogateescape")
    return None if "\0" in decoded else decoded


def is_utf16(data: bytes) -> bool:
    if not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    try:
        data.decode("utf-16")
    except UnicodeDecodeError:
        return False
    return True


def is_program(path: str, data: bytes) -> bool:
    """Whether what is not text can be run or loaded, by its first bytes or its name."""
    return data.startswith(_PROGRAMS) or _ARCHIVES.fullmatch(path) is not None


def held(data: bytes, names: Iterable[str]) -> list[str]:
    """The names that stand in the bytes in UTF-8 or UTF-16, also as part of a longer word."""
    return [
        name
        for name in names
        if name.encode() in data or b"\0".join(name.encode()[i : i + 1] for i in range(len(name))) in data
    ]
