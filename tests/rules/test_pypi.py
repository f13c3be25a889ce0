"""Clients of Python's packages: what becomes native, what stays as it is, and why."""

from __future__ import annotations

import pytest

from migrator.findings.records import Finding
from migrator.findings.settings import Settings
from tests.memory import PATH, planned, report_on

URL = "https://pypi.apkg.io/acme"
UPLOAD = f"twine upload --repository-url {URL}"


def pipelines(script: str) -> str:
    lines = "".join(f"            {line}\n" if line else "\n" for line in script.splitlines())
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{lines}"


def found(script: str, files: dict[str, str] | None = None) -> tuple[Finding, ...]:
    given = {path: text.encode() for path, text in (files or {}).items()}
    return report_on({PATH: pipelines(script).encode(), **given}).findings


def fixed(script: str, files: dict[str, str] | None = None) -> str:
    """The script with all fixes, safe and unsafe; as it was where there are none."""
    given = {path: text.encode() for path, text in (files or {}).items()}
    changes = planned(report_on({PATH: pipelines(script).encode(), **given}), unsafe=True).changes
    assert {change.path for change in changes} <= {PATH}
    text = changes[0].after.decode() if changes else pipelines(script)
    return "\n".join(line[12:] for line in text.split("- |\n")[1].splitlines())


def verdicts(script: str, files: dict[str, str] | None = None) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.verdict.value, tuple(reason.code for reason in one.reasons)) for one in found(script, files)]


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"tools/twine.py": "print()\n"}),
        (f"python -m twine upload --repository-url {URL} -u $U -p $T d/*", {"twine/__main__.py": "print()\n"}),
        (f"doppler run -- {UPLOAD} d/*", {}),
        (f"pipenv run {UPLOAD} d/*", {}),
    ],
)
def test_another_module_and_a_wrapper_that_may_set_its_variables_are_not_changed(
    script: str, files: dict[str, str]
) -> None:
    assert [verdict for verdict, _ in verdicts(script, files)] == ["report-only"]
    assert fixed(script, files) == script


@pytest.mark.parametrize(
    "runner", ["python -m", "python3.12 -u -m", "py -3.12 -m", "uv run", "poetry run", "uv run python -m", "pipx run"]
)
def test_an_upload_that_another_program_runs_is_one(runner: str) -> None:
    assert verdicts(f"{runner} {UPLOAD} d/*") == [("safe", ())]
    native = 'TWINE_USERNAME="$BITBUCKET_PACKAGES_USERNAME" TWINE_PASSWORD="$BITBUCKET_PACKAGES_TOKEN" '
    assert fixed(f"{runner} {UPLOAD} d/*") == f"{native}{runner} {UPLOAD} d/*"
    assert fixed(f'{runner} {UPLOAD} -u "$U" -p "$T" d/*') == (
        f'{runner} {UPLOAD} -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN" d/*'
    )


@pytest.mark.parametrize(
    "script",
    [
        "uv publish --publish-url https://upload.example.org/legacy/ --token $T\necho apkg.io",
        f"UV_PUBLISH_TOKEN=$BITBUCKET_PACKAGES_TOKEN uv publish --publish-url {URL}",
        f"uv publish --publish-url {URL}",
        f"uv auth login {URL} --username $BITBUCKET_PACKAGES_USERNAME --password $BITBUCKET_PACKAGES_TOKEN",
        "uv auth login https://upload.example.org --token $T\necho apkg.io",
        f"uv auth logout {URL}",
    ],
)
def test_a_token_for_another_index_and_native_ones_are_none_of_ours(script: str) -> None:
    assert verdicts(script) == []


