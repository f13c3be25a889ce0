"""Whatever secret stands wherever in the files of a repository: no output shows it, plain, in base64 or in a URL."""

from __future__ import annotations

import json
import string
from base64 import b64encode
from collections.abc import Iterator, Mapping
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.bot.changes import ChangedLines
from migrator.bot.difference import CommentChanges
from migrator.bot.saying import saying
from migrator.configuration import baselines
from migrator.engine import tracing
from migrator.findings import baseline
from migrator.findings.masking import masked, rewritten
from migrator.findings.records import Report
from migrator.findings.settings import Settings
from migrator.fleet import scanning
from migrator.options.bot import CommentStyle
from migrator.platforms.bitbucket.platform import BITBUCKET
from migrator.reports import trace
from migrator.reports.diff import Side, diff, for_people
from migrator.reports.paint import Paint
from migrator.rulebook import reading as rulebook
from migrator.text.source import Source
from tests.memory import PATH, Memory, planned, report_on, step
from tests.reports import said

BOOK = rulebook.load()

LOGINS = [
    'echo "$PAT" | docker login crg.apkg.io -u "$PUSER" --password-stdin',
    'docker login crg.apkg.io -u "$PUSER" -p "$PAT"',
    "docker login crg.apkg.io -u ada -p SECRET",
    "docker login crg.apkg.io -u ada --password 'SECRET'",
    "echo SECRET | docker login crg.apkg.io -u ada --password-stdin",
    "docker login crg.apkg.io -u a -p \"$(curl -s -H 'X-Vault-Token: SECRET' https://vault/x)\"",
    'docker login crg.apkg.io -u a -p "$(vault read -token=SECRET secret/ci)"',
    "docker login crg.apkg.io -u a -p ${SECRET x}",
    "docker login crg.apkg.io -u a -p 'SECRET",
    'P="SECRET"; docker login crg.apkg.io -u a -p "$P"',
    'docker login crg.apkg.io -u a -p "${PAT:-SECRET}"',
    "docker login crg.apkg.io -u a -p $(echo BASE64 | base64 -d)",
]
LINES = [
    "true",
    "export NPM_TOKEN=SECRET",
    "npm config set //registry.npmjs.org/:_authToken SECRET",
    "git clone https://ada:QUOTED@bitbucket.org/acme/x.git",
    "git clone https://ada:SECRET@bitbucket.org/acme/x.git && echo done",
    "curl -u ada:SECRET https://api.example.com",
    "curl --user 'ada:SECRET' https://api.example.com",
    "curl -H 'Authorization: Bearer SECRET' https://api.example.com",
    "curl -H 'Authorization: Basic PAIR64' https://api.example.com",
    "skopeo copy --src-creds ada:SECRET docker://a/b docker://crg.apkg.io/acme/web:2",
    "skopeo copy --dest-creds=ada:SECRET docker://a/b docker://crg.apkg.io/acme/web:2",
    "helm upgrade x c --set registry.password=SECRET --set registry.user=$PAT",
    "kubectl create secret docker-registry x --docker-server=crg.apkg.io --docker-username=a --docker-password=SECRET",
    "sshpass -p SECRET ssh ada@example.com docker login crg.apkg.io -u $PUSER -p $PAT",
    'ssh ada@example.com "docker login crg.apkg.io -u ada -p SECRET"',
    'echo \'{"auths": {"crg.apkg.io": {"auth": "PAIR64"}}}\' > ~/.docker/config.json',
    "echo 'machine bitbucket.org login ada password SECRET' > ~/.netrc",
    "DEPLOY_KEY=SECRET ./publish",
    "docker build --build-arg NPM_TOKEN=SECRET -t crg.apkg.io/acme/web:1 .",
    "docker run -e API_KEY=SECRET crg.apkg.io/acme/other:1",
    "tool --api-token SECRET push",
    "mvn deploy -Dpassword=SECRET",
    "# PASSWORD=SECRET is the old one",
    "echo BASE64 | base64 -d > key",
    "printf -v TOKEN '%s' SECRET",
    "printf -v DEPLOY_TOKEN SECRET",
    "printf -vTOKEN %s 'SECRET'",
    "read -r TOKEN <<< SECRET",
    "IFS= read -rs API_KEY <<<'SECRET'",
    "read TOKEN < <(echo SECRET)",
    "echo SECRET | read -r TOKEN",
    "mapfile -t TOKENS <<< SECRET",
    "mapfile TOKENS < <(printf '%s' SECRET)",
    "readarray -t PASSWORDS <<< 'SECRET'",
    "vault login SECRET",
    "vault login -method=token SECRET",
    "snyk auth SECRET",
    "cargo login SECRET",
    "cf auth ada SECRET",
    "nuget push x.nupkg SECRET -Source y",
    "htpasswd -b users ada SECRET",
    "echo 'ada:SECRET' | chpasswd",
    "echo SECRET | sudo -S true",
    "cat <<< SECRET | docker login --password-stdin -u ada ghcr.io",
    "sed -i 's/__TOKEN__/SECRET/' settings.xml",
    'if [ "$TOKEN" = SECRET ]; then true; fi',
    'if [[ $PASSWORD == "SECRET" ]]; then true; fi',
    "rclone config create x s3 secret_access_key SECRET",
    "curl https://hooks.slack.com/services/T0000AAAA/B0000AAAA/SECRET",
    "ci/build.sh",
]
"""SECRET is the secret, QUOTED as it is in a URL, BASE64 in base64, and PAIR64 with a user name in base64."""
VARIABLES = [
    "",
    "    - variables:\n        - name: X\n          default: SECRET\n",
    "    - variables:\n        - name: DEPLOY_TOKEN\n          default: 'SECRET'\n",
]
SCALARS = ["block", "plain", "double"]
SECRETS = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(string.ascii_letters),
        st.text(string.ascii_letters + string.digits, min_size=10, max_size=28),
        st.sampled_from(["x7Q", "9aZ", "-4bB1", "_2Cc8"]),
        st.text(string.ascii_letters + string.digits, min_size=4, max_size=8),
    ),
)


