"""Tokens that files of clients hold for Packages: where they stand, and that no output shows them."""

from __future__ import annotations

import time

import pytest

from migrator.prefilter.needles import KEPT
from migrator.reading.literals import literals
from migrator.rulebook import reading as rulebook
from migrator.sinks.committed_tokens import _FILES, written_token
from migrator.text.mask import mask

BOOK = rulebook.load()
TOKEN = "swordfish"
ENCODED = "Y2k6c3dvcmRmaXNo"
KEY = "//npm.apkg.io/acme/:"
SERVER = 'npmRegistryServer: "https://npm.apkg.io/acme"\n'


def test_each_file_whose_name_is_known_is_looked_into() -> None:
    assert _FILES.keys() == KEPT


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".npmrc", "//npm.acme.example/:_auth=x1\n@acme:registry=https://npm.apkg.io/acme/\n"),
        (".npmrc", f"{KEY}_auth=${{NPM_AUTH}}\n"),
        (".npmrc", f"{KEY}_auth=<token>\n{KEY}email=ci@acme.example\n{KEY}_password=\n"),
        (".npmrc", f"# {KEY}_auth={ENCODED}\n"),
        (".npmrc", f"{KEY}_authToken\n"),
        ("npmrc.example", f"{KEY}_auth={ENCODED}\n"),
        (".yarnrc.yml", f"{SERVER}npmAuthIdent: '${{U}}:${{T}}'\n"),
        (".yarnrc.yml", f"{SERVER}npmRegistries: {{'//npm.acme.example': {{npmAuthIdent: {ENCODED}}}}}\n"),
        (
            ".yarnrc.yml",
            f"npmAuthIdent: {ENCODED}\nnpmScopes: {{acme: {{npmRegistryServer: 'https://npm.apkg.io'}}}}\n",
        ),
        (".yarnrc.yml", f"{SERVER}npmAuthIdent: [\n"),
        (".pypirc", f"[bb]\nrepository = https://pypi.apkg.io/acme\n[pypi]\npassword = {TOKEN}\n"),
        (".pypirc", "[bb]\nrepository = https://pypi.apkg.io/acme\npassword = ${TOKEN}\n"),
        ("pip.conf", "[global]\nindex-url = https://pypi.apkg.io/acme/simple\n"),
        ("pip.conf", f"[global]\nindex-url = https://ci:{TOKEN}@pypi.acme.example/?x=pypi.apkg.io\n"),
        (".netrc", f"machine pypi.apkg.io login ci\nmachine acme.example password {TOKEN}\n"),
        (".netrc", f"machine pypi.apkg.io login ci\nmachine a.example password {TOKEN}\nmachine b.example login b\n"),
        (".netrc", f"machine pypi.apkg.io login ci\ndefault password {TOKEN}\n"),
        (".docker/config.json", '{"auths": {"crg.apkg.io": {}, "docker.io": {"auth": "x1"}}}'),
        ("config.json", '{"registry": "crg.apkg.io", "auth": "x1"}'),
        (".npmrc", f"//npm.apkg.io.acme.example/:_auth={ENCODED}\n; npm.apkg.io\n"),
        (".yarnrc.yml", f"{SERVER}npmAuthIdent: [{ENCODED}]\nnpmAuthTokens: {ENCODED}\n"),
        (".yarnrc.yml", f"{SERVER}npmScopes: {{acme: [npmAuthIdent]}}\nother: {{acme: {{npmAuthIdent: {ENCODED}}}}}\n"),
        (".yarnrc.yml", f"- {SERVER}"),
        (
            ".yarnrc.yml",
            f"{SERVER}npmScopes: {{acme: {{npmRegistryServer: 'https://a.example', npmAuthIdent: {ENCODED}}}}}\n",
        ),
        (".yarnrc.yml", f"{SERVER}npmScopes: {{acme: {{npmAuthIdent: [a]}}}}\n"),
        (".pypirc", f"[bb]\nrepository = https://pypi.apkg.io/acme\npasswords = {TOKEN}\n"),
        ("pip.conf", "[global]\nindex-url = https://ci@pypi.apkg.io/acme\n"),
        (".netrc", f"machine pypi.apkg.io login ci\npasswords {TOKEN}\n"),
        ("config.json", '{"auths": {"crg.apkg.io": {"auth": 1, "password": "", "email": "a"}}}'),
        ("config.json", '{"auths": {"crg.apkg.io": "x1"}}'),
        ("config.json", '{"auths": ["crg.apkg.io"]}'),
        ("config.json", '["crg.apkg.io"]'),
        ("config.json", "crg.apkg.io"),
        ("config.json", '{"auths": {"crg.apkg.io": {"auth": ["x1"], "password": {"crg.apkg.io": "x1"}}}}'),
    ],
)
def test_other_hosts_names_and_what_stands_for_a_token_are_none(path: str, text: str) -> None:
    assert written_token(path, text, BOOK) is None


@pytest.mark.parametrize("written", ['a\\"b', "a\\/b", "\\u0061b", "é"])
def test_a_token_is_all_that_stands_between_the_quotes(written: str) -> None:
    text = f'{{"credsStore": "a", "auths": {{"crg.apkg.io": {{"auth": "{written}"}}}}}}'
    found = written_token("config.json", text, BOOK)
    assert found
    assert text[found.span.start : found.span.end] == written


