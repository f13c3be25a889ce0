"""Logins in text that a step puts together and then runs: told as such where nobody follows it, and nowhere else."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on

LOGIN = "docker login -u $U -p $T crg.apkg.io"
NATIVE = 'docker login -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN" crg.apkg.io'
WRITES = f"cat > x.sh <<'E'\n{LOGIN}\nE\n"
PUSH = "docker push crg.apkg.io/acme/web:1"


def told(lines: str) -> list[tuple[str, str]]:
    """The verdicts on a step, each with what its first reason says."""
    script = "".join(f"            {line}\n" for line in f"{lines}\n{PUSH}".split("\n"))
    text = f"pipelines:\n  default:\n    - step:\n        script:\n          - |\n{script}"
    found = report_on({PATH: text.encode()}).findings
    return [(str(one.verdict), one.message) for one in found]


@pytest.mark.parametrize(
    "lines",
    [
        f"{WRITES}bash x.sh",
        f"{WRITES}sh -e ./x.sh now",
        f"{WRITES}chmod +x x.sh && ./x.sh",
        f"{WRITES}. ./x.sh",
        f"{WRITES}source x.sh",
        f"{WRITES}sudo bash x.sh",
        f"{WRITES}cd web\nbash ../x.sh",
        f"{WRITES.replace('x.sh', '/tmp/x.sh')}/tmp/x.sh",
        f"{WRITES.replace('>', '>>')}bash x.sh",
        f"echo '{LOGIN}' > x.sh\nbash x.sh",
        f"printf '%s' '{LOGIN}' > x.sh\nbash x.sh",
        f"tee x.sh <<'E'\n{LOGIN}\nE\nbash x.sh",
        f"echo '{LOGIN}' | tee -a x.sh\nbash x.sh",
        f"echo '{LOGIN}' | sudo tee x.sh > /dev/null\nbash x.sh",
        f"{WRITES.replace('x.sh', '$F')}bash $F",
        f"{WRITES.replace('x.sh', '$F')}chmod +x $F && ./$F",
        f"F=$(mktemp)\n{WRITES.replace('x.sh', '$F')}bash $F",
        f'F=$(mktemp)\n{WRITES.replace("x.sh", "$F")}chmod +x $F\n"$F"',
        f"{WRITES}echo true > x.sh\nbash x.sh",
    ],
)
def test_a_script_that_the_step_writes_and_runs(lines: str) -> None:
    message = "patless can't follow a login to Packages in a script that it writes itself"
    assert told(lines) == [("report-only", message)]


@pytest.mark.parametrize(
    "lines",
    [
        WRITES,
        f"{WRITES}bash y.sh",
        f"{WRITES}bash $F",
        f'F=$(mktemp)\n{WRITES}"$F"',
        f"{WRITES.replace('x.sh', '$F')}bash $G",
        f"{WRITES.replace('x.sh', '$F')}bash y.sh",
        f"{WRITES}cat x.sh",
        f"{WRITES}bash y.sh x.sh",
        f"bash x.sh\n{WRITES}",
        f"cat > x.sh <<'E'\n{NATIVE}\nE\nbash x.sh",
        "echo 'docker login -u $U -p $T docker.io' > x.sh\nbash x.sh",
        f"echo '# {LOGIN[:12]}' > x.sh\nbash x.sh",
        f"cat <<'E' | tr a-z a-z > x.sh\n{LOGIN}\nE\nbash y.sh",
    ],
)
def test_what_the_step_writes_and_does_not_run_or_that_shows_no_login(lines: str) -> None:
    assert told(lines) == []


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        (f'f() {{ "${{@:2}}"; }}\nf x {LOGIN}', "report-only"),
        (
            f'f() {{ while [ $# -gt 0 ]; do case $1 in -x) shift;; *) break;; esac; done; "$@"; }}\nf -x {LOGIN}',
            "report-only",
        ),
        (f'f() {{ g "${{@:2}}"; }}\ng() {{ "$X" "${{@:2}}"; }}\nf x {LOGIN}', "report-only"),
        (f'f() {{ $SUDO echo; "$@"; }}\nf {LOGIN}', "safe"),
        (f'f() {{ "$@"; }}\nf {LOGIN}', "safe"),
        ("for i in 'docker login' x; do $i -u $U -p $T crg.apkg.io; done", "report-only"),
    ],
)
def test_a_function_may_run_what_it_is_given(lines: str, verdict: str) -> None:
    assert [one for one, _ in told(lines)] == [verdict]


@pytest.mark.parametrize(
    "lines",
    [
        'f() { "$X"; }\nf docker login',
        f'f() {{ "${{@:2}}"; }}\nf x {NATIVE}',
        f'f() {{ x; }}\nf {LOGIN}\n"$X"',
        '"$X" login',
    ],
)
def test_a_function_that_is_given_no_login_runs_none(lines: str) -> None:
    assert told(lines) == []
