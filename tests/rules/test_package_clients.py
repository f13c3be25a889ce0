"""Package clients that are no container clients: what is told of them, and what is none of it."""

from __future__ import annotations

import pytest

from migrator.sinks.package_clients import kept, package_calls
from tests.flow.reading import BOOK, follow
from tests.memory import PATH, report_on, step

RULE = "package-credential"


def found(script: str, files: dict[str, str] | None = None) -> list[tuple[str, int, tuple[str, ...]]]:
    """The place and the variables of each finding of the rule; none of them has an edit."""
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    pipelines = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{lines}"
    given = {PATH: pipelines.encode()} | {path: text.encode() for path, text in (files or {}).items()}
    findings = [one for one in report_on(given).findings if one.rule == RULE]
    assert not any(one.edits for one in findings)
    return [(one.path, one.position.line, one.variables) for one in findings]


@pytest.mark.parametrize(
    "script",
    [
        "npm ci",
        'echo "//npm.example.com/:_authToken=$NPM_TOKEN" >> ~/.npmrc\nnpm ci\necho apkg.io',
        'echo "//npm.apkg.io/acme/:_authToken=$BITBUCKET_PACKAGES_TOKEN" >> ~/.npmrc\nnpm ci',
        'echo "@acme:registry=https://npm.apkg.io/$TEAM/" >> ~/.npmrc\nnpm ci',
        "pip install --index-url https://pypi.apkg.io/$TEAM/simple web",
        "curl https://crg.apkg.io/v2/$BITBUCKET_REPO_SLUG/tags/list",
        "twine upload -u $PYPI_USER -p $PYPI_TOKEN dist/*\necho apkg.io",
        "export TWINE_USERNAME=$BITBUCKET_PACKAGES_USERNAME TWINE_PASSWORD=$BITBUCKET_PACKAGES_TOKEN\n"
        "twine upload --repository-url https://pypi.apkg.io/acme/ dist/*",
        "helm upgrade web --set image=crg.apkg.io/acme/web:$TAG --set token=$API_TOKEN",
        'echo "pushed to npm.apkg.io with $NPM_TOKEN"',
        "echo npm reads npm.apkg.io with $NPM_TOKEN",
        'ssh host "npm ping --registry https://npm.apkg.io/acme && echo $TEAM"',
        "docker run -e CI -e NODE_ENV x npm publish --registry https://npm.apkg.io/acme",
        "export NPM_TOKEN=$BITBUCKET_PACKAGES_TOKEN\n"
        "docker run -e NPM_TOKEN x npm publish --registry https://npm.apkg.io/acme",
        "docker run -e NPM_TOKEN x npm publish",
        "trivy image crg.apkg.io/acme/web:1",
        "export TRIVY_USERNAME=$BITBUCKET_PACKAGES_USERNAME TRIVY_PASSWORD=$BITBUCKET_PACKAGES_TOKEN\n"
        "trivy image crg.apkg.io/acme/web:1",
        "TRIVY_USERNAME=$U TRIVY_PASSWORD=$T trivy image registry.acme.example/web:1",
        "dotnet publish -p ContainerRegistry=crg.apkg.io",
        'node -e "0" --registry https://npm.apkg.io.example.com --token $NPM_TOKEN',
    ],
)
def test_other_hosts_other_values_and_native_credentials_are_none(script: str) -> None:
    assert found(script) == []


