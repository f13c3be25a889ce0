"""What defeats the proof that nobody uses a variable, and what only looks like it."""

from __future__ import annotations

import re

import pytest

from migrator.reports.wording.stored import MEANS
from migrator.secrets.references.finding import Finder, find
from migrator.secrets.references.opaque import MOST, OpaqueForms
from migrator.secrets.references.records import OpaqueKind
from migrator.secrets.references.rules import Form, Language, Rules
from tests.secrets.test_references import NAME, pipelines


def opaque(text: str, path: str) -> list[str]:
    return [str(one.kind) for one in Finder([NAME]).look(text.encode(), path).opaque]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", "env X=1 make"),
        ("run.sh", "printenv HOME"),
        ("run.sh", "set -e"),
        ("run.sh", "set -euo pipefail"),
        ("run.sh", "# env"),
        ("run.sh", "source env"),
        ("run.sh", 'eval "$(ssh-agent -s)"'),
        ("run.sh", "eval 'echo x'"),
        ("run.sh", "envsubst '$A' < x"),
        ("run.sh", "curl -o x https://example.com"),
        ("run.sh", "echo ${X} $Y"),
        (".gitignore", "env\n"),
        ("README.md", "Run `env | sort`:\n\n    env\n"),
        ("a.py", "os.environ['X'], os.environ.get('X'), os.getenv('X')"),
        ("a.py", "from os import environ\nenviron['X'], environ.get('X')"),
        ("a.py", "request.environ.copy(), request.environ[key]"),
        ("a.pl", "$ENV{X}, $ENV{'X'}"),
        ("a.bat", "echo %ENV%"),
        ("run.sh", "jq -n '$ENV.X, env.X, {env: .x}'"),
        ("run.sh", 'echo "deploy to $ENV"'),
        ("a.js", "process.env.X, process.env['X']; const { X } = process.env"),
        ("a.go", 'os.Getenv("X")'),
        ("A.java", 'System.getenv("X")'),
        ("a.php", "$_ENV['X']"),
        ("a.rb", "ENV['X'] ENV.fetch('X')"),
        ("bitbucket-pipelines.yml", "definitions:\n  imports:\n    a: .bitbucket/shared-pipelines.yml\n"),
        ("bitbucket-pipelines.yml", "pipelines:\n  default:\n    import: build@a\n"),
        ("a.yml", "import: a:b:c"),
        ("a.nu", "$env.X"),
        ("a.awk", 'BEGIN { print ENVIRON["X"] }'),
        ("a.j2", "{{ lookup('env', 'X') }}"),
        ("a.py", "from environs import Env\nEnv().str('X')"),
        ("a.cs", 'builder.Environment("Development")'),
        ("a.cs", 'config.GetSection("Logging")["Level"], config.GetSection("My").Value'),
        ("a.fish", "set -x A 1; set -gx PATH /x $PATH; set -e OTHER; set -q A"),
        ("run.sh", "set -x; true; ps -e; ps aux | cat x"),
        ("a.m", '[[NSProcessInfo processInfo] environment][@"X"]'),
        ("a.f90", "call get_environment_variable('X', v)"),
        ("a.jq", '.env | .x, env["X"]'),
        ("a.py", 'KEY = "OTHER"\nos.environ[KEY]'),
        ("a.js", "const KEY = 'OTHER'; process.env[KEY]"),
        ("a.yml", "MY_PAT: x"),
        ("README.md", "docker run --env-file .env x\ncat /proc/self/environ"),
        (".gitlab-ci.yml", "script: [docker run --env-file .env x, cat /proc/self/environ]"),
        ("a.js", "require('yargs').env('OTHER'); new EnvironmentPlugin(['X']); execSync('printenv X')"),
    ],
)
def test_what_names_its_variables_defeats_nothing(path: str, text: str) -> None:
    assert opaque(text, path) == []