@pytest.mark.parametrize(
    "script",
    [
        f"UV_PUBLISH_TOKEN=$T\nexport UV_PUBLISH_TOKEN\nuv publish --publish-url {URL}",
        f"export UV_PUBLISH_TOKEN=$T\nuv publish --publish-url {URL}\nuv publish",
        f"export UV_PUBLISH_TOKEN=$T\nuv publish --publish-url {URL}\n./build.sh",
        f"uv publish --publish-url {URL} --token $(vault read token)",
        f'token="--token $T"\nuv publish --publish-url {URL} $token',
    ],
)
def test_a_token_that_something_else_may_see_or_that_has_no_place_is_told(script: str) -> None:
    assert [verdict for verdict, _ in verdicts(script)] == ["report-only"]
    assert fixed(script) == script


OPTIONS = '--username "$BITBUCKET_PACKAGES_USERNAME" --password "$BITBUCKET_PACKAGES_TOKEN"'
VARIABLES = 'UV_PUBLISH_USERNAME="$BITBUCKET_PACKAGES_USERNAME" UV_PUBLISH_PASSWORD="$BITBUCKET_PACKAGES_TOKEN"'


@pytest.mark.parametrize(
    ("script", "after"),
    [
        (f'uv publish --token "$T" --publish-url {URL}', f"uv publish {OPTIONS} --publish-url {URL}"),
        (f"uv publish -t$T --publish-url {URL}", None),
        (f"uv publish --token=$T --publish-url {URL} d/*", f"uv publish {OPTIONS} --publish-url {URL} d/*"),
        (f"uv auth login {URL} -t $T", f"uv auth login {URL} {OPTIONS}"),
        (f'P="$T"\nuv auth login {URL} -t $P', f'P="$T"\nuv auth login {URL} {OPTIONS}'),
        (f"UV_PUBLISH_TOKEN=$T uv publish --publish-url {URL}", f"{VARIABLES} uv publish --publish-url {URL}"),
        (f"env UV_PUBLISH_TOKEN=$T uv publish --publish-url {URL}", f"env {VARIABLES} uv publish --publish-url {URL}"),
        (
            f'export A=1 UV_PUBLISH_TOKEN="$T" B=2\nuv publish --publish-url {URL}',
            f"export A=1 {VARIABLES} B=2\nuv publish --publish-url {URL}",
        ),
    ],
)
def test_two_halves_take_the_place_of_a_token(script: str, after: str | None) -> None:
    ((verdict, reasons),) = verdicts(script)
    assert verdict == ("unsafe" if after else "report-only")
    assert "lone-token" in reasons
    assert fixed(script) == (after or script)


INDEX = '[[tool.uv.index]]\nname = "my-bb"\nurl = "https://pypi.apkg.io/acme/simple"\n'
SOURCE = '[[tool.poetry.source]]\nname = "my-bb"\nurl = "https://pypi.apkg.io/acme/simple/"\n'
UV_LOCK = '[[package]]\nname = "library"\nsource = {{ registry = "https://{}/acme/simple" }}\n'
POETRY_LOCK = (
    '[[package]]\nname = "library"\nversion = "1"\n\n[package.source]\nurl = "https://pypi.apkg.io/acme/simple"\n'
)
UV = "export UV_INDEX_MY_BB_USERNAME=$U UV_INDEX_MY_BB_PASSWORD=$T"
POETRY = "export POETRY_HTTP_BASIC_MY_BB_USERNAME=$U POETRY_HTTP_BASIC_MY_BB_PASSWORD=$T"
BB = "poetry config repositories.bb https://pypi.apkg.io/acme"


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"{UV}\nuv sync\necho apkg.io", {"pyproject.toml": INDEX.replace("apkg.io", "example.org")}),
        (f"{UV}\nuv version\nuv publish", {"pyproject.toml": INDEX}),
        ("uv sync\necho apkg.io", {"pyproject.toml": "[project]\n"}),
        ("uv sync", {"pyproject.toml": INDEX.replace("://", "://$U:$T@")}),
        ("uv sync --index other=https://pypi.example.org/simple\necho apkg.io", {}),
        (
            "export UV_INDEX_MY_BB_USERNAME=$BITBUCKET_PACKAGES_USERNAME\n"
            "export UV_INDEX_MY_BB_PASSWORD=$BITBUCKET_PACKAGES_TOKEN\nuv sync",
            {"pyproject.toml": INDEX},
        ),
        (f"{POETRY}\npoetry version patch\npoetry run web", {"pyproject.toml": SOURCE}),
        (f"{POETRY}\npoetry publish\npoetry publish -r pypi", {"pyproject.toml": SOURCE}),
        ("poetry publish -u $U -p $T\necho apkg.io", {"pyproject.toml": SOURCE}),
        (
            "poetry config http-basic.my-bb $BITBUCKET_PACKAGES_USERNAME $BITBUCKET_PACKAGES_TOKEN\npoetry install",
            {"pyproject.toml": SOURCE, "poetry.lock": POETRY_LOCK},
        ),
        ("poetry config repositories.bb https://up.example.org/\npoetry config http-basic.bb $U $T\necho apkg.io", {}),
        (f"{BB}\npoetry config http-basic.other $U $T", {"poetry.toml": '[repositories.other]\nurl = "https://a.b"\n'}),
    ],
)
def test_other_indexes_and_calls_that_use_none_and_native_pairs_are_none_of_ours(
    script: str, files: dict[str, str]
) -> None:
    assert verdicts(script, files) == []