@pytest.mark.parametrize(
    ("script", "line", "names"),
    [
        ('echo "//npm.apkg.io/acme/:_authToken=$NPM_TOKEN" >> ~/.npmrc\nnpm ci', 6, "NPM_TOKEN"),
        ("echo '//npm.apkg.io/acme/:_authToken=${NPM_TOKEN}' >> .npmrc\nnpm ci", 6, "NPM_TOKEN"),
        ('w() { echo "//npm.apkg.io/acme/:_authToken=$NPM_TOKEN"; }\nw > .npmrc\nnpm ci', 7, "NPM_TOKEN"),
        ("bash -c 'echo //npm.apkg.io/acme/:_authToken=$NPM_TOKEN' > .npmrc\nnpm ci", 6, "NPM_TOKEN"),
        ('printf "%s" "//npm.apkg.io/acme/:_password=$(printf %s "$PAT" | base64)" | tee -a .npmrc', 6, "PAT"),
        ("npm config set //npm.apkg.io/acme/:_password $PAT_64\nnpm ci", 6, "PAT_64"),
        ('env "npm_config_//npm.apkg.io/acme/:_auth=$PAIR" npm ci', 6, "PAIR"),
        ('export YARN_NPM_AUTH_IDENT="$U:$T"\nyarn npm publish --registry https://npm.apkg.io/acme/', 7, "U T"),
        ('ssh host "twine upload --repository-url https://pypi.apkg.io/acme/ -u $U -p $T d"', 6, "U T"),
        ("docker run -e TWINE_PASSWORD=$T x twine upload --repository-url https://pypi.apkg.io/acme/ d", 6, "T"),
        ("python -c x -m twine upload --repository-url https://pypi.apkg.io/acme/ -u $U -p $T dist/*", 6, "U T"),
        ("pipenv install --index https://$U:$T@pypi.apkg.io/acme/simple web", 6, "U T"),
        ("export PIP_EXTRA_INDEX_URL=https://$U:$T@pypi.apkg.io/acme/simple\ntox", 7, "U T"),
        ("podman run --env=UV_PUBLISH_TOKEN x uv publish --publish-url https://pypi.apkg.io/a", 6, "UV_PUBLISH_TOKEN"),
        ("kubectl run x --env=TWINE_PASSWORD=$T -- twine upload --repository-url https://pypi.apkg.io/a", 6, "T"),
        ("docker run -eTWINE_PASSWORD x twine upload --repository-url https://pypi.apkg.io/a", 6, "TWINE_PASSWORD"),
        ('podman run -it -e NPM_TOKEN x sh -c "npm publish --registry https://npm.apkg.io/acme"', 6, "NPM_TOKEN"),
        ("TRIVY_USERNAME=$U TRIVY_PASSWORD=$T timeout 60 trivy image crg.apkg.io/acme/web:1", 6, "U T"),
        ("export GRYPE_REGISTRY_AUTH_USERNAME=$U GRYPE_REGISTRY_AUTH_PASSWORD=$T\ngrype crg.apkg.io/a/web:1", 7, "U T"),
        ("SYFT_REGISTRY_AUTH_PASSWORD=$T syft crg.apkg.io/acme/web:1", 6, "T"),
        ("snyk container test crg.apkg.io/acme/web:1 --username=$U --password=$T", 6, "U T"),
        ("SNYK_REGISTRY_PASSWORD=$T snyk container test crg.apkg.io/acme/web:1", 6, "T"),
        (
            "QUARKUS_CONTAINER_IMAGE_PASSWORD=$T mvn package -Dquarkus.container-image.registry=crg.apkg.io",
            6,
            "T",
        ),
        ("SDK_CONTAINER_REGISTRY_PWORD=$T dotnet publish -p ContainerRegistry=crg.apkg.io", 6, "T"),
        ('curl -fu "$U:$T" https://crg.apkg.io/v2/_catalog', 6, "U T"),
        ('curl -u "$U:$T" https://crg.apkg.io/v2/_catalog', 6, "U T"),
        ('curl -H "Authorization: Bearer $T" https://crg.apkg.io/v2/acme/web/tags/list', 6, "T"),
        ("cat > settings.xml <<EOF\n<password>$T</password> https://maven.apkg.io/a\nEOF\nmvn deploy", 6, "T"),
        ('echo "machine npm.apkg.io login $U password $T" > ~/.netrc\npip install web', 6, "U T"),
    ],
)
def test_a_client_that_is_given_a_stored_credential_is_told(script: str, line: int, names: str) -> None:
    assert found(script) == [(PATH, line, tuple(names.split()))]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("npm publish {} --token $X", ["X"]),
        ("npm publish {} --token=$X", ["X"]),
        ("npm publish {} -u $X", ["X"]),
        ("npm publish {} --tag $X", []),
        ("npm publish {} --tag=$X", []),
        ("npm publish {} --registry-user=$X", ["X"]),
        ("npm publish {} --tag $MY_PAT", ["MY_PAT"]),
        ("npm publish {} --tag $PATH_X", []),
        ("npm publish --registry https://$X@npm.apkg.io/acme", ["X"]),
        ("npm publish --registry https://npm.apkg.io/$X", []),
        ("npm publish --registry https://npm.acme.example/ --token $X", []),
        ("npm config set //npm.apkg.io/acme/:_auth $X", ["X"]),
        ("npm config set //npm.apkg.io/acme/:_auth=$X", ["X"]),
        ('docker run x sh -c "npm publish {} --token $X"', ["X"]),
        ('docker run x sh -c "npm publish {} --tag $X"', []),
        ("echo npm publish {} --token $X", []),
        ("npm publish {} --token $BITBUCKET_PACKAGES_TOKEN", []),
        ("npm publish {} --token $BITBUCKET_BUILD_NUMBER", []),
        ("docker run -e MY_TOKEN x npm publish {}", ["MY_TOKEN"]),
        ("docker run --env MY_TOKEN x npm publish {}", ["MY_TOKEN"]),
        ("docker run --env=MY_TOKEN x npm publish {}", ["MY_TOKEN"]),
        ("docker run -e NAME x npm publish {}", []),
        ("npm publish {} -e MY_TOKEN", []),
        ("export MY_TOKEN=$A\ndocker run -e MY_TOKEN x npm publish {}", ["A"]),
        ("if x; then V=$A; else V=$B; fi\nnpm publish {} --token $V", ["A", "B"]),
        ("if x; then R=a; else R=https://npm.apkg.io/acme/; fi\nnpm publish --registry $R --token $X", ["X"]),
        ("if x; then R=https://npm.apkg.io/acme/; else R=a; fi\nnpm publish --registry $R --token $X", ["X"]),
        ("if x; then F=.npmrc; else F=a/.npmrc; fi\necho //npm.apkg.io/acme/:_auth=$X > $F", ["X"]),
        ("if x; then F=.npmrc; else F=a.txt; fi\necho //npm.apkg.io/acme/:_auth=$X > $F", ["X"]),
        ("echo //npm.apkg.io/acme/:_auth=$X > a.txt", []),
        ("echo //npm.apkg.io/acme/:email=$X > .npmrc", []),
        ("echo registry=https://npm.apkg.io/acme/ > .npmrc\necho _auth=$X >> .npmrc", ["X"]),
    ],
)
def test_a_variable_is_a_credential_by_its_place_or_its_name(words: str, names: list[str]) -> None:
    text = words.replace("{}", "--registry https://npm.apkg.io/acme")
    assert [name for call in package_calls(follow(text), BOOK) for name in call.stored] == names