CASES = [
    ("dump", "a.fish", "set -x"),
    ("dump", "a.erl", "os:env()"),
    ("dump", "a.nim", "for k, v in envPairs(): echo v"),
    ("dump", "a.d", "auto e = environment.toAA();"),
    ("dump", "a.rkt", "(environment-variables-names (current-environment-variables))"),
    ("dump", "a.el", "(princ process-environment)"),
    ("dump", "a.m", "[[NSProcessInfo processInfo] environment]"),
    ("dump", "a.jq", "env | to_entries"),
    ("dump", "a.py", "import posix\nposix.environ"),
    ("dump", "A.java", "new EnvironmentConfiguration()"),
    ("dump", "run.sh", "ps eww $$"),
    ("dump", "run.sh", "direnv dump"),
    ("indirect", "a.j2", "{{ env[name] }}"),
    ("indirect", "a.ml", "Sys.getenv_opt name"),
    ("indirect", "a.d", "environment.get(name)"),
    ("indirect", "a.f90", "call GET_ENVIRONMENT_VARIABLE(name, v)"),
    ("indirect", "a.cob", "ACCEPT WS-V FROM ENVIRONMENT WS-NAME"),
    ("indirect", "a.jq", "env[$k]"),
    ("indirect", "a.elv", "get-env $n"),
    ("indirect", "a.js", 'execSync("printenv " + n)'),
    ("indirect", "a.js", "new EnvironmentPlugin(names)"),
    ("fields", "a.js", "const c = require('rc')('my')"),
    ("fields", "a.js", "require('yargs').env('MY').argv"),
    ("dump", "a.fish", "begin; set -g -x | grep T; end"),
    ("dump", "a", "#!/usr/bin/env fish\nset --export\n"),
    ("dump", "bitbucket-pipelines.yml", pipelines("fish -c 'set -x'")),
    ("fields", "a.cs", 'var s = config.GetSection("My");\nvar t = s["Pat"];'),
    ("part", "a.cs", 'config.GetSection("My")["Pat"]'),
    ("part", "a.cs", 'config\n    .GetRequiredSection("My")\n    .GetValue<string>("Pat")'),
    ("part", "a.py", 'settings["my"]["pat"]'),
    ("dump", "a.zig", "try std.process.getEnvMap(allocator)"),
    ("dump", "a.ml", "Array.iter print_endline (Unix.environment ())"),
    ("dump", "a.nu", "$env | to json"),
    ("dump", "a.awk", "BEGIN { for (k in ENVIRON) print k }"),
    ("indirect", "a.vbs", 'CreateObject("WScript.Shell").Environment("PROCESS")'),
    ("indirect", "a.j2", "{{ lookup('env', name) }}"),
    ("indirect", "a.py", "from environs import Env\nEnv().str(name)"),
    ("dump", "run.sh", "env"),
    ("dump", "run.sh", "env | sort"),
    ("dump", "run.sh", "x=$(env)"),
    ("dump", "run.sh", "make && printenv > all.txt"),
    ("dump", "run.sh", "export -p"),
    ("dump", "run.sh", "declare -x > all"),
    ("dump", "run.sh", "set | grep X"),
    ("dump", "run.sh", "cat /proc/self/environ"),
    ("dump", "bitbucket-pipelines.yml", pipelines("env > .env")),
    ("dump", "bitbucket-pipelines.yml", pipelines('"printenv"')),
    ("dump", "Dockerfile", "RUN env"),
    ("dump", "package.json", '{"scripts": {"x": "env | sort"}}'),
    ("dump", "a.ps1", "gci env:"),
    ("dump", "a.ps1", "Get-ChildItem Env:*"),
    ("dump", "a.bat", "@set"),
    ("dump", "a.py", "os.environ.copy()"),
    ("dump", "a.py", "dict(os.environ)"),
    ("dump", "a.py", "{**os.environ}"),
    ("dump", "a.py", "run(x, env=os.environ)"),
    ("dump", "a.py", "from os import environ\nenviron.copy()"),
    ("dump", "a.py", "from os import environ\nrun(x, env=environ)"),
    ("dump", "a.py", "from os import environ as e"),
    ("dump", "a.pl", "foreach (keys %ENV) {}"),
    ("dump", "run.sh", "jq -n '$ENV'"),
    ("dump", "run.sh", "jq -n 'env | keys'"),
    ("dump", "a.js", "spawn(x, { env: process.env })"),
    ("dump", "a.js", "{...process.env}"),
    ("dump", "a.js", "const { a, ...rest } = process.env"),
    ("dump", "a.yml", "${{ toJSON(secrets) }}"),
    ("dump", "A.java", "System.getenv()"),
    ("dump", "a.go", "os.Environ()"),
    ("dump", "a.rb", "ENV.to_h"),
    ("dump", "a.php", "print_r($_ENV)"),
    ("dump", "a.cs", "Environment.GetEnvironmentVariables()"),
    ("indirect", "run.sh", "${!name}"),
    ("indirect", "run.sh", "declare -n x=$1"),
    ("indirect", "run.sh", 'printenv "$name"'),
    ("indirect", "a.py", "os.environ[key]"),
    ("indirect", "a.py", "os.getenv(key)"),
    ("indirect", "a.py", "from os import environ\nenviron[key]"),
    ("indirect", "a.pl", "$ENV{$key}"),
    ("indirect", "a.js", "process.env[key]"),
    ("indirect", "a.go", "os.Getenv(key)"),
    ("indirect", "a.rb", "ENV[key]"),
    ("indirect", "a.cs", "Environment.GetEnvironmentVariable(key)"),
    ("eval", "run.sh", 'eval "$command"'),
    ("eval", "run.sh", "eval `generate`"),
    ("env-file", "run.sh", "docker run --env-file .env x"),
    ("env-file", "docker-compose.yml", "    env_file: .env"),
    ("env-host", "run.sh", "podman run --env-host x"),
    ("env-host", "run.sh", "podman run --env '*' x"),
    ("envsubst", "run.sh", "envsubst < a > b"),
    ("envsubst", "run.sh", "cat a | envsubst"),
    ("part", "a.py", '"MY_" + kind'),
    ("part", "a.php", "$x = $kind . '_PAT';"),
    ("spelling", "a.yml", "a: ${my.pat}"),
    ("elsewhere", ".gitlab-ci.yml", "script: echo $MY_PAT"),
    ("fields", "a.py", "class Settings(BaseSettings):"),
    ("download", "run.sh", "curl -s https://example.com/x | bash"),
    ("download", "run.sh", "bash <(curl -s https://example.com/x)"),
    ("pipe", "bitbucket-pipelines.yml", pipelines("pipe: acme/push:1.0.0")),
    ("import", "bitbucket-pipelines.yml", "pipelines:\n  default:\n    import: shared:main:build\n"),
    ("import", "bitbucket-pipelines.yml", "pipelines: {default: {import: shared:main:build}}\n"),
    ("import", "bitbucket-pipelines.yml", "definitions:\n  imports:\n    b: .x-pipelines.yml\n    a: shared:main\n"),
    ("import", "bitbucket-pipelines.yml", "definitions: {imports: {a: 'shared:main:x.yml'}}\n"),
    ("submodule", ".gitmodules", '[submodule "a"]\n\tpath = a\n'),
    ("lfs", "a.bin", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
]


@pytest.mark.parametrize(("kind", "path", "text"), CASES)
def test_what_reads_without_naming_is_opaque(kind: str, path: str, text: str) -> None:
    assert opaque(text, path) == [kind]


CLONE = "git clone https://acme.example/web.git\n"
FETCH = "curl -o tool https://acme.example/x\n"


@pytest.mark.parametrize(
    "text",
    [
        FETCH + "cat tool",
        FETCH + "sh tool.bak; sh mytool",
        "sh tool\n" + FETCH,
        "# " + FETCH + "sh tool",
        "curl -O https://acme.example/x.sh\nsh x.sh.bak",
        "curl -O https://acme.example/x.tar\nsh x.tar",
        "git clone",
        "git clone $URL\ncd web; make",
        CLONE,
        CLONE + "ls web/x.sh",
        CLONE + "sh other/x.sh; ./web2/x.sh",
        CLONE + "cd other && make",
        CLONE + "cd web\nls",
        CLONE + "make\ncd web",
        CLONE + "cd web2 && make",
        CLONE + "cd web; " + "ls x; " * 200 + "make",
        CLONE + "git -C web status\nmake",
        "sh web/x.sh; cd web; make\n" + CLONE,
        "# " + CLONE + "sh web/x.sh",
    ],
)
def test_what_is_fetched_and_not_run_is_no_doubt(text: str) -> None:
    assert opaque(text, "run.sh") == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (FETCH + "sh tool", "curl"),
        (FETCH + "ls; bash -e ./tool x", "curl"),
        ("wget -O /tmp/tool https://acme.example/x && . /tmp/tool", "wget"),
        ("curl https://acme.example/x > 'tool'\npython3 tool", "curl"),
        ("curl --output tool https://acme.example/x; ruby bin/tool", "curl"),
        ("curl -O https://acme.example/x.sh\nchmod +x x.sh\n./x.sh", "curl"),
        (CLONE + "sh web/x.sh", "git clone"),
        (CLONE + "./web/x", "git clone"),
        (CLONE + "python3 $HOME/web/setup.py", "git clone"),
        (CLONE + "ls; web/x.sh", "git clone"),
        (CLONE + "cd web\nmake", "git clone"),
        (CLONE + "cd web && npm ci\n", "git clone"),
        (CLONE + "cd web; ls; cd ..; cd web; sh x.sh", "git clone"),
        (CLONE + "pushd './web'; ./configure", "git clone"),
        (CLONE + "make -C web", "git clone"),
        (CLONE + "git -C web checkout v1\n/usr/bin/make -j 4 -Cweb all", "git clone"),
        (CLONE + "npm --prefix=web ci", "git clone"),
        (CLONE + "yarn --cwd web install", "git clone"),
        ("git clone -q https://acme.example/other.git 'web'\ncd web; make", "git clone"),
        ("git -c x=y clone https://acme.example/web/\ncd web; make", "git clone"),
        ("git clone \\\n  https://acme.example/web.git\ncd web; make", "git clone"),
    ],
)
def test_what_is_fetched_and_run_by_the_same_text_is_a_doubt(text: str, shown: str) -> None:
    assert [(str(one.kind), one.line, one.text) for one in Finder([NAME]).look(text.encode(), "run.sh").opaque] == [
        ("download", 1, shown)
    ]