@pytest.mark.parametrize(
    ("script", "files", "reason"),
    [
        (f"{UV}\nuv sync --index my-bb=https://pypi.example.org/", {"pyproject.toml": INDEX}, "registry-unresolved"),
        (f"{UV}\nuv sync", {"pyproject.toml": INDEX, "a/pyproject.toml": INDEX.replace("apkg", "b")}, None),
        (f"echo > pyproject.toml\n{UV}\nuv sync", {"pyproject.toml": INDEX}, "registry-unresolved"),
        (f"{UV}\nuv sync --index my-bb=$INDEX\necho apkg.io", {}, "registry-unresolved"),
        (f"{BB}\npoetry config pypi-token.bb $T\npoetry publish -r bb", {}, "credential-unresolved"),
        (f"{BB}\nexport POETRY_PYPI_TOKEN_BB=$T\npoetry publish -r bb", {}, "credential-unresolved"),
        (f"{BB}\npoetry config http-basic.bb $U\npoetry publish -r bb", {}, "credential-unresolved"),
        (f"{BB}\npoetry config http-basic.bb $U $(vault read t)\npoetry publish -r bb", {}, "credential-unresolved"),
        (
            f"{UV}\nunset UV_INDEX_MY_BB_USERNAME\necho x > ~/.netrc\nuv sync",
            {"pyproject.toml": INDEX},
            "credential-unresolved",
        ),
        ("sudo uv sync", {"pyproject.toml": INDEX}, "credential-unresolved"),
    ],
)
def test_an_address_or_a_half_that_is_not_known_is_a_doubt(
    script: str, files: dict[str, str], reason: str | None
) -> None:
    ((verdict, reasons),) = verdicts(script, files)
    assert verdict == "report-only"
    assert (reason or "registry-unresolved") in reasons
    assert fixed(script, files) == script


def _native(script: str) -> str:
    return script.replace("$U", "$BITBUCKET_PACKAGES_USERNAME").replace("$T", "$BITBUCKET_PACKAGES_TOKEN")


