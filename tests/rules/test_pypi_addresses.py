"""User names and passwords in the addresses of indexes."""

from __future__ import annotations

import pytest

from tests.rules.pypi import URL, fixed, native, verdicts

ADDRESS = "https://$U:$T@pypi.apkg.io/acme/simple"
FILE = "--extra-index-url https://${U}:${T}@pypi.apkg.io/acme/simple\nweb==1\n"
UNKNOWN = ("address-credential", "index-packages-unknown")


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"pip install -i {native(ADDRESS)} web", {}),
        (f"pip install -i {ADDRESS.replace('apkg.io', 'example.org')} web\necho apkg.io", {}),
        (f"pip install -i {URL}/simple web", {}),
        ("pip config set global.timeout https://$U:$T@pypi.example.org/\necho apkg.io", {}),
        (f"export U={native('$U')} T={native('$T')}\npip install -r requirements.txt", {"requirements.txt": FILE}),
        ("pip install -r requirements.txt", {"requirements.txt": FILE.replace("apkg.io", "example.org")}),
    ],
)
def test_addresses_without_stored_variables_and_for_other_hosts_are_none_of_ours(
    script: str, files: dict[str, str]
) -> None:
    assert verdicts(script, files) == []


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"A={ADDRESS}\npip install -i $A web\n./build.sh $A", {}),
        (f"export PIP_INDEX_URL={ADDRESS}\npip install web\n./build.sh", {}),
        ("pip install -i https://$PAIR@pypi.apkg.io/acme/simple web", {}),
        ("pip install -i https://$U:$(vault read t)@pypi.apkg.io/acme/simple web", {}),
        ("echo > requirements.txt\npip install -r requirements.txt", {"requirements.txt": FILE}),
        (
            "pip install -r requirements.txt -r b.txt",
            {"requirements.txt": FILE, "b.txt": FILE.replace("apkg.io", "example.org")},
        ),
        ("pip install -r requirements.txt", {"requirements.txt": f"-r base.txt\n{FILE}"}),
        ("pip install -r requirements.txt", {"requirements.txt": f"{FILE}-f https://x.y/${{U}}/${{T}}\n"}),
        ("pip install -r requirements.txt", {"requirements.txt": f"{FILE}a @ https://x.y/${{T}}/a.whl\n"}),
        (f"cat > ~/.config/pip/pip.conf <<EOF\nindex-url = {ADDRESS}\nEOF\npip install web", {}),
    ],
)
def test_an_address_that_something_else_reads_or_that_is_not_known_is_told(script: str, files: dict[str, str]) -> None:
    assert {verdict for verdict, _ in verdicts(script, files)} == {"report-only"}
    assert fixed(script, files) == script


@pytest.mark.parametrize(
    "script",
    [
        f'pip install --index-url "{ADDRESS}" web',
        f"python -m pip install -i {ADDRESS} web",
        f"pip3 install --extra-index-url={ADDRESS} --extra-index-url https://a:b@x.example.org/ web",
        f'export PIP_INDEX_URL="{ADDRESS}"\npip install web',
        f'export PIP_EXTRA_INDEX_URL="https://a:b@x.example.org/s {ADDRESS}"\npip download web',
        f"PIP_INDEX_URL={ADDRESS} pip install web",
        f"pip config set global.index-url {ADDRESS}\npip install web",
        f"A={ADDRESS}\npip install -i $A web",
        f"uv pip install --index-url {ADDRESS} web",
        f"uv add --index bb={ADDRESS} web",
        f"UV_INDEX=bb={ADDRESS} uv lock",
    ],
)
def test_a_credential_in_an_address_becomes_native_and_needs_review(script: str) -> None:
    assert verdicts(script) == [("unsafe", UNKNOWN)]
    assert fixed(script) == native(script)


@pytest.mark.parametrize("call", ["pip install -r requirements.txt", "uv pip install -r requirements.txt"])
def test_a_file_for_everybody_keeps_its_names_and_the_call_sets_them(call: str) -> None:
    files = {"requirements.txt": FILE}
    assert verdicts(call, files) == [("unsafe", UNKNOWN)]
    assert fixed(call, files) == f'U="$BITBUCKET_PACKAGES_USERNAME" T="$BITBUCKET_PACKAGES_TOKEN" {call}'
    script = f"export U=$A T=$B\n{call}"
    assert fixed(script, files) == f"export U=$BITBUCKET_PACKAGES_USERNAME T=$BITBUCKET_PACKAGES_TOKEN\n{call}"
