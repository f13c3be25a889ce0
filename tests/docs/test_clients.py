"""The table of what is covered says what the product does: a script for each of its rows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.findings.records import Verdict
from tests.memory import PATH, report_on

ROOT = Path(__file__).parents[2]
_ROW = re.compile(r"\| (.+?) \| (.+?) \| (fixed|reported|followed)\b")
PYPI, NPM = "https://pypi.apkg.io/acme", "//npm.apkg.io/acme/"
SERVER = "<server><id>a</id><username>$U</username><password>$T</password></server>"
MAVEN = f"cat > s.xml <<EOF\n<settings><servers>{SERVER}</servers></settings>\nEOF"
BUILD = b"publishing { repositories { maven { url 'https://maven.apkg.io/a'; credentials(PasswordCredentials) } } }"
PUSH = "docker push crg.apkg.io/acme/web:1"

SCRIPTS = (
    ("docker, podman", "podman login -u $U -p $T crg.apkg.io\npodman push crg.apkg.io/acme/web:1"),
    ("skopeo, crane", "helm registry login -u $U -p $T crg.apkg.io\nhelm push a.tgz oci://crg.apkg.io/acme"),
    ("skopeo, podman", "skopeo copy --dest-creds $U:$T docker://docker.io/a/b:1 docker://crg.apkg.io/acme/web:1"),
    ("helm, cosign", "helm push a.tgz oci://crg.apkg.io/acme --username $U --password $T"),
    ("ko, pack", f"docker login -u $U -p $T crg.apkg.io\n{PUSH}\npack build crg.apkg.io/acme/web:1 --publish"),
    ("twine", f"twine upload --repository-url {PYPI} -u $U -p $T dist/*"),
    ("twine", f"uv run python3.12 -m twine upload --repository-url {PYPI} -u $U -p $T dist/*"),
    (
        "twine",
        f"printf '[b]\\nrepository={PYPI}\\nusername=%s\\npassword=%s\\n' $U $T > ~/.pypirc\ntwine upload -r b d",
    ),
    ("uv", f"uv publish --publish-url {PYPI} -u $U -p $T"),
    ("uv", f"uv publish --publish-url {PYPI} --token $T"),
    ("uv", f"uv publish --publish-url {PYPI} d/*"),
    ("uv", f"uv auth login {PYPI} -u $U --password $T"),
    ("pip, uv", "pip install --index-url https://$U:$T@pypi.apkg.io/acme/simple web"),
    (
        "pip",
        "printf 'index-url = https://%s:%s@pypi.apkg.io/acme/simple' $U $T > ~/.config/pip/pip.conf\npip install web",
    ),
    ("Poetry", f"export POETRY_REPOSITORIES_BB_URL={PYPI} POETRY_HTTP_BASIC_BB_PASSWORD=$T\npoetry publish -r bb"),
    ("Poetry", f"poetry config repositories.bb {PYPI}\npoetry config pypi-token.bb $T"),
    ("npm", f'npm set "{NPM}:_auth" "$(printf %s:%s "$U" "$T" | base64 -w 0)"\nnpm publish'),
    ("npm", f'env "npm_config_{NPM}:_auth=$(printf %s:%s "$U" "$T" | base64 -w 0)" npm publish'),
    ("yarn", f"yarn config set npmRegistryServer https:{NPM}\nyarn config set npmAuthIdent $U:$T\nyarn npm publish"),
    ("yarn 2", "YARN_NPM_AUTH_IDENT=$U:$T yarn npm publish"),
    ("npm, pnpm", f'echo "{NPM}:_authToken=$T" >> ~/.npmrc\nnpm ci'),
    ("Maven", f"{MAVEN}\nmvn -s s.xml deploy -DaltDeploymentRepository=a::https://maven.apkg.io/acme"),
    ("Gradle", "./gradlew publish"),
    ("Maven, Gradle", "./gradlew publish -Purl=https://maven.apkg.io/acme -Ppassword=$T"),
    ("sbt, NuGet, Composer", "COMPOSER_AUTH=$T composer install --repository https://npm.apkg.io/acme"),
    ("each", f"docker run -e TWINE_PASSWORD x twine upload --repository-url {PYPI} d/*"),
    ("trivy, grype", "TRIVY_USERNAME=$U TRIVY_PASSWORD=$T trivy image crg.apkg.io/acme/web:1"),
    ("curl, wget", "curl -u $U:$T https://crg.apkg.io/v2/_catalog"),
    ("netrc", 'echo "machine pypi.apkg.io login $U password $T" > ~/.netrc'),
    ("pipe", "- pipe: atlassian/pypi-publish:0.4.0"),
    ("other pipes", "- pipe: acme/publish:1"),
)
VARIABLES = "PYPI_USERNAME: $U, PYPI_PASSWORD: $T, REPOSITORY: 'https://pypi.apkg.io/acme'"
FILES = {
    "Gradle": {"build.gradle": BUILD},
    "yarn 2": {"package.json": f'{{"publishConfig": {{"registry": "https:{NPM}"}}}}'.encode()},
}
ROWS = _ROW.findall((ROOT / "docs" / "clients.md").read_text(encoding="utf-8"))


def test_each_row_has_a_script() -> None:
    assert [row[0].startswith(script[0]) for row, script in zip(ROWS, SCRIPTS, strict=True)] == [True] * len(ROWS)


@pytest.mark.parametrize(("row", "script"), list(zip(ROWS, SCRIPTS, strict=True)), ids=[one[0] for one in SCRIPTS])
def test_a_row_is_as_it_says(row: tuple[str, str, str], script: tuple[str, str]) -> None:
    lines = "".join(f"            {line}\n" for line in script[1].splitlines())
    piped = f"{script[1]}\n            variables: {{{VARIABLES}}}\n"
    item = piped if script[1].startswith("- pipe") else f"- |\n{lines}"
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          {item}"
    found = report_on({PATH: text.encode()} | FILES.get(script[0], {})).findings
    assert found
    reported = {one.verdict is Verdict.REPORT_ONLY for one in found}
    assert reported == {row[2] == "reported"}