@pytest.mark.parametrize(
    ("script", "files", "reasons"),
    [
        (f"{UV}\nuv sync", {"pyproject.toml": INDEX, "uv.lock": UV_LOCK.format("pypi.apkg.io")}, "foreign-package"),
        (f"{UV}\nuv sync", {"uv.toml": INDEX.replace("tool.uv.", "")}, "index-packages-unknown"),
        (f"{UV}\nuv sync --index my-bb={URL}/simple", {}, "index-packages-unknown"),
        (f"{UV}\nexport UV_INDEX=a=https://x.y/ UV_DEFAULT_INDEX=my-bb={URL}/\nuv lock", {}, "index-packages-unknown"),
        (f"{UV}\nuv run pytest", {"pyproject.toml": INDEX}, "index-packages-unknown"),
        (
            f"{UV}\nuv sync",
            {"pyproject.toml": INDEX, "uv.lock": UV_LOCK.format("pypi.example.org")},
            "index-packages-unknown",
        ),
        (
            f"uv auth login {URL} -u $U --password $T\nuv sync",
            {"uv.lock": UV_LOCK.format("pypi.apkg.io")},
            "foreign-package",
        ),
        (f"uv auth login {URL} -u $U --password $T\nuv pip install web", {}, "index-packages-unknown"),
        (f"{POETRY}\npoetry install", {"pyproject.toml": SOURCE, "poetry.lock": POETRY_LOCK}, "foreign-package"),
        (f"{POETRY}\npoetry add web", {"pyproject.toml": SOURCE}, "index-packages-unknown"),
        (
            "poetry config http-basic.my-bb $U $T\npoetry install",
            {"pyproject.toml": SOURCE, "poetry.lock": POETRY_LOCK},
            "foreign-package",
        ),
        (f"{BB}\npoetry config --local http-basic.bb $U $T\npoetry publish -r bb", {}, ""),
        (f"{BB}\npoetry publish -r bb -u $U -p $T", {}, ""),
        (f"{BB}\npoetry publish --repository=bb --username=$U --password=$T", {}, ""),
        (
            "export POETRY_HTTP_BASIC_BB_USERNAME=$U POETRY_HTTP_BASIC_BB_PASSWORD=$T\n"
            f"export POETRY_REPOSITORIES_BB_URL={URL}\npoetry publish -r bb",
            {},
            "",
        ),
    ],
)
def test_halves_beside_an_index_of_packages_become_native(script: str, files: dict[str, str], reasons: str) -> None:
    assert verdicts(script, files) == [("unsafe" if reasons else "safe", tuple(reasons.split()))]
    assert fixed(script, files) == _native(script)


@pytest.mark.parametrize(
    ("call", "files", "names"),
    [
        ("uv sync", {"pyproject.toml": INDEX}, "UV_INDEX_MY_BB"),
        ("uv run pytest -x", {"pyproject.toml": INDEX}, "UV_INDEX_MY_BB"),
        ("poetry install", {"pyproject.toml": SOURCE}, "POETRY_HTTP_BASIC_MY_BB"),
    ],
)
def test_halves_that_are_stored_under_the_names_are_set_for_the_call(
    call: str, files: dict[str, str], names: str
) -> None:
    (one,) = found(call, files)
    assert one.variables == (f"{names}_USERNAME", f"{names}_PASSWORD")
    native = f'{names}_USERNAME="$BITBUCKET_PACKAGES_USERNAME" {names}_PASSWORD="$BITBUCKET_PACKAGES_TOKEN"'
    assert fixed(call, files) == f"{native} {call}"


@pytest.mark.parametrize(
    ("before", "lock", "verdict"),
    [
        ("", "uv.lock", "safe"),
        ("cd web\n", "uv.lock", "safe"),
        ("cd web\n", "web/uv.lock", "safe"),
        ("cd web\n", "api/uv.lock", "unsafe"),
        ('cd "$FOLDER"\n', "web/uv.lock", "unsafe"),
        ("sed -i s/a/b/ uv.lock\n", "uv.lock", "unsafe"),
    ],
)
def test_own_packages_settle_what_a_lock_file_names(before: str, lock: str, verdict: str) -> None:
    files = {"pyproject.toml": INDEX, lock: UV_LOCK.format("pypi.apkg.io"), "web/a.py": "", "api/a.py": ""}
    given = {path: text.encode() for path, text in files.items()}
    settings = Settings(own_packages=("other.apkg.io/x", "*/library"))
    report = report_on({PATH: pipelines(f"{UV}\n{before}uv sync").encode(), **given}, settings)
    assert [one.verdict.value for one in report.findings] == [verdict]
    assert ("uv.lock is up to date" in report.findings[0].assumptions) is (verdict == "safe")


