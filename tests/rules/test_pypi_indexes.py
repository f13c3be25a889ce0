"""User names and passwords that clients find by the name of an index."""

from __future__ import annotations

import pytest

from migrator.findings.settings import PipeStyle, Settings
from tests.memory import PATH, report_on
from tests.rules.pypi import UPLOAD, URL, fixed, found, native, pipelines, verdicts

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
        (f"{BB}\npoetry publish -r $R -u $U -p $T", {}, "registry-unresolved"),
        ("poetry publish -r $R --username=$U\necho apkg.io", {}, "registry-unresolved"),
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


FILES = {"pyproject.toml": INDEX, "uv.lock": UV_LOCK.format("pypi.apkg.io")}
POETRY_FILES = {"pyproject.toml": SOURCE, "poetry.lock": POETRY_LOCK}
PROJECT = {**FILES, "a/pyproject.toml": '[project]\nname = "library"\n'}
LOGIN = f"uv auth login {URL} -u $U --password $T"
SECTION = f"cat > ~/.pypirc <<EOF\n[bb]\nrepository = {URL}\nusername = $U\npassword = $T\nEOF\n"
CURRENT = "uv.lock is up to date"
FOREIGN = "uv reads pypi.apkg.io/acme/library, which this repository does not publish"
NOTHING = "patless sees nothing that uses the login to pypi.apkg.io"
ANY = "`{}` may read any package of pypi.apkg.io"
BY_FILE = "any program may read packages of pypi.apkg.io with .pypirc"
NO_LOCK = "uv runs in a folder without a uv.lock, as far as patless can tell"
UNREAD_LOCK = "patless can't tell what is in uv.lock"
USES = "`{}` uses only packages linked to this repository"
LINKED = "{} is linked to this repository"
SENT = LINKED.format("what {} publishes at pypi.apkg.io")
NO_TOKEN = "no variable POETRY_PYPI_TOKEN_BB takes the place of the user name and the token"
IN_ADDRESS = "the credential is a part of the address that pip reads"
ACME = Settings(own_packages=("pypi.apkg.io/acme/*",))


def said(
    script: str, files: dict[str, str], settings: Settings | None = None, after: str = ""
) -> tuple[set[str], set[str]]:
    """Why the first login is no safe fix, and what its fix takes for granted."""
    text = pipelines(script) + (f"\n        after-script: [{after}]\n" if after else "")
    given = {PATH: text.encode(), **{path: one.encode() for path, one in files.items()}}
    first = report_on(given, settings).findings[0]
    return {reason.detail for reason in first.reasons}, set(first.assumptions)