@pytest.mark.parametrize("login", ["{}", '{"auth": ""}', '{"auth": "${AUTH}"}'])
def test_a_login_file_of_many_hosts_is_looked_through_once(login: str) -> None:
    logins = ", ".join(f'"crg.apkg.io/{number}": {login}' for number in range(10_000))
    text = f'{{"auths": {{{logins}}}}}'
    begun = time.monotonic()
    assert written_token("config.json", text, BOOK) is None
    assert time.monotonic() - begun < 5


def test_a_key_without_a_value_takes_nothing_from_the_next_line() -> None:
    text = f"{KEY}_authToken\n{KEY}_auth={ENCODED}\n"
    found = written_token(".npmrc", text, BOOK)
    assert found
    assert text[found.span.start : found.span.end] == ENCODED


@pytest.mark.parametrize(
    ("path", "text", "host"),
    [
        ("web/.npmrc", f"@acme:registry=x\n{KEY}_auth={ENCODED}\n", "npm.apkg.io"),
        (".npmrc", f"{KEY}username=ci\r\n{KEY}_password = {ENCODED}\r\n", "npm.apkg.io"),
        (".npmrc", f"{KEY}_authToken={TOKEN}", "npm.apkg.io"),
        (".yarnrc.yml", f"{SERVER}npmAuthIdent: ci:{TOKEN}\n", "npm.apkg.io"),
        (".yarnrc.yml", f"npmRegistries:\n  //npm.apkg.io/acme:\n    npmAuthIdent: {ENCODED}\n", "npm.apkg.io"),
        (".yarnrc.yml", f"{SERVER}npmScopes:\n  acme:\n    npmAuthToken: '{TOKEN}'\n", "npm.apkg.io"),
        (
            ".npmrc",
            f"//npm.acme.example/:_auth=x1\n{KEY}email=a\n\n{KEY}_auth=${{A}}\n{KEY}_password={TOKEN}\n{KEY}_auth=x1\n",
            "npm.apkg.io",
        ),
        (".yarnrc.yml", f"npmAuthIdent: {TOKEN}\n{SERVER}", "npm.apkg.io"),
        (
            ".yarnrc.yml",
            f"npmScopes: {{acme: {{npmRegistryServer: 'https://npm.apkg.io', npmAuthToken: {TOKEN}}}}}\n",
            "npm.apkg.io",
        ),
        (
            ".yarnrc.yml",
            f"npmRegistries:\n  //a.example: 1\n  //npm.apkg.io: {{npmAuthToken: {TOKEN}}}\n",
            "npm.apkg.io",
        ),
        (
            ".pypirc",
            f"[a]\npassword = x1\n[bb]\nrepository = https://pypi.apkg.io/\npassword={TOKEN}\r\n",
            "pypi.apkg.io",
        ),
        (
            ".pypirc",
            f"[a]\nrepository = https://pypi.apkg.io/\npassword = {TOKEN}\n[b]\npassword = x1\n",
            "pypi.apkg.io",
        ),
        ("pip.conf", f"https://a:x1@a.example/ https://ci:{TOKEN}@pypi.apkg.io/\n", "pypi.apkg.io"),
        (
            ".netrc",
            f"machine a.example login a password x1\nmachine pypi.apkg.io login ci password {TOKEN}\n",
            "pypi.apkg.io",
        ),
        ("_netrc", f"machine pypi.apkg.io login ci password {TOKEN} default login a password x1\n", "pypi.apkg.io"),
        (
            "config.json",
            f'{{"auths": {{"a.io": {{"auth": "x1"}}, "crg.apkg.io": {{"auth": "", "identitytoken": "{TOKEN}"}}}}}}',
            "crg.apkg.io",
        ),
        ("config.json", f'{{"auths": {{"crg.apkg.io": {{"registrytoken": "{TOKEN}"}}}}}}', "crg.apkg.io"),
        (".pypirc", f"[bb]\nrepository: https://pypi.apkg.io/acme\nPassword: {TOKEN}\n", "pypi.apkg.io"),
        ("pip.ini", f"[global]\nextra-index-url = https://ci:{TOKEN}@pypi.apkg.io/acme/simple\n", "pypi.apkg.io"),
        (".netrc", f"machine pypi.apkg.io\nlogin ci\npassword {TOKEN}\n", "pypi.apkg.io"),
        (".docker/config.json", f'{{"auths": {{"https://crg.apkg.io": {{"auth": "{ENCODED}"}}}}}}', "crg.apkg.io"),
        ("auth.json", f'{{"auths": {{"crg.apkg.io": {{"password": "{TOKEN}"}}}}}}', "crg.apkg.io"),
    ],
)
def test_a_token_is_told_where_it_stands_and_masked(path: str, text: str, host: str) -> None:
    found = written_token(path, text, BOOK)
    assert found is not None
    written = text[found.span.start : found.span.end]
    assert (found.host, written.strip("'").removeprefix("ci:")) in {(host, TOKEN), (host, ENCODED)}
    shown = mask(text, literals(text, BOOK))
    assert TOKEN not in shown
    assert ENCODED not in shown
