"""Literal credentials that text of any language shows: by what they are called, and by how they are written.

Nothing is concluded from them but what to mask, so a word too many is no harm, and a word too few is. Every search is
linear in the text: what a pattern repeats is bounded, or nothing that follows it can fail.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from migrator.text import values
from migrator.text.patterns import regex
from migrator.text.source import Span
from migrator.text.values import Written

_NAME = regex(
    r"(?i:passw(?:or)?d|passphrase|passcode|(?:store|key|user|db|ssh)pass|sonar\.login|secret|token|credential|authori[sz]ation|cookie|key)"
    r"|(?:(?<![A-Za-z])(?i:pass|pwd|pat|auth|creds?)|(?<=[a-z])(?:Pass|Pwd|Pat|Auth|Creds?)|(?<=[A-Z])(?:PASS|PWD|AUTH))"
    r"(?![a-z]|(?<=[A-Z])[A-Z])"
)
"""What a name says that is given a credential."""
_AFTER = regex(r"[\w.\-]{0,64}")
_FAR = 64
_STEPS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_ABOUT = frozenset(
    {"file", "files", "path", "dir", "folder", "name", "names", "url", "uri", "endpoint", "type", "ttl", "expiry"}
    | {"expires", "expiration", "lifetime", "length", "size", "count", "limit", "max", "min", "stdin", "env", "command"}
    | {"cmd", "policy", "version", "scope", "scopes", "host", "port", "user", "username", "required", "enabled"}
    | {"provider", "manager", "store", "arn", "ref", "prefix", "regex", "pattern", "header", "headers", "field"}
    | {"format", "source", "issuer", "audience", "service", "fd", "helper", "rotation", "method", "mode"}
)
"""The last word of a name that says something of a credential, such as `TOKEN_FILE`."""
_OTHER_KEYS = regex(
    r"public|pub_?key|cache|project|primary|foreign|partition|sort|issue|object|index|bucket|s3|space|group|host|known|"
    r"gpgkey|rpmkey|apt-key|key-?(?:id|ring|server|store|chain|board|word|space|alias|vault|scan|gen|usage)|keys\b|monkey|turkey|map|"
    r"registry[_.-]?key|param|board|row|flag|translation|lookup|hot",
    re.IGNORECASE,
)
"""Names that say `key` and mean none that opens anything."""
_WEAK = regex(r"(?i:key|auth|cookie)")
_STRONG_KEY = regex(
    r"(?i:api|access|secret|private|encryption|signing|master|deploy|ssh|license|account|storage|client|shared|admin|app|"
    r"jwt|hmac|aes|rsa|gpg|pgp|service|session|security)[_.-]?key"
)
_OTHER_WORDS = regex(r"tokeni[sz]|secretar|passwordless|keyword|passport\b")
_OWN = frozenset({"pwd", "oldpwd", "bypass", "compass", "cookie-jar", "cookiejar"})

_SIGN = regex(
    r"(?P<quote>\\{0,3}['\"])?\]?(?P<gap>[ \t]{0,20})"
    r"(?P<sign>:=|\?=|\+=|::=|=>|=(?!=)|:(?!=|//|:))(?P<after>[ \t]{0,20})"
)
_OPTION = regex(
    r"(?:[ \t]*+\\\r?\n[ \t]*+|[ \t]++|\\{0,3}['\"][ \t]*+,?[ \t]*+\r?\n?[ \t]*+(?=['\"\\])|"
    r"\\?['\"]?[ \t]*+\r?\n[ \t]*+-[ \t]++)(?![-\s<>|&;)])"
)
_LISTED = regex(r"(?:^|[\r\n])[ \t]*-[ \t]+['\"]?--?[\w-]{1,80}\Z")
_PAIRED = regex(
    r"['\"][ \t]{1,20}[vV]alue[ \t]{0,5}=[ \t]{0,5}|"
    r"['\"]?[ \t]*[,\r\n][ \t\r\n]{0,60}['\"]?(?:value|default)['\"]?[ \t]{0,20}:[ \t]{0,20}"
)
_SPACED = regex(
    r"(?:\b(?i:set|setx|env|arg|config)|\blogin\s{1,20}\S{1,100})\s{1,20}(?:--?\w{1,20}\s{1,20})?[\w./:@\"'-]{0,60}\Z"
)
_LEAD = regex(r"(?:^|[\r\n])[ \t]*(?:-[ \t]+)?['\"]?\Z")
_BLOCK = regex(r"[|>][0-9+-]{0,2}[ \t]*(?:#[^\r\n]*)?\r?\n")
_TAGGED = regex(r"(?:[&!][^\s,\[\]{}]{0,80}[ \t]{1,20}){1,2}")
_CODE = regex(
    r"(?:(?:new|await|yield|typeof|not)[ \t]|[\w.]{1,80}[(\[]|"
    r"(?:process\.env|os\.environ|env|self|this|args|config|settings|secrets|var|"
    r"local|data|module|vars|inputs|steps|params|props|options)\.\w)"
)
_SCHEME = regex(r"(?i:bearer|basic|token|digest|apikey|negotiate|ntlm)(?:[ \t]+|\Z)")
_EMPTY = frozenset(
    {"true", "false", "yes", "no", "on", "off", "null", "none", "nil", "undefined", "required", "optional", "value"}
)
_FORMAT = regex(r"%[a-z]")
_VARIABLE = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_PATH = regex(
    r"(?:~|\.{1,2})/\S*|/(?:[a-z0-9_.-]{1,40}/)+[\w.-]{0,60}|[\w/-]{1,80}\.(?:pem|key|pub|json|ya?ml|txt|crt|asc|gpg)"
)
_ORDINARY = regex(
    r"[a-z]{1,16}[0-9]{0,2}(?:[-_./ ][a-z]{1,16}[0-9]{0,2}){0,6}/?|"
    r"v?[0-9]{1,6}(?:\.[0-9]{1,6}){0,3}(?:[-.][a-z]{1,12}[0-9]{0,3})?"
)
_SPLIT = regex(r"[^A-Za-z0-9]+")
_PLAIN = regex(
    r"[a-z]+[0-9]{0,4}|[A-Z]+[0-9]{0,4}|[vV]?[0-9]+[a-z]{0,3}|[0-9]{1,4}[a-z]+|(?:[A-Z]?[a-z]{2,}+)++[0-9]{0,2}"
)
_BASE64 = regex(r"[A-Za-z0-9+/_-]{8,}={0,2}")

_PUBLIC = regex(r"public[_.-]?key")
_OTHERWISE = regex(r":?[-=]")
_BRACED = regex(r"[^}\r\n]{0,400}")
_BLANKS = regex(r"['\"]?[ \t]{1,20}")
_FED = regex(
    r"[ \t]{0,20}(?:<<<[ \t]{0,20}|<[ \t]{0,5}<\([ \t]{0,5}(?:echo|printf)[ \t]{1,20}(?:-[neE]{1,3}[ \t]{1,5})?"
    r"(?:['\"]?%s(?:\\n)?['\"]?[ \t]{1,20})?)"
)
_PRINTF = regex(r"\bprintf[ \t]{1,20}-v[ \t]{0,20}\Z")
_DIRECTIVES = regex(r"['\"]?(?:%[sbq](?:\\n)?){1,3}['\"]?[ \t]{1,20}")
_ELSE = regex(r"['\"]?[\])]?[ \t]{0,20}(?:\|\||\?\?|\bor\b|\|[ \t]{0,20}default)[ \t]{1,20}(?=['\"])")
_COMPARED = regex(r"\}?['\"]?[ \t]{1,20}(?:==?|!=)[ \t]{1,20}(?!['\"]{2})")
_REPLACED = regex(r"_{0,4}(?P<sign>[/|#,@:])")
_SUBSTITUTES = regex(r"(?<![\w-])s(?P<sign>[/|#,@:])[^\w\s]{0,4}\w{0,40}\Z")
_SECOND = regex(r"['\"][ \t]{0,20},[ \t]{0,20}(?=['\"])")
_URL = regex(r"://(?P<user>[^\s/@:'\"<>?#]{0,200})(?::(?P<password>[^\s/'\"<>]{0,400}))?@")
_DEFAULT = regex(
    r"(?:(?:^|[\r\n])[ \t]{0,80}(?:-[ \t]{1,20})?|[{,][ \t]{0,20})"
    r"['\"]?default['\"]?[ \t]{0,20}:[ \t]{1,20}(?![\[{|>&*!#\s])"
)
_PRIVATE = regex(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_LINES = regex(r"(?:\s{1,80}[A-Za-z0-9+/=:,]{1,200}|\\n[A-Za-z0-9+/=]{1,200})*+")
_LONGEST_KEY = 20_000
_DECODED = regex(r"\|[ \t]{0,20}(?:base64|openssl)[ \t]{1,20}(?:-d|-D|--decode|base64 -d|enc -d)\b")
_LONGEST_WORD = 4096


def shapes(text: str) -> Iterator[Span]:
    """Where literal credentials stand, in no order, and some more than once."""
    yield from _named(text)
    yield from _in_urls(text)
    yield from _defaults(text)
    yield from _private_keys(text)
    yield from _decoded(text)


def looks_made(text: str) -> bool:
    """Whether a program has made up some of its characters: it is no word, number, version, path or name."""
    return any(
        (len(part) >= 6 and not part.isdigit() and not _PLAIN.fullmatch(part)) or len(part) >= 24
        for part in _SPLIT.split(text)
    )


def _named(text: str) -> Iterator[Span]:
    """Values of names and options that say token, password, secret or key."""
    at = 0
    while hit := _NAME.search(text, at):
        start = _begin(text, hit.start())
        end = _AFTER.match(text, hit.end()).end()  # type: ignore[union-attr]
        at = end
        found = _given_to(text, start, end)
        if found is None:
            continue
        value, sure, header = found
        read = values.literal(text, value)
        for span in read.literals:
            shown = _scheme(text, span) if header else span
            yield from _accepted(text, shown, sure)
        at = max(at, value.end if read.command is None else read.command + 1)


def _given_to(text: str, start: int, end: int) -> tuple[Written, bool, bool] | None:
    """The value that is given to the name there: with whether the name alone makes it a credential, and whether it is
    one of HTTP's. None where none is, or the name says something else."""
    name = text[start:end].strip(".-")
    kind = _kind(name)
    if kind is None:
        return None
    before = text[start - 1] if start else ""
    if (found := _aside(text, start, end)) is not None:
        return found, kind, False
    if before == "{" and text[max(0, start - 2) : start] == "${":
        return _default_of(text, end, kind)
    option = text.startswith("-", start)
    header = "authori" in name.lower() or "cookie" in name.lower()
    if before == "<" and text.startswith(">", end):
        close = text.find("<", end, end + _LONGEST_WORD)
        return (Written((Span(end + 1, close),), close), kind, False) if close > 0 else None
    sign = _SIGN.match(text, end)
    if sign is None:
        spaced = _spaced(text, start, end, option)
        if spaced is None:
            return None
        return _password(text, name, values.word(text, spaced)), kind, False
    if before == "$" and not (sign["gap"] and text.startswith(("'", '"'), sign.end())):
        return None
    found = _signed(text, start, sign, before)
    if found is None:
        return None
    upper = name.isupper() and "=" in sign["sign"]
    found = _password(text, name, found)
    return found, kind or (upper and not _is_path(text, found)) or _docker(name, sign, text, found), header


