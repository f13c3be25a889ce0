"""References to a variable in one file: what is none comes first, then every form, then what must always hold."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.rulebook.records import RuleError
from migrator.secrets.references import rules
from migrator.secrets.references.finding import MOST, Finder, find
from migrator.secrets.references.records import OpaqueKind, Reference, UseKind
from tests.memory import within

NAME = "MY_PAT"


def found(text: str, path: str, name: str = NAME) -> list[Reference]:
    return find(text.encode("utf-8", "surrogateescape"), path, [name])


def kinds(text: str, path: str, name: str = NAME) -> list[str]:
    return [str(one.kind) for one in found(text, path, name)]


def pipelines(*script: str) -> str:
    return "pipelines:\n  default:\n    - step:\n        script:\n" + "".join(f"          - {x}\n" for x in script)


# No reference at all


@pytest.mark.parametrize(
    "text",
    ["$MY_PAT_2", "${MY_PATH}", "$XMY_PAT", "my_pat", "$my_pat", "MY PAT", "MY-PAT", "_MY_PAT", "9MY_PAT", "MY_PAT9",
     "", "$MY_", "\\xMY_PAT"],
)  # fmt: skip
def test_a_longer_or_other_word_is_no_reference(text: str) -> None:
    assert found(text, "run.sh") == []


def test_another_case_of_letters_is_another_variable_outside_of_windows() -> None:
    assert found("echo $my_pat", "run.sh") == []
    assert found("$os.environ['my_pat']", "run.py") == []


def test_which_doubts_stand_in_a_text_that_any_program_may_read() -> None:
    apart = {"submodule", "lfs", "binary", "large", "program"}
    assert {str(kind) for kind in OpaqueKind if not kind.is_text} == apart


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("image: $MY_PAT\n", ["image"]),
        ("image: {name: x, password: $MY_PAT}\n", ["image"]),
        ("definitions:\n  services:\n    a:\n      image: acme/$MY_PAT\n", ["image"]),
        ("definitions:\n  services:\n    a:\n      variables:\n        X: $MY_PAT\n", ["service"]),
        ("pipelines:\n  custom:\n    a:\n      - variables:\n          - name: MY_PAT\n", ["declaration"]),
        (pipelines("pipe: a/b:1\n            variables:\n              X: $MY_PAT"), ["pipe"]),
        (pipelines("pipe: a/b:1\n            variables:\n              MY_PAT: x"), ["assignment"]),
        (pipelines("pipe: a/b:1\n            variables:\n              MY_PAT:"), ["word"]),
        (pipelines("echo $MY_PAT"), ["shell"]),
    ],
)
def test_what_a_place_of_the_pipelines_file_does_with_a_variable(text: str, expected: list[str]) -> None:
    assert kinds(text, "bitbucket-pipelines.yml") == expected


# Mentions, which are no uses


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "#MY_PAT"),
        ("README.md", "Set MY_PAT, then run `docker login -p $MY_PAT`."),
        ("docs/x.rst", "``$MY_PAT``"),
        ("NOTES.txt", "We retired MY_PAT last year."),
        ("LICENSE", "MY_PAT"),
        ("run.sh", "# docker login -p $MY_PAT"),
        ("run.sh", "  #docker login -p $MY_PAT"),
        ("run.sh", "make # needs MY_PAT"),
        ("run.sh", "echo x$$MY_PAT"),
        ("bitbucket-pipelines.yml", pipelines("make") + "# - docker login -p $MY_PAT\n"),
        ("bitbucket-pipelines.yml", pipelines("make # MY_PAT is gone")),
        ("a.py", "# os.environ['MY_PAT']"),
        ("Dockerfile", "# ARG MY_PAT"),
        ("Makefile", "# $(MY_PAT)"),
        ("a.js", "// process.env.MY_PAT"),
        ("a.js", "/** reads\n * MY_PAT\n */"),
        ("a.js", "/** reads\n *MY_PAT\n */"),
        ("a.sql", "-- MY_PAT"),
        ("a.ini", "; ${MY_PAT}"),
        (".npmrc", "# //registry.example.com/:_authToken=${MY_PAT}"),
        ("a.bat", "rem %MY_PAT%"),
        ("a.ps1", "# $Env:MY_PAT"),
        ("a.tf", "# MY_PAT"),
    ],
)
def test_prose_and_comments_mention(path: str, text: str) -> None:
    assert kinds(text, path) == ["mention"] * len(kinds(text, path)) != []
    assert not any(one.kind.is_use for one in found(text, path))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "MY_PAT=1 make"),
        ("run.sh", "export MY_PAT=1"),
        ("run.sh", "true && MY_PAT=1"),
        ("run.sh", "docker run -e MY_PAT=1 x"),
        ("run.sh", "docker build --build-arg MY_PAT=1 ."),
        ("bitbucket-pipelines.yml", pipelines("export MY_PAT=$OTHER")),
    ],
)
def test_setting_a_variable_is_no_use_of_the_stored_one(path: str, text: str) -> None:
    assert kinds(text, path) == ["assignment"]


def test_a_variable_of_a_pipe_that_is_named_alike_is_set_and_not_used() -> None:
    text = pipelines("pipe: acme/push:1.0.0\n            variables:\n              MY_PAT: $OTHER")
    assert kinds(text, "bitbucket-pipelines.yml") == ["assignment"]
    assert kinds(text.replace("MY_PAT: $OTHER", '"$MY_PAT": x'), "bitbucket-pipelines.yml") == ["shell"]


def test_a_custom_pipeline_that_asks_for_the_variable_declares_it() -> None:
    text = "pipelines:\n  custom:\n    release:\n      - variables:\n          - name: MY_PAT\n            default: x\n"
    assert kinds(text, "bitbucket-pipelines.yml") == ["declaration"]


def test_a_step_that_starts_another_pipeline_gives_it_variables() -> None:
    text = (
        "pipelines:\n  default:\n    - step:\n        type: pipeline\n        custom: x\n        input-variables: {@}\n"
    )
    assert kinds(text.replace("@", "MY_PAT: $OTHER"), "bitbucket-pipelines.yml") == ["assignment"]
    assert kinds(text.replace("@", "TOKEN: $MY_PAT"), "bitbucket-pipelines.yml") == ["pipe"]
    assert kinds(text.replace("@", "? [A, B] : $MY_PAT"), "bitbucket-pipelines.yml") == ["pipe"]


def test_a_declaration_without_its_key_is_one_of_no_variable() -> None:
    text = "pipelines:\n  custom:\n    release:\n      - variables: [MY_PAT]\n"
    assert kinds(text, "bitbucket-pipelines.yml") == ["word"]


def test_a_use_behind_many_others_is_still_found() -> None:
    lines = "".join("          - echo $MY_PAT\n          # MY_PAT\n" for _ in range(60))
    text = pipelines("make") + lines + "          - {pipe: acme/push:1, variables: {TOKEN: $MY_PAT}}\n"
    assert "pipe" in kinds(text, "bitbucket-pipelines.yml")


# What looks like a comment and may be none


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", 'echo "a # $MY_PAT"'),
        ("run.sh", "echo '\n  a # $MY_PAT'"),
        ("run.sh", 'cat <<EOF > x.h\n#define TOKEN "$MY_PAT"\nEOF'),
        ("run.sh", "echo a#$MY_PAT"),
        ("a.js", "write(`\n//registry.example.com/:_authToken=${process.env.MY_PAT}\n`)"),
        ("a.js", "n = 2\n  * process.env.MY_PAT"),
        (".npmrc", "//registry.example.com/:_authToken=${MY_PAT}"),
        ("requirements.txt", "--index-url https://${MY_PAT}@example.com"),
        ("a.xml", "<!--\n${env.MY_PAT}\n-->"),
        ("unknown", "# $MY_PAT"),
    ],
)
def test_in_doubt_it_is_a_use(path: str, text: str) -> None:
    assert [one.kind.is_use for one in found(text, path)] == [True]


# Uses

FORMS = [
    ("shell", "run.sh", "$@"),
    ("shell", "run.sh", "${@}"),
    ("shell", "run.sh", "${@:-x}"),
    ("shell", "run.sh", "${#@}"),
    ("shell", "unknown", "$@"),
    ("shell", "a.json", "${@}"),
    ("indirect", "run.sh", "${!@}"),
    ("powershell", "a.ps1", "$Env:@"),
    ("powershell", "a.ps1", "${env:@}"),
    ("powershell", "a.ps1", "(Get-Item env:@).Value"),
    ("powershell", "bitbucket-pipelines.yml", "$env:@"),
    ("batch", "a.bat", "%@%"),
    ("batch", "a.cmd", "%@:~0,4%"),
    ("batch", "a.cmd", "!@!"),
    ("python", "a.py", 'os.environ["@"]'),
    ("python", "a.py", "os.environ.get('@', '')"),
    ("python", "a.py", "os.getenv(\n  '@')"),
    ("python", "a.py", "getenv('@')"),
    ("python", "a.py", "environ.pop('@')"),
    ("node", "a.js", "process.env.@"),
    ("node", "a.ts", "process.env?.@"),
    ("node", "a.ts", 'process.env["@"]'),
    ("node", "a.ts", "const { A, @ } = process.env"),
    ("node", "a.ts", "let {\n  @: mine = 1,\n} = process.env;"),
    ("node", "a.ts", "import.meta.env.@"),
    ("node", "a.ts", "Deno.env.get('@')"),
    ("java", "A.java", 'System.getenv("@")'),
    ("java", "A.kt", 'System.getenv()["@"]'),
    ("java", "A.java", 'System.getenv().get("@")'),
    ("maven", "settings.xml", "${env.@}"),
    ("maven", "build.gradle", "${env.@}"),
    ("gradle", "build.gradle.kts", 'providers.environmentVariable("@")'),
    ("ruby", "a.rb", 'ENV["@"]'),
    ("ruby", "a.rb", "ENV.fetch('@')"),
    ("go", "a.go", 'os.Getenv("@")'),
    ("go", "a.go", 'os.LookupEnv("@")'),
    ("php", "a.php", "getenv('@')"),
    ("php", "a.php", "$_ENV['@']"),
    ("php", "a.php", "env('@')"),
    ("php", "services.yaml", "'%env(resolve:@)%'"),
    ("dotnet", "a.cs", 'Environment.GetEnvironmentVariable("@")'),
    ("rust", "a.rs", 'env::var("@")'),
    ("rust", "a.rs", 'env!("@")'),
    ("compose", "docker-compose.yml", "image: a:${@:-1}"),
    ("word", "docker-compose.yml", "environment:\n  - @"),
    ("word", "docker-compose.yml", "environment:\n  @:"),
    ("dotenv", ".env.production", "X=${@}"),
    ("envsubst", "run.sh", "envsubst '$@ $OTHER' < a"),
    ("envsubst", "run.sh", "envsubst '$OTHER ${@}' < a"),
    ("dockerfile", "Dockerfile", "ARG @"),
    ("dockerfile", "app.Dockerfile", "arg @=x"),
    ("dockerfile", "Dockerfile", "ENV @=x"),
    ("dockerfile", "Dockerfile", "RUN x $@"),
    ("build-secret", "run.sh", "docker build --secret id=npm,env=@ ."),
    ("build-secret", "run.sh", "docker build --secret id=@ ."),
    ("container", "run.sh", "docker run --env @ x"),
    ("container", "run.sh", "docker run -e @ x"),
    ("container", "run.sh", "docker run -e@ x"),
    ("container", "run.sh", "docker build --build-arg @ ."),
    ("container", "a.json", '["docker", "run", "-e", "@", "x"]'),
    ("export", "run.sh", "export @"),
    ("export", "run.sh", "export OTHER @"),
    ("export", "run.sh", "declare -x @"),
    ("export", "run.sh", "sudo --preserve-env=OTHER,@ make"),
    ("printenv", "run.sh", "printenv @"),
    ("make", "Makefile", "$(@)"),
    ("make", "Makefile", "${@}"),
    ("make", "Makefile", "\techo $$@"),
    ("make", "rules.mk", "\techo $${@}"),
    ("template", "a.yml", "image: ${{ @ }}"),
    ("word", "settings.py", "@: str = ''"),
    ("word", "run.sh", "for name in @ OTHER; do"),
    ("word", "run.sh", "[[ -v @ ]]"),
    ("word", "a.json", '{"secret": "@"}'),
    ("word", "a.rb", '"A\\n@"'),
]


@pytest.mark.parametrize(("kind", "path", "form"), FORMS)
def test_every_form_is_a_use(kind: str, path: str, form: str) -> None:
    assert kinds(form.replace("@", NAME), path) == [kind]


def test_pipes_services_and_images_use_a_variable_in_ways_of_their_own() -> None:
    text = (
        "definitions:\n  services:\n    db:\n      image: {name: a, password: $MY_PAT}\n      variables:\n"
        "        PASSWORD: ${MY_PAT}\nimage:\n  name: a\n  password: $MY_PAT\n"
    ) + pipelines(
        "pipe: acme/push:1.0.0\n            variables:\n              PASSWORD: $MY_PAT\n"
        "              LIST: [a, $MY_PAT]"
    )
    assert kinds(text, "bitbucket-pipelines.yml") == ["image", "service", "image", "pipe", "pipe"]


def test_a_pipelines_file_that_is_no_yaml_still_uses() -> None:
    assert kinds("pipelines: [\n $MY_PAT", "bitbucket-pipelines.yml") == ["shell"]


def test_windows_reads_names_in_any_case() -> None:
    assert kinds("$env:my_pat", "a.ps1") == ["powershell"]
    assert kinds("%My_Pat%", "a.bat") == ["batch"]
    assert kinds(pipelines("echo $ENV:my_pat"), "bitbucket-pipelines.yml") == ["powershell"]


def test_a_prefix_that_a_tool_takes_away_is_followed() -> None:
    assert kinds('variable "token" {}', "main.tf", "TF_VAR_token") == ["terraform"]
    assert kinds('variable "token" {}', "main.js", "TF_VAR_token") == []
    assert kinds("property('token')", "build.gradle", "ORG_GRADLE_PROJECT_token") == ["gradle"]


def test_a_program_that_reads_a_variable_by_itself_uses_it() -> None:
    assert kinds("twine upload dist/*", "run.sh", "TWINE_PASSWORD") == ["implicit"]
    assert kinds("# twine upload", "run.sh", "TWINE_PASSWORD") == ["mention"]
    assert kinds("docker login", "run.sh", "DOCKER_AUTH_CONFIG") == ["implicit"]
    assert kinds("trivy image x", "run.sh", "TRIVY_PASSWORD") == ["implicit"]
    assert kinds("./mvnw verify", "run.sh", "QUARKUS_CONTAINER_IMAGE_PASSWORD") == ["implicit"]


NATIVE_PAIR = '"$BITBUCKET_PACKAGES_USERNAME" "$BITBUCKET_PACKAGES_TOKEN"'


@pytest.mark.parametrize(
    ("text", "path", "name", "expected"),
    [
        ("python -m twine upload d/*", "run.sh", "TWINE_PASSWORD", "implicit"),
        ("uv run pytest", "run.sh", "UV_INDEX_BB_PASSWORD", "implicit"),
        ("uv publish", "run.sh", "UV_PUBLISH_TOKEN", "implicit"),
        ("poetry install", "run.sh", "POETRY_HTTP_BASIC_BB_PASSWORD", "implicit"),
        ("pip install web", "run.sh", "PIP_INDEX_URL", "implicit"),
        ("uv publish --token $MY_PAT", "run.sh", NAME, "shell"),
        ("poetry config http-basic.bb $U $MY_PAT", "run.sh", NAME, "shell"),
        ("pip install -i https://$U:$MY_PAT@pypi.apkg.io/acme/simple web", "run.sh", NAME, "shell"),
        ("-i https://${U}:${MY_PAT}@pypi.apkg.io/acme/simple", "requirements.txt", NAME, "shell"),
        ("echo machine pypi.apkg.io login $U password $MY_PAT > ~/.netrc", "run.sh", NAME, "shell"),
        (f"poetry config http-basic.bb {NATIVE_PAIR}", "run.sh", NAME, ""),
        (f"printf 'machine a login %s password %s' {NATIVE_PAIR} > ~/.netrc", "run.sh", NAME, ""),
    ],
)
def test_clients_of_python_packages_use_what_they_are_given(text: str, path: str, name: str, expected: str) -> None:
    assert kinds(text, path, name) == expected.split()


@pytest.mark.parametrize("name", ["MY_PAT", "DOCKER_PASSWORD", "DOCKER_TOKEN", "NPM_TOKEN", "MAVEN_PASSWORD"])
def test_a_program_reads_no_variable_only_because_its_name_begins_alike(name: str) -> None:
    assert kinds("docker login; npm ci; mvn deploy; twine upload", "run.sh", name) == []


def test_the_program_in_the_first_line_says_what_a_file_without_an_ending_is() -> None:
    assert kinds("#!/usr/bin/env bash\n# $MY_PAT", "deploy") == ["mention"]


# Places and text


def test_places_count_characters_and_lines_as_editors_do() -> None:
    one, two = found("é $MY_PAT\r\n\tx ${MY_PAT:?secret words}\n", "a.sh")
    assert (one.line, one.column, two.line, two.column) == (1, 4, 2, 6)


def test_nothing_of_the_file_but_the_form_is_kept() -> None:
    text = "curl -u user:ATBBsecretsecret $MY_PAT ATBBother ${MY_PAT:-ATBBdefault} os.environ['MY_PAT'] 'ATBBmore'"
    assert {one.text for one in found(text, "run.sh")} == {"$MY_PAT", "${MY_PAT", "environ['MY_PAT"}
    assert "ATBB" not in repr(found("const { MY_PAT = 'ATBBx' } = process.env", "a.js"))


def test_a_thousand_uses_are_as_good_as_the_first_ones() -> None:
    references = found("echo $MY_PAT\n" * 1000 + "os.environ['MY_PAT']", "run.sh")
    assert [one.kind for one in references].count(UseKind.SHELL) == MOST
    assert references[-1].kind is UseKind.PYTHON


def test_a_thousand_mentions_hide_no_use() -> None:
    assert any(one.kind.is_use for one in found("# MY_PAT\n" * 1000 + "echo $MY_PAT", "run.sh"))


def test_names_are_kept_apart() -> None:
    references = find(b"$A_B $A $B_A", "run.sh", ["A", "A_B"])
    assert [(one.name, one.column) for one in references] == [("A_B", 2), ("A", 7)]


@pytest.mark.parametrize("name", ["", "A-B", "1A", "A B", "A\n", ".*", "É"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="not the name of a variable"):
        Finder([name])


# Rules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("forms: [{kind: x, needle: a, pattern: a}]", "`forms[0].kind` must be one of"),
        ("forms: [{kind: shell, pattern: a}]", "`forms[0]` has no `needle`; add it"),
        ("forms: [{kind: shell, needle: a, pattern: (}]", "is not a regular expression"),
        ("opaque: [{kind: shell, needle: a, pattern: a}]", "`opaque[0].kind` must be one of"),
        ("words: []", "`words` is not known"),
        ("languages: {x: {}}", "`languages.x` has no `files`"),
        ("aliases: [{kind: word, names: x, words: [y], in: [cobol]}]", "`aliases[0].in[0]` must be one of"),
    ],
)
def test_a_mistake_in_a_rule_names_file_line_and_key(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "mine.yml").write_text(text)
    with pytest.raises(RuleError) as caught:
        rules.load((tmp_path,))
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/references/mine.yml:1:")


def test_a_form_of_ones_own_is_added(tmp_path: Path) -> None:
    (tmp_path / "references").mkdir()
    (tmp_path / "references" / "mine.yml").write_text("forms: [{kind: shell, needle: vault, pattern: 'vault/NAME'}]")
    finder = Finder([NAME], rules.load((tmp_path,)))
    assert [str(one.kind) for one in finder.look(b"vault/MY_PAT", "a.json").references] == ["shell"]


# What always holds

_AROUND = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.sampled_from(FORMS), _AROUND, _AROUND)
def test_a_use_is_found_whatever_stands_on_other_lines(form: tuple[str, str, str], before: str, after: str) -> None:
    _, path, text = form
    before, after = (part.replace("\0", "") for part in (before, after))
    references = found(f"{before}\n{text.replace('@', NAME)}\n{after}", path)
    assert [one.name for one in references if one.kind.is_use] != []


@given(_AROUND, st.sampled_from([path for _, path, _ in FORMS]))
def test_a_text_without_the_name_says_nothing(text: str, path: str) -> None:
    assert found(text.replace(NAME, ""), path) == []


@given(st.binary(max_size=200), st.binary(max_size=40), st.sampled_from([path for _, path, _ in FORMS]))
def test_nothing_raises_on_any_bytes(data: bytes, more: bytes, path: str) -> None:
    Finder([NAME, "A"]).look(data + NAME.encode() + more, path, executable=True)


@pytest.mark.parametrize(
    "piece",
    ["$MY_PAT ", "MY_PAT", "{ MY_PAT ", "export ", "export MY_PAT ", "process.env ", "{", "${!", "#", "\n", " ", "env ",
     "-e ", "environ(", "getenv( ", "imports:\n", "eval ", "curl |", "'", "\t- ", "MY_", "'MY',", "my.pat", "jq env ",
     "env A=1 ", "curl \\\n", "{{ env ", "(printenv -0 -u A ", "curl x>a.sh\n", " my:\n",
     "os.environ[", "process.env['"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["bitbucket-pipelines.yml", "a.sh", "a.js", "unknown"])
def test_time_is_linear_in_the_size_of_a_hostile_file(piece: str, path: str) -> None:
    data = (piece * (100_000 // len(piece)) + " MY_PAT").encode()
    with within(3):
        Finder([NAME]).look(data, path)


def test_a_file_is_no_program_where_nobody_says_so() -> None:
    assert Finder([NAME]).look(b"\0\1", "a.png").opaque == ()


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("MY_TOKEN", "ci.sh", "docker run -eMY_TOKEN alpine"),
        ("MY_TOKEN", "ci.py", r'"\nMY_TOKEN"'),
        ("TF_VAR_token", "main.tf", "var.token"),
        ("TWINE_PASSWORD", "ci.sh", "twine upload dist/*"),
        ("MY_TOKEN", "ci.ps1", "$env:my_token"),
    ],
)
def test_a_name_is_found_alone_as_it_is_among_many(name: str, path: str, text: str) -> None:
    many = [name, *(f"OTHER_{number}" for number in range(100))]
    assert find(text.encode(), path, [name]) == find(text.encode(), path, many) != []