@pytest.mark.parametrize(
    ("text", "place", "names"),
    [
        ("", "", ()),
        ("//npm.apkg.io/acme/:_auth=${A}", "_auth", ("A",)),
        ("//npm.apkg.io/acme/:_auth=${A}\n//npm.apkg.io/acme/:_password=$B\nx=$C", "_auth", ("A", "B")),
        ("//npm.apkg.io/acme/:_auth=x\n//npm.apkg.io/acme/:_password=$B", "_password", ("B",)),
        ("//npm.apkg.io/acme/:_auth=$BITBUCKET_PACKAGES_TOKEN", "", ()),
        ("//npm.apkg.io/acme/:email=$A", "", ()),
        ("//npm.acme.example/:_auth=$A", "", ()),
        (f"//npm.apkg.io/acme/:_auth={'x' * 400}$A", "", ()),
        (f"//npm.apkg.io/acme/:_auth={'x' * 390}$A", "_auth", ("A",)),
    ],
)
def test_a_file_takes_a_credential_from_variables(text: str, place: str, names: tuple[str, ...]) -> None:
    found = kept(text, BOOK.package_clients["npm"], BOOK)
    assert (found.stored if found else ()) == names
    assert (text[found.span.start : found.span.end] if found else "") == place
    assert (found.host if found else "npm.apkg.io") == "npm.apkg.io"


def test_a_file_without_an_address_is_for_the_one_that_is_given() -> None:
    client = BOOK.package_clients["npm"]
    found = kept("_auth=$A", client, BOOK, "npm.apkg.io")
    assert found is not None
    assert (found.host, found.stored) == ("npm.apkg.io", ("A",))
    assert kept("_auth=$A", client, BOOK) is None


NPM = "//npm.apkg.io/acme/:"