def _aside(text: str, start: int, end: int) -> Written | None:
    """The value that a name is compared with, that stands in for it, or that `sed` puts in its place."""
    if otherwise := _ELSE.match(text, end):
        return values.word(text, otherwise.end())
    shell = text[max(0, start - 2) : start].lstrip("{ \"'")[-1:] in ("$", "{")
    if shell and (compared := _COMPARED.match(text, end)):
        return values.word(text, compared.end())
    sign = _REPLACED.match(text, end)
    begun = sign and _SUBSTITUTES.search(text[max(0, start - 60) : start])
    if sign and begun and begun["sign"] == sign["sign"]:
        close = text.find(sign["sign"], sign.end(), sign.end() + _LONGEST_WORD)
        return Written((Span(sign.end(), close),), close) if close > 0 else None
    return None


def _kind(name: str) -> bool | None:
    """Whether a name says that it is given a credential; False where its value must look like one; None where it is
    about something else."""
    small = name.lower()
    if small in _OWN or _OTHER_WORDS.match(small) or small.startswith(("set-", "get-", "delete-", "create-")):
        return None
    steps = _STEPS.findall(name)
    last = steps[-1].lower() if steps else ""
    if last in _ABOUT or (last == "id" and "secret" not in small):
        return None
    if last == "tokens":
        return False
    strong = any(not _WEAK.fullmatch(one[0]) for one in _NAME.finditer(name)) or "uthori" in name
    if strong or _STRONG_KEY.search(name):
        return None if _PUBLIC.search(small) else True
    return None if _OTHER_KEYS.search(small) else False


