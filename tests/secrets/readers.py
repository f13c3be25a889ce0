"""A generator of small repositories in which something that a step runs reads a stored variable, in many languages.

A repository is put together of a file in one language, a way in which a step comes to it, a form in which that language
reads a variable of the environment, and a text that gives the variable's name: whole, in parts, in another case, from a
list or a file. None of them may be called removable. Its control is the same repository with a variable that shares no
part of its name; where the form says how the name begins, that one stays removable.

Seeded: `python -m tests.secrets.readers COUNT [SEED]` looks at as many as one likes and prints what is wrong.
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from migrator.bitbucket.records import Level, Variable
from migrator.secrets.judging import judge
from migrator.secrets.records import RepositoryFacts, Row, Verdict
from tests.secrets.test_survey import surveyed

OTHER = "SHOP_DB_URL"
"""The variable that a control reads."""
NAMES = ("ACME_PKG_TOKEN", "BB_PAT", "PACKAGES_TOKEN_PROD", "DEPLOY_KEY_2", "ACME_API_WRITE_TOKEN")
TODAY = date(2026, 11, 29)


@dataclass(frozen=True)
class Text:
    """A text that gives a name. `kind` is how; `begins`: the name's beginning stands right in it, so that whoever reads
    it knows that no other variable is meant; `before` are lines that stand before, `files` what stands elsewhere."""

    kind: str
    text: str
    begins: bool = True
    before: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Language:
    """`reads` are forms with `{e}` for a text that gives the name; in those of `handed` the name goes another way than
    to where the variable is read. `exact` are forms with `{n}` for the bare name, `dumps` take all variables and need
    none. `around` is what stands around a form."""

    name: str
    path: str
    ways: tuple[tuple[str, Mapping[str, str]], ...]
    texts: tuple[Text, ...] = ()
    reads: tuple[str, ...] = ()
    handed: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    dumps: tuple[str, ...] = ()
    around: str = "{}\n"


def way(line: str, **files: str) -> tuple[str, Mapping[str, str]]:
    return line, {name.replace("__", "/").replace("_dot_", "."): text for name, text in files.items()}


def _package(script: str) -> dict[str, str]:
    return {"package.json": '{"name": "a", "scripts": {"go": "%s", "test": "jest"}}\n' % script}


_PYTHON = (
    Text("whole", '"{n}"'),
    Text("added", '"{lead}_" + kind'),
    Text("added to", 'kind + "_{tail}"', begins=False),
    Text("added in two parts", '"{lead}" + "_" + kind'),
    Text("adjacent", '"{lead}_" "{tail}"'),
    Text("over lines", '("{lead}"\n    "_{tail}")', begins=False),
    Text("continued", '"{lead}_" + \\\n    "{tail}"'),
    Text("interpolated", 'f"{lead}_{{kind}}"'),
    Text("interpolated first", 'f"{{kind}}_{tail}"', begins=False),
    Text("percent", '"{lead}_%s" % kind'),
    Text("percent first", '"%s_{tail}" % kind', begins=False),
    Text("named percent", '"%(k)s_{tail}" % dict(k=kind)', begins=False),
    Text("format", '"{lead}_{{}}".format(kind)'),
    Text("format first", '"{{}}_{tail}".format(kind)', begins=False),
    Text("joined", '"_".join([{list}])', begins=False),
    Text("joined tuple", '"_".join(({list}))', begins=False),
    Text("joined words", '"_".join("{spaced}".split())', begins=False),
    Text("upper", '"{small}".upper()', begins=False),
    Text("upper part", '("{smalllead}_" + kind).upper()', begins=False),
    Text("hyphens", '"{hyphens}".replace("-", "_").upper()', begins=False),
    Text("dots", '"{dots}".replace(".", "_").upper()', begins=False),
    Text("slice", '"X{n}"[1:]', begins=False),
    Text("constant", 'PREFIX + "_{tail}"', begins=False, before='PREFIX = "{lead}"\n'),
    Text("constants", "PREFIX + KIND", begins=False, before='PREFIX = "{lead}_"\nKIND = "{tail}"\n'),
    Text("other file", 'PREFIX + "_" + KIND', begins=False, before="from parts import *\n",
         files={"parts.py": 'PREFIX = "{lead}"\nKIND = "{tail}"\n'}),
    Text("from a file", 'open("names.txt").read().strip()', begins=False, files={"names.txt": "{n}\n"}),
    Text("from a list", "name", begins=False, before='for name in ("{n}",):\n    pass\n'),
    Text("computed", "name", begins=False),
    Text("called", "name_of(stage)", begins=False),
    Text("escaped", '"{lead}\\u005f{tail}"', begins=False),
    Text("hex escaped", '"{lead}\\x5f{tail}"', begins=False),
    Text("reversed", '"{reversed}"[::-1]', begins=False),
    Text("conditional", '"{n}" if prod else "OTHER"'),
    Text("template", 'Template("{lead}_$kind").substitute(kind=kind)', begins=False),
)  # fmt: skip
_SCRIPT = (  # JavaScript, TypeScript
    Text("whole", "'{n}'"),
    Text("added", "'{lead}_' + kind"),
    Text("added to", 'kind + "_{tail}"', begins=False),
    Text("over lines", "'{lead}_' +\n    '{tail}'"),
    Text("template", "`{lead}_${{kind}}`"),
    Text("template first", "`${{kind}}_{tail}`", begins=False),
    Text("template, both", "`${{prefix}}_${{kind}}`", begins=False),
    Text("concat", "'{lead}_'.concat(kind)"),
    Text("joined", "[{list}].join('_')", begins=False),
    Text("upper", "'{small}'.toUpperCase()", begins=False),
    Text("upper part", "`{smalllead}_${{kind}}`.toUpperCase()", begins=False),
    Text("hyphens", "'{hyphens}'.replace(/-/g, '_').toUpperCase()", begins=False),
    Text("slice", "'X{n}'.slice(1)", begins=False),
    Text("constant", "PREFIX + '_{tail}'", begins=False, before="const PREFIX = '{lead}';\n"),
    Text("other file", "PREFIX + KIND", begins=False, before="const {{PREFIX, KIND}} = require('./parts');\n",
         files={"parts.js": "exports.PREFIX = '{lead}_'; exports.KIND = '{tail}';\n"}),
    Text("from a file", "require('./names.json').token", begins=False, files={"names.json": '{{"token": "{n}"}}\n'}),
    Text("computed", "name", begins=False),
    Text("called", "nameOf(stage)", begins=False),
    Text("escaped", "'{lead}\\u005f{tail}'", begins=False),
    Text("format", "util.format('{lead}_%s', kind)", begins=False),
    Text("snake of camel", "snake('{camel}').toUpperCase()", begins=False),
)  # fmt: skip
_BRACES = (  # Java, Kotlin, Groovy, C#, Go, Rust
    Text("whole", '"{n}"'),
    Text("added", '"{lead}_" + kind'),
    Text("added to", 'kind + "_{tail}"', begins=False),
    Text("over lines", '"{lead}_" +\n        "{tail}"'),
    Text("computed", "name", begins=False),
    Text("called", "nameOf(stage)", begins=False),
    Text("escaped", '"{lead}\\u005f{tail}"', begins=False),
)
_JAVA = (
    *_BRACES,
    Text("format", 'String.format("{lead}_%s", kind)', begins=False),
    Text("format first", 'String.format("%s_{tail}", kind)', begins=False),
    Text("joined", 'String.join("_", {list})', begins=False),
    Text("upper", '"{small}".toUpperCase()', begins=False),
    Text("dots", '"{dots}".replace(\'.\', \'_\').toUpperCase()', begins=False),
    Text("concat", '"{lead}_".concat(kind)'),
    Text("constant", 'PREFIX + "_{tail}"', begins=False, before='static final String PREFIX = "{lead}";\n'),
)
_KOTLIN = (
    *_BRACES,
    Text("interpolated", '"{lead}_$kind"'),
    Text("interpolated in braces", '"{lead}_${{kind.uppercase()}}"'),
    Text("interpolated first", '"${{kind}}_{tail}"', begins=False),
    Text("joined", 'listOf({list}).joinToString("_")', begins=False),
    Text("upper", '"{small}".uppercase()', begins=False),
    Text("raw", '"""{lead}_$kind"""', begins=False),
)
_GROOVY = (*_KOTLIN[:9], Text("joined", "[{list}].join('_')", begins=False), Text("single", "'{lead}_' + kind"))
_SHARP = (
    *_BRACES,
    Text("interpolated", '$"{lead}_{{kind}}"'),
    Text("interpolated first", '$"{{kind}}_{tail}"', begins=False),
    Text("format", 'string.Format("{lead}_{{0}}", kind)', begins=False),
    Text("joined", 'string.Join("_", {list})', begins=False),
    Text("verbatim", '@"{lead}_" + kind'),
    Text("upper", '"{small}".ToUpperInvariant()', begins=False),
    Text("constant", 'Prefix + "_{tail}"', begins=False, before='const string Prefix = "{lead}";\n'),
)
_GO = (
    *_BRACES,
    Text("format", 'fmt.Sprintf("{lead}_%s", kind)', begins=False),
    Text("format first", 'fmt.Sprintf("%s_{tail}", kind)', begins=False),
    Text("joined", 'strings.Join([]string{{{list}}}, "_")', begins=False),
    Text("upper", 'strings.ToUpper("{small}")', begins=False),
    Text("raw", "`{lead}_` + kind"),
    Text("slice", '"X{n}"[1:]', begins=False),
    Text("constant", 'prefix + "_{tail}"', begins=False, before='const prefix = "{lead}"\n'),
)
_RUST = (
    Text("whole", '"{n}"'),
    Text("format", 'format!("{lead}_{{}}", kind)', begins=False),
    Text("format of names", 'format!("{lead}_{{kind}}")', begins=False),
    Text("format first", 'format!("{{}}_{tail}", kind)', begins=False),
    Text("added", '"{lead}_".to_owned() + kind', begins=False),
    Text("joined", '[{list}].join("_")', begins=False),
    Text("concat", '[{list}].concat()', begins=False),
    Text("upper", '"{small}".to_uppercase()', begins=False),
    Text("computed", "&name", begins=False),
    Text("called", "name_of(stage)", begins=False),
    Text("constant", 'format!("{{PREFIX}}_{tail}")', begins=False, before='const PREFIX: &str = "{lead}";\n'),
)
_RUBY = (
    Text("whole", '"{n}"'),
    Text("added", '"{lead}_" + kind'),
    Text("added to", 'kind + "_{tail}"', begins=False),
    Text("interpolated", '"{lead}_#{{kind}}"'),
    Text("interpolated, upper", '"{lead}_#{{kind.upcase}}"'),
    Text("interpolated first", '"#{{kind}}_{tail}"', begins=False),
    Text("adjacent", '"{lead}_" "{tail}"'),
    Text("shovel", '"{lead}_" << kind'),
    Text("joined", "[{list}].join('_')", begins=False),
    Text("joined words", "%w[{spaced}].join('_')", begins=False),
    Text("joined symbols", "%i[{smallspaced}].join('_').upcase", begins=False),
    Text("upper", "'{small}'.upcase", begins=False),
    Text("symbol", ":{small}.to_s.upcase", begins=False),
    Text("percent", "'{lead}_%s' % kind"),
    Text("format", "format('{lead}_%s', kind)", begins=False),
    Text("computed", "name", begins=False),
    Text("called", "name_of(stage)", begins=False),
    Text("percent quoted", "%Q({lead}_#{{kind}})", begins=False),
    Text("constant", "PREFIX + '_{tail}'", begins=False, before="PREFIX = '{lead}'\n"),
    Text("instance variable", "@name", begins=False),
)
_PHP = (
    Text("whole", "'{n}'"),
    Text("dot", "'{lead}_' . $kind"),
    Text("dot to", "$kind . '_{tail}'", begins=False),
    Text("interpolated", '"{lead}_$kind"'),
    Text("interpolated in braces", '"{lead}_{{$kind}}"'),
    Text("interpolated first", '"{{$kind}}_{tail}"', begins=False),
    Text("format", "sprintf('{lead}_%s', $kind)", begins=False),
    Text("joined", "implode('_', [{list}])", begins=False),
    Text("upper", "strtoupper('{small}')", begins=False),
    Text("computed", "$name", begins=False),
    Text("constant", "self::PREFIX . '_{tail}'", begins=False, before="const PREFIX = '{lead}';\n"),
)
_PERL = (
    Text("whole", "'{n}'"),
    Text("dot", "'{lead}_' . $kind"),
    Text("dot to", "$kind . '_{tail}'", begins=False),
    Text("interpolated", '"{lead}_$kind"'),
    Text("interpolated first", '"${{kind}}_{tail}"', begins=False),
    Text("joined", "join('_', {list})", begins=False),
    Text("joined words", "join '_', qw({spaced})", begins=False),
    Text("upper", "uc('{small}')", begins=False),
    Text("upper without brackets", "uc '{small}'", begins=False),
    Text("format", "sprintf('{lead}_%s', $kind)", begins=False),
    Text("computed", "$name", begins=False),
    Text("shifted", "shift()", begins=False),
    Text("quoted", "qq({lead}_$kind)", begins=False),
)
_LUA = (
    Text("whole", '"{n}"'),
    Text("dots", '"{lead}_" .. kind'),
    Text("dots to", 'kind .. "_{tail}"', begins=False),
    Text("format", 'string.format("{lead}_%s", kind)', begins=False),
    Text("method", '("{lead}_%s"):format(kind)', begins=False),
    Text("joined", 'table.concat({{{list}}}, "_")', begins=False),
    Text("upper", 'string.upper("{small}")', begins=False),
    Text("long", "[[{lead}_]] .. kind", begins=False),
    Text("computed", "name", begins=False),
)
_ELIXIR = (
    Text("whole", '"{n}"'),
    Text("added", '"{lead}_" <> kind'),
    Text("added to", 'kind <> "_{tail}"', begins=False),
    Text("interpolated", '"{lead}_#{{kind}}"'),
    Text("interpolated first", '"#{{kind}}_{tail}"', begins=False),
    Text("joined", 'Enum.join([{list}], "_")', begins=False),
    Text("sigil", "~s({lead}_#{{kind}})", begins=False),
    Text("upper", 'String.upcase("{small}")', begins=False),
    Text("computed", "name", begins=False),
    Text("attribute", '@prefix <> "_{tail}"', begins=False, before='@prefix "{lead}"\n'),
)
_SWIFT = (
    Text("whole", '"{n}"'),
    Text("added", '"{lead}_" + kind'),
    Text("interpolated", '"{lead}_\\(kind)"'),
    Text("interpolated first", '"\\(kind)_{tail}"', begins=False),
    Text("joined", '[{list}].joined(separator: "_")', begins=False),
    Text("upper", '"{small}".uppercased()', begins=False),
    Text("computed", "name", begins=False),
)
_POWER = (
    Text("whole", '"{n}"'),
    Text("interpolated", '"{lead}_$kind"'),
    Text("interpolated in brackets", '"{lead}_$($kind.ToUpper())"'),
    Text("interpolated first", '"$($kind)_{tail}"', begins=False),
    Text("interpolated in braces", '"${{kind}}_{tail}"', begins=False),
    Text("added", "('{lead}_' + $kind)", begins=False),
    Text("format", "('{lead}_{{0}}' -f $kind)", begins=False),
    Text("joined", "(({list}) -join '_')", begins=False),
    Text("computed", "$name", begins=False),
    Text("property", "$config.name", begins=False),
)
_HCL = (
    Text("whole", '"{n}"'),
    Text("interpolated", '"{lead}_${{local.kind}}"'),
    Text("interpolated first", '"${{local.kind}}_{tail}"', begins=False),
    Text("format", 'format("{lead}_%s", local.kind)', begins=False),
    Text("joined", 'join("_", [{list}])', begins=False),
    Text("upper", 'upper("{small}")', begins=False),
    Text("computed", "local.name", begins=False),
    Text("interpolated, upper", '"${{upper(local.owner)}}_{tail}"', begins=False),
)
_SHELL = (
    Text("whole", "{n}"),
    Text("added", "{lead}_$kind"),
    Text("in braces", "{lead}_${{kind}}"),
    Text("in quotes", '"{lead}_$kind"'),
    Text("upper", "{lead}_${{kind^^}}"),
    Text("first", "${{kind}}_{tail}", begins=False),
    Text("first in quotes", '"${{kind}}_{tail}"', begins=False),
    Text("both", "${{owner}}_${{kind}}", begins=False),
    Text("parameter", "{lead}_$1"),
    Text("command", "{lead}_$(echo $kind)"),
    Text("backquotes", "{lead}_`echo $kind`"),
    Text("quotes within", '{lead}"_"{tail}', begins=False),
    Text("printf", "$(printf '%s_{tail}' $kind)", begins=False),
    Text("tr", "$(echo {small} | tr a-z A-Z)", begins=False),
    Text("tr of hyphens", "$(echo {hyphens} | tr a-z- A-Z_)", begins=False),
    Text("small", "${{small^^}}", begins=False, before="small={small}\n"),
    Text("constant", "${{PREFIX}}_{tail}", begins=False, before="PREFIX={lead}\n"),
    Text("constants", "${{PREFIX}}_${{KIND}}", begins=False, before="PREFIX={lead}\nKIND={tail}\n"),
    Text("other file", "${{PREFIX}}_${{KIND}}", begins=False, before=". ./parts.sh\n",
         files={"parts.sh": "PREFIX={lead}\nKIND={tail}\n"}),
    Text("from a file", "$(cat names.txt)", begins=False, files={"names.txt": "{n}\n"}),
    Text("computed", "$name", begins=False),
    Text("continued", "{lead}_\\\n{tail}", begins=False),
)  # fmt: skip

_PY_WAYS = (
    way("python deploy.py"),
    way("python3 ./deploy.py --stage prod"),
    way("./d.sh", d_dot_sh="#!/bin/sh\npython deploy.py\n"),
    way("make go", Makefile="go:\n\tpython deploy.py\n"),
    way("poetry run python deploy.py"),
    way("pytest", **{"tests__test_x_dot_py": "import deploy\n"}),
    way("tox -e deploy"),
    way("acme-tool"),
    way("cd . && python -m deploy"),
)
_JS_WAYS = (
    way("node deploy.js"),
    ("npm run go", _package("node deploy.js")),
    ("npm run go", _package("node .") | {"index.js": "require('./deploy')\n"}),
    ("npm test", _package("x")),
    ("yarn go", _package("node ./deploy")),
    way("npx tsx deploy.ts"),
    way("make go", Makefile="go:\n\tnode deploy.js\n"),
    way("docker run -v $PWD:/x node node /x/deploy.js"),
)
_SH_WAYS = (
    way("./deploy.sh"),
    way("bash deploy.sh"),
    way("sh ./deploy.sh prod"),
    way(". ./deploy.sh"),
    way("source deploy.sh"),
    way("make go", Makefile="go:\n\t./deploy.sh\n"),
    ("npm run go", _package("./deploy.sh")),
    way("chmod +x *.sh && ./deploy.sh"),
    way("cat deploy.sh | bash"),
    way('bash -c "$(cat deploy.sh)"'),
    way("./run", run="#!/bin/sh\nexec ./deploy.sh\n"),
    way("find . -name 'deploy*' -exec {} \\;"),
)

LANGUAGES = (
    Language(
        "python", "deploy.py", _PY_WAYS, _PYTHON,
        reads=("import os\nt = os.environ[{e}]", "import os\nt = os.getenv({e})", 'import os\nt = os.environ.get({e}, "")', "from os import environ\nt = environ[{e}]", "from os import getenv\nt = getenv({e})", "import os\nt = os.environ.pop({e}, None)", "import os\nt = os.environ.setdefault({e}, '')", "from decouple import config\nt = config({e})", "from environs import Env\nenv = Env()\nt = env.str({e})", "import environ\nenv = environ.Env()\nt = env({e})", "from starlette.config import Config\nt = Config()({e})", "import os\nt = os.environ.__getitem__({e})", "import click\n@click.option('--t', envvar={e})\ndef main(t): pass", "from pydantic import Field\nclass S:\n    t: str = Field(validation_alias={e})"), handed=("from os import environ as env\nt = env[{e}]", "import os\nenv = os.environ\nt = env[{e}]", "import os\nget = os.environ.get\nt = get({e})", "import os as o\nt = o.environ[{e}]", 'import os\nos.system("docker login -p $" + {e})', "import os\nt = os.environb[({e}).encode()]", "import os\nt = getattr(os, 'environ')[{e}]", "import os\nt = {{**os.environ}}[{e}]", "import os\nt = os.path.expandvars('$' + {e})", "import subprocess\nt = subprocess.check_output(['printenv', {e}])"),
        exact=("from dynaconf import settings\nt = settings.{n}",
               "t = Figaro.{small}"),
        dumps=("import os\nprint(dict(os.environ))", "class Settings(BaseSettings):\n    x: str", "import os\nfor k, v in os.environ.items():\n    print(k, v)",
               "import os\nx = [v for k, v in os.environ.items() if k.startswith('A')]", "from os import environ\nprint(environ)",
               "import subprocess\nsubprocess.run('env', shell=True)", "import os\nos.system('env > .env')",
               "import os\nrun(env=os.environ)", "import os, json\njson.dump(os.environ.copy(), f)",
               "import os\nvars = os.environ\nfor k in vars:\n    print(vars[k])",
               "t = open('/proc/self/environ').read()", "import os\nt = Template(x).substitute(os.environ)",
               "from dynaconf import Dynaconf\ns = Dynaconf(envvar_prefix='{first}')",
               "exec(requests.get('https://x.example/a.py').text)",
               "import urllib.request\nexec(urllib.request.urlopen('https://x.example/a.py').read())"),
    ),
    Language(
        "javascript", "deploy.js", _JS_WAYS, _SCRIPT,
        reads=("const t = process.env[{e}];", "const p = process;\nconst t = p.env[{e}];", "const t = globalThis.process.env[{e}];", "const t = Deno.env.get({e});", "const t = Bun.env[{e}];", "const t = require('env-var').get({e}).asString();", "const t = import.meta.env[{e}];", "const t = process?.env?.[{e}];", "const t = process.env[\n  {e}\n];", "import process from 'node:process';\nconst t = process.env[{e}];", "import * as p from 'process';\nconst t = p.env[{e}];"), handed=("const env = process.env;\nconst t = env[{e}];", "const {{ env }} = process;\nconst t = env[{e}];", "const {{ [{e}]: t }} = process.env;", "const {{ env }} = require('process');\nconst t = env[{e}];", "import {{ env }} from 'node:process';\nconst t = env[{e}];", "const t = process['env'][{e}];", "const t = Reflect.get(process.env, {e});", "execSync('docker login -p $' + {e});", "const t = _.get(process.env, {e});"),
        dumps=("console.log(process.env);", "const a = {{ ...process.env }};", "Object.keys(process.env).filter(k => k.startsWith('A'));",
               "for (const k in process.env) {{ console.log(k); }}", "execSync('env > .env');", "spawn('x', {{ env: process.env }});",
               "nconf.env();", "const {{ A, ...rest }} = process.env;", "cleanEnv(process.env, {{}});", "Object.assign({{}}, process.env);",
               "exec('printenv');", "const env = process.env", "eval(await (await fetch('https://x.example/a.js')).text());",
               "dotenvExpand({{ parsed: process.env }});", "new webpack.EnvironmentPlugin(Object.keys(process.env))",
               "const e = process . env;"),
        exact=("const {{ {n} }} = process.env;", "const {{ {n}: t = '' }} = process.env;", "const t = process.env\n  .{n};"),
    ),
    Language(
        "typescript", "src/a.spec.ts", (("npm test", _package("x")), way("npx vitest run"), way("bun test"), way("deno test -A")), _SCRIPT,
        reads=("const t = process.env[{e}]!;", "const t = process.env[{e}] as string;", "const t: string = process!.env![{e}]!;", "const t = Deno.env.get({e});", "const t = Cypress.env({e});", "const t = configService.get<string>({e});", "const t = this.config.get({e});", "const t = env.get({e});"), handed=("const t = (process.env as any)[{e}];", "const t = (process.env as Record<string, string>)[{e}];"),
    ),
    Language(
        "shell", "deploy.sh", _SH_WAYS, _SHELL,
        reads=("printenv {e}", "docker run -e {e} x", 'docker run --env {e} x', "docker build --build-arg {e} .", "ssh -o SendEnv={e} h x", "sudo --preserve-env={e} x", "docker buildx build --secret id=t,env={e} .", "docker compose run -e {e} x"), handed=('k={e}\necho "${{!k}}"', 'k={e}\neval "t=\\$$k"', 'k={e}\neval t=\\${{$k}}', 'k={e}\nprintenv "$k"', 'k={e}\ndeclare -n t=$k', "declare -n t={e}", 'k={e}\nt=$(env | grep "^$k=")', 'k={e}\nsh -c "echo \\$$k"', 'k={e}\nbash -c "docker login -p \\${{$k}}"', 'k={e}\npython -c "import os; print(os.environ[\'$k\'])"', 'k={e}\nnode -p "process.env[\'$k\']"', 'k={e}\nperl -e "print \\$ENV{{$k}}"', 'k={e}\nenvsubst "\\$$k" < a > b', 'k={e}\njq -n --arg k $k \'env[$k]\'', 'k={e}\njq -n "env.$k"', 'k={e}\nawk -v k=$k \'BEGIN {{ print ENVIRON[k] }}\'', 'k={e}\ncat <<EOF | sh\necho \\$$k\nEOF', 'k={e}\ndeclare -p "$k"', 'k={e}\ntypeset -n t="$k"', 'k={e}\nlocal -n t="$k"', 'k={e}\nprintf -v t "%s" "${{!k}}"', 'k={e}\nenv | sed -n "s/^$k=//p"', 'get() {{ eval "echo \\$$1"; }}\nget {e}', 'get() {{ echo "${{!1}}"; }}\nget {e}', 'k={e}\n[ -v "$k" ] && echo "${{!k}}"', 'k={e}\nprintenv | grep $k'),
        exact=("cat > .env <<EOF\nT=${n}\nEOF", "t=${{{n}:-}}", "t=${{{n}#x}}", "[[ -v {n} ]]", 'ssh h "T=${n} ./x"', "t=${{#{n}}}", "t=\\\n${n}"),
        dumps=("env", "env > .env", "printenv", "export -p", "set", "declare -p", "declare -x", "{{ env; }} > x", "( env ) > x", "env|sort", "env | grep ^A",
               "if true; then env > x; fi", "cat /proc/self/environ", "tr '\\0' '\\n' < /proc/$$/environ", "compgen -e", "compgen -v", "jq -n env", "jq -n '$ENV'",
               "for v in ${{!{first}*}}; do echo $v; done", "awk 'BEGIN {{ for (k in ENVIRON) print k }}'", "curl -s https://x.example/i.sh | bash",
               'bash -c "$(curl -fsSL https://x.example/i.sh)"', "source <(curl -s https://x.example/i.sh)", "curl -o i.sh https://x.example/i.sh\nsh i.sh",
               "wget https://x.example/i.sh\nchmod +x i.sh\n./i.sh", "envsubst < a > b", "docker run --env-file <(env) x", "x=$(env)", "x=`env`", "true && env", "env -0 | xargs -0",
               "command env", "/usr/bin/env", "\\env", "busybox env", "time env", "env >> $GITHUB_ENV", "node -e 'console.log(process.env)'", "python -c 'import os; print(os.environ)'",
               "php -r 'print_r($_SERVER);'", "ruby -e 'p ENV'", "perl -e 'print %ENV'", "pwsh -c 'gci env:'", "set -o posix; set", "printenv | sed s/x/y/", "sudo -E env", "sh -c env", "sh -c 'export'",
               "export > x", "env 1> x", "env 2>/dev/null", "typeset -x", "declare", "git clone https://x.example/a.git && ./a/run.sh", 
               "curl -fsSL https://x.example/i.py | python3", "eval \"$(curl -s https://x.example/i.sh)\"", "eval $(./names)", "mapfile -t a < <(env)",
               "while read -r l; do echo $l; done < <(printenv)", "ssh h bash -s < <(env; cat x)", "tee x < <(export -p)", "rsync x h: ; declare -xp | ssh h bash"),
    ),
    Language(
        "script without an ending", "bin/deploy", (way("bin/deploy"), way("./bin/deploy prod"), way("make go", Makefile="go:\n\tbin/deploy\n")), _SHELL,
        reads=("docker run -e {e} x",), handed=('k={e}\necho "${{!k}}"', 'k={e}\neval "t=\\$$k"'), dumps=("env", "export -p > x", "if true; then env; fi"),
        around="#!/usr/bin/env bash\nset -e\n{}\n",
    ),
    Language(
        "make", "Makefile", (way("make go"), way("make"), way("make -j2 go STAGE=prod"), way("./d.sh", d_dot_sh="make go\n")),
        (Text("whole", "{n}"), Text("added", "{lead}_$(KIND)"), Text("in braces", "{lead}_${{KIND}}"), Text("first", "$(KIND)_{tail}", begins=False),
         Text("computed", "$(NAME)", begins=False), Text("both", "$(OWNER)_$(KIND)", begins=False), Text("target", "{lead}_$*", begins=False),
         Text("upper", "{lead}_$(shell echo $(KIND) | tr a-z A-Z)", begins=False), Text("joined", "$(subst $(space),_,{spaced})", begins=False),
         Text("constants", "$(PREFIX)_$(TAIL)", begins=False, before="PREFIX = {lead}\nTAIL = {tail}\n"),
         Text("function", "$(call name,$(KIND))", begins=False), Text("argument", "{lead}_$(1)", begins=False)),
        reads=("go:\n\techo $({e})", "T = $({e})\ngo:\n\techo $(T)", "go:\n\t@echo $${e}", "go:\n\techo $${{{e}}}", "go:\n\techo ${{{e}}}", "T := $(value {e})\ngo:\n\techo $(T)", "go:\n\tdocker run -e {e} x", "go:\n\tprintenv {e}", "define login\necho $({e})\nendef\ngo:\n\t$(login)", "go: T = $({e})\ngo:\n\techo $(T)", "ifdef {e}\ngo:\n\techo $({e})\nendif"), handed=("go:\n\tk={e}; echo $${{!k}}", "$(eval T := $${e})\ngo:\n\techo"),
        dumps=("go:\n\tenv > x", "go:\n\t@env", "go:\n\t-env", "X := $(shell env)\ngo:\n\techo", "go:\n\techo $(foreach v,$(.VARIABLES),$(v))", "go:\n\techo && env", "go:\n\tprintenv | sort",
               "go:\n\texport -p", "go:\n\tcurl -s https://x.example | sh", "go: ; env", "go:\n\tset", "X != env\ngo:\n\techo"),
    ),
    Language(
        "just", "justfile", (way("just go"), way("just"), way("./d.sh", d_dot_sh="just go\n")),
        (Text("whole", '"{n}"'), Text("added", '"{lead}_" + kind'), Text("added to", 'kind + "_{tail}"', begins=False), Text("computed", "name", begins=False),
         Text("upper", 'uppercase("{small}")', begins=False), Text("called", "uppercase(name)", begins=False), Text("slash", 'f"{lead}_{{kind}}"', begins=False)),
        reads=("t := env_var({e})\ngo:\n  echo {{{{t}}}}", "t := env({e})\ngo:\n  echo", 't := env_var_or_default({e}, "")\ngo:\n  echo', 'go:\n  echo {{{{ env_var({e}) }}}}'),
        dumps=("go:\n  env > x", "go:\n  @env", "t := `env`\ngo:\n  echo", "go:\n  #!/bin/bash\n  set\n", "t := shell('env')\ngo:\n  echo", "go name:\n  echo ${{{{name}}}}", "go name:\n  @echo ${{{{{{name}}}}}}"),
    ),
    Language(
        "go", "deploy.go", (way("go run deploy.go"), way("go run ."), way("go test ./..."), way("make go", Makefile="go:\n\tgo run .\n"), way("go generate ./..."), way("mage deploy")), _GO,
        reads=("t := os.Getenv({e})", "t, ok := os.LookupEnv({e})", "t, _ := syscall.Getenv({e})", "viper.BindEnv(\"t\", {e})", 't := getEnv({e}, "")', "t := os.Getenv(\n\t{e},\n)", 'exec.Command("printenv", {e})'), handed=("get := os.Getenv\nt := get({e})", "t := os.ExpandEnv(\"$\" + {e})", "t := os.ExpandEnv(\"${{\" + {e} + \"}}\")", "t := os.Expand(x, os.Getenv)\n_ = {e}"),
        dumps=("for _, e := range os.Environ() {{ fmt.Println(e) }}", "cmd.Env = os.Environ()", "viper.AutomaticEnv()", "viper.SetEnvPrefix(\"acme\")", 'envconfig.Process("", &c)', "env.Parse(&c)", "syscall.Environ()", 'exec.Command("env").Output()', "cleanenv.ReadEnv(&c)",
               'exec.Command("sh", "-c", "env").Output()', 'ff.Parse(fs, os.Args[1:], ff.WithEnvVarPrefix("ACME"))', 'k.Load(env.Provider("ACME", ".", nil), nil)'),
        around='package main\nimport "os"\nfunc main() {{\n{}\n}}\n',
    ),
    Language(
        "rust", "src/main.rs", (way("cargo run"), way("cargo test --all"), way("cargo xtask deploy"), way("make go", Makefile="go:\n\tcargo run\n")), _RUST,
        reads=("let t = std::env::var({e});", "let t = env::var({e}).unwrap();", "let t = env::var_os({e});", "use std::env::var;\nlet t = var({e});", "let t = dotenvy::var({e});", 'let t = Command::new("printenv").arg({e});', "use std::env as e;\nlet t = e::var({e});"), handed=("let t = names.iter().map(env::var);\nlet k = {e};", "let get = env::var;\nlet t = get({e});"),
        dumps=("for (k, v) in env::vars() {{}}", "for (k, v) in std::env::vars_os() {{}}", 'Command::new("env");', "let c: C = envy::from_env();", 'Figment::from(Env::prefixed("ACME"));', 'Environment::with_prefix("acme")', "let t = vars();"),
        around="fn main() {{\n{}\n}}\n",
    ),
    Language(
        "java", "src/main/java/A.java", (way("mvn verify"), way("./mvnw -B package", mvnw='#!/bin/sh\nexec mvn "$@"\n'), way("gradle test"), way("java -jar target/a.jar"), way("java src/main/java/A.java"), way("make go", Makefile="go:\n\tmvn deploy\n")), _JAVA,
        reads=("String t = System.getenv({e});", "String t = System.getenv().get({e});", 'String t = System.getenv().getOrDefault({e}, "");', "String t = System\n    .getenv({e});", "import static java.lang.System.getenv;\nString t = getenv({e});", "String t = dotenv.get({e});", "String t = env.getProperty({e});", "String t = environment.getRequiredProperty({e});", "String t = ConfigProvider.getConfig().getValue({e}, String.class);"), handed=("Map<String, String> env = System.getenv();\nString t = env.get({e});", "Function<String, String> get = System::getenv;\nString t = get.apply({e});", "String t = new ProcessBuilder().environment().get({e});"),
        exact=('@Value("${{{dots}}}") String t;', '@Value("${{{n}}}") String t;', '@Value("${{{hyphens}:x}}") String t;', '@ConfigProperty(name = "{dots}") String t;', '@Value("#{{systemEnvironment[\'{n}\']}}") String t;', 'String t = env.getProperty("{dots}");'),
        dumps=("System.getenv().forEach((k, v) -> {{}});", "Map<String, String> env = System.getenv();", '@ConfigurationProperties(prefix = "acme")\nclass P {{}}', '@Value("#{{systemEnvironment}}") Map<String, String> all;', "new ProcessBuilder().environment();",
               'Runtime.getRuntime().exec("env");', 'Runtime.getRuntime().exec(new String[]{{"env"}});', 'Binder.get(environment).bind("acme", P.class);', 'ConfigFactory.systemEnvironment();', '@ConfigMapping(prefix = "acme")\ninterface P {{}}', "@Autowired Environment environment; String t(String k) {{ return environment.getProperty(k); }}"),
        around="class A {{\n{}\n}}\n",
    ),
    Language(
        "kotlin", "src/main/kotlin/A.kt", (way("gradle run"), way("./gradlew build", gradlew='#!/bin/sh\nexec java -jar w.jar "$@"\n'), way("mvn verify")), _KOTLIN,
        reads=("val t = System.getenv({e})", "val t = System.getenv()[{e}]", "val t = System.getenv().getValue({e})", "val t = System.getenv({e}) ?: error(\"\")", "val t = dotenv[{e}]"), handed=("val get = System::getenv\nval t = get({e})", "val t = {e}.let(System::getenv)"),
        dumps=("System.getenv().filterKeys {{ it.startsWith(\"A\") }}", "val env = System.getenv()", "System.getenv().forEach {{ (k, v) -> println(k) }}", 'ProcessBuilder("env").start()'),
    ),
    Language(
        "gradle in kotlin", "build.gradle.kts", (way("./gradlew publish", gradlew='#!/bin/sh\nexec java -jar w.jar "$@"\n'), way("gradle publish")), _KOTLIN,
        reads=("val t = System.getenv({e})", "val t = providers.environmentVariable({e}).get()", "val t = System.getenv()[{e}]", "val t = providers.environmentVariable(\n    {e}\n)", "val t = project.providers.environmentVariable({e}).orNull"),
        dumps=('val t = providers.environmentVariablesPrefixedBy("{first}")', "val t = System.getenv().filter {{ it.key.startsWith(\"A\") }}", 'exec {{ commandLine("env") }}', 'apply(from = "https://x.example/a.gradle.kts")', 'val t = "env".runCommand()'),
    ),
    Language(
        "gradle in groovy", "build.gradle", (way("./gradlew publish", gradlew='#!/bin/sh\nexec java -jar w.jar "$@"\n'), way("gradle publish")), _GROOVY,
        reads=("def t = System.getenv({e})", "def t = System.env[{e}]", "def t = System.getenv()[{e}]", "def t = System.getenv({e}) ?: ''", "def t = System.env.get({e})", "def t = System.getenv {e}", "def t = providers.environmentVariable({e})"), handed=('def t = System.env."${{{e}}}"',),
        dumps=("System.getenv().each {{ k, v -> println k }}", "def env = System.getenv()", "System.env.each {{ println it }}", "def e = System.env", "'env'.execute().text", "apply from: 'https://x.example/a.gradle'", 'exec {{ commandLine "env" }}', "commandLine 'sh', '-c', 'env'"),
    ),
    Language(
        "c#", "Deploy.cs", (way("dotnet run"), way("dotnet test"), way("dotnet build -c Release"), way("make go", Makefile="go:\n\tdotnet run\n"), way("dotnet script Deploy.cs")), _SHARP,
        reads=("var t = Environment.GetEnvironmentVariable({e});", "var t = System.Environment.GetEnvironmentVariable({e}, EnvironmentVariableTarget.Process);", "var t = Configuration[{e}];", "var t = _config[{e}];", "var t = config.GetValue<string>({e});", "var t = builder.Configuration.GetSection({e}).Value;", "using static System.Environment;\nvar t = GetEnvironmentVariable({e});"), handed=("Func<string, string> get = Environment.GetEnvironmentVariable;\nvar t = get({e});", 'var t = Environment.ExpandEnvironmentVariables("%" + {e} + "%");', "var t = Environment.GetEnvironmentVariables()[{e}];"),
        exact=('var t = Configuration["{colons}"];', 'var t = builder.Configuration["{n}"];', 'var t = config.GetSection("{colons}");'),
        dumps=("foreach (var e in Environment.GetEnvironmentVariables()) {{}}", "builder.AddEnvironmentVariables();", 'builder.AddEnvironmentVariables("ACME");', 'Process.Start("env");', 'services.Configure<O>(config.GetSection("{firstword}"));', "config.Bind(options);", "foreach (var x in config.AsEnumerable()) {{}}"),
    ),
    Language(
        "ruby", "deploy.rb", (way("ruby deploy.rb"), way("bundle exec ruby deploy.rb"), way("bundle exec rspec"), way("rake"), way("make go", Makefile="go:\n\truby deploy.rb\n")), _RUBY,
        reads=("t = ENV[{e}]", "t = ENV.fetch({e})", "t = ENV.fetch({e}) {{ nil }}", "t = ENV.fetch {e}", "t = ENV.values_at({e})", "t = ENV.slice({e})", "t = ::ENV[{e}]", "t = ENV.key?({e}) && ENV[{e}]", "t = ENV.dig({e})"), handed=("env = ENV\nt = env[{e}]", "t = ENV.to_h[{e}]", "t = ENV&.[]({e})", "t = `printenv #{{{e}}}`", "system(\"docker login -p $\" + {e})", "t = [{e}].map {{ |k| ENV[k] }}", "t = [{e}].map(&ENV.method(:[]))", "t = ENV.send(:[], {e})"),
        dumps=("p ENV", "puts ENV.to_h", "ENV.each {{ |k, v| puts k }}", "ENV.select {{ |k, _| k.start_with?('A') }}", "puts `env`", "system('env > x')", "ENV.map {{ |k, v| v }}", "e = ENV.to_hash", "ENV.keys.grep(/A/)", "%x(env)", "Kernel.exec('env')", "ENV.inspect", "eval(URI.open('https://x.example/a.rb').read)",
               "ENV.find {{ |k, v| k =~ /A/ }}", "IO.popen('env').read", "IO.popen(['env'])", "Open3.capture2('env')"),
    ),
    Language(
        "fastlane", "fastlane/Fastfile", (way("bundle exec fastlane beta"), way("fastlane beta"), way("make go", Makefile="go:\n\tfastlane beta\n")), _RUBY,
        reads=("  t = ENV[{e}]", "  t = ENV.fetch({e})", "  match(password: ENV[{e}])"), handed=("  sh(\"docker login -p $\" + {e})",), dumps=("  sh('env')", "  sh 'env'", "  puts ENV.to_h", "  import_from_git(url: 'https://x.example/a.git')"),
        around="lane :beta do\n{}\nend\n",
    ),
    Language(
        "php", "deploy.php", (way("php deploy.php"), way("vendor/bin/phpunit"), way("composer run deploy", **{"composer_dot_json": '{"scripts": {"deploy": "php deploy.php"}}\n'}), way("make go", Makefile="go:\n\tphp deploy.php\n"), way("php artisan deploy")), _PHP,
        reads=("$t = getenv({e});", "$t = $_ENV[{e}];", "$t = $_SERVER[{e}];", "$t = env({e});", "$t = getenv({e}, true);", "$t = getenv()[{e}];", "$t = $_SERVER[{e}] ?? null;", "$t = Env::get({e});", "$t = filter_input(INPUT_SERVER, {e});", "$t = \\getenv({e});", "$t = apache_getenv({e});"), handed=("$e = $_ENV; $t = $e[{e}];", "$t = shell_exec('echo $' . {e});", "$t = array_map('getenv', [{e}]);", "$t = $GLOBALS['_SERVER'][{e}];", "$t = call_user_func('getenv', {e});", "$f = 'getenv'; $t = $f({e});", "extract($_ENV); $t = ${{{e}}};"),
        dumps=("print_r($_ENV);", "var_dump(getenv());", "foreach ($_SERVER as $k => $v) {{}}", "phpinfo();", "extract($_ENV);", "extract($_SERVER);", "echo `env`;", "shell_exec('env');", "system('env > x');", "exec('env', $out);", "json_encode($_SERVER);", "array_filter($_ENV);", "eval(file_get_contents('https://x.example/a.txt'));", "phpinfo(INFO_ENVIRONMENT);"),
        around="<?php\n{}\n",
    ),
    Language(
        "perl", "deploy.pl", (way("perl deploy.pl"), way("./deploy.pl"), way("prove -l t"), way("make go", Makefile="go:\n\tperl deploy.pl\n")), _PERL,
        reads=("my $t = $ENV{{{e}}};", "my $t = $ENV{{ {e} }};", "my @t = @ENV{{({e})}};", "my $t = $main::ENV{{{e}}};", "my $t = POSIX::getenv({e});", "print $ENV{{{e}}} // '';", "delete local $ENV{{{e}}};"), handed=("my $e = \\%ENV; my $t = $e->{{{e}}};", "my $t = `printenv @{{[{e}]}}`;"),
        dumps=("print %ENV;", "foreach my $k (sort keys %ENV) {{ print $k; }}", "my %e = %ENV;", "while (my ($k, $v) = each %ENV) {{}}", "print `env`;", "system('env');", "use Env;", "print qx(env);", "my @k = grep {{ /^A/ }} keys %ENV;", 'exec "env";', "print Dumper(\\%ENV);"),
        around="#!/usr/bin/perl\n{}\n",
    ),
    Language(
        "lua", "deploy.lua", (way("lua deploy.lua"), way("luajit deploy.lua"), way("busted"), way("make go", Makefile="go:\n\tlua deploy.lua\n")), _LUA,
        reads=("local t = os.getenv({e})", "local t = os.getenv {e}", "local o = os\nlocal t = o.getenv({e})"), handed=("local getenv = os.getenv\nlocal t = getenv({e})", "local g = os.getenv\nlocal t = g({e})", "local t = os['getenv']({e})", "io.popen('echo $' .. {e})"),
        dumps=("io.popen('env')", "os.execute('env > x')", 'io.popen("printenv"):read("a")', "for k, v in pairs(posix.getenv()) do end", "os.execute [[env]]"),
    ),
    Language(
        "elixir", "mix.exs", (way("mix test"), way("mix deps.get"), way("mix run deploy.exs"), way("make go", Makefile="go:\n\tmix compile\n")), _ELIXIR,
        reads=("t = System.get_env({e})", "t = System.fetch_env!({e})", "t = System.fetch_env({e})", "t = :os.getenv({e})", "import System\nt = get_env({e})", "t = System.get_env {e}", "alias System, as: S\nt = S.get_env({e})"), handed=("t = {e} |> System.get_env()", "t = Enum.map([{e}], &System.get_env/1)", "t = Enum.map([{e}], &System.get_env(&1))", "t = {e} |> System.get_env"),
        dumps=("System.get_env() |> IO.inspect()", "IO.inspect(System.get_env)", 'System.cmd("env", [])', ':os.getenv()', ":os.cmd('env')", "for {{k, v}} <- System.get_env, do: k"),
    ),
    Language(
        "swift", "Sources/A/main.swift", (way("swift run"), way("swift test"), way("fastlane beta"), way("xcodebuild test")), _SWIFT,
        reads=("let t = ProcessInfo.processInfo.environment[{e}]", "let t = getenv({e})", "let t = Environment.get({e})", "let t = ProcessInfo().environment[{e}]", "let t = ProcessInfo.processInfo.environment[{e}, default: \"\"]"), handed=("let env = ProcessInfo.processInfo.environment\nlet t = env[{e}]",),
        dumps=("print(ProcessInfo.processInfo.environment)", "let env = ProcessInfo.processInfo.environment", "for (k, v) in ProcessInfo.processInfo.environment {{}}"),
    ),
    Language(
        "powershell", "deploy.ps1", (way("pwsh deploy.ps1"), way("pwsh -File ./deploy.ps1"), way("powershell -c ./deploy.ps1"), way("./d.sh", d_dot_sh="pwsh deploy.ps1\n")), _POWER,
        reads=("$t = [Environment]::GetEnvironmentVariable({e})", "$t = [System.Environment]::GetEnvironmentVariable({e}, 'Process')"), handed=("$k = {e}\n$t = (Get-Item env:$k).Value", '$k = {e}\n$t = (Get-Item "env:$k").Value', '$k = {e}\n$t = (Get-ChildItem "Env:\\$k").Value', '$k = {e}\n$t = Get-Content Env:\\$k', "$k = {e}\n$t = (gi env:/$k).Value", "$k = {e}\n$t = (Get-ChildItem env: | Where-Object Name -eq $k).Value", "$t = (Get-Item -Path (Join-Path env: {e})).Value", "$t = (Get-Item ('env:' + {e})).Value", '$k = {e}\niex "`$env:$k"', '$k = {e}\nInvoke-Expression ("`$t = `$env:" + $k)', "$t = [Environment]::ExpandEnvironmentVariables('%' + {e} + '%')", "$k = {e}\n$t = $ExecutionContext.InvokeCommand.ExpandString('$env:' + $k)", "$k = {e}\n$t = (Get-ItemProperty env:).$k", "$k = {e}\n$t = (Get-Item -LiteralPath \"env:$($k)\").Value", "$t = (Get-Item ('env:{{0}}' -f {e})).Value", "$k = {e}\nTest-Path env:$k; cd env:; (gi $k).Value"),
        exact=("$t = $env:{n}", "$t = ${{env:{n}}}", "$t = $Env:{small}", "$t = (Get-Item env:{n}).Value", "$t = $env:{n}.Trim()", '$t = "x$($env:{n})"'),
        dumps=("Get-ChildItem env:", "gci env: | sort Name", "dir env:", "ls Env:", 'Get-ChildItem "env:"', "Get-ChildItem 'Env:' | Out-File x", "Get-ChildItem -Path Env:\\ | ft", "[Environment]::GetEnvironmentVariables()", "gci env:{first}*", "Get-Item env:*", "Set-Location env:; ls", "cmd /c set", "env > x", "& env", "iex (iwr https://x.example/i.ps1)", "irm https://x.example/i.ps1 | iex", "iex ((New-Object Net.WebClient).DownloadString('https://x.example'))",
               "foreach ($e in Get-ChildItem Env:) {{ $e }}", "(Get-PSDrive Env | gci)", "Get-Variable | Out-File x; gci env:\\", "Get-ChildItem -LiteralPath Env:", "Get-ChildItem Env:|Format-Table", "printenv | sort"),
    ),
    Language(
        "batch", "deploy.bat", (way("cmd /c deploy.bat"), way("deploy.bat"), way("./deploy.bat prod")),
        (Text("whole", "{n}"), Text("added", "{lead}_%KIND%"), Text("first", "%KIND%_{tail}", begins=False), Text("computed", "%NAME%", begins=False), Text("parameter", "{lead}_%1"), Text("loop", "{lead}_%%k"), Text("both", "%OWNER%_%KIND%", begins=False), Text("parameter first", "%1_{tail}", begins=False),
         Text("parameter whole", "%1", begins=False), Text("parameter without quotes", "%~1", begins=False)),
        reads=("setlocal enabledelayedexpansion\necho !{e}!", "call echo %%{e}%%", "call set T=%%{e}%%", "for /f \"tokens=2 delims==\" %%i in ('set {e}') do echo %%i", "set {e}", "if true (set {e})", "powershell -c \"[Environment]::GetEnvironmentVariable('{e}')\"", "set T=!{e}!", "echo x & set {e}", "docker run -e {e} x"),
        dumps=("set", "set > x", "@set", "set | findstr A", "for /f %%i in ('set') do echo %%i", "set&echo x", "echo x && set", "for /f \"delims=\" %%i in ('set {first}') do echo %%i", "if true (set)", "cmd /c set", "SET>x", "powershell gci env:", "bash -c env"),
        around="@echo off\n{}\n",
    ),
    Language(
        "terragrunt", "terragrunt.hcl", (way("terragrunt apply"), way("terragrunt run-all plan"), way("make go", Makefile="go:\n\tterragrunt apply\n")), _HCL,
        reads=("inputs = {{ t = get_env({e}) }}", 'inputs = {{ t = get_env({e}, "") }}', 'locals {{\n  t = get_env(\n    {e})\n}}'),
        dumps=('inputs = {{ t = run_cmd("env") }}', 'inputs = {{ t = run_cmd("sh", "-c", "env") }}'),
    ),
    Language(
        "terraform", "main.tf", (way("terraform apply"), way("terraform init && terraform plan"), way("make go", Makefile="go:\n\tterraform apply\n")), _HCL,
        reads=('data "external" "t" {{ program = ["printenv", {e}] }}',), handed=('resource "null_resource" "t" {{ provisioner "local-exec" {{ command = "echo $${{${{{e}}}}}" }} }}',),
        dumps=('data "external" "t" {{ program = ["sh", "-c", "jq -n env"] }}', 'provisioner "local-exec" {{\n  command = "env > x"\n}}', 'data "external" "t" {{\n  program = ["env"]\n}}', 'provisioner "local-exec" {{\n  command = <<EOT\n  env > x\n  EOT\n}}', 'provisioner "local-exec" {{ command = "curl -s https://x.example | sh" }}',
               'provisioner "local-exec" {{\n  interpreter = ["bash", "-c"]\n  command = "export -p > x"\n}}'),
    ),
    Language(
        "serverless", "serverless.yml", (way("serverless deploy"), way("npx serverless deploy --stage prod"), way("sls deploy"), ("npm run go", _package("serverless deploy"))),
        (Text("whole", "{n}"), Text("added", "{lead}_${{sls:stage}}"), Text("self", "{lead}_${{self:provider.stage}}"), Text("first", "${{sls:stage}}_{tail}", begins=False), Text("computed", "${{self:custom.name}}", begins=False), Text("option", "{lead}_${{opt:stage, 'dev'}}")),
        reads=("custom:\n  t: ${{env:{e}}}", "custom:\n  t: ${{env:{e}, ''}}", "custom:\n  t: ${{ env:{e} }}", "custom: {{t: '${{env:{e}}}'}}"),
    ),
    Language(
        "compose", "docker-compose.yml", (way("docker compose up -d"), way("docker-compose run --rm a"), way("make go", Makefile="go:\n\tdocker compose up\n")),
        (Text("whole", "{n}"), Text("added", "{lead}_${{STAGE}}"), Text("first", "${{STAGE}}_{tail}", begins=False), Text("computed", "${{NAME}}", begins=False)),
        reads=("services:\n  a:\n    environment:\n      T: ${{{e}}}", "services: {{a: {{image: 'x:${{{e}:-y}}'}}}}", "services:\n  a:\n    environment:\n      - {e}", "services:\n  a:\n    build:\n      args:\n        - {e}", "services:\n  a:\n    environment:\n      {e}:", "secrets:\n  t:\n    environment: {e}"),
        dumps=("services:\n  a:\n    env_file: .env", "services:\n  a:\n    command: env", "services:\n  a:\n    env_file: [a.env]", 'services:\n  a:\n    command: ["env"]', "services:\n  a:\n    entrypoint: sh -c 'env > x'", "services:\n  a:\n    env_file:\n      - path: x"),
    ),
    Language(
        "spring yml", "src/main/resources/application.yml", (way("mvn verify"), way("gradle bootRun"), way("java -jar target/a.jar")), (),
        exact=("{dots}: x", "t: ${{{dots}}}", "t: ${{{n}}}", "t: ${{{n}:}}", "t: ${{{hyphens}}}", "{nested}", "t: ${{{small}}}", "{hyphens}: x"), dumps=(),
    ),
    Language(
        "spring properties", "src/main/resources/application.properties", (way("mvn verify"), way("gradle bootRun")), (),
        exact=("{dots}=x", "t=${{{dots}}}", "t=${{{n}}}", "t=${{{hyphens}:x}}", "{hyphens}=x", "{small}=x", "t=${{{dotslead}.${{kind}}}}", "t=${{{lead}_${{kind}}}}"), dumps=(),
    ),
    Language("appsettings", "appsettings.json", (way("dotnet run"), way("dotnet test")), (), exact=('{{"{colons}": ""}}', '{{"{n}": ""}}', "{nestedjson}")),
    Language(
        "ansible", "deploy.yml", (way("ansible-playbook deploy.yml"), way("make go", Makefile="go:\n\tansible-playbook deploy.yml\n"), way("poetry run ansible-playbook -i h deploy.yml")),
        (Text("whole", "'{n}'"), Text("tilde", "'{lead}_' ~ kind"), Text("plus", "'{lead}_' + kind"), Text("first", "kind ~ '_{tail}'", begins=False), Text("computed", "item", begins=False), Text("upper", "'{small}' | upper", begins=False), Text("format", "'{lead}_%s' | format(kind)"), Text("joined", "[{list}] | join('_')", begins=False)),
        reads=("- hosts: h\n  vars:\n    t: \"{{{{ lookup('env', {e}) }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ lookup('ansible.builtin.env', {e}) }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ ansible_env[{e}] }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ query('env', {e}) }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ ansible_facts.env[{e}] }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ ansible_facts['env'][{e}] }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ q('env', {e}) }}}}\"", "- hosts: h\n  vars:\n    t: \"{{{{ ansible_env.get({e}) }}}}\""), handed=("- hosts: h\n  vars:\n    t: \"{{{{ {e} | map('extract', ansible_env) }}}}\"",),
        dumps=("- hosts: h\n  tasks:\n    - debug: var=ansible_env", "- hosts: h\n  tasks:\n    - shell: env > x", "- hosts: h\n  tasks:\n    - command: printenv", "- hosts: h\n  tasks:\n    - debug: {{var: ansible_facts.env}}", "- hosts: h\n  environment: \"{{{{ ansible_env }}}}\"", "- hosts: h\n  tasks:\n    - shell: |\n        env | sort", "- hosts: h\n  tasks:\n    - ansible.builtin.shell:\n        cmd: env"),
    ),
    Language(
        "dockerfile", "Dockerfile", (way("docker build ."), way("docker build -t a --secret id=x,env=Y ."), way("make go", Makefile="go:\n\tdocker build .\n")), (),
        exact=("FROM x\nARG {n}\nRUN ./x", "ARG {n}=x\nFROM x", "FROM x\nRUN --mount=type=secret,id={n} ./x", "FROM x\nRUN --mount=type=secret,id=t,env={n} ./x", "FROM x\nENV T=${n}"), dumps=("FROM x\nRUN env > x", "FROM x\nRUN --mount=type=secret,id=x env", "FROM x\nRUN curl -s https://x.example | sh", 'FROM x\nRUN ["env"]', "FROM x\nRUN <<EOF\nenv > x\nEOF", "FROM x\nRUN set -e; \\\n    env"),
    ),
    Language(
        "nginx", "nginx.conf.template", (way("envsubst '$A' < nginx.conf.template"), way("docker compose up"), way("docker run x")), (),
        exact=("env {n};", "set $t ${{{n}}};", "set $t ${n};", "proxy_set_header T \"${{{n}}}\";"), dumps=(),
    ),
    Language(
        "workflow", ".github/workflows/a.yml", (way("make"), way("act -j x"), way("npm test")), (),
        exact=("x: ${{{{ secrets.{n} }}}}", "x: ${{{{ secrets['{n}'] }}}}", "x: ${{{{ secrets[format('{lead}_{{0}}', a)] }}}}", "env:\n  {n}: x", "run: echo ${n}"), dumps=(),
    ),
    Language("jenkins", "Jenkinsfile", (way("make"), way("npm test")), (), exact=("node {{ sh 'echo ${n}' }}", "credentials('{n}')", 'env["{lead}_" + kind]', "withCredentials([string(variable: '{n}')]) {{}}"), dumps=()),
    Language("helm", "chart/values.yaml", (way("helm upgrade a chart"), way("helmfile apply")), (), exact=("t: ${n}", "t: ${{{n}}}", "env:\n  - name: {n}"), dumps=()),
    Language(
        "helmfile", "helmfile.yaml", (way("helmfile apply"), way("helmfile -e prod sync"), way("make go", Makefile="go:\n\thelmfile sync\n")),
        (Text("whole", '"{n}"'), Text("printf", '(printf "{lead}_%s" .E)', begins=False), Text("computed", ".Values.name", begins=False), Text("variable", "$name", begins=False), Text("print", '(print "{lead}_" .E)', begins=False)),
        reads=("t: {{{{ env {e} }}}}", "t: {{{{ requiredEnv {e} }}}}", 't: {{{{ env {e} | default "x" }}}}', "t: {{{{- env {e} -}}}}"), handed=("t: {{{{ {e} | env }}}}",),
        dumps=("t: {{{{ exec \"env\" (list) }}}}", "t: {{{{ exec \"sh\" (list \"-c\" \"env\") }}}}"),
    ),
    Language(
        "cmake", "CMakeLists.txt", (way("cmake ."), way("cmake -B build && cmake --build build"), way("make go", Makefile="go:\n\tcmake .\n")),
        (Text("whole", "{n}"), Text("added", "{lead}_${{KIND}}"), Text("first", "${{KIND}}_{tail}", begins=False), Text("computed", "${{NAME}}", begins=False)),
        reads=("set(T $ENV{{{e}}})", 'set(T "$ENV{{{e}}}")', "if(DEFINED ENV{{{e}}})\nset(T $ENV{{{e}}})\nendif()"), dumps=("execute_process(COMMAND env OUTPUT_VARIABLE T)", "execute_process(COMMAND ${{CMAKE_COMMAND}} -E environment)", "file(DOWNLOAD https://x.example/a.cmake a.cmake)\ninclude(a.cmake)"),
    ),
    Language(
        "package.json", "package.json", (way("npm run go"), way("yarn go"), way("pnpm go"), way("make go", Makefile="go:\n\tnpm run go\n")),
        (Text("added", "{lead}_$KIND"), Text("first", "${{KIND}}_{tail}", begins=False), Text("computed", "$NAME", begins=False)),
        reads=('{{"scripts": {{"go": "printenv {e}"}}}}', '{{"scripts": {{"go": "docker run -e {e} x"}}}}'), handed=('{{"scripts": {{"go": "eval echo \\\\${e}"}}}}', '{{"scripts": {{"go": "k={e}; sh -c \\"echo \\\\$$k\\""}}}}'),
        exact=('{{"scripts": {{"go": "echo ${n}"}}}}', '{{"scripts": {{"go": "echo %{n}%"}}}}', '{{"config": {{"t": "{n}"}}, "scripts": {{"go": "x"}}}}'),
        dumps=('{{"scripts": {{"go": "env"}}}}', '{{"scripts": {{"go": "env > x"}}}}', '{{"scripts": {{"pregoo": "x", "go": "x && printenv"}}}}', '{{"scripts": {{"go": "node -e \\"console.log(process.env)\\""}}}}', '{{"scripts": {{"go": "curl -s https://x.example | sh"}}}}', '{{"scripts": {{"go": "bash -c \'env\'"}}}}', '{{"scripts": {{"go": "export -p"}}}}'),
    ),
    Language(
        "clojure", "src/a.clj", (way("lein run"), way("clojure -M:run"), way("make go", Makefile="go:\n\tlein run\n")), (Text("whole", '"{n}"'), Text("str", '(str "{lead}_" kind)', begins=False), Text("computed", "k", begins=False)),
        reads=("(System/getenv {e})", "(. System getenv {e})"), handed=("(get (System/getenv) {e})", "(map #(System/getenv %) [{e}])", "(env (keyword {e}))"), exact=("(env :{hyphens})", '(env "{n}")', "(:{hyphens} env)"), dumps=("(System/getenv)", "(into {{}} (System/getenv))", '(sh "env")'),
    ),
    Language(
        "scala", "src/A.scala", (way("sbt test"), way("scala src/A.scala"), way("mill a.run")), (*_BRACES, Text("interpolated", 's"{lead}_$kind"'), Text("interpolated first", 's"${{kind}}_{tail}"', begins=False), Text("mkString", 'Seq({list}).mkString("_")', begins=False)),
        reads=("val t = sys.env({e})", "val t = sys.env.get({e})", 'val t = sys.env.getOrElse({e}, "")', "val t = System.getenv({e})", 'val t = Properties.envOrElse({e}, "")', "val t = scala.util.Properties.envOrNone({e})", "val t = Option(System.getenv({e}))"), handed=("import sys.env\nval t = env({e})",), dumps=("sys.env.foreach(println)", "val e = sys.env", "sys.env.filter(_._1.startsWith(\"A\"))", '"env".!!', "System.getenv.asScala"),
    ),
    Language("dart", "bin/a.dart", (way("dart run"), way("flutter test")), (*_BRACES, Text("interpolated", "'{lead}_$kind'"), Text("interpolated first", "'${{kind}}_{tail}'", begins=False)), reads=("var t = Platform.environment[{e}];", "var t = io.Platform.environment[{e}];"), handed=("var env = Platform.environment;\nvar t = env[{e}];",), dumps=("print(Platform.environment);", "Process.run('env', []);")),
    Language("r", "a.R", (way("Rscript a.R"), way("R -e 'source(\"a.R\")'")), (Text("whole", '"{n}"'), Text("paste", 'paste0("{lead}_", kind)', begins=False), Text("paste words", 'paste({list}, sep = "_")', begins=False), Text("computed", "name", begins=False), Text("upper", 'toupper("{small}")', begins=False)), reads=("t <- Sys.getenv({e})",), handed=("t <- Sys.getenv(x = {e})", "t <- sapply({e}, Sys.getenv)", "t <- Sys.getenv(c({e}))"), dumps=("print(Sys.getenv())", "system('env')", "as.list(Sys.getenv())")),
    Language("julia", "a.jl", (way("julia a.jl"),), (Text("whole", '"{n}"'), Text("interpolated", '"{lead}_$kind"'), Text("star", '"{lead}_" * kind'), Text("computed", "name", begins=False), Text("first", '"$(kind)_{tail}"', begins=False)), reads=("t = ENV[{e}]",), handed=('t = get(ENV, {e}, "")',), dumps=("println(ENV)", "for (k, v) in ENV\nend", "run(`env`)")),
    Language("haskell", "Main.hs", (way("stack test"), way("cabal run"), way("runhaskell Main.hs")), (Text("whole", '"{n}"'), Text("plus", '("{lead}_" ++ kind)'), Text("plus first", '(kind ++ "_{tail}")', begins=False), Text("computed", "name", begins=False), Text("dollar", '$ "{lead}_" ++ kind', begins=False)), reads=("t <- getEnv {e}", "t <- lookupEnv {e}", "t <- System.Environment.getEnv {e}"), handed=("t <- mapM lookupEnv [{e}]",), dumps=("getEnvironment >>= print", 'callCommand "env"')),
    Language("c", "a.c", (way("make", Makefile="all: a.c\n\tcc -o a a.c && ./a\n"), way("gcc a.c && ./a.out"), way("cmake --build b")), (Text("whole", '"{n}"'), Text("adjacent", '"{lead}_" "{tail}"'), Text("macro", 'PREFIX "_{tail}"', begins=False, before='#define PREFIX "{lead}"\n'), Text("computed", "name", begins=False), Text("function", "name_of(kind)", begins=False)), reads=("char *t = getenv({e});", "char *t = secure_getenv({e});", "auto t = std::getenv({e});", "auto t = qgetenv({e});", "auto t = qEnvironmentVariable({e});"), handed=("char *(*get)(const char *) = getenv; get({e});",), dumps=("extern char **environ;", "int main(int argc, char **argv, char **envp) {{}}", 'system("env");', 'popen("env", "r");', "auto e = QProcessEnvironment::systemEnvironment();")),
    Language("groovy", "src/A.groovy", (way("groovy src/A.groovy"), way("gradle test")), _GROOVY, reads=("def t = System.getenv({e})", "def t = System.env[{e}]", "def t = System.getenv()[{e}]"), dumps=("println System.getenv()", "println 'env'.execute().text")),
    Language("fish", "deploy.fish", (way("fish deploy.fish"), way("./deploy.fish")), (Text("added", "{lead}_$kind"), Text("computed", "$name", begins=False), Text("first", "{{$kind}}_{tail}", begins=False)), reads=("printenv {e}",), handed=("set k {e}\necho $$k", "set k {e}\neval echo \\$$k"), dumps=("env", "set")),
    Language("tcl", "a.tcl", (way("tclsh a.tcl"),), (Text("whole", "{n}"), Text("added", "{lead}_$kind"), Text("computed", "$name", begins=False), Text("first", "${{kind}}_{tail}", begins=False)), reads=("set t $env({e})", "set t $::env({e})"), handed=("set k {e}\nset t $env($k)", "puts [array get env {e}]"), dumps=("parray env", "puts [array get env]", "foreach k [array names env] {{ puts $k }}", "puts [exec env]")),
    Language("starlark", "defs.bzl", (way("bazel build //..."), way("bazel test //...")), (Text("whole", '"{n}"'), Text("added", '"{lead}_" + kind'), Text("percent", '"{lead}_%s" % kind'), Text("computed", "name", begins=False)), reads=("t = ctx.os.environ[{e}]", "t = ctx.os.environ.get({e})", "t = ctx.getenv({e})", "t = repository_ctx.os.environ.get({e}, \"\")"), dumps=("print(ctx.os.environ)", 'ctx.execute(["env"])')),
    Language("bazelrc", ".bazelrc", (way("bazel build //..."),), (), exact=("build --action_env={n}", "build --repo_env={n}"), dumps=()),
    Language("taskfile", "Taskfile.yml", (way("task go"), way("task")), (), exact=("tasks:\n  go:\n    cmds: ['echo ${n}']", "tasks:\n  go: echo {{{{.{n}}}}}", "tasks:\n  go: 'echo {{{{index . (printf \"{lead}_%s\" .K)}}}}'", "tasks:\n  go: 'echo {{{{env \"{n}\"}}}}'"), dumps=("tasks:\n  go: env > x", "tasks:\n  go:\n    cmds:\n      - env", "tasks:\n  go:\n    cmds:\n      - cmd: printenv", "tasks:\n  go: [env]", "tasks:\n  go:\n    - env | sort", "vars:\n  X: {{sh: env}}\ntasks:\n  go: x")),
    Language("packer", "a.pkr.hcl", (way("packer build ."),), _HCL, reads=("locals {{ t = env({e}) }}", 'variable "t" {{ default = env({e}) }}'), dumps=()),
    Language("nix", "default.nix", (way("nix build"), way("nix-build")), (Text("whole", '"{n}"'), Text("interpolated", '"{lead}_${{kind}}"'), Text("plus", '("{lead}_" + kind)'), Text("computed", "name", begins=False)), reads=("t = builtins.getEnv {e};",), handed=("t = builtins.getEnv ({e});",), dumps=("shellHook = ''\n  env > x\n'';",)),
    Language("html", "public/index.html", (("npm run go", _package("react-scripts build")),), (), exact=("<p>%{n}%</p>", "<p><%= process.env.{n} %></p>"), dumps=("<p><%= JSON.stringify(process.env) %></p>",)),
    Language("nuget", "nuget.config", (way("dotnet restore"),), (), exact=('<add key="ClearTextPassword" value="%{n}%" />', '<add key="x" value="%{small}%" />')),
    Language("msbuild", "Directory.Build.props", (way("dotnet build"), way("msbuild")), (), exact=("<T>$({n})</T>", "<T>$({small})</T>", "<T>$([System.Environment]::GetEnvironmentVariable('{n}'))</T>", "<T>$([System.Environment]::GetEnvironmentVariable('{lead}_$(Kind)'))</T>"), dumps=('<Exec Command="env" />', '<Exec Command="set" />')),
    Language("maven", "pom.xml", (way("mvn verify"),), (), exact=("<t>${{env.{n}}}</t>", "<t>${{env.{lead}_${{kind}}}}</t>"), dumps=("<executable>env</executable>", "<exec executable=\"env\"/>")),
    Language("hocon", "application.conf", (way("sbt run"), way("java -jar a.jar")), (), exact=("t = ${{?{n}}}", "t = ${{{n}}}", "t = ${{?{small}}}"), dumps=()),
    Language("symfony", "config/services.yaml", (way("php bin/console x"), way("composer install")), (), exact=("t: '%env({n})%'", "t: '%env(json:file:{n})%'", "t: '%env(default::{n})%'"), dumps=()),
    Language("caddy", "Caddyfile", (way("caddy validate"), way("docker build .")), (), exact=("{{$" + "{n}}}", "{{env.{n}}}"), dumps=()),
    Language("template", "a.tmpl", (way("gomplate -f a.tmpl"), way("confd -onetime"), way("consul-template -template a.tmpl -once")), (Text("whole", '"{n}"'), Text("printf", '(printf "{lead}_%s" .K)', begins=False), Text("computed", "$k", begins=False)), reads=("{{{{ getenv {e} }}}}", "{{{{ env {e} }}}}", '{{{{ envOrDefault {e} "" }}}}', "{{{{ env.Getenv {e} }}}}"), handed=("{{{{ index .Env {e} }}}}",), exact=("{{{{ .Env.{n} }}}}",), dumps=("{{{{ range $k, $v := .Env }}}}{{{{ end }}}}", "{{{{ .Env }}}}", "{{{{ toJson .Env }}}}")),
    Language("jinja", "a.j2", (way("jinja2 a.j2"), way("python render.py", **{"render_dot_py": "import os, jinja2\nprint(jinja2.Template(open('a.j2').read()).render(env=os.environ))\n"})), (), exact=("{{{{ env.{n} }}}}", "{{{{ env['{n}'] }}}}", "{{{{ env['{lead}_' ~ k] }}}}", "{{{{ environ('{n}') }}}}"), dumps=()),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A repository whose step may read `name`. `told`: the file says how the name begins, so that one that shares no
    part of it is not meant."""

    label: str
    name: str
    files: Mapping[str, str]
    told: bool


