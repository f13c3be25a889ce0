"""Where a doubt stands, what is shown of it, and which variables it is about."""

from __future__ import annotations

import pytest

from migrator.secrets.references.finding import Finder
from tests.secrets.test_references import pipelines

NAMES = ("MY_PAT", "OTHER_KEY")
CLONE = "git clone https://acme.example/web.git"


def doubts(path: str, text: str) -> list[tuple[str, int, str, str]]:
    """Kind, line, the variable that it is about, and what is shown."""
    found = Finder(NAMES).look(text.encode(), path).opaque
    return [(str(one.kind), one.line, one.name, one.text) for one in found]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.js", "run('printenv ' + key)", [("indirect", 1, "", "'")]),
        ("a.js", "run('printenv\n' + key)", []),
        ("a.py", "x = os.environ[\n    key]", [("indirect", 1, "", "os.environ[ k")]),
        ("run.sh", 'printenv "MY"x', [("indirect", 1, "MY_PAT", "printenv ")]),
        ("run.sh", 'printenv "MY"$x', [("indirect", 1, "MY_PAT", "printenv ")]),
        ("run.sh", 'docker run -e "MY"$x y', [("indirect", 1, "MY_PAT", "-e")]),
        ("CMakeLists.txt", "execute(${CMAKE_COMMAND} -E environment)", [("dump", 1, "", "environment")]),
        ("a.py", "PREFIX = 'MY'\nauto(envvar_prefix=PREFIX)", [("fields", 2, "", "envvar_prefix=P")]),
        ("a.py", "KEY = 'A'\nos.environ[KEY]\nos.environ[key]", [("indirect", 3, "", "os.environ[k")]),
        ("a.py", "KEY = 'Ä'\nos.environ[KEY]", [("indirect", 2, "", "os.environ[K")]),
        ("run.sh", "env | sort; echo ${!x}", [("dump", 1, "", "env"), ("indirect", 1, "", "${!x")]),
        ("run.sh", "echo ${!x}; env", [("indirect", 1, "", "${!x"), ("dump", 1, "", "env")]),
        ("run.sh", "env\neval $x\nenv", [("dump", 1, "", "env"), ("eval", 2, "", "eval"), ("dump", 3, "", "env")]),
    ],
)  # fmt: skip
def test_what_is_shown_are_the_words_of_the_form(
    path: str, text: str, expected: list[tuple[str, int, str, str]]
) -> None:
    assert doubts(path, text) == expected


@pytest.mark.parametrize(
    "behind",
    [
        " --depth 1\ncd web; make",
        " -b main; sh web/x.sh",
        " > /dev/null && cd web && make",
        " # the newest\nsh web/x.sh",
        " other --depth 1\ncd other; make",
        ") && cd web && make",
        "/\nsh web/x.sh",
        "\ncd web; " + "ls x; " * 200 + "cd web; make",
        "\nmake -C web; cd web",
        "\ncd web\ncp a b\nmake",
    ],
)
def test_options_and_redirections_may_stand_behind_what_is_cloned(behind: str) -> None:
    assert doubts("run.sh", CLONE + behind) == [("download", 1, "", "git clone")]


@pytest.mark.parametrize(
    "text",
    [
        "git clone git@acme.example:web.git\nsh web/x.sh",
        "git clone git@acme.example:acme/web\nsh web/x.sh",
        'sh -c "git clone \\"https://acme.example/web.git\\"; sh web/x.sh"',
        "# git clone https://acme.example/other\ngit clone https://acme.example/web; sh web/x.sh",
        "git clone $URL\ngit clone https://acme.example/web; sh web/x.sh",
    ],
)
def test_a_clone_is_known_by_the_last_part_of_its_address(text: str) -> None:
    assert [one[0] for one in doubts("run.sh", text)] == ["download"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("run.sh", f"{CLONE}; sh web/x.sh"),
        ("run", f"{CLONE}; sh web/x.sh"),
        ("run.fish", f"{CLONE}; sh web/x.sh"),
        ("Makefile", f"x:\n\t{CLONE}; sh web/x.sh"),
        ("Dockerfile", f"RUN {CLONE} && sh web/x.sh"),
        ("package.json", f'{{"scripts": {{"x": "{CLONE} && cd web && npm ci"}}}}'),
        ("docker-compose.yml", f"services: {{a: {{command: [sh, -c, '{CLONE} && sh web/x.sh']}}}}"),
        ("a.yml", f"run: {CLONE} && sh web/x.sh"),
        ("bitbucket-pipelines.yml", pipelines(CLONE, "sh web/x.sh")),
    ],
)
def test_a_clone_counts_wherever_lines_of_a_shell_stand(path: str, text: str) -> None:
    assert [one[0] for one in doubts(path, text)] == ["download"]


def test_a_file_that_is_fetched_counts_beside_other_doubts() -> None:
    fetch = "curl -o tool https://acme.example/x; sh tool; env"
    assert doubts("run.sh", fetch) == [("download", 1, "", "curl"), ("dump", 1, "", "env")]


@pytest.mark.parametrize(
    ("text", "is_run"),
    [
        ('curl "https://acme.example/x?a=1&b=2" -o tool\nsh tool', True),
        ("curl https://acme.example/x \\\n  -o tool\nsh tool", True),
        ("curl -o a/tool https://acme.example/x\nsh b/tool", True),
        ("curl https://acme.example/x & tar -o tool\nsh tool", False),
        ("curl https://acme.example/x && tar -o tool\nsh tool", False),
    ],
)
def test_an_address_may_ask_for_several_things(text: str, is_run: bool) -> None:
    assert doubts("run.sh", text) == ([("download", 1, "", "curl")] if is_run else [])


def test_a_computed_name_is_said_once_for_each_variable_and_line() -> None:
    assert doubts("run.sh", "declare -p MY_$x; printenv OTHER_$y") == [
        ("part", 1, "MY_PAT", "MY_"),
        ("part", 1, "OTHER_KEY", "OTHER_"),
    ]
    assert doubts("run.sh", 'printenv "MY"x; echo "OTHER_$y"') == [
        ("indirect", 1, "MY_PAT", "printenv "),
        ("indirect", 1, "OTHER_KEY", "OTHER_"),
    ]
    assert doubts("run.sh", 'echo "MY_$y"\nprintenv "MY"x') == [
        ("part", 1, "MY_PAT", "MY_"),
        ("indirect", 2, "MY_PAT", "printenv "),
    ]