def _written(line: str, secret: str) -> str:
    spelt = {
        "PAIR64": b64encode(f"ada:{secret}".encode()).decode(),
        "BASE64": b64encode(secret.encode()).decode(),
        "QUOTED": quote(secret, safe=""),
        "SECRET": secret,
    }
    for name, text_of in spelt.items():
        line = line.replace(name, text_of)
    return line


def _item(lines: list[str], style: str) -> str:
    if style == "block":
        return "          - |\n" + "".join(f"            {line}\n" for line in lines)
    if style == "double":
        return "".join(f"          - {json.dumps(line)}\n" for line in lines)
    return "".join(f"          - '{line.replace(chr(39), chr(39) * 2)}'\n" for line in lines)


def _files(lines: list[str], variables: str, style: str) -> dict[str, bytes]:
    steps = f"    - step:\n        script:\n{_item(lines, style)}"
    text_of = f"pipelines:\n  custom:\n    x:\n{variables and _deeper(variables)}{_deeper(steps)}"
    return {
        PATH: text_of.encode(),
        "Dockerfile": b"FROM alpine\n",
        "ci/build.sh": "\n".join(("#!/bin/sh", *lines[:-1], "")).encode(),
    }


def _deeper(text_of: str) -> str:
    return "".join(f"  {line}" for line in text_of.splitlines(keepends=True))