def _fields(name: str, cut: int) -> dict[str, str]:
    words = name.split("_")
    lead, tail = "_".join(words[:cut]), "_".join(words[cut:])
    small = [word.lower() for word in words]
    nested = "".join(f"{'  ' * at}{word}:{' x' if at == len(small) - 1 else ''}\n" for at, word in enumerate(small))
    json = "".join(f'{{"{word.capitalize()}": ' for word in small) + '""' + "}" * len(small)
    return {
        "n": name,
        "first": words[0],
        "firstword": words[0].capitalize(),
        "lead": lead,
        "tail": tail,
        "small": name.lower(),
        "smalllead": lead.lower(),
        "list": ", ".join(f'"{word}"' for word in words),
        "spaced": " ".join(words),
        "smallspaced": " ".join(small),
        "hyphens": "-".join(small),
        "dots": ".".join(small),
        "dotslead": ".".join(small[:cut]),
        "colons": ":".join(word.capitalize() for word in words),
        "camel": small[0] + "".join(word.capitalize() for word in small[1:]),
        "reversed": name[::-1],
        "nested": nested.rstrip(),
        "nestedjson": json,
    }


def _pipelines(line: str) -> str:
    quoted = "'" + line.replace("'", "''") + "'"
    login = 'docker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"'
    return f"pipelines:\n  default:\n    - step:\n        script:\n          - '{login}'\n          - {quoted}\n"