def _default_of(text: str, end: int, kind: bool) -> tuple[Written, bool, bool] | None:
    """`${TOKEN:-value}`."""
    sign = _OTHERWISE.match(text, end)
    if sign is None:
        return None
    close = _BRACED.match(text, sign.end()).end()  # type: ignore[union-attr]
    return Written((Span(sign.end(), close),), close), kind, False


def _begin(text: str, at: int) -> int:
    """Where the word begins of which something stands there."""
    first = max(0, at - _FAR)
    while at > first and (text[at - 1].isalnum() or text[at - 1] in "_.-"):
        at -= 1
    return at


def _spaced(text: str, start: int, end: int, option: bool) -> int | None:
    """Where the value stands that follows an option, or a name in a command that sets it, behind blanks."""
    if _PRINTF.search(text[max(0, start - 30) : start + 2 * text.startswith("-v", start)]):
        blanks = _BLANKS.match(text, end)
        directives = _DIRECTIVES.match(text, blanks.end()) if blanks else None
        return directives.end() if directives else blanks.end() if blanks else None
    if option:
        found = _OPTION.match(text, end)
        if found is None or ("\n" in found[0] and "\\" not in found[0] and not _list_item(text, end)):
            return None
        return found.end()
    if paired := _PAIRED.match(text, end):
        return paired.end()
    if fed := _FED.match(text, end):
        return fed.end()
    called = text[max(0, start - 2) : start] in ("('", '("')
    if called and (second := _SECOND.match(text, end)):
        return second.end()
    blanks = _BLANKS.match(text, end)
    if blanks and _SPACED.search(text[max(0, start - 200) : start]):
        return blanks.end()
    return None


