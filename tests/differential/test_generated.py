"""Generated scripts: what `fix` changes as safe does the same in real bash, and only logins see the native token.

PATLESS_FUZZ=n raises the number of examples.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.differential import harness
from tests.fixtures_support import run

FILE = "bitbucket-pipelines.yml"
TOKEN = 't*k$HOME\\t"q#z'
STORED = {
    "BB_EMAIL": "dev+ci@acme.example",
    "BB_PKG_TOKEN": TOKEN,
    "OTHER_TOKEN": "another",
    "MODE": "release",
}
NATIVE = {"BITBUCKET_PACKAGES_USERNAME": STORED["BB_EMAIL"], "BITBUCKET_PACKAGES_TOKEN": TOKEN}
MARKED = {name: f"native-{value}" for name, value in NATIVE.items()}
QUIET = {"docker", "podman", "curl", "git", "kubectl", "ssh", "sleep", "date", "mktemp", "sudo", "timeout", "retry"}
FILES = {
    "Dockerfile": "FROM alpine\n",
    "reads.sh": 'curl -u "me:$T" https://acme.example\n',
    "sets.sh": "T=from-a-file\n",
    "values.env": "T=from-a-file\n",
    "tool.sh": "#!/bin/sh\ncurl https://acme.example\n",
}

# What stands for the credential, and what makes it stand for it.
SOURCES = [
    ("", "$BB_EMAIL", "$BB_PKG_TOKEN"),
    ("", "${BB_EMAIL}", "${BB_PKG_TOKEN}"),
    ("", "${BB_EMAIL:-nobody}", "${BB_PKG_TOKEN:-$OTHER_TOKEN}"),
    ("U=$BB_EMAIL\nT=$BB_PKG_TOKEN", "$U", "$T"),
    ('U="$BB_EMAIL" T="$BB_PKG_TOKEN"', "$U", "${T}"),
    ("export U=$BB_EMAIL T=$BB_PKG_TOKEN", "$U", "$T"),
    ("U=$BB_EMAIL\nexport T\nT=$BB_PKG_TOKEN", "$U", "$T"),
    ('declare U="$BB_EMAIL"\ndeclare -r T="$BB_PKG_TOKEN"', "$U", "$T"),
    ("set -a\nU=$BB_EMAIL\nT=$BB_PKG_TOKEN\nset +a", "$U", "$T"),
    ('R=$BB_PKG_TOKEN\nT=$R\nU="${BB_EMAIL:-x}"', "$U", "$T"),
    ('T=$(printf %s "$BB_PKG_TOKEN")\nU=$BB_EMAIL', "$U", "$T"),
    ('T="$(echo "$BB_PKG_TOKEN" | tr -d "\\n")"\nU=$BB_EMAIL', "$U", "$T"),
    ('T=${T:-$BB_PKG_TOKEN}\n: "${U:=$BB_EMAIL}"', "$U", "$T"),
    ('if [ "$MODE" = release ]; then T=$BB_PKG_TOKEN; else T=$OTHER_TOKEN; fi\nU=$BB_EMAIL', "$U", "$T"),
    ('U=$BB_EMAIL\nBB_PKG_TOKEN=$(printf %s "$BB_PKG_TOKEN")', "$U", "$BB_PKG_TOKEN"),
    ('creds=("$BB_EMAIL" "$BB_PKG_TOKEN")', "${creds[0]}", "${creds[1]}"),
    ('set -- "$BB_EMAIL" "$BB_PKG_TOKEN"', "$1", "$2"),
    ('read -r T <<< "$BB_PKG_TOKEN"\nU=$BB_EMAIL', "$U", "$T"),
    ('printf -v T %s "$BB_PKG_TOKEN"\nU=$BB_EMAIL', "$U", "$T"),
    ("N=BB_PKG_TOKEN\nU=$BB_EMAIL", "$U", "${!N}"),
    ("declare -n T=BB_PKG_TOKEN\nU=$BB_EMAIL", "$U", "$T"),
    (f"T='{TOKEN}'\nU=$BB_EMAIL", "$U", "$T"),
    ('get() { printf %s "$BB_PKG_TOKEN"; }\nU=$BB_EMAIL', "$U", "$(get)"),
]
LOGINS = [
    'docker login -u "{u}" -p "{t}" crg.apkg.io',
    "docker login -u {u} -p {t} crg.apkg.io",
    'docker login crg.apkg.io --username="{u}" --password="{t}"',
    'echo "{t}" | docker login -u "{u}" --password-stdin crg.apkg.io',
    'printf "%s\\n" "{t}" | docker login -u "{u}" --password-stdin https://crg.apkg.io',
    'docker login -u "{u}" --password-stdin crg.apkg.io <<< "{t}"',
    'cat <<< "{t}" | docker login -u "{u}" --password-stdin crg.apkg.io > /dev/null',
    'docker login -u "{u}" --password-stdin crg.apkg.io <<EOF\n{t}\nEOF',
    'sudo -E docker login -u "{u}" -p "{t}" crg.apkg.io',
    'timeout 5 docker login -u "{u}" -p "{t}" "$HOST"',
    'login() {{ docker login -u "$1" -p "$2" crg.apkg.io; }}\nlogin "{u}" "{t}"',
    (
        "login() {{\n  local u=$1 t=$2 h=${{3:-crg.apkg.io}}\n"
        '  echo "$t" | docker login -u "$u" --password-stdin "$h"\n}}\nlogin "{u}" "{t}"'
    ),
    'run() {{ "$@"; }}\nrun docker login -u "{u}" -p "{t}" crg.apkg.io',
    'args=(-u "{u}" -p "{t}")\ndocker login "${{args[@]}}" crg.apkg.io',
    'for try in 1 2; do docker login -u "{u}" -p "{t}" crg.apkg.io && break; done',
    'docker login -u "{u}" -p "{t}" crg.apkg.io || docker login -u "{u}" -p "{t}" crg.apkg.io',
    'if [ -n "{t}" ]; then docker login -u "{u}" -p "{t}" crg.apkg.io; fi',
    '[[ -z "{t}" ]] || docker login -u "{u}" -p "{t}" crg.apkg.io',
    'case "$MODE" in release) docker login -u "{u}" -p "{t}" crg.apkg.io ;; *) echo no ;; esac',
    '(docker login -u "{u}" -p "{t}" crg.apkg.io)',
    'docker login -u "{u}" -p "{t}" crg.apkg.io &\nwait',
    'bash -c \'docker login -u "{u}" -p "{t}" crg.apkg.io\'',
    'bash -c "docker login -u \'{u}\' -p \\"{t}\\" crg.apkg.io"',
    'bash -c \'docker login -u "$1" -p "$2" crg.apkg.io\' -- "{u}" "{t}"',
    'env A="{t}" B="{u}" bash -c \'docker login -u "$B" -p "$A" crg.apkg.io\'',
    'eval \'docker login -u "{u}" -p "{t}" crg.apkg.io\'',
    'bash -e <<\'EOF\'\ndocker login -u "{u}" -p "{t}" crg.apkg.io\nEOF',
    'trap \'docker login -u "{u}" -p "{t}" crg.apkg.io\' EXIT',
    'A="{t}" bash -c \'docker login -u "{u}" -p "$A" crg.apkg.io\'',
    'cmd="docker login -u {u} -p {t} crg.apkg.io"\n$cmd',
    'echo "{t}" | xargs docker login -u "{u}" crg.apkg.io -p',
]
# Other things that happen to the same variables, or near them.
NOISE = [
    'curl -u "me:$T" https://acme.example',
    'curl -u "me:$BB_PKG_TOKEN" https://acme.example',
    'echo "$U"',
    'echo "${#T}" "${T:+set}"',
    "docker run -e T -e BB_PKG_TOKEN alpine",
    "docker run -eT alpine",
    "docker build --build-arg T --build-arg X=$T .",
    "printenv T || true",
    "make build",
    "./tool.sh || true",
    "bash tool.sh",
    ". ./reads.sh",
    ". ./sets.sh",
    "source missing.sh || true",
    "export $(cat values.env)",
    "export T",
    "declare -x T",
    "declare -p T || true",
    'N=T\necho "${!N}" > indirect',
    'N=T\neval "echo \\$$N" > evaluated',
    'N=T\neval "$N=$NEW"',
    'eval "$(cat sets.sh)"',
    "T=$NEW",
    "(T=$NEW)",
    "T=$NEW &\nwait",
    'f() { local T=$NEW; curl "$T"; }\nf',
    "f() { T=$NEW; }\nf",
    'f() { [ -n "$MODE" ] && return; T=$NEW; }\nf',
    'f() { [ -n "$GONE" ] && return; T=$NEW; }\nf || true',
    "g() { T=$NEW; }\nf() { local T=x; g; }\nf",
    "unset T",
    "unset BB_PKG_TOKEN",
    "printf -v T %s $NEW",
    "read -r T <<< $NEW",
    "true | read -r T || true",
    "declare -n ref=T\nref=$NEW",
    'declare -n ref=T\ncurl "$ref"',
    "((T=5)) || true",
    "for T in a b; do :; done",
    "while read -r line; do T=$line; break; done < Dockerfile",
    "trap 'curl \"$T\"' EXIT",
    "trap 'T=$NEW' DEBUG\n:\ntrap - DEBUG",
    "set -x",
    "set -u",
    "set -o pipefail",
    "shopt -s lastpipe",
    "echo $NEW | read -r T",
    'docker login -u "$U" -p "$OTHER_TOKEN" crg.apkg.io',
    'docker login -u "$BB_EMAIL" -p "$BB_PKG_TOKEN" docker.io',
    'docker --config /tmp/d login -u "$(whoami)" -p "$T" crg.apkg.io',
    'echo "$T" | docker login -u "$U" --password-stdin',
    "docker pull crg.apkg.io/elsewhere/base:1",
    "cat > .netrc <<EOF\npassword $T\nEOF",
    'cat > note <<"EOF"\ndocker login $T\nEOF',
    'x=$(curl -u "$T" https://acme.example)',
    'cp=("$T")\ncurl "${cp[@]}"',
    '[ -n "$T" ] || exit 1',
    '[ -z "$BB_PKG_TOKEN" ] && echo none',
    ': "${T:?missing}"',
    'case "$T" in "") exit 1 ;; esac',
    "HOST=docker.io",
    "IFS=,",
    "cd .",
    'f() { if [ "${1:-2}" -gt 0 ]; then curl "$T"; f $((${1:-2} - 1)); T=$NEW; fi; }\nf',
    "T=$OTHER_TOKEN make deploy",
    "env | grep -c '^T=' || true",
]
AROUND = [
    "{}",
    "{}",
    "{}",
    "main() {{\n{}\n}}\nmain",
    "main() {{\n{}\n}}\nmain || exit 1",
    "if true; then\n{}\nfi",
    'if [ "$MODE" = debug ]; then :; else\n{}\nfi',
    "{{\n{}\n}} > out",
    "(\n{}\n)",
    "for i in 1 2; do\n{}\ndone",
    "while true; do\n{}\nbreak\ndone",
    "set -e\n{}",
    "bash -c '\n{}\n'",
    "main() {{\n{}\n}}\nexport -f main\nbash -c main",
]
STYLES = ["|", "|-", "item", '"', "'"]


@dataclass(frozen=True, slots=True)
class Sample:
    script: str
    style: str

    @property
    def document(self) -> str:
        head = "pipelines:\n  default:\n    - step:\n        script:\n"
        text = self.script
        if self.style == "item":
            lines = text.split("\n")
            plain = "".join(f"          - {line}\n" for line in lines)
            if not re.search(r"[{}<(]$|^(?:fi|done|\}|\)|esac|EOF|')", text, re.M) and _loads(head + plain) == lines:
                return head + plain
        if self.style == '"':
            return f"{head}          - {json.dumps(text)}\n"
        if self.style == "'" and "\n" not in text:
            return head + "          - '" + text.replace("'", "''") + "'\n"
        sign = "|" if self.style not in ("|", "|-") else self.style
        return f"{head}          - {sign}\n" + "".join(f"            {line}\n" for line in text.split("\n"))


def _loads(document: str) -> object:
    try:
        loaded: object = yaml.safe_load(document)["pipelines"]["default"][0]["step"]["script"]
    except yaml.YAMLError:
        return None
    return loaded


@st.composite
def samples(draw: st.DrawFn) -> Sample:
    setup, user, token = draw(st.sampled_from(SOURCES))
    login = draw(st.sampled_from(LOGINS)).format(u=user, t=token)
    noise = draw(st.lists(st.sampled_from(NOISE), max_size=3))
    lines = [*(part for part in [setup] if part), login]
    if draw(st.integers(0, 4)) == 0:
        lines.append(draw(st.sampled_from(LOGINS)).format(u=user, t=token))
    for extra in noise:
        lines.insert(draw(st.integers(0, len(lines))), extra)
    lines.insert(0, "HOST=crg.apkg.io\nNEW=$(vault read token)")
    around = draw(st.sampled_from(AROUND))
    inner = "\n".join(lines)
    if "'" in inner and "'" in around:
        around = "{}"
    script = around.format(inner) + "\ndocker push crg.apkg.io/acme/web:1"
    return Sample(script, draw(st.sampled_from(STYLES)))


EXAMPLES = int(os.environ.get("PATLESS_FUZZ", "25"))


@settings(
    max_examples=EXAMPLES,
    derandomize="PATLESS_FUZZ" not in os.environ,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink) if "PATLESS_FUZZ" in os.environ else (Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
@given(samples())
def test_safe_fixes_of_generated_scripts_change_nothing_but_who_logs_in(sample: Sample) -> None:
    assert problems(sample) == []


def problems(sample: Sample) -> list[str]:
    """What is wrong with what `fix` makes of the script."""
    with tempfile.TemporaryDirectory(prefix="generated-") as folder:
        before, after = Path(folder) / "before", Path(folder) / "after"
        for tree in (before, after):
            tree.mkdir()
            (tree / FILE).write_text(sample.document)
            for name, text in FILES.items():
                (tree / name).write_text(text)
                (tree / name).chmod(0o755)
        outcome = run(["fix", "--no-config"], after)
        found = [f"exit code {outcome.code}"] if outcome.code not in (0, 1, 3) else []
        if "Traceback" in outcome.err:
            found.append("a traceback")
        found += [
            f"shows {name}" for name, value in STORED.items() if len(value) > 7 and value in outcome.out + outcome.err
        ]
        changed = (after / FILE).read_text()
        if changed == sample.document:
            return found
        kept = {name: value for name, value in STORED.items() if re.search(rf"\b{name}\b", changed)}
        first = _observe(before, STORED)
        if first != _observe(after, {**kept, **NATIVE}):
            found.append("another behaviour")
        found += leaks(_observe(after, {**kept, **MARKED}))
        return found


def _observe(tree: Path, variables: Mapping[str, str]) -> list[harness.Observation]:
    return harness.observe(tree, variables, frozenset(STORED))


def leaks(observations: list[harness.Observation]) -> list[str]:
    """Where the native token shows in anything but a login to Packages."""
    found = []
    for step in observations:
        for entry in re.split(r"\n(?! )", step.calls):
            program = entry.split(" ", 1)[0]
            if re.search(r"login .*crg\.apkg\.io|crg\.apkg\.io.* login", entry):
                continue
            shown = entry.split("\n    with ")[0] if program in QUIET else entry
            if "native-" in shown:
                found.append(f"the native token reaches {program}")
        texts = [text for _, text in (*step.shells, *step.files)]
        found += ["the native token is written"] * any("native-" in text for text in texts)
    return found