def test_lines_of_a_shell_are_looked_for_where_they_may_stand() -> None:
    assert opaque(CLONE + "sh web/x.sh", "a.py") == []
    assert opaque(pipelines("git clone https://acme.example/web.git && sh web/x.sh"), "bitbucket-pipelines.yml") == [
        "download"
    ]


@pytest.mark.parametrize(
    ("text", "is_read"),
    [
        ("KEY = 'A'", True),
        ("KEY = 'A'  # b", True),
        ("KEY = 'A';", True),
        ("KEY: str = 'A'", True),
        ("KEYS = 'B'\nKEY = 'A'", True),
        ("KEY = 'A'\nif KEY == x: y()", True),
        ("", False),
        ("KEY = 'A'\nKEY = 'B'", False),
        ("KEY = 'A' + x", False),
        ("KEY = 'A'\n  + x", False),
        ("KEY = x", False),
        ("KEY = 'A' if x else y", False),
        ("KEY = 'A'\nfor KEY in x: y()", False),
        ("MY_KEY = 'A'", False),
    ],
)
def test_a_name_that_stands_for_one_text_names_its_variable(text: str, is_read: bool) -> None:
    for use in ("os.environ[KEY]", "os.getenv(KEY, x)", "os.environ[ KEY ]"):
        assert opaque(f"import os\n{text}\n{use}\n", "a.py") == ([] if is_read else ["indirect"])
    for use in ("os.environ[KEY + x]", "os.environ[KEY.lower()]", "os.environ[key]"):
        assert opaque(f"import os\n{text}\n{use}\n", "a.py") == ["indirect"]