def _list_item(text: str, end: int) -> bool:
    return _LISTED.search(text[max(0, end - 120) : end]) is not None or text[end : end + 1] in ("'", '"', "\\")


def _signed(text: str, start: int, sign: re.Match[str], before: str) -> Written | None:
    at = sign.end()
    colon = sign["sign"].startswith(":") and sign["sign"] != ":="
    if colon and before in ("/", "@", ":") and not sign["after"]:
        return None
    if tagged := _TAGGED.match(text, at):
        at = tagged.end()
    if text.startswith(("'", '"', "\\"), at) or _quoted_with_prefix(text, at):
        return values.word(text, at)
    if not colon:
        spaced = bool(sign["gap"] or sign["after"])
        if spaced and (_CODE.match(text, at) or sign["sign"] == "=>"):
            return None
        return values.word(text, at + (not spaced and text.startswith("(", at)))
    if not (sign["after"] or sign["quote"] or _tight(text, start, at, before)):
        return None
    if block := _BLOCK.match(text, at):
        return _block(text, start, block.end())
    if text[at : at + 1] in ("", "[", "{", "*", "\r", "\n", "#") and not text.startswith("{{", at):
        return None
    if before in ("'", '"') and not sign["quote"]:
        return values.until(text, at, before)
    key = not sign["quote"] and _LEAD.search(text[max(0, start - 80) : start])
    if not key and _CODE.match(text, at):
        return None
    if key:
        return values.line(text, at)
    return values.word(text, at)


def _tight(text: str, start: int, at: int, before: str) -> bool:
    """Whether `name:value` without a blank is no image with a tag."""
    return before in ("'", '"') or text.startswith("pass:", start) or _looks_at(text, at)


def _quoted_with_prefix(text: str, at: int) -> bool:
    return text[at : at + 1] in "rbfuRBFU$" and text[at + 1 : at + 2] in ("'", '"')


def _looks_at(text: str, at: int) -> bool:
    found = values.word(text, at)
    return any(looks_made(text[one.start : one.end]) for one in found.regions)


def _block(text: str, start: int, at: int) -> Written:
    """The lines of a block scalar, of a key on the line of `start`."""
    first = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    indent = len(text[first:start]) - len(text[first:start].lstrip(" -"))
    lines = re.compile(rf"(?:[ ]{{{indent + 1}}}[^\r\n]*(?:\r?\n|\Z)|[ \t]*\r?\n)*+").match(text, at)
    end = lines.end() if lines else at
    return Written((Span(at, end),), end)


