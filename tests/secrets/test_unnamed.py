"""Variables that something may read which does not name them, in many languages; and repositories where nothing does.

Each table is of small repositories, read as commits of a real one: what nothing speaks about is removable, and a doubt
says where it stands.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import judge
from migrator.secrets.records import RemovalVerdict, RepositoryFacts, VariableRow, Waiver
from tests.secrets.test_survey import git, surveyed

NAME = "ACME_PKG_TOKEN"
TODAY = date(2026, 11, 29)


def pipelines(*lines: str) -> str:
    return "pipelines:\n  default:\n    - step:\n        script:\n" + "".join(f"          - {x}\n" for x in lines)


def row(root: Path, line: str, files: Mapping[str, str], name: str = NAME, *waivers: Waiver) -> VariableRow:
    """Of a repository whose only step runs a line, unless the files say otherwise."""
    git(root, "init", "--quiet", "-b", "main")
    for path, text in {"bitbucket-pipelines.yml": pipelines(line), **files}.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, newline="")
        file.chmod(0o755)
    git(root, "add", "--all", "--force")
    identity = ("-c", "user.name=Ada", "-c", "user.email=ada@acme.invalid")
    subprocess.run(["git", "-C", root, *identity, "commit", "--quiet", "-m", "files"], check=True)
    variable = Variable(Level.REPOSITORY, name, "{1}", True)
    with surveyed(root) as survey:
        refs, gaps = survey.refs(frozenset({name}))
    facts = RepositoryFacts("web", refs, frozenset({name}), (variable,), (), gaps)
    return judge(variable, [facts], natives=(), waivers=waivers, today=TODAY)


def doubts(found: VariableRow) -> set[str]:
    return {f"{one.kind.removeprefix('doubt:')} {one.path}:{one.line}" for one in found.evidence}


# Nothing speaks of the variable

NOTHING: dict[str, tuple[str, dict[str, str]]] = {
    "a login with the native pair": ("docker push crg.apkg.io/acme/web", {}),
    "prose about tokens": ("make", {"README.md": "Set ACME_PKG_TOKEN_ and friends. `env | sort` shows the TOKEN.\n"}),
    "a text file about a token": ("make", {"NOTES.txt": "The token of acme, the pkg and the TOKEN in PROD.\n"}),
    "words of the name that are not together": (
        "pytest",
        {"app.py": 'KIND = "TOKEN"\nPKG = "pkg"\ncompany = "ACME"\nif kind == "TOKEN":\n    pass\n'},
    ),
    "another variable that begins alike": ("pytest", {"a.py": 'import os\nT = os.environ["ACME_PKG_URL"]\n'}),
    "another variable that ends alike": (
        "npm test",
        {"package.json": '{"scripts": {"test": "jest"}}', "a.test.js": "expect(process.env.NPM_TOKEN)"},
    ),
    "a shorter variable that the name begins with": ("./d.sh", {"d.sh": 'curl -u "$ACME_PKG:" https://x.example\n'}),
    "a variable that the name ends with": (
        "./d.sh",
        {"d.sh": 'PKG_TOKEN=1\ncurl -H "t: $PKG_TOKEN" https://x.example\n'},
    ),
    "commands with one variable of the environment": (
        "./d.sh",
        {"d.sh": "printenv HOME\nenv FOO=1 make\nenv -u FOO make\nenv -i make\nenv \\\n  A=1 make\nwhich env\n"},
    ),
    "options of the shell": ("./d.sh", {"d.sh": "set -e\nset -euo pipefail\nset +x\nset -- a b\nset \\\n  -e\n"}),
    "declarations": (
        "./d.sh",
        {"d.sh": "declare -a list\ndeclare -A map=()\ndeclare -f f\ntypeset -i n\nexport A=1\nexport PATH\nlocal x\n"},
    ),
    "labels of a case": (
        "./d.sh",
        {"d.sh": 'case "$1" in\n  env)\n    echo a;;\n  set) echo b;;\n  a|export) :;;\nesac\n'},
    ),
    "a test for a word": ("./d.sh", {"d.sh": 'if [ "$1" = "env" ]; then echo "the env"; fi\nMODE="set"\n'}),
    "folders called env": ("./d.sh", {"d.sh": "python -m venv env\n. env/bin/activate\nrm -rf env\ncd env && ls\n"}),
    "one variable in Python": (
        "pytest",
        {
            "a.py": 'import os\nos.environ["HOME"]\nos.environ.get("CI", "")\nos.getenv("X")\n'
            'if "CI" in os.environ:\n    x=1\n'
            'os.environ["A"] = "b"\nos.environ.setdefault("D", "s")\nmonkeypatch.delenv("X")\n'
        },
    ),
    "tests in Python that set variables": (
        "pytest",
        {"a.py": 'with patch.dict(os.environ, {"A": "1"}):\n    pass\nwith patch.dict("os.environ", {}):\n    pass\n'},
    ),
    "one variable in JavaScript": (
        "npm run build",
        {
            "package.json": '{"scripts": {"build": "webpack"}, "babel": {"env": {"test": {}}, "presets": ["env"]}}',
            "w.js": "if (process.env.NODE_ENV === 'production') {}\nconst { A, B } = process.env;\n"
            "process.env['PORT'] || 80\n",
        },
    ),
    "one variable in Go": ("go test ./...", {"a.go": 'os.Getenv("HOME"); os.LookupEnv("CI"); os.ExpandEnv("$HOME/x")'}),
    "one variable in Java": ("mvn verify", {"A.java": 'System.getenv("HOME"); @Value("${server.port}") int p;'}),
    "one variable in Ruby": (
        "rake",
        {"Rakefile": 'ENV["HOME"]\nENV.fetch("CI", "x")\nENV["A"] = "b"\nRACK_ENV\nENV.key?("X")\n'},
    ),
    "one variable in C#": (
        "dotnet test",
        {"A.cs": 'Environment.GetEnvironmentVariable("HOME"); Configuration["A:B"];'},
    ),
    "one variable in Rust": ("cargo test", {"a.rs": 'env::var("HOME"); env!("CARGO_PKG_VERSION");'}),
    "one variable in PHP": ("phpunit", {"a.php": "getenv('HOME'); $_ENV['X']; env('APP_ENV', 'x'); $_SERVER['HOST'];"}),
    "one variable in PowerShell": ("pwsh d.ps1", {"d.ps1": '$env:PATH; $Env:CI = "1"; Get-Item env:HOME\n'}),
    "computed names that begin with something else": (
        "pytest",
        {
            "a.py": 'os.environ["DB_" + kind]\nos.environ[f"APP_{x}_URL"]\nos.environ.get("S3_{}".format(x))\n',
            "b.js": "process.env['DB_' + kind]; process.env[`REACT_APP_${x}`]",
            "c.go": 'os.Getenv("DB_" + x)',
            "d.rb": 'ENV["DB_#{x}"]',
            "serverless.yml": "x: ${env:DB_${sls:stage}}\n",
            "Makefile": "x: $(DB_$(STAGE))\n",
        },
    ),
    "shell with defaults inside of defaults": (
        "./d.sh",
        {"d.sh": 'echo "${A:-${B:-c}}" "$(basename $(pwd))" "$($CMD x)"\n'},
    ),
    "make with functions": (
        "make",
        {
            "Makefile": "SRC := $(wildcard $(DIR)/*.c)\nOBJ := $(SRC:$(A).c=.o)\n"
            "X := $(call f,$(Y))$(if $(Z),1)\nall:\n\techo $$HOME\n"
        },
    ),
    "a program that jq is given": (
        "./d.sh",
        {"d.sh": "jq --arg env \"$ENV\" '.env = $env' a.json\njq .env a.json\njq -n '$ENV.HOME'\n"},
    ),
    "templates with a list of names": (
        "./d.sh",
        {"d.sh": "envsubst '$HOST ${PORT}' < a > b\nenvsubst \"\\$HOST\" < a\ncommand -v envsubst\n"},
    ),
    "files that are only fetched": (
        "./d.sh",
        {"d.sh": "curl -fsSL https://x.example/a -o a.tgz\ncurl -s https://x.example | jq .\n"},
    ),
    "settings of other systems about other things": (
        "make",
        {".github/workflows/a.yml": "env:\n  A: ${{ secrets.OTHER }}\njobs: {a: {steps: [{run: env}]}}\n"},
    ),
    "a dump that no step leads to": ("docker push crg.apkg.io/acme/web", {"tools/x7.sh": "env > all\n"}),
    "a private member of the same name": (
        "pytest",
        {"a.py": "self._token = token\nself._pkg_token_ = 1\n__token__ = 2\n"},
    ),
    "other words with the same parts": (
        "pytest",
        {"a.py": 'x = "my-acme-pkg-tokens"\ny = "acme.pkg"\nz = "pkg_token"\n'},
    ),
    "a comment on parts of the name": (
        "./d.sh",
        {"d.sh": "# ACME_PKG_* and env | sort\nmake\n", "a.py": '# "ACME_PKG_" + x\n'},
    ),
    "the version of a program that is not known": ("terraform --version", {"a.tf": "", "a.py": "os.environ[key]"}),
}


@pytest.mark.parametrize("case", NOTHING)
def test_what_nothing_speaks_about_may_go(tmp_path: Path, case: str) -> None:
    found = row(tmp_path, *NOTHING[case])
    assert (found.verdict, doubts(found)) == (RemovalVerdict.REMOVABLE, set())


# Something may read it

DOUBTS: dict[str, tuple[str, dict[str, str], str]] = {
    # Put together
    "Python, added": ("pytest", {"a.py": '\nos.environ["ACME_PKG_" + kind]\n'}, "part a.py:2"),
    "Python, a text with a value": ("pytest", {"a.py": 'os.environ[f"{owner}_PKG_TOKEN"]\n'}, "indirect a.py:1"),
    "Python, a percent sign": ("pytest", {"a.py": 'K = "%s_TOKEN" % owner\n'}, "part a.py:1"),
    "Python, joined": ("pytest", {"a.py": 'K = "_".join(["ACME", "PKG", kind])\n'}, "part a.py:1"),
    "Python, in small letters": ("pytest", {"a.py": 'K = ("acme_pkg_" + kind).upper()\n'}, "part a.py:1"),
    "Python, cut within a word": ("pytest", {"a.py": 'os.getenv("ACME_PK" + rest)\n'}, "indirect a.py:1"),
    "Python, a function as a value": ("pytest", {"a.py": "v = map(os.environ.get, names)\n"}, "indirect a.py:1"),
    "JavaScript, a template": (
        "npm start",
        {"package.json": '{"scripts": {"start": "node ."}}', "index.js": "process.env[`${owner}_PKG_TOKEN`]"},
        "indirect index.js:1",
    ),
    "JavaScript, taken apart": ("node a.js", {"a.js": "const { [key]: value } = process.env;"}, "indirect a.js:1"),
    "JavaScript, imported": ("node a.js", {"a.js": "import { env } from 'node:process';"}, "dump a.js:1"),
    "Java": ("mvn verify", {"src/A.java": 'System.getenv(prefix + "_TOKEN")'}, "indirect src/A.java:1"),
    "Java, a format": (
        "mvn verify",
        {"src/A.java": 'String k = String.format("%s_PKG_%s", a, b);'},
        "part src/A.java:1",
    ),
    "Kotlin": (
        "./gradlew build",
        {"gradlew": '#!/bin/sh\nexec java -jar x "$@"\n', "a.kt": 'System.getenv("${owner}_X")'},
        "indirect a.kt:1",
    ),
    "Gradle": ("gradle build", {"build.gradle": 'def t = System.env["ACME_${kind}"]\n'}, "part build.gradle:1"),
    "Ruby": ("bundle exec rspec", {"spec/a_spec.rb": 'ENV.fetch("#{owner}_PKG_TOKEN")\n'}, "indirect spec/a_spec.rb:1"),
    "Ruby, all of it": ("rake", {"Rakefile": "p ENV\n"}, "dump Rakefile:1"),
    "Go": ("go run .", {"a.go": 'os.Getenv(fmt.Sprintf("%s_PKG_TOKEN", owner))'}, "indirect a.go:1"),
    "Rust": ("cargo run", {"src/main.rs": 'let k = format!("{}_PKG_TOKEN", owner);'}, "part src/main.rs:1"),
    "C#": ("dotnet run", {"A.cs": 'Environment.GetEnvironmentVariable($"{owner}_X")'}, "indirect A.cs:1"),
    "PHP": ("php a.php", {"a.php": "getenv('ACME_PKG_' . $kind);"}, "part a.php:1"),
    "Perl": ("perl a.pl", {"a.pl": '$ENV{"${owner}_PKG_TOKEN"}'}, "indirect a.pl:1"),
    "Elixir": ("mix test", {"a.exs": 'System.get_env("ACME_#{kind}")'}, "part a.exs:1"),
    "Lua": ("lua a.lua", {"a.lua": 'os.getenv("ACME" .. suffix)'}, "indirect a.lua:1"),
    "PowerShell": ("pwsh d.ps1", {"d.ps1": '(Get-Item "env:${owner}_PKG_TOKEN").Value\n'}, "indirect d.ps1:1"),
    "PowerShell, a path": ("pwsh d.ps1", {"d.ps1": "Get-Content env:$name\n"}, "indirect d.ps1:1"),
    "batch": ("cmd /c d.bat", {"d.bat": "call set T=%%ACME_PKG_%KIND%%%\n"}, "part d.bat:1"),
    "batch, by prefix": ("cmd /c d.bat", {"d.bat": "set ACME\n"}, "indirect d.bat:1"),
    "Terraform's wrapper": (
        "terragrunt apply",
        {"terragrunt.hcl": 'get_env("${local.owner}_PKG_TOKEN")'},
        "indirect terragrunt.hcl:1",
    ),
    "Serverless": (
        "serverless deploy",
        {"serverless.yml": "x: ${env:${sls:stage}_TOKEN}\n"},
        "indirect serverless.yml:1",
    ),
    "Ansible": ("ansible-playbook a.yml", {"a.yml": "x: \"{{ lookup('env', name) }}\"\n"}, "indirect a.yml:1"),
    "a chart's template": (
        "helmfile apply",
        {"helmfile.yaml": 'x: {{ env (printf "%s_PKG" .o) }}\n'},
        "indirect helmfile.yaml:1",
    ),
    "make": ("make", {"Makefile": "all:\n\tcurl -u x:$(ACME_$(KIND)_TOKEN) https://x.example\n"}, "part Makefile:2"),
    "make, a name in a name": (
        "make",
        {"Makefile": "T = $($(OWNER)_PKG_TOKEN)\nall:\n\techo\n"},
        "indirect Makefile:1",
    ),
    "shell, a name of its own": ("./d.sh", {"d.sh": 'k=ACME_PKG_$KIND\necho "${!k}"\n'}, "indirect d.sh:2"),
    "shell, a pattern": ("./d.sh", {"d.sh": "compgen -v | grep ^ACME_PKG_\n"}, "part d.sh:1"),
    "Compose, one in another": (
        "docker compose up",
        {"compose.yml": "services: {a: {image: 'a:${ACME_${K}}'}}\n"},
        "part compose.yml:1",
    ),
    # Relaxed binding
    "Spring, a property": (
        "mvn verify",
        {"src/application.properties": "x=${acme.pkg.token}\n"},
        "spelling src/application.properties:1",
    ),
    "Spring, a part of one": ("mvn verify", {"A.java": 'env.getProperty("acme.pkg." + kind)'}, "part A.java:1"),
    "Spring, with hyphens": ("mvn verify", {"A.java": '@Value("${acme-pkg-token}")'}, "spelling A.java:1"),
    ".NET, with colons": ("dotnet run", {"A.cs": 'var t = Configuration["Acme:Pkg:Token"];'}, "spelling A.cs:1"),
    "fields in small letters": ("pytest", {"a.py": "class S(Base):\n    acme_pkg_token: str\n"}, "spelling a.py:2"),
    # All of the environment
    "env behind then": ("if true; then env > all; fi", {}, "dump bitbucket-pipelines.yml:5"),
    "env behind do": ("./d.sh", {"d.sh": "while read x; do env; done < a\n"}, "dump d.sh:1"),
    "env in braces": ("./d.sh", {"d.sh": "{ env; date; } > all\n"}, "dump d.sh:1"),
    "env behind a semicolon": ("./d.sh", {"d.sh": "date; env>all\n"}, "dump d.sh:1"),
    "env behind or": ("./d.sh", {"d.sh": "true || env 2>&1\n"}, "dump d.sh:1"),
    "env with its path": ("./d.sh", {"d.sh": "/usr/bin/env | sort\n"}, "dump d.sh:1"),
    "env that sets one": ("./d.sh", {"d.sh": "env FOO=1 | sort\n"}, "dump d.sh:1"),
    "env in a shell": ("./d.sh", {"d.sh": "bash -c 'env | sort'\n"}, "dump d.sh:1"),
    "env as another user": ("./d.sh", {"d.sh": "sudo -E env > all\n"}, "dump d.sh:1"),
    "env in a list": (
        "",
        {"bitbucket-pipelines.yml": "pipelines: {default: [{step: {script: [make, env | sort]}}]}\n"},
        "dump bitbucket-pipelines.yml:1",
    ),
    "env in a list, in quotes": (
        "",
        {"bitbucket-pipelines.yml": "pipelines: {default: [{step: {script: ['env > a', b]}}]}\n"},
        "dump bitbucket-pipelines.yml:1",
    ),
    "env by Python": ("pytest", {"a.py": 'subprocess.check_output(["env"])'}, "dump a.py:1"),
    "env by a script without an ending": ("./deploy", {"deploy": "make\nenv > all\n"}, "dump deploy:2"),
    "export alone": ("./d.sh", {"d.sh": "export > all\n"}, "dump d.sh:1"),
    "typeset alone": ("./d.sh", {"d.sh": "typeset -x | sort\n"}, "dump d.sh:1"),
    "set in a shell below": ("./d.sh", {"d.sh": "(set -o posix; set) > all\n"}, "dump d.sh:1"),
    "jq": ("./d.sh", {"d.sh": "jq -n '[env | keys]' > all\n"}, "dump d.sh:1"),
    "awk": ("./d.sh", {"d.sh": "awk 'BEGIN { for (k in ENVIRON) print k }'\n"}, "dump d.sh:1"),
    "another process": ("./d.sh", {"d.sh": "cat /proc/$PPID/environ\n"}, "dump d.sh:1"),
    "all of Python's": ("pytest", {"a.py": "for key in os.environ:\n    print(key)\n"}, "dump a.py:1"),
    "all of Python's, given on": ("pytest", {"a.py": "render(os.environ)\n"}, "dump a.py:1"),
    "templates": ("./d.sh", {"d.sh": 'envsubst "$VARS" < a > b\n'}, "envsubst d.sh:1"),
    "templates with a variable of their own": ("./d.sh", {"d.sh": "HOST=x envsubst < a > b\n"}, "envsubst d.sh:1"),
    # Fetched and run
    "fetched by a shell": ('sh -c "$(curl -fsSL https://x.example)"', {}, "download bitbucket-pipelines.yml:5"),
    "fetched and sourced": ("./d.sh", {"d.sh": "source <(curl -s https://x.example)\n"}, "download d.sh:1"),
    "fetched with a query": (
        "./d.sh",
        {"d.sh": 'curl "https://x.example/?a=1&b=2" | sudo -E bash -s -- x\n'},
        "download d.sh:1",
    ),
    "fetched on two lines": ("./d.sh", {"d.sh": "wget -qO- \\\n  https://x.example | sh\n"}, "download d.sh:1"),
    "fetched for Python": ("./d.sh", {"d.sh": "curl -sSL https://x.example | python3 -\n"}, "download d.sh:1"),
    # What a program finds by itself
    "a test that a runner finds": (
        "npm test",
        {"package.json": '{"scripts": {"test": "vitest"}}', "src/deep/a.spec.ts": "process.env[key]"},
        "indirect src/deep/a.spec.ts:1",
    ),
    "a test that another finds": (
        "python -m pytest",
        {"tests/unit/test_x.py": "os.environ[key]"},
        "indirect tests/unit/test_x.py:1",
    ),
    "a source that a build tool finds": (
        "mvn package",
        {"src/main/java/X.java": "System.getenv(key)"},
        "indirect src/main/java/X.java:1",
    ),
    "a module that a program loads": (
        "ruby run.rb",
        {"run.rb": 'Dir["lib/*.rb"].each { |f| require f }', "lib/q.rb": "ENV[key]"},
        "indirect lib/q.rb:1",
    ),
    "a file of a program that nobody knows": ("acme-tool", {"x/y.py": "os.environ[key]"}, "indirect x/y.py:1"),
    # The plainest form of each kind
    "batch, delayed": (
        "cmd /c d.bat",
        {"d.bat": "setlocal enabledelayedexpansion\necho !ACME_PKG_%KIND%!\n"},
        "part d.bat:2",
    ),
    "shell, a reference": ("./d.sh", {"d.sh": 'declare -rn T="ACME_PKG_$KIND"\n'}, "indirect d.sh:1"),
    "shell, names for a container": (
        "./d.sh",
        {"d.sh": "docker run $(compgen -e | sed 's/^/-e /') x\n"},
        "dump d.sh:1",
    ),
    "declare alone": ("./d.sh", {"d.sh": "declare > env.sh\n"}, "dump d.sh:1"),
    "templates in files": ("./d.sh", {"d.sh": "envsubst -i a -o b\n"}, "envsubst d.sh:1"),
    "jq, all of it": ("./d.sh", {"d.sh": "jq -n env > all.json\n"}, "dump d.sh:1"),
    "fastlane": (
        "bundle exec fastlane beta",
        {"fastlane/Fastfile": 'lane :beta do\n  t = ENV["ACME_PKG_#{kind}"]\nend\n'},
        "part fastlane/Fastfile:2",
    ),
    "Go, added": ("go run a.go", {"a.go": 'os.Getenv("ACME_PKG_" + os.Getenv("KIND"))\n'}, "part a.go:1"),
    "Kotlin, a text with a value": (
        "gradle publish",
        {"build.gradle.kts": 'val t = System.getenv("ACME_PKG_$kind")\n'},
        "part build.gradle.kts:1",
    ),
    "JavaScript, added": ("node a.js", {"a.js": 'process.env["ACME_PKG_" + process.env.KIND]\n'}, "part a.js:1"),
    "C#, added": ("dotnet run", {"A.cs": 'Environment.GetEnvironmentVariable("ACME_PKG_" + kind)\n'}, "part A.cs:1"),
    "Python, variables in a file": (
        "python a.py",
        {"a.py": 'import os\nprint(os.path.expandvars(open("t").read()))\n'},
        "dump a.py:2",
    ),
    "Python, a format": ("python a.py", {"a.py": 'os.environ["ACME_PKG_{}".format(kind)]\n'}, "part a.py:1"),
    "Ruby, in capitals": ("ruby a.rb", {"a.rb": 'ENV["ACME_PKG_#{kind.upcase}"]\n'}, "part a.rb:1"),
    "Rust, a format": ("cargo run", {"build.rs": 'env::var(format!("ACME_PKG_{}", kind))\n'}, "indirect build.rs:1"),
    "PowerShell, a class": (
        "pwsh d.ps1",
        {"d.ps1": '[Environment]::GetEnvironmentVariable("ACME_PKG_$kind")\n'},
        "part d.ps1:1",
    ),
    "a program that starts without being named": (
        "npm run go",
        {"package.json": '{"scripts": {"go": "node ."}}', "index.js": "const t = process.env[name]\n"},
        "indirect index.js:1",
    ),
    "Serverless, a stage": (
        "serverless deploy",
        {"serverless.yml": "t: ${env:ACME_PKG_${sls:stage}}\n"},
        "part serverless.yml:1",
    ),
    # Another system
    "another system's file": (
        "make",
        {".github/workflows/a.yml": "x: ${{ secrets.ACME_PKG_TOKEN }}\n"},
        "elsewhere .github/workflows/a.yml:1",
    ),
    "another system's script": (
        "make",
        {"Jenkinsfile": "node {\n  sh 'echo $ACME_PKG_TOKEN'\n}\n"},
        "elsewhere Jenkinsfile:2",
    ),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_what_may_read_it_is_a_doubt_at_its_place(tmp_path: Path, case: str) -> None:
    line, files, doubt = DOUBTS[case]
    found = row(tmp_path, line, files)
    assert found.verdict is RemovalVerdict.CANNOT_TELL
    assert doubt in doubts(found)


@pytest.mark.parametrize("kind", ["part", "spelling", "elsewhere"])
def test_a_person_may_answer_for_it(tmp_path: Path, kind: str) -> None:
    files = {
        "part": {"a.py": '"ACME_PKG_" + kind\n'},
        "spelling": {"a.py": "acme_pkg_token = 1\n"},
        "elsewhere": {".travis.yml": "script: echo $ACME_PKG_TOKEN\n"},
    }
    waiver = Waiver(kind, "no name is put together so", date(2099, 1, 1), variable=NAME)
    assert row(tmp_path, "make", files[kind], NAME, waiver).verdict is RemovalVerdict.ACCEPTED


def test_a_name_of_one_word_has_no_parts(tmp_path: Path) -> None:
    files = {"a.py": 'pat = "PAT_" + x\nkind = "pat_" + y\n', "a.yml": "a: pat\n"}
    assert row(tmp_path, "make", files, "PAT").verdict is RemovalVerdict.REMOVABLE


def test_a_name_of_one_word_may_be_put_in_by_a_property(tmp_path: Path) -> None:
    found = row(tmp_path, "make", {"application.yml": "a: ${pat}\n"}, "PAT")
    assert doubts(found) == {"spelling application.yml:1"}


def test_nothing_of_a_file_but_names_is_shown(tmp_path: Path) -> None:
    files = {
        "a.py": 'x("ATBBsecret" + "ACME_PKG_" + "ATBBother", ["ACME", "PKG"])\n',
        "d.sh": "env A=ATBBsecret | sort\n",
    }
    assert "ATBB" not in repr(row(tmp_path, "./d.sh", files).evidence)