@pytest.mark.parametrize(
    ("script", "files", "told"),
    [
        (
            "pnpm install 'x",
            {".npmrc": f"{NPM}_auth=${{A}}"},
            [(".npmrc", ("A",), ["pnpm-project-file", "npm-encoded"])],
        ),
        ("npm install 'x", {".npmrc": f"{NPM}_auth=${{A}}"}, [(".npmrc", ("A",), ["npm-encoded"])]),
        ("pip install 'x", {".npmrc": f"{NPM}_auth=${{A}}"}, []),
        (
            "export A=$(printf x$T | base64 -w0)\nnpm install",
            {".npmrc": f"{NPM}_authToken=${{A}}", "web/.npmrc": f"{NPM}_auth=${{A}}"},
            [(".npmrc", ("T",), ["npm-token"]), ("web/.npmrc", ("T",), ["package-client"])],
        ),
        ("npm install --userconfig a/x", {"a/x": f"{NPM}_auth=${{A}}"}, [("a/x", ("A",), ["npm-encoded"])]),
        ("npm install --userconfig a/y", {"a/x": f"{NPM}_auth=${{A}}"}, []),
        (
            "npm install",
            {".npmrc": f"{NPM}_auth=${{A}}", "web/.npmrc": f"{NPM}_auth=${{B}}"},
            [(PATH, ("A",), ["npm-settings", "npm-packages-unknown"]), ("web/.npmrc", ("B",), ["npm-encoded"])],
        ),
        (
            "yarn install",
            {".yarnrc.yml": "npmRegistries:\n  //npm.apkg.io/acme:\n    npmAuthToken: ${A}\n"},
            [(".yarnrc.yml", ("A",), ["npm-token"])],
        ),
        ("yarn install", {"conf.yml": "npmRegistries: {//npm.apkg.io/acme: {npmAuthToken: '${A}'}}"}, []),
        (
            "export A=$BITBUCKET_PACKAGES_TOKEN\nnpm install",
            {".npmrc": f"{NPM}_authToken=${{A}}"},
            [],
        ),
    ],
)
def test_a_file_of_the_repository_is_told_with_why_it_is_not_changed(
    script: str, files: dict[str, str], told: list[tuple[str, tuple[str, ...], list[str]]]
) -> None:
    lines = "".join(f"            {line}\n" for line in script.splitlines())
    pipelines = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{lines}"
    report = report_on({PATH: pipelines.encode()} | {path: text.encode() for path, text in files.items()})
    findings = sorted(report.findings, key=lambda one: (one.path, one.position.line))
    assert [(one.path, one.variables, [reason.code for reason in one.reasons]) for one in findings] == sorted(told)


@pytest.mark.parametrize(
    ("head", "verdict"),
    [("export TWINE_REPOSITORY_URL=", "safe"), ("TWINE_REPOSITORY_URL=", "report-only")],
)
def test_an_index_in_a_variable_that_is_not_exported_is_not_known(head: str, verdict: str) -> None:
    script = f"{head}https://pypi.apkg.io/acme\n            twine upload -u $U -p $T dist/*\n"
    pipelines = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n            {script}"
    assert [one.verdict.value for one in report_on({PATH: pipelines.encode()}).findings] == [verdict]


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ("{PYPI_USERNAME: $U, PYPI_PASSWORD: $T, REPOSITORY: 'https://pypi.apkg.io/acme'}", "U T"),
        ("{NPM_TOKEN: $T, EXTRA_ARGS: --registry https://npm.apkg.io/acme}", "T"),
        ("{REGISTRY: crg.apkg.io, REGISTRY_PASSWORD: '${T}', REGISTRY_USERNAME: ci}", "T"),
        ("{WHERE: crg.apkg.io/acme/web, ARGS: [--creds, '$U:$PACKAGES_PAT']}", "PACKAGES_PAT"),
        ("{PYPI_USERNAME: $U, PYPI_PASSWORD: $T, REPOSITORY: 'https://upload.example.org/legacy/'}", None),
        ("{WEBHOOK_TOKEN: $T, MESSAGE: pushed crg.apkg.io/acme/web}", None),
        ("{REGISTRY: crg.apkg.io, PASSWORD: $BITBUCKET_PACKAGES_TOKEN, USERNAME: $BITBUCKET_PACKAGES_USERNAME}", None),
        ("{IMAGE: 'crg.apkg.io/acme/web:$BITBUCKET_COMMIT', USER: $U}", None),
        ("{IMAGE: 'crg.apkg.io.example.com/acme/web', PASSWORD: $T}", None),
    ],
)
def test_a_pipe_that_is_given_a_stored_credential_is_told(variables: str, names: str | None) -> None:
    pipelines = (
        "pipelines:\n  default:\n    - step:\n        script:\n"
        f"          - pipe: acme/publish:1.2.0\n            variables: {variables}\n"
    )
    findings = [one for one in report_on({PATH: pipelines.encode()}).findings if one.rule == RULE]
    assert [one.variables for one in findings] == ([tuple(names.split())] if names else [])
    assert all("acme/publish reaches" in one.message for one in findings)