def _forms(language: Language) -> list[tuple[str, Text | None, bool]]:
    """Every form, the text that it takes, and whether the file says how the name begins."""
    reads = [(read, text, text.begins) for read in language.reads for text in language.texts]
    reads += [(read, text, False) for read in language.handed for text in language.texts]
    exact: list[tuple[str, Text | None, bool]] = [(form, None, True) for form in language.exact]
    return [*reads, *exact, *((form, None, False) for form in language.dumps)]


def case(language: Language, form: str, text: Text | None, told: bool, name: str, cut: int, at: int) -> Case:
    """`at` chooses the way."""
    line, more = language.ways[at % len(language.ways)]
    fields = _fields(name, cut)
    given = text or Text("", "")
    body = given.before.format(**fields) + form.format(e=given.text.format(**fields), **fields)
    around = language.around.format(body)
    if more.get(language.path):
        raise ValueError(f"{language.name}: two files at {language.path}")
    files = {"bitbucket-pipelines.yml": _pipelines(line), **more, language.path: around}
    files |= {path: content.format(**fields) for path, content in given.files.items()}
    return Case(f"{language.name} | {given.kind or '-'} | {form!r} | {line}", name, files, told)


def cases(seed: int, count: int | None = None) -> Iterator[Case]:
    """`count` cases chosen at random, or every form with every text once."""
    chance = random.Random(seed)
    every = [(language, *form) for language in LANGUAGES for form in _forms(language)]
    chosen = every if count is None else [chance.choice(every) for _ in range(count)]
    for language, form, text, told in chosen:
        name = chance.choice(NAMES)
        cut = chance.randrange(1, name.count("_") + 1)
        yield case(language, form, text, told, name, cut, chance.randrange(60))


