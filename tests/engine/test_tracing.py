"""Which findings and which steps are at a line of a file."""

from __future__ import annotations

import pytest

from migrator.engine.tracing import trace
from migrator.findings.settings import Settings
from migrator.platforms.bitbucket.platform import BITBUCKET
from tests.flow.reading import BOOK
from tests.memory import PATH, Memory, step

LOGIN = 'docker login crg.apkg.io -u "$USR" -p "$PAT"\n'
PUSH = "docker push crg.apkg.io/acme/web:1"
FOLDED = "|\n            docker login crg.apkg.io \\\n              -u $USR -p $PAT\n            ls"
FILES = {
    PATH: step("./a.sh", PUSH) + "    - step:\n        script:\n          - ./b.sh\n          - " + FOLDED + "\n",
    "a.sh": LOGIN,
    "b.sh": LOGIN,
    "c.sh": LOGIN,
}


@pytest.mark.parametrize(
    ("path", "line", "found", "steps"),
    [
        ("a.sh", 1, [("a.sh", 1)], [4]),
        ("b.sh", 1, [("b.sh", 1)], [8]),
        ("a.sh", 2, [], [4]),
        ("c.sh", 1, [], []),
        (PATH, 1, [], []),
        (PATH, 5, [], [4]),
        (PATH, 6, [], [4]),
        (PATH, 7, [], []),
        (PATH, 9, [], [8]),
        (PATH, 11, [(PATH, 11)], [8]),
        (PATH, 12, [(PATH, 11)], [8]),
        (PATH, 13, [], [8]),
    ],
)
def test_what_is_at_a_line(path: str, line: int, found: list[tuple[str, int]], steps: list[int]) -> None:
    view = Memory({name: text.encode() for name, text in FILES.items()})
    made = trace(view, [PATH], BOOK, Settings(), BITBUCKET, path, line)
    assert [(one.finding.path, one.finding.position.line) for one in made.walks] == found
    assert [one.position.line for one in made.steps] == steps
    assert all(len(one.runs) == 1 and not one.more for one in made.walks)


def test_of_many_runs_the_first_ones_are_shown_and_the_others_counted() -> None:
    text = "pipelines:\n  default:\n" + "    - step:\n        script:\n          - ./a.sh\n" * 6
    view = Memory({PATH: text.encode(), "a.sh": LOGIN.encode()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, "a.sh", 1).walks
    assert [one.step.position.line for one in walk.runs] == [4, 7, 10, 13]
    assert walk.more == 2


@pytest.mark.parametrize(
    ("command", "others"),
    [
        ("ls", ()),
        ("make", (("Makefile", "what of it runs is known only then"),)),
        ("./$X", (("**", "cannot tell which, because of a variable"),)),
    ],
)
def test_which_files_may_run_unseen_is_told(command: str, others: tuple[tuple[str, str], ...]) -> None:
    files = {PATH: step(command, LOGIN.strip()).encode(), "Makefile": b"include x.mk\nall: ; ls\n"}
    (walk,) = trace(Memory(files), [PATH], BOOK, Settings(), BITBUCKET, PATH, 6).walks
    assert walk.runs[0].followed.others == others


RUBY = "system('docker login crg.apkg.io -u ada -p q7Zk2mXw9pLd')\n"
OWN, ALONE = "the client's own file", "no file: the call alone has it"
Run = tuple[int, str, str, list[str], str, bool]


@pytest.mark.parametrize(
    ("script", "at", "runs"),
    [
        (
            ("ls", LOGIN.strip(), PUSH),
            (PATH, 6),
            [(4, "docker", "script", ["username", "password", "host"], OWN, True)],
        ),
        (("ls", "sh a.sh"), ("a.sh", 1), [(4, "docker", "script", ["username", "password", "host"], OWN, True)]),
        (
            ('skopeo copy --dest-creds "$USR:$PAT" dir:x docker://crg.apkg.io/acme/web',),
            (PATH, 5),
            [(4, "skopeo", "script", ["credential"], ALONE, True)],
        ),
        (
            ("docker login docker.io -u a -p $B", 'curl -u "$USR:$PAT" https://pypi.apkg.io/acme/x'),
            (PATH, 6),
            [(4, "curl", "script", [], "", False)],
        ),
        (("ls", "ruby deploy.rb", "npm run a"), ("deploy.rb", 1), [(4, "ruby", "script", [], "", False)]),
        (("bash -c 'ruby deploy.rb'", "sh b.sh"), ("deploy.rb", 1), [(4, "ruby", "script", [], "", False)]),
    ],
)
def test_what_is_shown_of_each_run(script: tuple[str, ...], at: tuple[str, int], runs: list[Run]) -> None:
    texts = {PATH: step(*script), "a.sh": LOGIN, "deploy.rb": RUBY, "b.sh": "ls crg.apkg.io\n"}
    texts["package.json"] = '{"scripts": {"a": "ls"}}'
    view = Memory({path: text.encode() for path, text in texts.items()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, *at).walks
    shown = []
    for run in walk.runs:
        roles, kept = [str(one.role) for one in run.sinks], run.login.kept if run.login else ""
        assert run.program
        assert run.known
        shown.append((run.step.position.line, run.known.name, run.shell, roles, kept, bool(run.asked)))
    assert shown == runs


def test_a_step_leads_to_the_lines_of_its_own_file_alone() -> None:
    files = {PATH: step("sh a.sh", "ls", "sh b.sh"), "a.sh": LOGIN, "b.sh": LOGIN, "c.sh": f"\n\n\n\n{LOGIN}"}
    view = Memory({path: text.encode() for path, text in files.items()})
    lines = {path: trace(view, [PATH], BOOK, Settings(), BITBUCKET, path, 5).steps for path in files}
    assert {path for path, steps in lines.items() if steps} == {PATH, "a.sh", "b.sh"}


@pytest.mark.parametrize(
    ("line", "unread", "unseen"),
    [
        ("eval $X$Y", ["it is put together only then"], ["what `eval` runs"]),
        ("bash -c 'if ['", ["the script is not valid bash; check it with `bash -n`"], []),
        ("ls", [], []),
    ],
)
def test_what_a_step_runs_unread_and_unseen_is_told(line: str, unread: list[str], unseen: list[str]) -> None:
    view = Memory({PATH: step(line, LOGIN.strip(), PUSH).encode()})
    (walk,) = trace(view, [PATH], BOOK, Settings(), BITBUCKET, PATH, 6).walks
    followed = walk.runs[0].followed
    assert [text for text, _ in followed.unread] == unread
    assert [use.position.line for _, use in followed.unread] == [5] * len(unread)
    assert [*followed.unseen] == unseen