def test_only_so_many_names_of_a_text_are_looked_for() -> None:
    names = [f"A{number}" for number in range(MOST + 1)]
    text = "".join(f"{name} = 'X'\n" for name in names) + "".join(f"os.environ[{name}]\n" for name in names)
    found = Finder([NAME]).look(text.encode(), "a.py").opaque
    assert [one.line for one in found] == [2 * len(names)]


def test_the_first_places_of_a_form_are_kept_and_those_in_comments_are_none() -> None:
    found = Finder([NAME]).look(b"# os.environ[key]\nos.environ[key]\n" * (MOST + 9), "a.py").opaque
    assert [one.line for one in found] == [2 * number + 2 for number in range(MOST)]


def test_a_part_of_a_name_that_the_same_line_reads_is_one_doubt() -> None:
    def found(text: str) -> list[tuple[str, int, str]]:
        return [(str(one.kind), one.line, one.name) for one in Finder([NAME]).look(text.encode(), "run.sh").opaque]

    assert found('x="MY_$k"; echo ${!x}') == [("indirect", 1, NAME), ("indirect", 1, "")]
    assert found('x="MY_$k"\necho ${!x}') == [("part", 1, NAME), ("indirect", 2, "")]
    assert found('x="MY_$k"; env') == [("part", 1, NAME), ("dump", 1, "")]


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.js", "require('yargs').env('MY').argv", ["MY_PAT"]),
        ("a.js", "require('yargs').env('O').argv", ["OTHER_KEY", "OTHER_PAT"]),
        ("a.js", "require('yargs').env('THIRD').argv", []),
        ("a.js", "const c = require('rc')('my')", ["MY_PAT"]),
        ("a.cs", 'var s = config.GetSection("Other");\nvar t = s["x"];', ["OTHER_KEY", "OTHER_PAT"]),
        ("a.py", "class Settings(BaseSettings):\n    x: str", [""]),
    ],
)
def test_fields_are_read_into_from_variables_whose_names_begin_so(path: str, text: str, names: list[str]) -> None:
    found = Finder(["MY_PAT", "OTHER_KEY", "OTHER_PAT"]).look(text.encode(), path).opaque
    assert [one.name for one in found if one.kind == "fields"] == names


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("definitions:\n  imports:\n    a: acme:main\n    b: x.yml\n    c: [x]\n", [(3, 8, "acme:main")]),
        (f"definitions: {{imports: {{a: '{'x' * 300}:y'}}}}\n", [(1, 28, "x" * 300)]),
        ("definitions: [\n  imports", []),
        ("definitions: [imports]\n", []),
        ("definitions: {imports: acme:main}\n", []),
        ("definitions: x\nimports: {a: acme:main}\n", []),
        ("- imports\n", []),
    ],
)
def test_pipelines_of_another_repository_are_told_by_their_place(text: str, found: list[tuple[int, int, str]]) -> None:
    told = Finder([NAME]).look(text.encode(), "bitbucket-pipelines.yml").opaque
    assert [(one.line, one.column, one.text) for one in told if one.kind is OpaqueKind.IMPORT] == found