@pytest.mark.parametrize(
    ("script", "path", "text", "names"),
    [
        ("npm ci", ".npmrc", "//npm.example.com/:_authToken=${NPM_TOKEN}\n", None),
        ("make", ".npmrc", "//npm.apkg.io/acme/:_authToken=${NPM_TOKEN}\n", None),
        ("npm ci", ".npmrc", "//npm.apkg.io/acme/:_password=${BITBUCKET_PACKAGES_TOKEN}\n", None),
        (
            'export N=$(printf %s:%s "$BITBUCKET_PACKAGES_USERNAME" "$BITBUCKET_PACKAGES_TOKEN" | base64 -w 0)\nnpm ci',
            ".npmrc",
            "//npm.apkg.io/acme/:_auth=${N}\n",
            None,
        ),
        ("export N=$(printf %s:%s $U $T | base64)\npnpm i", ".npmrc", "//npm.apkg.io/acme/:_auth=${N}\n", "U T"),
        ("N=$BITBUCKET_PACKAGES_TOKEN\npnpm i", ".npmrc", "//npm.apkg.io/acme/:_auth=${N}\n", "N"),
        ("export N=$(vault read n)\npnpm i", ".npmrc", "//npm.apkg.io/acme/:_auth=${N}\n", "N"),
        (
            "[ $X ] || export N=$BITBUCKET_PACKAGES_TOKEN\npnpm i",
            ".npmrc",
            "//npm.apkg.io/acme/:_auth=${N}\n",
            "N",
        ),
        ("npm ci", "other.npmrc", "//npm.apkg.io/acme/:_authToken=${NPM_TOKEN}\n", None),
        ("pnpm i", ".npmrc", "@acme:registry=https://npm.apkg.io/acme/\n//npm.apkg.io/acme/:_auth=${N}\r\n", "N"),
        ("yarn install", ".yarnrc.yml", 'npmRegistryServer: "https://npm.apkg.io/a"\nnpmAuthToken: "${N}"\n', "N"),
        ("docker run x mvn -v", "settings.xml", "<password>${env.P}</password>\n", None),
        ("docker pull npm", ".npmrc", "//npm.apkg.io/acme/:_authToken=${NPM_TOKEN}\n", None),
        ("docker run -v .:/w x npm ci", ".npmrc", "//npm.apkg.io/acme/:_authToken=${N}\n", "N"),
        ("mvn -s ci/settings.xml deploy", "ci/settings.xml", "<password>${env.P}</password>maven.apkg.io\n", "P"),
    ],
)
def test_files_of_the_repository_are_told_where_a_step_runs_their_client(
    script: str, path: str, text: str, names: str | None
) -> None:
    expected = [(path, text[: text.rfind("${")].count("\n") + 1, tuple(names.split()))] if names else []
    assert found(script, {path: text}) == expected


@pytest.mark.parametrize(
    ("script", "host", "names"),
    [
        ('YARN_NPM_AUTH_IDENT="$U:$T" yarn npm publish', "npm.apkg.io", [("U", "T")]),
        ('YARN_NPM_AUTH_IDENT="$U:$T" yarn npm publish', "npm.acme.example", []),
        ("yarn npm publish --otp $OTP_TOKEN", "npm.apkg.io", []),
    ],
)
def test_where_yarn_publishes_may_be_in_package_json_alone(
    script: str, host: str, names: list[tuple[str, ...]]
) -> None:
    package = f'{{"name": "@acme/web", "publishConfig": {{"registry": "https://{host}/acme/"}}}}'
    assert [one for _, _, one in found(script, {"package.json": package})] == names


@pytest.mark.parametrize(
    ("script", "names"),
    [
        ("docker run x mvn -s settings.xml deploy", [("U", "P")]),
        ("docker run x mvn deploy", []),
        ("docker build -t mvn -f settings.xml .", []),
        ("mvn -s settings.xml deploy", []),
    ],
)
def test_a_container_may_tie_a_file_to_the_address_in_another(script: str, names: list[tuple[str, ...]]) -> None:
    pom = "<project><url>https://maven.apkg.io/acme</url></project>"
    server = "<username>${env.U}</username>\n<password>${env.P}</password>"
    assert [one for _, _, one in found(script, {"settings.xml": server, "pom.xml": pom})] == names


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("docker pull crg.apkg.io/acme/web:1", None),
        ("skopeo copy --dest-creds $U:$T docker-archive:a docker://registry.example.com/acme/web:1", None),
        ("skopeo copy --dest-creds $U:$T docker-archive:a docker://crg.apkg.io/acme/web:1", ("U", "T")),
        ("helm pull oci://crg.apkg.io/acme/web --username $U --password $T", ("U", "T")),
    ],
)
def test_a_call_of_another_machine_takes_its_credential_there(command: str, names: tuple[str, ...] | None) -> None:
    script = f"pipelines:\n  default:\n    - step:\n        script:\n          - ssh deploy@acme.example {command}\n"
    found = [one for one in report_on(script).findings if one.rule == "credential-leaves-step"]
    assert [one.variables for one in found] == ([names] if names else [])


