"""Credentials that clients find by the name of an index, or in its address."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.sinks.credential_files import find_written_logins
from migrator.sinks.images import found_by
from migrator.sinks.index_addresses import Addresses, known_addresses, publishing_addresses
from migrator.sinks.index_urls import find_url_logins
from migrator.sinks.indexes import find_index_logins, index_uploads, own_calls
from migrator.sinks.logins import Login
from tests.flow.reading import BOOK, follow

URL = "https://pypi.apkg.io/acme"
HERE = "pypi.apkg.io/acme"
ADDRESS = "https://$U:$T@pypi.apkg.io/acme/simple"
UV = f'[[tool.uv.index]]\nname = "my-bb"\nurl = "{URL}"\n'
POETRY = f'[[tool.poetry.source]]\nname = "bb"\nurl = "{URL}/"\n'
PAIR = "export UV_INDEX_MY_BB_USERNAME=$U UV_INDEX_MY_BB_PASSWORD=$T\n"
BASIC = "export POETRY_HTTP_BASIC_BB_USERNAME=$U POETRY_HTTP_BASIC_BB_PASSWORD=$T\n"
STORED = ("${UV_INDEX_MY_BB_USERNAME}", "${UV_INDEX_MY_BB_PASSWORD}")
Half = str | None


def halves(logins: list[Login]) -> list[tuple[Half, Half]]:
    return [(one.username.symbol(), one.password.symbol()) for one in logins]


def by_name(script: str, files: dict[str, str]) -> list[Login]:
    return list(find_index_logins(follow(script), BOOK, files.get, lambda: files))


def addresses(client: str, script: str, files: dict[str, str]) -> Addresses:
    flow = follow(script)
    found = found_by(flow, BOOK, files.get, lambda: files)
    return known_addresses(flow.commands, BOOK.indexes[client], BOOK, found)


@pytest.mark.parametrize(
    ("client", "script", "files", "found"),
    [
        ("uv", "uv sync", {}, {}),
        ("uv", "uv sync", {"pyproject.toml": UV, "sub/uv.toml": UV.replace("tool.uv.", "")}, {"MY_BB": {HERE}}),
        ("uv", "uv sync", {"pyproject.toml": UV.replace("my-bb", "a.b 1")}, {"A_B_1": {HERE}}),
        ("uv", "uv sync", {"uv.toml": UV}, {}),
        ("uv", "uv sync", {"pyproject.txt": UV}, {}),
        ("uv", "uv sync", {"pyproject.toml": "[tool]\nuv = 1\n"}, {}),
        ("uv", "uv sync", {"pyproject.toml": "[tool.uv]\nindex = [1, {name = 'a'}, {url = 'b'}]\n"}, {}),
        ("uv", "uv sync", {"pyproject.toml": UV, "uv.toml": "["}, {"MY_BB": {HERE, ""}}),
        ("uv", "uv sync", {"uv.toml": "["}, {}),
        ("uv", "echo > pyproject.toml\nuv sync", {"pyproject.toml": UV}, {}),
        (
            "uv",
            f"uv sync --index a={URL} --default-index=b=http://x.example/y",
            {},
            {"A": {HERE}, "B": {"x.example/y"}},
        ),
        ("uv", f"uv sync --index a={URL} --index a=https://x.example/", {}, {"A": {HERE, "x.example"}}),
        ("uv", f"uv sync --index {URL}", {}, {}),
        ("uv", "uv sync --index a=/srv/x", {}, {"A": {""}}),
        ("uv", "uv sync", {"uv.toml": "[[index]]\nname = 'a'\nurl = 5\n"}, {}),
        (
            "uv",
            "uv sync --index a=$X --index b=https://$X/y --index c=https://u:p@pypi.apkg.io/z",
            {},
            {"A": {""}, "B": {""}, "C": {""}},
        ),
        ("uv", f"export UV_INDEX='a={URL} b=https://x.example/y'\nuv sync", {}, {"A": {HERE}, "B": {"x.example/y"}}),
        ("uv", f"[ $X ] && I=a={URL} || I=b={URL}\nuv sync --index $I", {}, {"A": {HERE}, "B": {HERE}}),
        ("poetry", "poetry install", {"pyproject.toml": POETRY}, {"BB": {HERE}}),
        (
            "poetry",
            "poetry install",
            {"poetry.toml": f"[repositories.bb]\nurl = '{URL}'\n[repositories]\na = 1\n"},
            {"BB": {HERE}},
        ),
        ("poetry", f"export POETRY_REPOSITORIES_BB_URL={URL} POETRY_BB_URL=x\npoetry publish", {}, {"BB": {HERE}}),
        ("poetry", f"POETRY_REPOSITORIES_BB_URL={URL} poetry publish", {}, {"BB": {HERE}}),
        ("poetry", f"POETRY_REPOSITORIES_BB={URL} poetry publish", {}, {}),
        ("poetry", "POETRY_REPOSITORIES_BB_URL=$X poetry publish", {}, {"BB": {""}}),
        ("poetry", f"poetry config --local repositories.bb {URL}", {}, {"BB": {HERE}}),
        ("poetry", "poetry config repositories.bb $X", {}, {"BB": {""}}),
        (
            "poetry",
            f"poetry config other.bb {URL}\npoetry add repositories.bb {URL}\npip config repositories.bb {URL}",
            {},
            {},
        ),
        ("poetry", "poetry config repositories.bb", {}, {}),
    ],
)
def test_an_index_has_each_address_that_a_call_may_find(
    client: str, script: str, files: dict[str, str], found: Addresses
) -> None:
    assert addresses(client, script, files) == found


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        (f"{PAIR}uv sync", {"pyproject.toml": UV}, [("${U}", "${T}")]),
        ("uv sync", {"pyproject.toml": UV}, [STORED]),
        ("uv sync", {"pyproject.toml": UV.replace("pypi.", "npm.")}, []),
        ("uv sync", {"pyproject.toml": UV.replace("apkg.io", "a.example")}, []),
        (f"{PAIR}uv sync", {"pyproject.toml": UV.replace("apkg.io", "a.example")}, []),
        (f"{PAIR}uv sync", {"pyproject.toml": UV + UV.replace("apkg.io", "a.example")}, [("${U}", "${T}")]),
        (f"{PAIR}uv sync", {}, [("${U}", "${T}")]),
        (PAIR.removeprefix("export ") + "uv sync", {}, []),
        (PAIR.removeprefix("export ") + "uv sync", {"pyproject.toml": UV}, [STORED]),
        ("export UV_INDEX_MY_BB_USERNAME\nuv sync", {"pyproject.toml": UV}, [STORED]),
        ("uv sync", {"pyproject.toml": UV + UV.replace("apkg.io", "a.example")}, [STORED]),
        (f"{PAIR}uv version\nuv publish\nuv --version", {"pyproject.toml": UV}, []),
        ("uv\npoetry --version", {"pyproject.toml": UV + POETRY}, []),
        (f"{PAIR}uv run pytest", {"pyproject.toml": UV}, [("${U}", "${T}")]),
        ("export UV_INDEX__USERNAME=$U UV_INDEX_MY_BB_PASS=$T\nuv sync", {}, []),
        ("export UV_INDEX_MY_BB_PASSWORD=$T\nuv sync", {"pyproject.toml": UV}, [(STORED[0], "${T}")]),
        ("echo x > ~/.netrc\nuv sync", {"pyproject.toml": UV}, []),
        ("export UV_INDEX_MY_BB_PASSWORD=$T\necho x > ~/.netrc\nuv sync", {"pyproject.toml": UV}, [(None, "${T}")]),
        ("uv $WHAT", {"pyproject.toml": UV}, [STORED]),
        (f"{BASIC}poetry install", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        ("uv() { true; }\nuv sync", {"pyproject.toml": UV}, []),
        ("export A=$T\npip install web", {"pyproject.toml": UV}, []),
        (f"{BASIC}poetry run web", {"pyproject.toml": POETRY}, []),
        (f"{BASIC}poetry version", {"pyproject.toml": POETRY}, []),
        (f"{BASIC}poetry publish", {"pyproject.toml": POETRY}, []),
        (f"{BASIC}poetry publish -r bb", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        (f"{BASIC}poetry publish -r other", {"pyproject.toml": POETRY}, []),
        (f"{BASIC}poetry publish -r other -r bb", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        (f"{BASIC}poetry publish -r bb -u a -u $A", {"pyproject.toml": POETRY}, [("${A}", "${T}")]),
        (f"{BASIC}poetry publish -r $R", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        ("poetry publish -r $R -p $T", {}, [(None, "${T}")]),
        ("poetry publish -r $R -u $U", {}, [("${U}", None)]),
        (f"{BASIC}poetry publish --dist-dir -r -r bb", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        (f"{BASIC}poetry publish -r bb -u", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        ("UV_INDEX_MY_BB_USERNAME=$U UV_INDEX_MY_BB_PASSWORD=$T uv sync", {}, [("${U}", "${T}")]),
        ("export UV_INDEX_MY_BB_USERNAME=$U\nuv sync", {}, [("${U}", STORED[1])]),
        ("export UV_INDEX_MY_BB_PASSWORD=$T\nuv sync", {}, [(STORED[0], "${T}")]),
        ("export UV_INDEX_USERNAME=$U UV_INDEX_A_PASSWORDS=$T MY_UV_INDEX_A_USERNAME=$U\nuv sync", {}, []),
        ("poetry config http-basic.bb $U $T", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        ("poetry config http-basic.bb $U", {"pyproject.toml": POETRY}, [("${U}", None)]),
        ("poetry config http-basic.bb $U $T $X", {"pyproject.toml": POETRY}, [("${U}", None)]),
        ("poetry config pypi-token.bb $T", {"pyproject.toml": POETRY}, [(None, "${T}")]),
        ("poetry config pypi-token.bb $T\npoetry publish -r bb", {"pyproject.toml": POETRY}, [(None, "${T}")]),
        ("poetry config http-basic.bb $U $T\npoetry install", {"pyproject.toml": POETRY}, [("${U}", "${T}")]),
        ("export BB=1 POETRY_PYPI_TOKEN_BB=$T\npoetry install", {}, []),
        ("export POETRY_PYPI_TOKEN_BB=$T\npoetry publish -r bb", {"pyproject.toml": POETRY}, [(None, "${T}")]),
        ("export POETRY_PYPI_TOKEN_BB\npoetry publish -r bb -u a -p $P", {"pyproject.toml": POETRY}, [("a", "${P}")]),
        (f"{BASIC}poetry publish -r ''", {"pyproject.toml": POETRY}, []),
        (
            "POETRY_PYPI_TOKEN_BB=$T\npoetry publish -r bb -p $P",
            {"pyproject.toml": POETRY},
            [("${POETRY_HTTP_BASIC_BB_USERNAME}", "${P}")],
        ),
        ("twine upload d/*", {"pyproject.toml": UV}, []),
    ],
)
def test_the_halves_beside_an_index_are_those_that_the_call_finds(
    script: str, files: dict[str, str], found: list[tuple[Half, Half]]
) -> None:
    assert halves(by_name(script, files)) == found


def test_a_login_by_the_name_of_an_index_knows_its_host_or_what_that_comes_from() -> None:
    (one,) = by_name(f"{PAIR}uv sync", {"pyproject.toml": UV})
    assert (one.host, one.host_subject, one.config, one.alone) == (
        "pypi.apkg.io",
        "",
        f"uv MY_BB {one.command.order}",
        (),
    )
    assert [sink.variable for sink in one.sinks] == ["UV_INDEX_MY_BB_USERNAME", "UV_INDEX_MY_BB_PASSWORD"]
    assert (one.registry, one.perhaps) == (BOOK.registry("pypi.apkg.io"), None)
    (one,) = by_name(f"x --index my-bb=https://a.example\n{PAIR}uv sync", {"pyproject.toml": UV})
    assert one.host == "pypi.apkg.io"
    (one,) = by_name(f"{PAIR}uv sync", {"pyproject.toml": UV + UV.replace("apkg.io", "a.example")})
    assert (one.host, one.host_subject, one.registry) == ("", "the address of the index MY_BB", None)
    assert one.perhaps is BOOK.registry("pypi.apkg.io")
    (one,) = by_name(f"{PAIR}uv sync", {})
    assert (one.host_subject, one.registry, one.perhaps) == ("the address of the index MY_BB", None, None)
    (one,) = by_name("poetry publish -r $R -u $U -p $T", {})
    assert (one.host_subject, [sink.channel.value for sink in one.sinks]) == (
        "the address of the index",
        ["option"] * 2,
    )
    script = "poetry publish -r bb --username=$U -p $T"
    (one,) = by_name(script, {"pyproject.toml": POETRY})
    assert [script[sink.origin.start : sink.origin.end] for sink in one.sinks] == ["--username=$U", "$T"]
    (one,) = by_name("env -S 'poetry publish -r bb -u ci -p b'", {"pyproject.toml": POETRY})
    assert [(sink.value.text, sink.origin) for sink in one.sinks] == [("ci", one.command.span), ("b", one.command.span)]
    (one,) = by_name(f"{BASIC}poetry publish -r bb -p $P", {"pyproject.toml": POETRY})
    assert [use.reference for use in one.alone or ()] == [HERE]
    (one,) = by_name(f"{BASIC}poetry publish -r bb", {"pyproject.toml": POETRY, "poetry.toml": "["})
    assert [use.reference for use in one.alone or ()] == [HERE]
    (one,) = by_name("poetry config http-basic.bb $U $T", {"pyproject.toml": POETRY})
    assert (one.config, one.alone, one.sinks) == ("poetry BB", None, ())


def test_files_are_looked_up_only_where_a_client_of_named_indexes_runs() -> None:
    def read(path: str) -> str | None:
        raise AssertionError(path)

    def listed() -> tuple[str, ...]:
        raise AssertionError

    script = f"{PAIR}pip install -i {URL} web\ntwine upload d/*"
    assert list(find_index_logins(follow(script), BOOK, read, listed)) == []


def test_what_only_runs_within_a_client_is_no_call_of_its_own() -> None:
    files = {"pyproject.toml": UV}
    assert own_calls(by_name(f"{PAIR}uv run pytest", files), BOOK) == set()
    (one,) = by_name(f"{PAIR}uv sync", files)
    assert own_calls([one], BOOK) == {one.command}
    write = "cat > ~/.netrc <<EOF\nmachine pypi.apkg.io login $U password $T\nEOF\n"
    (one,) = find_written_logins(follow(write), BOOK)
    assert own_calls([one], BOOK) == set(one.writers) == {one.command}
    write = "echo machine pypi.apkg.io > ~/.netrc\necho login $U password $T >> ~/.netrc"
    flow = follow(write)
    (one,) = find_written_logins(flow, BOOK)
    assert own_calls([one], BOOK) == {*flow.commands}


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        ("uv publish --index my-bb", f'{UV}publish-url = "{URL}/up"\n', [f"{HERE}/up"]),
        ("UV_PUBLISH_INDEX=my-bb uv publish", f'{UV}publish-url = "{URL}/up"\n', [f"{HERE}/up"]),
        ("UV_PUBLISH_INDEX=a uv publish --index my-bb", f'{UV}publish-url = "{URL}/up"\n', [f"{HERE}/up"]),
        ("uv publish\nuv sync\nuv publish --index my-bb", UV, [None]),
        ("uv publish --index my-bb", UV, [None]),
        ("uv publish --index other", UV, [None]),
        ("uv publish --index $X", UV, [None]),
        ("uv publish --index my-bb", "[", [None]),
        ("uv publish", UV, []),
        ("uv() { true; }\nuv publish --index my-bb", UV, []),
        ("uv sync --index my-bb", UV, []),
        ("poetry publish --index my-bb", UV, []),
        (
            f"uv publish --index my-bb {URL}",
            f'{UV}publish-url = "{URL}/up"\n{UV}publish-url = "{URL}/b"\n',
            [f"{HERE}/b", f"{HERE}/up"],
        ),
    ],
)
def test_an_upload_by_the_name_of_an_index_goes_to_its_own_address(
    script: str, files: str, found: list[str | None]
) -> None:
    texts = {"pyproject.toml": files}
    uses = list(index_uploads(follow(script), BOOK, texts.get, lambda: texts))
    assert [use.reference for use in uses] == found
    if found == [None]:
        named = "" if "$" in script else f" {script.split()[-1]}"
        assert (uses[0].why, uses[0].subject) == (
            f"it goes to the address of the index{named}",
            f"the address of the index{named}",
        )


def test_only_the_client_itself_uploads_by_the_name_of_an_index() -> None:
    client = BOOK.indexes["uv"]
    assert client.publishing
    told = replace(client, publishing=replace(client.publishing, command="run"))
    book = replace(BOOK, indexes={"uv": told})
    flow = follow("uv run --index my-bb\nx --index my-bb\nenv x --index my-bb")
    (one,) = index_uploads(flow, book, {}.get, tuple)
    assert one.command is flow.commands[0]


def test_each_file_that_cannot_be_read_may_have_another_address() -> None:
    texts = {"pyproject.toml": f'{UV}publish-url = "{URL}/up"\n', "uv.toml": "["}
    files = found_by(follow("uv publish"), BOOK, texts.get, lambda: texts)
    assert publishing_addresses("my-bb", "publish-url", BOOK.indexes["uv"], files) == {f"{HERE}/up", ""}


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"pip install -i {ADDRESS} web", [("${U}", "${T}")]),
        (f"pip install -i {ADDRESS.replace('https', 'http')} web", [("${U}", "${T}")]),
        (
            f"pip install -i 'https://ci:x@pypi.apkg.io/acme' --extra-index-url={ADDRESS} web",
            [("ci", "x"), ("${U}", "${T}")],
        ),
        ("pip install -i https://$U:a@b@pypi.apkg.io/acme web", []),
        ("pip install -i https://a$U:$T@pypi.apkg.io/acme web", [("a${U}", "${T}")]),
        ("pip install -i https://ci:$T@pypi.apkg.io/acme web", [("ci", "${T}")]),
        ("pip install -i https://$U:x@pypi.apkg.io/acme web", [("${U}", "x")]),
        ("pip install -i https://$PAIR@pypi.apkg.io/acme web", [(None, "${PAIR}")]),
        ("pip install -i https://$U:$T@pypi.apkg.io/$WHERE web", [("${U}", "${T}")]),
        ("pip install -i https://$U:$T@$HOST/acme web", []),
        ("pip install -i https://$U:$T@pypi.apkg.io$(x)/acme web", []),
        (f"pip install -i {ADDRESS} a b c", [("${U}", "${T}")]),
        ("H=pypi.apkg.io\npip install -i https://$U:$T@$H/acme web", [("${U}", "${T}")]),
        ("S=https://\npip install -i $S$U:$T@pypi.apkg.io/acme web", [("${U}", "${T}")]),
        ("S=https\npip install -i $S://$U:$T@pypi.apkg.io/acme web", []),
        ("S=:x@\npip install -i https://$U${S}pypi.apkg.io/acme web", [("${U}", "x")]),
        ("[ $X ] && S=a || S=b\npip install -i $S$U:$T@pypi.apkg.io/acme web", []),
        ("pip install -i $S https://$U:$T@pypi.apkg.io/acme", []),
        ("pip install -i https://pypi.apkg.io/acme -i a@b/c -i '' web", []),
        ("pip install -i https://$U:$T@pypi.apkg.io$X/acme web", []),
        ("pip install -i https://pypi.apkg.io/acme web", []),
        ("pip install -i ftp://$U:$T@pypi.apkg.io/acme web", []),
        ("pip install -i $URL web", []),
        (f"pip install -i {ADDRESS.replace('pypi.', 'npm.')} web", []),
        (f"pip install -i {ADDRESS.replace('apkg.io', 'a.example')} web", []),
        (f"[ $X ] && A={ADDRESS} || A=b\npip install -i $A web", []),
        (f"pip install '{ADDRESS}'", []),
        (f"uv sync --index bb={ADDRESS}", [("${U}", "${T}")]),
        (f"twine -i {ADDRESS}", []),
        (f"PIP_INDEX_URL={ADDRESS} pip install web", [("${U}", "${T}")]),
        (f"PIP_INDEX_URL={ADDRESS}\npip install web", []),
        (f'PIP_EXTRA_INDEX_URL="{ADDRESS} https://a:b@pypi.apkg.io/x" pip install web', [("${U}", "${T}"), ("a", "b")]),
        (f"PIP_OTHER={ADDRESS} pip install web", []),
        (f"pip config set global.index-url {ADDRESS}", [("${U}", "${T}")]),
        (f"pip config set global.timeout {ADDRESS}", []),
        (f"pip config get global.index-url {ADDRESS}", []),
        ("pip config set global.index-url", []),
        (f"pip() {{ true; }}\npip install -i {ADDRESS} web", []),
    ],
)
def test_an_address_of_packages_holds_a_pair(script: str, found: list[tuple[Half, Half]]) -> None:
    assert halves(list(find_url_logins(follow(script), BOOK, {}.get))) == found


def test_a_pair_in_an_address_is_that_of_the_call_or_of_its_settings() -> None:
    def one(script: str) -> tuple[str, bool, list[str]]:
        (login,) = find_url_logins(follow(script), BOOK, {}.get)
        assert login.address
        return login.config, login.alone is None, [sink.variable for sink in login.sinks]

    assert one(f"pip install -i {ADDRESS} web") == ("pip 0", False, [])
    assert one(f"PIP_INDEX_URL={ADDRESS} pip install web") == ("pip 0 PIP_INDEX_URL", False, ["PIP_INDEX_URL"])
    assert one(f"pip config set global.index-url {ADDRESS}") == ("pip global.index-url", True, [])


LINE = "--index-url https://${U}:${T}@pypi.apkg.io/acme\n"


@pytest.mark.parametrize(
    ("script", "files", "found"),
    [
        ("pip install -r r.txt", {"r.txt": LINE}, [("${U}", "${T}")]),
        ("pip install -r r.txt", {"r.txt": LINE.replace(".io", ".io:443")}, [("${U}", "${T}")]),
        ("cd sub\npip install -r ../r.txt", {"r.txt": LINE}, [("${U}", "${T}")]),
        ("U=$A pip install -r r.txt", {"r.txt": LINE}, [("${A}", "${T}")]),
        ("U=$A\npip install -r r.txt", {"r.txt": LINE}, [("${U}", "${T}")]),
        ("pip install -r r.txt -r s.txt", {"r.txt": LINE, "s.txt": LINE}, [("${U}", "${T}")]),
        ("pip install -r r.txt -r s.txt", {"r.txt": LINE, "s.txt": LINE.replace("U", "V")}, []),
        ("pip install -r r.txt -r s.txt", {"r.txt": LINE, "s.txt": "a==${T}\n"}, []),
        ("pip install -r r.txt -r s.txt", {"r.txt": LINE, "s.txt": "-c more.txt\n"}, []),
        ("pip install -r r.txt", {"r.txt": f"{LINE}--requirement a.txt\n"}, []),
        ("pip install -r r.txt", {"r.txt": LINE.replace("pypi.", "npm.")}, []),
        ("pip install -r r.txt", {"r.txt": "web\n"}, []),
        ("pip install -r r.txt", {}, []),
        ("pip install -r $F", {"r.txt": LINE}, []),
        ("pip install -r r.txt", {"r.txt": LINE.replace("${U}", "$U")}, []),
        ("echo x > r.txt\npip install -r r.txt", {"r.txt": LINE}, []),
        ("if [ $X ]; then cd a; else cd b; fi\npip install -r r.txt", {"a/r.txt": LINE}, []),
    ],
)
def test_files_with_requirements_may_name_the_variables_of_one_pair(
    script: str, files: dict[str, str], found: list[tuple[Half, Half]]
) -> None:
    logins = list(find_url_logins(follow(script), BOOK, files.get))
    assert halves(logins) == found
    assert [sink.variable for one in logins for sink in one.sinks] == ["U", "T"] * len(logins)


def test_a_half_that_is_a_variable_is_that_alone() -> None:
    (one,) = find_url_logins(follow(f"pip install -i {ADDRESS} web"), BOOK, {}.get)
    assert [len(half.alternatives[0]) for half in (one.username, one.password)] == [1, 1]


def test_a_half_of_an_address_from_a_variable_cannot_stand_where_that_is_assigned() -> None:
    (one,) = find_url_logins(follow(f"T=$X\nURL={ADDRESS}\npip install -i $URL web"), BOOK, {}.get)
    definitions = [step.definition for step in one.password.alternatives[0][0].provenance]
    assert [(step.name, step.loose) for step in definitions if step] == [("URL", True), ("T", False)]
