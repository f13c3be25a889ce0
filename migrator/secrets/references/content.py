"""What bytes are: text, or not; and the words in them, quickly."""

from __future__ import annotations

import re
from collections.abc import Iterable

from migrator.text.patterns import regex

_WORDS = bytes(i if chr(i).isascii() and (chr(i).isalnum() or i == 0x5F) else 0x20 for i in range(256))
_CONTROL = regex(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\0asm", b"!<arch>\n")
_MEDIA = regex(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|GIF8[79]a|\0\0[\x01\x02]\0[\x01-\xff]\0|RIFF.{4}(?:WEBP|WAVE|AVI )|"
    rb"II\*\0|MM\0\*|wOF[F2]|OTTO|ttcf|\0\x01\0\0\0|.{34}LP|%PDF-|.{4}ftyp|ID3|OggS|fLaC|8BPS",
    re.DOTALL,
)
"""How pictures, fonts, documents, sounds and films begin."""
_ARCHIVES = regex(r".*\.(?:jar|war|ear|exe|dll|so|dylib|class|pyc|whl|egg|node|wasm|msi|deb|rpm|apk)", re.I | re.S)


def words(data: bytes) -> set[bytes]:
    """Everything that could be the name of a variable, as written. Linear, and the same for any number of names."""
    return set(data.translate(_WORDS).split())


def text(data: bytes) -> str | None:
    """The characters, without a byte order mark; None where it is not text. Bytes that are no UTF-8 survive."""
    if is_utf16(data):
        return data.decode("utf-16")
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


def is_media(data: bytes) -> bool:
    """Whether it is a picture, a font or the like, which no program runs."""
    return not data.startswith(_PROGRAMS) and _MEDIA.match(data) is not None


def held(data: bytes, names: Iterable[str]) -> list[str]:
    """The names that stand in the bytes in UTF-8 or UTF-16, also as part of a longer word."""
    return [
        name
        for name in names
        if name.encode() in data or b"\0".join(name.encode()[i : i + 1] for i in range(len(name))) in data
    ]