def test_a_file_may_hold_the_forms_one_of_whose_needles_stands_in_it_as_their_letters_count() -> None:
    def form(kind: str, needle: str, languages: str = "", *, folded: bool = False, beside: str = "") -> Form:
        return Form(kind, re.compile(needle), (needle,), frozenset(languages.split()), folded, beside)

    plain, folded = form("plain", "getenv"), form("folded", "getenv", folded=True)
    beside, python = form("beside", "call", beside="import"), form("python", "call", "python")
    long = form("long", "env" + "x" * 60)
    forms = OpaqueForms(Rules((), (), (plain, folded, beside, python, long), ()))

    def held(data: bytes, language: str = "shell") -> list[str]:
        return [one.kind for one in forms.forms(data, Language((), name=language))]

    assert held(b"x getenv y") == ["plain", "folded"]
    assert held(b"x GETENV y") == ["folded"]
    assert held(b"call") == []
    assert held(b"call import") == ["beside"]
    assert sorted(held(b"call import", "python")) == ["beside", "python"]
    assert held(b"x env" + b"x" * 60) == ["long"]
    assert held(b"env get") == []


def test_every_kind_of_text_has_a_case() -> None:
    by_scan = {OpaqueKind.BINARY, OpaqueKind.LARGE, OpaqueKind.PROGRAM}
    assert {kind for kind, _, _ in CASES} == {str(kind) for kind in OpaqueKind if kind not in by_scan}