def judged(repositories: Sequence[Mapping[str, str | bytes]], name: str) -> list[Row]:
    """What is said of a variable of each repository. They are branches of one, which saves many starts of git."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        subprocess.run(["git", "init", "--quiet", "-b", "none"], cwd=root, check=True)
        subprocess.run(["git", "fast-import", "--quiet"], cwd=root, input=b"".join(_commits(repositories)), check=True)
        with surveyed(root) as survey:
            refs, gaps = survey.refs(frozenset({name}))
    variable = Variable(Level.REPOSITORY, name, "{1}", True)
    by_name = {ref.ref: ref for ref in refs}
    facts = [
        RepositoryFacts("web", (by_name[f"b{number}"],), frozenset({name}), (variable,), (), gaps)
        for number in range(len(repositories))
    ]
    return [judge(variable, [one], natives=(), waivers=(), today=TODAY) for one in facts]


def _commits(repositories: Sequence[Mapping[str, str | bytes]]) -> Iterator[bytes]:
    for number, files in enumerate(repositories):
        yield f"commit refs/heads/b{number}\ncommitter t <t@example.invalid> 1700000000 +0000\ndata 0\n".encode()
        for path, text in files.items():
            data = text.encode() if isinstance(text, str) else text
            yield f"M 100755 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


def verdicts(found: Sequence[Case]) -> list[Row]:
    """In their order: those of one name are looked at together."""
    rows: dict[int, Row] = {}
    for name in dict.fromkeys(one.name for one in found):
        places = [at for at, one in enumerate(found) if one.name == name]
        rows |= dict(zip(places, judged([found[at].files for at in places], name), strict=True))
    return [rows[at] for at in range(len(found))]


def control(one: Case) -> Case:
    """The same repository, where another variable is asked for than the one that it reads."""
    return Case(one.label, OTHER, one.files, one.told)


def main(count: int | None, seed: int) -> int:
    """Prints what is wrong: readers whose variable may go, and controls whose variable may not."""
    found = list(cases(seed, count))
    wrong = [one for one, row in zip(found, verdicts(found), strict=True) if row.verdict.may_go]
    controls = [control(one) for one in found if one.told]
    alarms = [(one, row) for one, row in zip(controls, verdicts(controls), strict=True) if not row.verdict.may_go]
    for one in wrong:
        print(f"REMOVABLE {one.name}: {one.label}")
    for one, row in alarms:
        print(f"ALARM {one.label}: {[(e.kind, e.path, e.line, e.text) for e in row.evidence][:2]}")
    print(f"{len(found)} readers, {len(wrong)} removable; {len(controls)} controls, {len(alarms)} not removable")
    return 1 if wrong else 0


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if re.fullmatch(r"\d+", word)]
    sys.exit(main(numbers[0] if numbers and numbers[0] else None, numbers[1] if len(numbers) > 1 else 1))