@pytest.mark.parametrize(
    ("name", "script", "verdict"),
    [
        ("Library", f"uv sync\nuv publish --publish-url {URL} -u $U -p $T", "safe"),
        ("library", "uv sync", "unsafe"),
        ("other", f"uv sync\nuv publish --publish-url {URL} -u $U -p $T", "unsafe"),
    ],
)
def test_a_project_that_a_step_publishes_is_an_own_package(name: str, script: str, verdict: str) -> None:
    files = {
        "pyproject.toml": INDEX,
        "uv.lock": UV_LOCK.format("pypi.apkg.io"),
        "library/pyproject.toml": f'[project]\nname = "{name}"\n',
    }
    assert verdicts(f"{UV}\n{script}", files)[0] == (verdict, () if verdict == "safe" else ("foreign-package",))


def test_own_packages_of_the_index_settle_what_no_lock_file_names() -> None:
    settings = Settings(own_packages=("pypi.apkg.io/acme/library",))
    files = {PATH: pipelines(f"{UV}\nuv lock").encode(), "pyproject.toml": INDEX.encode()}
    assert [one.verdict.value for one in report_on(files, settings).findings] == ["safe"]


def test_an_upload_takes_for_granted_that_no_token_is_stored_besides() -> None:
    (one,) = found(f"{BB}\npoetry config http-basic.bb $U $T\npoetry publish -r bb")
    assert "no variable POETRY_PYPI_TOKEN_BB takes the place of the user name and the token" in one.assumptions
    (one,) = found(f"{BB}\npoetry publish -r bb -u $U -p $T")
    assert one.assumptions == ("pypi.apkg.io/acme is linked to this repository",)


def test_an_index_that_another_program_reads_too_keeps_its_variables() -> None:
    script = f"{UV}\nuv sync\n./build.sh"
    files = {"pyproject.toml": INDEX}
    prefix = (
        'UV_INDEX_MY_BB_USERNAME="$BITBUCKET_PACKAGES_USERNAME" UV_INDEX_MY_BB_PASSWORD="$BITBUCKET_PACKAGES_TOKEN"'
    )
    assert fixed(script, files) == f"{UV}\n{prefix} uv sync\n./build.sh"
    (one,) = found(script, files)
    assert one.remaining == ("U", "T")


def test_two_indexes_of_one_call_are_both_changed() -> None:
    second = "export UV_INDEX_TWO_USERNAME=$U UV_INDEX_TWO_PASSWORD=$T"
    script = f"{UV}\n{second}\nuv sync --index two={URL}/simple"
    assert fixed(script, {"pyproject.toml": INDEX}) == _native(script)


SECTION = f"cat > ~/.pypirc <<EOF\n[bb]\nrepository = {URL}\nusername = $U\npassword = $T\nEOF\n"
MACHINE = 'echo "machine pypi.apkg.io login $U password $T" > ~/.netrc\n'
BY_BB = "twine upload -r bb d/*"


@pytest.mark.parametrize(
    "script",
    [
        _native(SECTION) + BY_BB,
        SECTION.replace("pypi.apkg.io", "up.example.org") + f"{BY_BB}\necho apkg.io",
        _native(MACHINE) + "pip install web",
        MACHINE.replace("pypi.apkg.io", "git.example.org") + "pip install web\necho apkg.io",
        "cat > notes <<EOF\n" + SECTION.partition("\n")[2] + "ls",
    ],
)
def test_files_with_native_halves_and_for_other_hosts_are_none_of_ours(script: str) -> None:
    assert verdicts(script) == []