def test_every_kind_is_said_in_a_sentence() -> None:
    assert MEANS.keys() == {str(kind) for kind in OpaqueKind}


def test_the_place_and_the_subject_are_shown_and_nothing_else() -> None:
    text = "x=ATBBsecret docker run --env-file ci/a.env -e Y=ATBBsecret x\n"
    [one] = Finder([NAME]).look(text.encode(), "run.sh").opaque
    assert (one.line, one.column, one.text) == (1, 36, "ci/a.env")


def test_a_downloaded_script_is_shown_without_its_address() -> None:
    [one] = Finder([NAME]).look(b"curl https://u:ATBBsecret@example.com/x | sh", "run.sh").opaque
    assert one.text == "curl"


# Not text


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_that_holds_the_name_is_opaque(encoding: str) -> None:
    found = Finder([NAME]).look("echo $Env:MY_PAT".encode(encoding), "a.ps1")
    assert [(one.kind, one.text) for one in found.opaque] == [(OpaqueKind.BINARY, NAME)]
    assert found.references == found.not_looked == ()


def test_utf_16_that_says_so_is_text() -> None:
    found = Finder([NAME]).look("echo $Env:MY_PAT\ngci env:".encode("utf-16"), "a.ps1")
    assert [(one.kind, one.line) for one in found.references] == [("powershell", 1)]
    assert [(one.kind, one.line) for one in found.opaque] == [("dump", 2)]


def test_utf_16_without_the_name_was_looked_into() -> None:
    assert Finder([NAME]).look("echo".encode("utf-16"), "a.ps1").not_looked == ()


def test_a_binary_that_holds_the_name_in_a_longer_word_is_opaque() -> None:
    found = Finder([NAME]).look(b"\0\1xMY_PATy", "a.bin")
    assert [(one.kind, one.text) for one in found.opaque] == [(OpaqueKind.BINARY, NAME)]


def test_another_binary_is_not_looked_into() -> None:
    found = Finder([NAME]).look(b"\x89PNG\0\0", "a.png")
    assert [(one.path, one.why) for one in found.not_looked] == [("a.png", "it is not text")]
    assert found.opaque == ()


@pytest.mark.parametrize(
    ("data", "path", "executable"),
    [(b"\x7fELF\0", "run", False), (b"PK\3\4\0", "lib/a.jar", False), (b"\0\1", "tool", True)],
)
def test_a_binary_that_can_be_run_is_opaque(data: bytes, path: str, executable: bool) -> None:
    found = Finder([NAME]).look(data, path, executable)
    assert [one.kind for one in found.opaque] == [OpaqueKind.PROGRAM]
    assert len(found.not_looked) == 1


def test_text_that_is_not_utf_8_is_read() -> None:
    assert len(find(b"# \xe9\necho $MY_PAT", "run.sh", [NAME])) == 1


def test_a_byte_order_mark_is_no_character_of_the_text() -> None:
    found = Finder([NAME]).look(b"\xef\xbb\xbfenv\n", "run.sh")
    assert [(str(one.kind), one.line, one.column) for one in found.opaque] == [("dump", 1, 1)]


def test_bytes_that_are_no_text_in_any_encoding_are_not_taken_for_it() -> None:
    assert len(Finder([NAME]).look(b"\x1f\x8b\x08\x04\xff\xfe", "a.gz").not_looked) == 1


def test_only_pipelines_files_import_pipelines() -> None:
    text = "definitions:\n  imports:\n    shared: acme/pipelines:main:x.yml\n"
    assert opaque(text, "bitbucket-pipelines.yml") == ["import"]
    assert opaque(text, "config.yml") == []
    assert opaque(f"{text}run: echo ${NAME}\n", "config.yml") == []