@pytest.mark.parametrize(
    ("script", "files", "details", "granted"),
    [
        (f"{UV}\nuv sync", FILES, {FOREIGN}, {CURRENT}),
        (f"{UV}\nuv sync", PROJECT, {FOREIGN}, {CURRENT}),
        *(
            (f"{UV}\nuv sync\n{upload}", PROJECT, set(), {LINKED.format("pypi.apkg.io/acme/library"), CURRENT})
            for upload in ("uv publish", "twine upload d/*", "poetry publish")
        ),
        *(
            (f"{UV}\nuv sync\n{other}", PROJECT, {FOREIGN}, {CURRENT})
            for other in ("poetry build publish", "node publish", "twine check d/*")
        ),
        (f"{UV}\nuv sync", {"pyproject.toml": INDEX}, {"no uv.lock names a package of pypi.apkg.io"}, set()),
        (f"{UV}\nuv lock", FILES, {FOREIGN, ANY.format("uv lock")}, set()),
        (f"{UV}\nuv $X", FILES, {FOREIGN, ANY.format("uv")}, set()),
        (f"{UV}\nuv sync", {**FILES, "uv.lock": "\0" * 9}, {UNREAD_LOCK}, set()),
        (f"{UV}\nsed -i s/a/b/ uv.lock\nuv sync", FILES, {UNREAD_LOCK}, set()),
        (f"{UV}\nsed -i s/a/b/ poetry.lock\nuv sync", {**FILES, "poetry.lock": "x"}, {FOREIGN}, {CURRENT}),
        (f"{UV}\ncd $X\nuv sync", FILES, {FOREIGN, NO_LOCK}, set()),
        (f"{UV}\ncd web\nuv sync", {**FILES, "web/x": ""}, {FOREIGN}, {CURRENT}),
        (f"{LOGIN}\nuv sync", FILES, {FOREIGN}, {CURRENT}),
        (f"{UV}\ncd web\nuv sync", {**FILES, "api/uv.lock": FILES["uv.lock"], "web/x": ""}, {FOREIGN}, {CURRENT}),
        (f"{LOGIN}\nuv auth logout", FILES, set(), set()),
        (f"{LOGIN}\nuv sync\nuv lock", FILES, {FOREIGN, ANY.format("uv lock")}, set()),
        (f"{LOGIN}\nuv sync\n./x.sh", FILES, {FOREIGN}, {CURRENT, USES.format("x.sh")}),
        (LOGIN, FILES, {NOTHING}, set()),
        (f"{LOGIN}\n./x.sh", FILES, {NOTHING}, {USES.format("x.sh")}),
        (f"uv sync\n{LOGIN}", FILES, {NOTHING}, set()),
        (f"if [ $X ]; then\n{LOGIN}\nelse\nuv sync\nfi", FILES, {NOTHING}, set()),
        (f"sync() {{ uv sync; }}\n{LOGIN}\nsync", FILES, {FOREIGN}, {CURRENT}),
        (
            "poetry config http-basic.my-bb $U $T\npoetry install",
            POETRY_FILES,
            {FOREIGN.replace("uv", "poetry", 1)},
            {CURRENT.replace("uv", "poetry")},
        ),
        (
            f"{BB}\npoetry config http-basic.bb $U $T\npoetry publish -r bb",
            {},
            set(),
            {SENT.format("poetry"), NO_TOKEN},
        ),
        (
            "export POETRY_HTTP_BASIC_BB_USERNAME=$U POETRY_HTTP_BASIC_BB_PASSWORD=$T\n"
            f"export POETRY_REPOSITORIES_BB_URL={URL}\npoetry publish -r bb",
            {},
            set(),
            {LINKED.format("pypi.apkg.io/acme"), NO_TOKEN},
        ),
        (f"{UPLOAD} -u $U -p $T d/*", {}, set(), {LINKED.format("pypi.apkg.io/acme")}),
        (
            "pip install web --index-url https://$U:$T@pypi.apkg.io/acme/simple",
            {},
            {IN_ADDRESS, ANY.format("pip install")},
            set(),
        ),
        (f"{SECTION}twine upload -r bb d/*", {}, set(), {SENT.format("twine")}),
        (f"{SECTION}twine upload -r x -r bb d/*", {}, set(), {SENT.format("twine")}),
        (f"{SECTION}twine upload -r bb -r x d/*", {}, {BY_FILE}, set()),
        (f"{SECTION}twine upload -r bb d/*\n./x.sh", {}, set(), {SENT.format("twine"), USES.format("x.sh")}),
        (f"{SECTION.replace('[bb]', '[pypi]')}twine upload d/*", {}, set(), {SENT.format("twine")}),
        (f"{SECTION}twine upload d/*", {}, {BY_FILE}, set()),
        (f"{SECTION}./x.sh", {}, {BY_FILE}, {USES.format("x.sh")}),
        (f"{SECTION}uv publish -r bb", {}, {BY_FILE}, set()),
        (f"twine upload -r bb d/*\n{SECTION}", {}, {BY_FILE}, set()),
    ],
)
def test_whose_packages_a_login_reads_is_known_by_lock_files_or_doubted(
    script: str, files: dict[str, str], details: set[str], granted: set[str]
) -> None:
    assert said(script, files) == (details, granted)


@pytest.mark.parametrize(
    ("script", "files", "settings", "details"),
    [
        (f"{UV}\nuv sync", FILES, Settings(own_packages=("pypi.apkg.io/acme/library",)), set()),
        (f"{UV}\nuv sync", FILES, Settings(shared_packages=("pypi.apkg.io/acme/library",)), set()),
        (f"{UV}\nuv sync", FILES, Settings(own_packages=("pypi.apkg.io/acme/other",)), {FOREIGN}),
        (f"{UV}\nuv sync\nuv publish", PROJECT, Settings(workspace="globex"), {FOREIGN}),
        (LOGIN, FILES, ACME, set()),
        (LOGIN, FILES, Settings(own_packages=("npm.apkg.io/acme/*",)), {NOTHING}),
        (f"{SECTION}./x.sh", {}, ACME, set()),
    ],
)
def test_the_configuration_settles_whose_packages_an_index_has(
    script: str, files: dict[str, str], settings: Settings, details: set[str]
) -> None:
    assert said(script, files, settings)[0] == details


@pytest.mark.parametrize(("after", "details"), [("uv sync", {FOREIGN}), ("echo", {NOTHING})])
def test_a_login_is_used_by_a_later_script_too(after: str, details: set[str]) -> None:
    assert said(LOGIN, FILES, after=after)[0] == details


@pytest.mark.parametrize(
    ("script", "settings", "details"),
    [
        (
            f"{LOGIN}\nuv sync",
            ACME,
            {"other repositories may import this pipeline, and patless can't tell what uv reads there"},
        ),
        (LOGIN, ACME, {NOTHING}),
        (f"{SECTION}./x.sh", ACME, {BY_FILE}),
        (f"{SECTION}twine upload -r bb d/*", Settings(), set()),
    ],
)
def test_what_is_known_here_settles_nothing_of_a_repository_that_imports_the_pipeline(
    script: str, settings: Settings, details: set[str]
) -> None:
    lines = "".join(f"              {line}\n" for line in script.splitlines())
    head = "export: true\ndefinitions:\n  pipelines:\n    shared:\n      - step:\n          script:\n            - |\n"
    given = {PATH: f"{head}{lines}".encode(), **{path: one.encode() for path, one in FILES.items()}}
    assert {reason.detail for reason in report_on(given, settings).findings[0].reasons} == details