def test_a_login_in_the_words_of_a_pipe_names_the_stored_variables_alone() -> None:
    variables = "{A: docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $PAT}"
    (finding,) = report_on(step(f"pipe: acme/run:1\n            variables: {variables}")).findings
    assert (finding.rule, finding.variables) == ("credential-leaves-step", ("PAT",))


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("$PAT", ("PAT",)),
        ("$BITBUCKET_PACKAGES_TOKEN", None),
        ("$BITBUCKET_REPO_SLUG", None),
        ("$PAT$BITBUCKET_REPO_SLUG", ("PAT",)),
    ],
)
def test_what_bitbucket_gives_is_not_stored(value: str, stored: tuple[str, ...] | None) -> None:
    flow = follow(f'npm config set //npm.apkg.io/:_authToken "{value}"')
    found = list(package_calls(flow, BOOK))
    assert [one.stored for one in found] == ([] if stored is None else [stored])
    assert list(package_calls(flow, BOOK, flow.commands)) == []


HOST_FILE = "[acme]\nrepository = https://pypi.apkg.io/acme/\n"
AUTH_FILE = "//npm.apkg.io/acme/:_auth=${NPM_AUTH}\n"


@pytest.mark.parametrize(
    ("script", "files", "names"),
    [
        ("twine upload --config-file ci/pypirc -r acme -u $U -p $T dist/*", {"ci/pypirc": HOST_FILE}, ("U", "T")),
        ("cd ci\ntwine upload --config-file=pypirc -r acme -u $U -p $T dist/*", {"ci/pypirc": HOST_FILE}, ("U", "T")),
        ("npm publish --userconfig ci/npmrc", {"ci/npmrc": AUTH_FILE}, ("NPM_AUTH",)),
        ("npm publish --userconfig=ci/npmrc", {"ci/npmrc": AUTH_FILE.replace("apkg.io", "acme.example")}, None),
        ("npm publish --userconfig ci/other", {"ci/npmrc": AUTH_FILE}, None),
        ("cat ci/npmrc", {"ci/npmrc": AUTH_FILE}, None),
    ],
)
def test_a_file_that_a_call_names_is_one_of_the_client(
    script: str, files: dict[str, str], names: tuple[str, ...] | None
) -> None:
    assert [variables for _, _, variables in found(script, files)] == ([names] if names else [])


SCALA = 'publishTo := Some("acme" at "https://{}/acme")\ncredentials += Credentials({})\n'


@pytest.mark.parametrize(
    ("script", "build", "names"),
    [
        ("sbt publish", SCALA.format("nexus.acme.example", 'realm, host, sys.env("U"), sys.env("T")'), None),
        ("sbt publish", SCALA.format("maven.apkg.io", 'Path.userHome / ".sbt" / ".credentials"'), None),
        ("make", SCALA.format("maven.apkg.io", 'realm, host, sys.env("U"), sys.env("T")'), None),
        ("sbt publish", SCALA.format("maven.apkg.io", 'realm, host, sys.env("U"), sys.env("T")'), ("U", "T")),
        ("sbt +publish", SCALA.format("maven.apkg.io", 'realm, host, "ci", sys.env.getOrElse("T", "")'), ("T",)),
        (
            'printf "realm=x\\nhost=maven.apkg.io\\nuser=$U\\npassword=$T\\n" > ~/.sbt/.credentials\nsbt publish',
            SCALA.format("maven.apkg.io", 'Path.userHome / ".sbt" / ".credentials"'),
            ("U", "T"),
        ),
    ],
)
def test_what_sbt_is_given_is_told(script: str, build: str, names: tuple[str, ...] | None) -> None:
    assert [variables for _, _, variables in found(script, {"build.sbt": build})] == ([names] if names else [])