@pytest.mark.parametrize(
    "script",
    [
        SECTION.replace("password = $T\n", "") + f"TWINE_PASSWORD=$T {BY_BB}",
        SECTION + f"export TWINE_PASSWORD=$V\n{BY_BB}",
        SECTION + f"sed -i s/a/b/ ~/.pypirc\n{BY_BB}",
        SECTION.replace("[bb]", "[bb]\nusername = $V") + BY_BB,
        SECTION.replace("EOF\n[", "'EOF'\n[") + BY_BB,
        SECTION.replace("password = $T", "password = x$T") + BY_BB,
        SECTION.replace("~/", "") + BY_BB,
        SECTION.replace("cat >", "cat <<EOF | tee").replace(" <<EOF\n[", " > x\n[") + BY_BB,
        f"echo [bb] > ~/.pypirc\necho repository: {URL} >> ~/.pypirc\necho username: $U >> ~/.pypirc\n{BY_BB}",
        f"for one in a b; do\n{SECTION}done\n{BY_BB}",
        MACHINE.replace("login $U ", "") + "pip install web",
        MACHINE + "echo default login $V password $W >> ~/.netrc\npip install web",
        MACHINE + "docker build --secret id=netrc,src=$HOME/.netrc .",
        MACHINE.replace("pypi", "npm") + "npm ci",
    ],
)
def test_a_file_of_which_not_all_is_known_is_told(script: str) -> None:
    kinds = {verdict for verdict, _ in verdicts(script)}
    assert kinds == {"report-only"}
    assert fixed(script) == script


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        (SECTION + BY_BB, ""),
        (SECTION.replace("[bb]", "[distutils]\nindex-servers = bb\n\n[bb]") + BY_BB, ""),
        (SECTION + "python -m twine upload --repository=bb d/*", ""),
        (SECTION + "twine upload -r other d/*", "index-packages-unknown"),
        (
            f"echo '[bb]' > $HOME/.pypirc\necho repository: {URL} >> ~/.pypirc\n"
            f'echo "username: $U" >> ~/.pypirc\necho "password: $T" >> ~/.pypirc\n{BY_BB}',
            "",
        ),
        (MACHINE + "pip install web", "index-packages-unknown"),
        (MACHINE.replace(" login", "\nlogin").replace(" pass", "\n  pass") + "uv sync", "index-packages-unknown"),
    ],
)
def test_halves_in_a_file_of_the_home_folder_become_native(script: str, reasons: str) -> None:
    assert verdicts(script) == [("unsafe" if reasons else "safe", tuple(reasons.split()))]
    assert fixed(script) == _native(script)


def test_a_user_name_that_is_written_out_becomes_native_too() -> None:
    script = SECTION.replace("$U", "me@acme.example") + BY_BB
    assert fixed(script) == _native(SECTION) + BY_BB


ADDRESS = "https://$U:$T@pypi.apkg.io/acme/simple"
FILE = "--extra-index-url https://${U}:${T}@pypi.apkg.io/acme/simple\nweb==1\n"
UNKNOWN = ("address-credential", "index-packages-unknown")


