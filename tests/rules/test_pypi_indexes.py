"""User names and passwords that clients find by the name of an index."""

from __future__ import annotations

import pytest

from migrator.findings.settings import PipeStyle, Settings
from tests.memory import PATH, report_on
from tests.rules.pypi import URL, fixed, found, native, pipelines, verdicts

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
        (f"{UV}\nuv sync", {"pyproject.toml": INDEX, "uv.toml": "[[index]\n"}, "registry-unresolved"),
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
def test_halves_beside_an_index_of_packages_becomenative(script: str, files: dict[str, str], reasons: str) -> None:
    assert verdicts(script, files) == [("unsafe" if reasons else "safe", tuple(reasons.split()))]
    assert fixed(script, files) == native(script)


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
    assert fixed(script, {"pyproject.toml": INDEX}) == native(script)


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
    assert fixed(script, files) == (native(script) if expected == ["safe"] else script)


def test_a_pipe_pushes_images_though_the_step_publishes_other_packages() -> None:
    image = "docker build -t crg.apkg.io/acme/web:1 .\ndocker push crg.apkg.io/acme/web:1"
    login = f"docker login -u $U -p $T crg.apkg.io\n{image}"
    script = f"{login}\n{BB}\npoetry config http-basic.bb $U $T\npoetry publish -r bb"
    given = {PATH: pipelines(script).encode(), "Dockerfile": b"FROM alpine:3\n"}
    first, other = report_on(given, Settings(pipe=PipeStyle("1.2.3"))).findings
    assert "pipe-image" not in {reason.code for reason in (*first.reasons, *other.reasons)}
    assert {one.text for one in other.edits} == {"BITBUCKET_PACKAGES_USERNAME", "BITBUCKET_PACKAGES_TOKEN"}
