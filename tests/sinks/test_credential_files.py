"""Pairs that a script writes into `.pypirc` and `.netrc`: the ones of which all is known."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sinks.credential_files import find_written_logins
from tests.flow.reading import BOOK, follow

BB = "repository = https://pypi.apkg.io/acme\nusername = $U\npassword = $T\n"
FILES = {"made.sh": f"cat <<EOF\n[bb]\n{BB}EOF\n"}
HOST = "machine pypi.apkg.io"


def logins(script: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (one.config, one.username.symbol(), one.password.symbol())
        for one in find_written_logins(follow(script, FILES), BOOK)
    ]


def pypirc(text: str, end: str = "EOF", path: str = "~/.pypirc") -> str:
    return f"cat > {path} <<{end}\n{text}\nEOF\n"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"[bb]\n{BB}", ["bb"]),
        (f"# a\n  ; b\n\n[bb]  \n{BB}[other]\n", ["bb"]),
        (f"[a]\n{BB}[b]\n{BB}", ["a", "b"]),
        (f"[a]\n{BB}[a]\n{BB}", []),
        (f"[bb]\nusername = x\n[a]\n{BB}", ["a"]),
        (f"[bb]\n{BB.replace('repository', 'REPOSITORY').replace(' = ', ':')}", ["bb"]),
        (f"[bb]\n{BB}ca_cert = a\n", ["bb"]),
        (f"[bb]\n{BB.replace('$T', '$T  ')}", ["bb"]),
        (f"[bb]\n{BB}# a\n  ; b\n\n", ["bb"]),
        (f"[bb]\n{BB}  more\n", []),
        (f"[bb]\n{BB}  more = x\n", []),
        (f"[bb]\nmore\n{BB}", []),
        (f"[bb]\n{BB.replace('username', 'more' + chr(10) + 'username')}", []),
        (f"[bb]\n{BB}ca_cert =\r\n", []),
        (f"[bb]\n{BB}more\n", []),
        (f"[bb]\n{BB}ca_cert =\n", []),
        (f"[bb]\n{BB}ca_cert =\f\n", []),
        (f"[bb]\n{BB}username = $V\n", []),
        (f"[bb]\n{BB}password = $V\n", []),
        (f"[bb]\n{BB}repository = https://pypi.apkg.io/acme\n", []),
        (f"[bb]\n{BB.replace('https://pypi.apkg.io/acme', '$WHERE')}", []),
        (f"[bb]\n{BB}repository = https://up.acme.example\n", []),
        (f"[bb]\nrepository = https://up.acme.example\n{BB}", []),
        (f"[bb]\nrepository = $WHERE\n{BB}", []),
        (f"[bb]\n{BB.replace('pypi.', 'npm.')}", []),
        (f"[bb]\n{BB.replace('pypi.apkg.io', 'up.acme.example')}", []),
        (f"[bb]\n{BB.replace('password', 'passwords')}", []),
        (f"[bb]\n{BB.replace('username = $U', '')}", []),
        (f"[bb]\n{BB.replace('repository', 'index')}", []),
    ],
)
def test_a_section_with_one_address_and_one_pair_is_a_login(text: str, names: list[str]) -> None:
    assert logins(pypirc(text)) == [(f".pypirc {name}", "${U}", "${T}") for name in names]


@pytest.mark.parametrize(
    ("half", "found"),
    [
        ("dev@acme.example  ", "dev@acme.example"),
        ("a b", "a b"),
        ("$U ", "${U}"),
        ("x$U", "x${U}"),
        ("${U:-x}", None),
        ("a\\\\b", None),
        ("\\$U", None),
        ("\\$A$U", None),
        ("$(cat u)", None),
    ],
)
def test_a_half_is_what_the_client_reads_there(half: str, found: str | None) -> None:
    assert [one[1] for one in logins(pypirc(f"[bb]\n{BB.replace('$U', half)}"))] == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (f"{HOST} login $U password $T", ["pypi.apkg.io"]),
        (f"{HOST}\n  login $U\n  password $T\n", ["pypi.apkg.io"]),
        (f"{HOST} password $T login $U", ["pypi.apkg.io"]),
        (f"machine a.example login x password y\n{HOST} login $U password $T", ["pypi.apkg.io"]),
        (f"{HOST} login $U password $T\nmachine a.example login x password y", ["pypi.apkg.io"]),
        ("machine PyPI.apkg.io login $U password $T", ["pypi.apkg.io"]),
        (f"{HOST} login $U password $T\n{HOST} login $U password $T", []),
        (f"{HOST} login $U password $T\nmachine PyPI.apkg.io login $U password $T", []),
        (f"{HOST} login $U password $T\ndefault login x password y", []),
        (f"{HOST} login $U password $T account x", []),
        (f"login $U password $T {HOST}", []),
        (f"{HOST} login $U password", []),
        (f"{HOST} login $U", []),
        (f"{HOST} password $T", []),
        (f"{HOST} login $U login $V password $T", []),
        (f"{HOST} login $U password $T password $V", []),
        (f"{HOST} login \\$U password $T", []),
        ("machine npm.apkg.io login $U password $T", []),
        ("machine a.example login $U password $T", []),
        ("machine", []),
    ],
)
def test_a_machine_with_one_pair_is_a_login(text: str, names: list[str]) -> None:
    assert logins(pypirc(text, path="~/.netrc")) == [(f".netrc {name}", "${U}", "${T}") for name in names]


WRITES = pypirc(f"[bb]\n{BB}")
MACHINE = pypirc(f"{HOST} login $U password $T", path="~/.netrc")


@pytest.mark.parametrize(
    ("script", "known"),
    [
        (WRITES, True),
        (WRITES.replace("~", "/root"), True),
        (WRITES.replace("~", '"$HOME"'), True),
        (WRITES.replace("username", "EOF\ncat >> ~/.pypirc <<EOF\nusername"), True),
        (WRITES.replace("~", "/srv"), False),
        (WRITES.replace("~/", ""), False),
        (WRITES.replace("~", "$WHERE"), False),
        (WRITES + WRITES.replace("~", "/srv").replace("U", "V"), False),
        (f"if [ $X ]; then\n{WRITES}fi\n", True),
        (f"{WRITES}[ $X ] && echo '[other]' >> ~/.pypirc\n", False),
        (f"{WRITES}for one in a b; do echo '[other]' >> ~/.pypirc; done\n", False),
        (f"{WRITES}echo '[other]' >> ~/.pypirc\n", True),
        (f'{WRITES}echo "# $(x)" >> ~/.pypirc\n', False),
        (f"P='a b'\n{WRITES.replace('[bb]', '[bb]' + chr(10) + 'ca_cert = $P')}", False),
        (f"P=ab\n{WRITES.replace('[bb]', '[bb]' + chr(10) + 'ca_cert = $P')}", True),
        (f"{WRITES}sed -i s/a/b/ ~/.pypirc\n{MACHINE}", True),
        (f"export TWINE_USERNAME=x\n{WRITES}{MACHINE}", True),
        (f"{WRITES.replace('~', '/srv')}{MACHINE}", True),
        (WRITES.replace("cat >", "tee"), False),
        (f"{WRITES}echo '# .pypirc' >> ~/.pypirc\n", True),
        ("sh made.sh > ~/.pypirc\n", False),
        (f"look() {{ ls; }}\n{WRITES}look ~/.pypirc\n", True),
        (f"for one in a b; do\n{WRITES}done\n", False),
        (f"put() {{\n{WRITES}}}\nput\n", False),
        (f"put() {{\n{WRITES}}}\n$X\n", False),
        (f"{WRITES}put() {{ echo '[other]' >> ~/.pypirc; }}\nput\n", False),
        (f"eval 'echo {HOST} login ci password x' > ~/.netrc\n", False),
        (f"[ $X ] && F=~/.pypirc || F=/srv/.pypirc\n{WRITES.replace('~/.pypirc', '$F')}", False),
        (f"put() {{\n{WRITES}}}\ntrue\n", False),
        (f"{WRITES}sed -i s/a/b/ ~/.pypirc\n", False),
        (f"{WRITES}cp x ~/_pypirc\n", False),
        (f"{WRITES}chmod 600 ~/.pypirc\nls ~/.pypirc\nrm ~/.pypirc\nshred ~/.pypirc\n", True),
        (f"mkdir ~/.pypirc\ntouch ~/.pypirc\n{WRITES}[ -f ~/.pypirc ]\ntest -f ~/.pypirc\n", True),
        (f"{WRITES}twine upload --config-file ~/.pypirc d/*\n", False),
        (f"{WRITES}sed -i s/a/b/ ~/.netrc\n", True),
        (f"export TWINE_USERNAME=x\n{WRITES}", False),
        (f"{WRITES}TWINE_PASSWORD=x\n", False),
        (f"export TWINE_PASSWORD_FILE=x\n{WRITES}", True),
        (MACHINE, True),
        (f"export TWINE_USERNAME=x\n{MACHINE}", True),
        (f"{MACHINE}cp x ~/_netrc\n", False),
        (MACHINE.replace("<<EOF", "<<'EOF'"), False),
        (f"[ $X ] && U=a || U=b\n{MACHINE}", False),
        (f"[ $X ] && Z=a || Z=b\n{MACHINE.replace('machine', '$Z machine')}", False),
    ],
)
def test_both_halves_are_written_once_and_nothing_else_has_to_do_with_the_file(script: str, known: bool) -> None:
    found = logins(script)
    assert bool(found) == known
    assert {one[1:] for one in found} <= {("${U}", "${T}")}


def test_the_login_is_of_the_last_command_that_writes_and_of_its_client() -> None:
    script = f"cat > ~/.pypirc <<EOF\n[bb]\nEOF\ncat >> ~/.pypirc <<EOF\n{BB}EOF\n"
    flow = follow(script + MACHINE)
    first, second = find_written_logins(flow, BOOK)
    assert (first.client, first.host, first.writers) == ("twine", "pypi.apkg.io", flow.commands[:2])
    assert first.command is flow.commands[1]
    assert (second.client, second.rule) == ("netrc", BOOK.package_clients["netrc"].rule)
    assert [one.rule for one in find_written_logins(flow, replace(BOOK, package_clients={}))] == ["", ""]