@pytest.mark.parametrize(
    ("script", "files"),
    [
        (f"pip install -i {_native(ADDRESS)} web", {}),
        (f"pip install -i {ADDRESS.replace('apkg.io', 'example.org')} web\necho apkg.io", {}),
        (f"pip install -i {URL}/simple web", {}),
        ("pip config set global.timeout https://$U:$T@pypi.example.org/\necho apkg.io", {}),
        (f"export U={_native('$U')} T={_native('$T')}\npip install -r requirements.txt", {"requirements.txt": FILE}),
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
    assert fixed(script) == _native(script)


@pytest.mark.parametrize("call", ["pip install -r requirements.txt", "uv pip install -r requirements.txt"])
def test_a_file_for_everybody_keeps_its_names_and_the_call_sets_them(call: str) -> None:
    files = {"requirements.txt": FILE}
    assert verdicts(call, files) == [("unsafe", UNKNOWN)]
    assert fixed(call, files) == f'U="$BITBUCKET_PACKAGES_USERNAME" T="$BITBUCKET_PACKAGES_TOKEN" {call}'
    script = f"export U=$A T=$B\n{call}"
    assert fixed(script, files) == f"export U=$BITBUCKET_PACKAGES_USERNAME T=$BITBUCKET_PACKAGES_TOKEN\n{call}"


PIPE = (
    "pipelines:\n  default:\n    - step:\n        script:\n          - pipe: atlassian/pypi-publish:0.4.0\n"
    "            variables: {{PYPI_USERNAME: {}, PYPI_PASSWORD: {}, REPOSITORY: '{}'}}\n"
)


@pytest.mark.parametrize(
    "text",
    [
        PIPE.format("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN", URL),
        PIPE.format("$U", "$T", "https://upload.example.org/legacy/"),
        PIPE.format("$U", "$T", "https://pypi.apkg.io.example.org/acme"),
    ],
)
def test_a_pipe_with_native_halves_or_for_another_index_is_none_of_ours(text: str) -> None:
    assert report_on(text).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        PIPE.format("$U", "x$T", URL),
        PIPE.format("$U", "'${T:-x}'", URL),
        PIPE.format("$U $V", "$T", URL),
        PIPE.format("$U", "$T", URL).replace("pypi-publish", "other"),
        PIPE.format("$U", "$T", URL).replace("PYPI_USERNAME: $U, ", ""),
    ],
)
def test_a_pipe_whose_halves_are_more_than_a_variable_is_told(text: str) -> None:
    report = report_on(text)
    assert [[reason.code for reason in one.reasons] for one in report.findings] == [["package-client"]]
    assert planned(report, unsafe=True).changes == ()


@pytest.mark.parametrize(
    ("username", "password", "after"),
    [
        ("$U", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
        ('"${U}"', "'$T'", ('"${BITBUCKET_PACKAGES_USERNAME}"', "'$BITBUCKET_PACKAGES_TOKEN'")),
        ("me@acme.example", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
        ("$BITBUCKET_PACKAGES_USERNAME", "$T", ("$BITBUCKET_PACKAGES_USERNAME", "$BITBUCKET_PACKAGES_TOKEN")),
    ],
)
def test_both_halves_of_a_pipe_become_native(username: str, password: str, after: tuple[str, str]) -> None:
    report = report_on(PIPE.format(username, password, URL))
    assert [[reason.code for reason in one.reasons] for one in report.findings] == [["pipe-credential"]]
    [change] = planned(report, unsafe=True).changes
    assert change.after.decode() == PIPE.format(*after, URL)


def test_a_pipe_says_what_else_reads_its_variables_and_what_speaks_against_it() -> None:
    text = PIPE.format("$U", "$T", URL) + "          - curl $T\n        runs-on: [self.hosted, linux.shell]\n"
    (one,) = report_on(text, Settings(workspace="globex")).findings
    assert {reason.code for reason in one.reasons} == {"pipe-credential", "shell-runner", "other-workspace"}
    assert (one.variables, one.remaining, one.edits) == (("U", "T"), ("T",), ())


PUBLISH = (
    f'{INDEX}publish-url = "{URL}"\n'
    '[[tool.uv.index]]\nname = "pub"\nurl = "https://a.b/s"\npublish-url = "https://a.b/u"\n'
)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("uv publish --index pub -u $U -p $T\necho apkg.io", []),
        ("uv publish --index my-bb -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN", []),
        ("uv publish --index my-bb -u $U -p $T", ["safe"]),
        ("export UV_PUBLISH_INDEX=my-bb\nuv publish --username=$U --password=$T", ["safe"]),
        ("uv publish --index $X -u $U -p $T", ["report-only"]),
        ("uv publish --index other -u $U -p $T", ["report-only"]),
        ("echo > pyproject.toml\nuv publish --index my-bb -u $U -p $T", ["report-only"]),
    ],
)
def test_an_upload_goes_to_the_index_that_it_names(script: str, expected: list[str]) -> None:
    files = {"pyproject.toml": PUBLISH}
    assert [verdict for verdict, _ in verdicts(script, files)] == expected
    assert fixed(script, files) == (_native(script) if expected == ["safe"] else script)