def _password(text: str, name: str, value: Written) -> Written:
    """Of what `--creds` and `--auth` are given, a user name and a password with a colon between them, the password."""
    pair = name.lower() == "auth" or name.lower().endswith(("creds", "cred", "-auth"))
    return (values.behind(text, value, ":") if pair else None) or value


def _docker(name: str, sign: re.Match[str], text: str, value: Written) -> bool:
    """`"auth": "dXNlcjpzZWNyZXQ="`, `_auth=…`."""
    if name.lower().removeprefix("_") != "auth" or not value.regions:
        return False
    shown = text[value.regions[0].start : value.regions[0].end]
    return bool(_BASE64.fullmatch(shown)) and not _ORDINARY.fullmatch(shown) and bool(sign)


def _is_path(text: str, value: Written) -> bool:
    return any(_PATH.fullmatch(text, one.start, one.end) for one in value.regions)


def _scheme(text: str, span: Span) -> Span:
    """Without the word that says how a credential is meant, such as `Bearer`."""
    start = span.start + len(text[span.start : span.end]) - len(text[span.start : span.end].lstrip())
    found = _SCHEME.match(text, start, span.end)
    return Span(found.end(), span.end) if found else span


def _accepted(text: str, span: Span, sure: bool) -> Iterator[Span]:
    """The span without blanks around it, if it may be a credential."""
    shown = text[span.start : span.end]
    start = span.start + len(shown) - len(shown.lstrip())
    end = span.end - (len(shown) - len(shown.rstrip()))
    shown = shown.strip()
    bare = shown.strip(",;]})")
    if not any(char.isalnum() for char in shown) or bare.lower() in _EMPTY or _SCHEME.fullmatch(bare):
        return
    if _VARIABLE.fullmatch(bare) or bare.startswith(("id=", "type=")) or _FORMAT.fullmatch(bare):
        return
    if sure or looks_made(bare):
        yield Span(start, end)


def _in_urls(text: str) -> Iterator[Span]:
    """`https://user:password@host`; a user name alone where it looks like a token."""
    for match in _URL.finditer(text):
        user, password = match["user"], match["password"]
        if password:
            yield from _all_of(text, Span(*match.span("password")))
        if user and (looks_made(user) or password in ("", "x-oauth-basic")):
            yield from _all_of(text, Span(*match.span("user")))


def _all_of(text: str, span: Span) -> Iterator[Span]:
    for one in values.literal(text, Written((span,), span.end)).literals:
        yield from _accepted(text, one, True)


def _defaults(text: str) -> Iterator[Span]:
    """Defaults of variables that people are asked for, unless they are plain words or numbers."""
    at = 0
    while match := _DEFAULT.search(text, at):
        quoted = text[match.end()] in "'\""
        value = values.word(text, match.end()) if quoted else values.line(text, match.end())
        for span in values.literal(text, value).literals:
            if not _ORDINARY.fullmatch(text[span.start : span.end].strip(" \t,}")):
                yield from _accepted(text, span, True)
        at = max(match.end(), value.end)


def _private_keys(text: str) -> Iterator[Span]:
    begun = [match.end() for match in _PRIVATE.finditer(text)]
    ends = [match.start() for match in re.finditer("-----END", text)] if begun else []
    at = 0
    for start in begun:
        if start < at:
            continue
        index = bisect_left(ends, start)
        if index < len(ends) and ends[index] - start < _LONGEST_KEY:
            at = ends[index]
        elif lines := _KEY_LINES.match(text, start, start + _LONGEST_KEY):
            at = lines.end()
        yield Span(start, max(start, at))


def _decoded(text: str) -> Iterator[Span]:
    """What is decoded as it stands: `echo c2VjcmV0 | base64 -d`."""
    for match in _DECODED.finditer(text):
        before = text[max(0, match.start() - _LONGEST_WORD) : match.start()].rstrip(" \t'\"")
        word = before[-len(before.rsplit(None, 1)[-1]) :] if before.strip() else ""
        word = word.lstrip("'\"")
        if _BASE64.fullmatch(word):
            end = max(0, match.start() - _LONGEST_WORD) + len(before)
            yield Span(end - len(word), end)