def _outputs(files: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    raw = report_on(files)
    report = masked(raw)
    plan = planned(raw, unsafe=True)
    yield "text", said.check(report, BOOK.reasons)
    yield "skipped", "\n".join(said.skipped(report))
    yield "json", said.as_json(report)
    yield "sarif", said.as_sarif(report, BOOK.rules)
    yield "junit", said.as_junit(report, BOOK)
    yield "github", said.as_github(report, BOOK)
    yield "gitlab", said.as_gitlab(report, BOOK)
    yield "page", said.as_html(report, BOOK.reasons)
    yield "csv", said.as_csv(report)
    yield "statistics", said.counts(report)
    yield "packages", said.packages_of(report) + said.packages_as_json(report)
    yield "baseline", baselines.text(_counted(raw))
    done = [finding for change in plan.changes for finding in change.findings]
    yield "fixed", said.fixed(done, list(plan.held), report)
    for change in plan.changes:
        before, after = Source.decode(change.path, change.before), Source.decode(change.path, change.after)
        known = report.secrets.get(change.path, ())
        edits = {edit for finding in change.findings for edit in finding.edits if edit.path == change.path}
        made = diff(change.path, Side(before, known), Side(after, rewritten(report, known, edits, after.text)))
        yield "diff", made.data.decode()
        yield "diff for people", for_people(made.data, Paint(True))
    every = ChangedLines({path: (range(1, 10_000),) for path in files})
    written = saying(report, every, BOOK.reasons, "`x`", CommentStyle.SUGGESTION, 9)
    yield "bot", "\n".join((*(one.text for one in written.notes), written.summary(CommentChanges()).text))
    yield "fleet", repr((scanning.findings(scanning.showable(raw)), scanning.packages(scanning.showable(raw))))
    for path, line in sorted({(finding.path, finding.position.line) for finding in raw.findings})[:3]:
        found = tracing.trace(Memory(files), [PATH], BOOK, Settings(), BITBUCKET, path, line)
        yield f"trace of {path}:{line}", trace.trace(found, str)


PLACES = {
    "Makefile": "TOKEN := SECRET\nlogin:\n\t@docker login crg.apkg.io -u $$PUSER -p $$PAT\n",
    "justfile": "token := 'SECRET'\nlogin:\n    @docker login crg.apkg.io -u $PUSER -p $PAT\n",
    "package.json": '{"scripts": {"login": "docker login crg.apkg.io -u $PUSER -p $PAT", "x": "API_TOKEN=SECRET x"}}',
    "ci/x.py": "import os\nTOKEN = os.getenv('TOKEN', 'SECRET')\nos.system('docker login crg.apkg.io -u a -p $PAT')\n",
    "ci/y.py": "import json\njson.dump({'auths': {'crg.apkg.io': {'auth': 'PAIR64'}}}, open('config.json', 'w'))\n",
    "ci/x.rb": "token = ENV['TOKEN'] || 'SECRET'\nsystem('docker login crg.apkg.io -u a -p ' + token)\n",
    "ci/x.js": "const token = process.env.TOKEN ?? 'SECRET'\nexecSync('docker login crg.apkg.io -u a')\n",
    "ci/x.awk": 'BEGIN { password = "SECRET"; system("docker login crg.apkg.io -u a -p " password) }\n',
    "ci/config.json": '{"auths": {"crg.apkg.io": {"auth": "PAIR64"}}}\n',
    "ci/netrc": "machine crg.apkg.io login ada password SECRET\n",
    "ci/x.pl": "my $password = 'SECRET'; system(\"docker login crg.apkg.io -u a -p $password\");\n",
}
"""Files of which something is shown, each with a secret in it."""
RUNS = [
    "make login", "just login", "npm run login", "python3 ci/x.py", "python3 ci/y.py", "ruby ci/x.rb", "node ci/x.js",
    "awk -f ci/x.awk", "cp ci/config.json ~/.docker/config.json", "cp ci/netrc ~/.netrc", "perl ci/x.pl",
]  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(secret=SECRETS, chosen=st.lists(st.sampled_from(sorted(PLACES)), min_size=1, max_size=4, unique=True))
def test_no_output_shows_a_secret_of_whatever_file_a_step_uses(secret: str, chosen: list[str]) -> None:
    files = {path: _written(PLACES[path], secret).encode() for path in chosen}
    files[PATH] = step(*RUNS, "docker push crg.apkg.io/acme/web:1").encode()
    assert report_on(files).findings
    assert not _leaks(files, secret)


def _counted(report: Report) -> dict[baseline.BaselineEntry, int]:
    return dict.fromkeys(baseline.entries(report.findings, report.sources, report.secrets), 1)


def _leaks(files: Mapping[str, bytes], secret: str) -> list[str]:
    forms = {secret, quote(secret, safe=""), b64encode(secret.encode()).decode().rstrip("=")[:-1]}
    forms.add(b64encode(f"ada:{secret}".encode()).decode())
    return [name for name, output in _outputs(files) if any(form in output for form in forms)]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    secret=SECRETS,
    login=st.sampled_from(LOGINS),
    before=st.lists(st.sampled_from(LINES), max_size=3),
    after=st.lists(st.sampled_from(LINES), max_size=3),
    variables=st.sampled_from(VARIABLES),
    style=st.sampled_from(SCALARS),
)
def test_no_output_shows_a_secret(
    secret: str, login: str, before: list[str], after: list[str], variables: str, style: str
) -> None:
    lines = [*before, login, "docker push crg.apkg.io/acme/web:1", *after]
    files = _files([_written(line, secret) for line in lines], _written(variables, secret), style)
    assert not _leaks(files, secret)


@pytest.mark.parametrize("style", SCALARS)
@pytest.mark.parametrize("line", LINES)
def test_no_output_shows_a_secret_of_one_line_beside_a_login(line: str, style: str) -> None:
    lines = [LOGINS[0], "docker push crg.apkg.io/acme/web:1", _written(line, "hunter2Sup3rS3cretValue")]
    assert not _leaks(_files(lines, "", style), "hunter2Sup3rS3cretValue")


@pytest.mark.parametrize("style", SCALARS)
@pytest.mark.parametrize("login", LOGINS)
def test_no_output_shows_a_short_secret_of_a_login(login: str, style: str) -> None:
    lines = [_written(login, "q9Z"), "docker push crg.apkg.io/acme/web:1"]
    shown = [(name, output) for name, output in _outputs(_files(lines, "", style)) if name != "page"]
    assert not [name for name, output in shown if "q9Z" in output]
