"""The file graph: what commands may run, what is there, who names a file, and what texts lead to."""

from __future__ import annotations

import pytest

from migrator.flow.files import MOST_REACHED, FileGraph
from migrator.flow.runs import idles
from migrator.ir.paths import NONE, ROOT, Paths, Top, below, join, joined, matching
from migrator.secrets.references import rules
from tests.flow.reading import BOOK, command, follow
from tests.memory import Memory, within


def graph(*paths: str, **texts: str) -> FileGraph:
    return of({**dict.fromkeys(paths, ""), **texts})


def of(files: dict[str, str]) -> FileGraph:
    return FileGraph(
        Memory({path: text.encode() for path, text in files.items()}), files.get, BOOK.programs, BOOK.built_in.clone
    )


def known(paths: Paths) -> set[str] | tuple[str, ...]:
    return paths.patterns if isinstance(paths, Top) else set(paths)


RUN: dict[str, set[str] | tuple[str, ...]] = {
    # a command, and what it may run: paths, or patterns where it cannot be told
    "./login.sh": {"login.sh"},
    "sh login.sh": {"login.sh"},
    "bash -x ci/login.sh now": {"ci/login.sh"},
    "bash -ex ci/login.sh $NOW": {"ci/login.sh"},
    "bash --rcfile x ci/login.sh $NOW": {"x", "ci/login.sh"},
    "sh ..ci/login.sh": {"..ci/login.sh"},
    "sh ../login.sh": set(),
    "cd ci && sh ../login.sh": {"login.sh"},
    "sh /opt/login.sh": set(),
    "sh ~/login.sh": set(),
    'sh "$BITBUCKET_CLONE_DIR/ci/login.sh"': {"ci/login.sh"},
    '"$BITBUCKET_CLONE_DIR/ci/login.sh"': {"ci/login.sh"},
    'cd "$X"; sh "$BITBUCKET_CLONE_DIR/login.sh"': {"login.sh"},
    "sh 'my ci/log in.sh'": {"my ci/log in.sh"},
    "cd 'my ci' && ./login.sh": {"my ci/login.sh"},
    "sh ci/*.sh": {"ci/*.sh"},
    "sh other ci/login.sh": {"other", "ci/login.sh"},
    ". ci/*.sh": {"ci/*.sh"},
    ". ./login.sh $X": {"login.sh"},
    "source login.sh": {"login.sh"},
    "ruby -w ci/login.rb": {"ci/login.rb"},
    "node ci/login.js $X": {"ci/login.js"},
    "python3 -u ci/login.py $X": {"ci/login.py"},
    "python3 -m tools.login $X": {"tools/login.py", "tools/login/__main__.py"},
    "make login": {"Makefile"},
    "make -C web login": {"web/makefile"},
    "make -f ci/x.mk login": {"ci/x.mk"},
    "npm run login": {"package.json"},
    "npm --prefix web run login": set(),
    "npm ci": set(),
    "yarn install": set(),
    "yarn login-to-packages": {"package.json"},
    "docker build $X": set(),
    "terraform plan -var x=$X": set(),
    'find . -name "*.sh" -exec chmod +x {} +': set(),
    "find . -exec ./ci/check.sh {} +": {"ci/check.sh"},
    "docker ps -q | xargs -r docker rm": set(),
    "flock /tmp/lock ./ci/login.sh": {"ci/login.sh"},
    'cd "$X"; ./login.sh': ("**/login.sh",),
    'cd "$X"; ../login.sh': ("**/login.sh",),
    'cd "$X"; sh ..ci/login.sh': ("**/..ci/login.sh", "login.sh"),
    'pushd "$X"; sh ci/login.sh': ("**/ci/login.sh", "login.sh"),
    'cd "$X"; make login': ("**/GNUmakefile", "**/makefile", "**/Makefile"),
    "make -kCweb login": {"web/makefile"},
    "make -sC web login": {"web/makefile"},
    "make -fci/x.mk login": {"ci/x.mk"},
    "make -skj4 login": {"Makefile"},
    "make --dir=web login": ("Makefile", "web/Makefile", "web/makefile"),
    "cd web && just login": set(),
    "python3.11 -u ci/login.py": {"ci/login.py"},
    "/usr/bin/ruby3.2 ci/login.rb": {"ci/login.rb"},
    "poetry run python ci/login.py": {"ci/login.py"},
    "uv run ci/login.py": {"ci/login.py"},
    'make -C "$X" login': ("**/GNUmakefile", "**/makefile", "**/Makefile"),
    'make --directory="$X" login': ("**/GNUmakefile", "**/makefile", "**/Makefile"),
    'make -C"web/$X" login': ("web/**/GNUmakefile", "web/**/makefile", "web/**/Makefile"),
    'make -f "ci/$X.mk" login': ("ci/**.mk",),
    'npm --prefix "$X" run login': ("**/package.json",),
    'npm --prefix "$X" ci': set(),
    'cd "$X"; npm "$Y"': ("**/package.json",),
    'sh "ci/$X.sh"': ("ci/**.sh",),
    'sh "$X.sh"': ("**.sh",),
    'sh "$X/login.sh"': ("**/login.sh",),
    'sh "ci/$X/../login.sh"': ("**/login.sh",),
    "sh $OPTIONS ci/login.sh": ("**",),
    'sh "$X"': ("**",),
    'bash -c "$X"': ("**",),
    'python3 -m "$X"': ("**",),
    '. "ci/$X.sh"': ("ci/**.sh",),
    "$X ci/login.sh": ("**",),
    "find ci -exec sh {} +": ("**",),
    "find ci -exec {} +": ("**",),
    **{f"find . {how} ./ci/check.sh {{}} +": {"ci/check.sh"} for how in ("-exec", "-execdir", "-ok", "-okdir")},
    **{f"fd sh {how} ./ci/check.sh": {"ci/check.sh"} for how in ("-x", "-X", "--exec", "--exec-batch")},
    "find . -name ./ci/check.sh": set(),
    "find . -exec sudo ./ci/check.sh {} +": set(),
    "BASH_ENV=x with-lock a": set(),
    "BASH_ENV=x ./a.sh": {"x", "a.sh"},
    "BASH_ENV=x sh a.sh": {"x", "a.sh"},
    "export BASH_ENV=x; sh a.sh": {"x", "a.sh"},
    "y && export BASH_ENV=x; sh a.sh": {"x", "a.sh"},
    "BASH_ENV=x; sh a.sh": {"a.sh"},
    "bash --rcfile ci/x ci/login.sh": {"ci/x", "ci/login.sh"},
    "bash -x Makefile ci/login.sh": {"Makefile"},
    "sh Makefile ci/login.sh": {"Makefile"},
    "sh make ci/login.sh": {"make", "ci/login.sh"},
    "python3 -c x ci/login.py": set(),
    "bash -c 'x' ci/login.sh": set(),
    "python3 -m": set(),
    "make -C": {"Makefile"},
    "make -sk login": {"Makefile"},
    "make -s -k login": {"Makefile"},
    "make -- login": {"Makefile"},
    "make -x login": ("Makefile", "web/Makefile", "web/makefile"),
    "make -sx login": ("Makefile", "web/Makefile", "web/makefile"),
    "make -f": {"Makefile"},
    "cd web && make -C .. login": {"Makefile"},
    "ls ci | xargs -n1 bash": ("**",),
}


@pytest.mark.parametrize(("text", "expected"), RUN.items(), ids=RUN)
def test_what_a_command_may_run(text: str, expected: set[str] | tuple[str, ...]) -> None:
    files = graph("Makefile", "web/makefile", "web/Makefile", "package.json")
    assert known(files.may_run(command(text))) == expected


@pytest.mark.parametrize(
    ("text", "there", "expected"),
    [
        ("make --dir=web login", ("Makefile",), {"Makefile"}),
        ("make --dir=web login", ("Makefile", "ci/x.mk"), ("Makefile", "ci/x.mk")),
        ("make --dir=web login", ("web/x.mk",), ("web/x.mk",)),
        ("make --dir=web login", ("Makefile", "x.sh"), {"Makefile"}),
        ("cd web && npm run x", ("package.json", "web/y"), ("package.json",)),
        ("cd web && npm run x", ("we/package.json", "web/y"), set()),
        ("cd web/a && npm run x", ("web/package.json", "we/package.json"), ("web/package.json",)),
        ("npm --prefix web run x", ("package.json", "web/y"), set()),
        ("cd web && make x", ("Makefile", "web/y"), set()),
        ("just x", ("justfile", ".justfile"), {"justfile"}),
    ],
)
def test_which_file_is_read_untold(text: str, there: tuple[str, ...], expected: set[str] | tuple[str, ...]) -> None:
    assert known(graph(*there).may_run(command(text))) == expected


@pytest.mark.parametrize(
    ("text", "idle"),
    [
        ("echo a", True),
        ("with-lock a", False),
        ("sh a", False),
        ("xargs echo", True),
        ("xargs -n 1 echo", True),
        ("xargs -I {} echo {}", True),
        ("xargs -d , echo", True),
        ("xargs /bin/echo", True),
        ("xargs ./echo", False),
        ("xargs bin/echo", False),
        ("xargs sh a", False),
        ("xargs $X", False),
        ("xargs sudo echo", False),
        ("xargs xargs echo", False),
        ("xargs with-lock", False),
        ("find . -name x", True),
        ("find . -exec echo {} +", True),
        ("find . -exec sh {} +", False),
        ("find . -ok rm {} +", True),
        ("find . -exec echo {} + -exec sh {} +", False),
        ("find . -exec $X {} +", False),
        ("find . -exec", False),
    ],
)
def test_whether_a_command_runs_nothing_of_the_repository(text: str, idle: bool) -> None:
    assert idles(command(text), BOOK.programs) is idle


THERE = ("ci/login.sh", "ci/other.sh", "tools/login", "login", "a.sh", "README.md")


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("./a.sh", []),
        ("./b.sh", ["./b.sh"]),
        ("b.sh", []),
        ("cat ./b.sh", []),
        ("sh b.sh", ["b.sh"]),
        ("sh a.sh", []),
        ("sh b", []),
        ("sh ./b", ["./b"]),
        ("sh -x b.sh c", ["b.sh"]),
        ("sh b.sh c.sh", ["b.sh"]),
        ("sh b.sh ./c", ["b.sh", "./c"]),
        ("/opt/b.sh", ["/opt/b.sh"]),
        ("with-lock ./b.sh", []),
        ("f() { x; }; f ./b.sh", []),
    ],
)
def test_which_paths_that_a_command_runs_are_not_there(text: str, lacking: list[str]) -> None:
    assert list(graph(*THERE).lacks(command(text))) == lacking


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("cp ci/login.sh /opt/b.sh; /opt/b.sh", {"ci/login.sh"}),
        ("cp ci/login.sh b.sh; sh b.sh", {"ci/login.sh"}),
        ("cp ci/login.sh b.sh; sh a.sh", set()),
        ("cp ci/login.sh b.sh", set()),
        ("cp -r ci /opt; /opt/ci/b.sh", {"ci/login.sh", "ci/other.sh"}),
        ("cp ci/login.sh /usr/bin/unheard; unheard", {"ci/login.sh"}),
        ("cp ci/login.sh /usr/bin/; login.sh", {"ci/login.sh"}),
        ("cp ci/other.sh /usr/bin/; unheard", set()),
        ("cp a.sh b.sh; cp ci/login.sh c.sh; sh c.sh", {"a.sh", "ci/login.sh"}),
        ("ln -s ci/login.sh b.sh; ./b.sh", {"ci/login.sh"}),
        ("cd x; ln -s ../ci/login.sh b.sh; ./b.sh", {"ci/login.sh"}),
        ("ln -s ../../ci/login.sh /opt/b.sh; /opt/b.sh", {"ci/login.sh"}),
        ("cat ci/login.sh > b.sh; sh b.sh", {"ci/login.sh"}),
        ("cat ci/login.sh > b.sh; sh c.sh", set()),
        ("cat ci/login.sh > $X; sh c.sh", {"ci/login.sh"}),
        ("cat ci/login.sh > b.sh", set()),
        ("tar czf x.tgz .; /opt/login", {"login", "tools/login"}),
        ("install -m755 ci/login.sh /usr/bin/unheard; unheard", {"ci/login.sh"}),
        ("echo ci/login.sh b.sh; sh b.sh", set()),
        ("dd if=ci/login.sh of=b.sh; sh b.sh", set()),
        ("with-lock ci/login.sh b.sh; sh b.sh", {"ci/login.sh"}),
        ("cp ci/login.sh hooks/pre-push; git config core.hooksPath hooks", {"ci/login.sh"}),
        ("cp ci/login.sh x; git config user.name y", set()),
        ("cp -r . /opt; /opt/b.sh", set()),
        ("cp -r . /opt; /opt/ci/login.sh", {"ci/login.sh"}),
        ("cp -a ./ /opt/x; sh /opt/x/tools/login", {"login", "tools/login"}),
        ("cp -r $BITBUCKET_CLONE_DIR /opt/x; /opt/x/ci/other.sh", {"ci/other.sh"}),
        ("rsync -a . /opt/x/; /opt/x/ci/other.sh", {"ci/other.sh"}),
    ],
)
def test_which_files_may_be_put_where_something_runs(text: str, copied: set[str]) -> None:
    files = graph(*THERE)
    found = [files.matched(paths) for paths in files.copied(follow(text).commands)]
    assert {path for paths in found if not isinstance(paths, Top) for path in paths} == copied


@pytest.mark.parametrize(
    ("taken", "kept"),
    [
        ((frozenset({"home"}),), {"home/.npmrc", "home/x"}),
        ((frozenset({"home/a.py"}),), {"home/a.py"}),
        ((frozenset({"home/*"}),), {"home/.npmrc", "home/x"}),
        ((frozenset({"hom*"}),), {"home/.npmrc", "home/x", "home.x"}),
        ((frozenset({"hom"}),), set()),
        ((frozenset({"missing"}),), set()),
        ((frozenset(),), set()),
        ((), set()),
        ((ROOT,), {"home/.npmrc", "home/x", "home.x", "b"}),
        ((Top("x", ("home/x", "b")),), {"home/x", "b"}),
        ((Top("x"),), {"home/.npmrc", "home/x", "home.x", "b"}),
        ((frozenset({"b"}), frozenset({"home"})), {"b", "home/.npmrc", "home/x"}),
        ((frozenset(f"{number}*" for number in range(17)),), {"home/.npmrc", "home/x", "home.x", "b"}),
        ((frozenset(f"{number}*" for number in range(16)),), set()),
    ],
)
def test_in_which_files_a_client_may_keep_its_logins(taken: tuple[Paths, ...], kept: set[str]) -> None:
    files = graph("a.py", "b", "home.x", "home/.npmrc", "home/a.py", "home/x")
    assert files.kept_in(taken) == kept


def test_which_files_hold_a_word() -> None:
    texts = {"a": "TOKEN x", "b": "my_token", "c": "other", "d.md": "token", "e": "token"}
    files = FileGraph(
        Memory({path: text.encode() for path, text in texts.items()}),
        texts.get,
        BOOK.programs,
        BOOK.built_in.clone,
        apart=("e",),
    )
    assert files.holding(("token",)) == {"a": "TOKEN x", "b": "my_token"}
    assert files.holding(("nothing", "other")) == {"c": "other"}
    assert files.holding(("token",), frozenset({"b", "c", "d.md"})) == {"b": "my_token"}
    assert files.speaking_of("token") == frozenset()
    assert files.speaking_of("TOKEN") == {"a"}
    assert files.speaking_of("my") == frozenset()
    assert files.speaking_of("other") == {"c"}


def test_a_file_that_the_step_may_write_is_not_what_stands_there() -> None:
    files = graph("ci/a.sh")
    run = command("sh ci/a.sh")
    assert known(files.may_run(run, frozenset({"ci/b.sh"}))) == {"ci/a.sh"}
    for written in (frozenset({"ci/a.sh"}), frozenset({"ci/*.sh"}), Top("$OUT")):
        found = files.may_run(run, written)
        assert isinstance(found, Top)
        assert (found.why, found.patterns) == ("what the step writes there", ("ci/a.sh",))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cat -n a.sh b.sh", {"a.sh"}),
        ("cd ci; with-lock -n x y", {"ci/x", "ci/y"}),
        ('with-lock "$X/a.sh" b', {"b"}),
        ("with-lock /tmp/x", set()),
        ("echo '{}' ci/login.sh", set()),
        ("printf '%s' ci/*.sh", set()),
        ("with-lock '{}'", {"{}"}),
    ],
)
def test_which_files_a_command_is_told(text: str, expected: set[str]) -> None:
    assert known(joined(graph().told(command(text)))) == expected


START: dict[str, set[str]] = {
    # a command, and which of the files it may start beside those that `may_run` has
    "cat ci/login.sh": set(),
    "grep -r login ci/login.sh": set(),
    "docker build -f Dockerfile .": set(),
    "sh ci/other.sh": set(),
    "npm run build": set(),
    "with-lock ci/login.sh": {"ci/login.sh"},
    "with-lock --script=./ci/login.sh": {"ci/login.sh"},
    "with-lock 'cd x && sh ci/login.sh'": {"ci/login.sh"},
    "with-lock /app/ci/login.sh": set(),
    "PATH=ci:$PATH; login.sh": {"ci/login.sh"},
    'with-lock "$X/login.sh"': {"ci/login.sh"},
    'with-lock "$X"': set(),
    "bash < ci/login.sh": {"ci/login.sh"},
    "cat ci/login.sh | bash": {"ci/login.sh"},
    "sed s/a/b/ < ci/login.sh | tr -d x | bash": {"ci/login.sh"},
    'X=$(cat ci/login.sh); bash -c "$X"': {"ci/login.sh"},
    'eval "$(cat ci/login.sh)"': {"ci/login.sh"},
    "docker run -v .:/w image sh /w/login.sh": {"ci/login.sh"},
    "docker run image fetch https://example.com/ci/login.sh": set(),
    "docker exec -i box sh < ci/login.sh": {"ci/login.sh"},
    "docker compose run publish": {"compose.yaml"},
    "task publish": {"Taskfile.yml"},
    "task -d web publish": {"Taskfile.yml", "web/Taskfile.yml"},
    "cd web && task publish": {"Taskfile.yml", "web/Taskfile.yml"},
    "npx turbo run publish": {"package.json", "web/package.json"},
    "yarn lerna run publish": {"package.json", "web/package.json"},
    "with-lock task publish": {"Taskfile.yml"},
    "node ci/other": {"ci/other.js"},
}


@pytest.mark.parametrize(("text", "expected"), START.items(), ids=START)
def test_what_a_command_may_start(text: str, expected: set[str]) -> None:
    names = ("ci/login.sh", "compose.yaml", "Dockerfile", "Taskfile.yml", "web/Taskfile.yml")
    files = graph(*names, "package.json", "web/package.json", "ci/other.js")
    commands = follow(text).commands
    found = [files.matched(paths) for one in commands for paths in files.may_start(one)]
    assert {path for paths in found if not isinstance(paths, Top) for path in paths} - {"ci/other.sh"} == expected


LEADS: dict[str, set[str]] = {
    # a text, and the files that it names
    "# make it, and go": set(),
    "def make(x): just = task(x)": set(),
    "please login": set(),
    '{"version": "package.json"}': set(),
    "cmds: [./ci/login.sh]": {"ci/login.sh"},
    "dir: ci\ncmds: [sh login.sh]": {"ci/login.sh"},
    "require_relative 'push'": {"ci/push.rb"},
    "const x = require('./ci/push')": {"ci/push.rb"},
    "import 'tools/images.just'": {"tools/images.just"},
    "mod images": {"tools/images.just"},
    "from tools import helper": {"tools/helper.py"},
    "import helper, push": {"tools/helper.py", "ci/push.rb"},
    'push = "tools.helper:main"': {"tools/helper.py"},
    "commands = python -m tools.helper": {"tools/helper.py"},
    "sh 'make login'": {"Makefile"},
    "commandLine 'make', 'login'": {"Makefile"},
    "  - cd web && make login": {"Makefile"},
    "exec('sh .hidden')": {".hidden"},
    "exec('sh ./.hidden now')": {".hidden"},
    "exec('source .hidden')": {".hidden"},
    "exec('. .hidden')": {".hidden"},
}


@pytest.mark.parametrize(("text", "expected"), LEADS.items(), ids=LEADS)
def test_what_a_text_names(text: str, expected: set[str]) -> None:
    names = ("ci/login.sh", "ci/push.rb", "tools/images.just", "tools/helper.py", "Makefile", "package.json", "main.go")
    names += (".hidden",)
    files = of({**dict.fromkeys(names, ""), "begin": text})
    assert files.led(frozenset({"begin"})) == {"begin", *expected}


def test_what_a_text_names_is_followed_on_and_circles_end() -> None:
    files = {"a.rb": "load 'b.rb'", "b.rb": "load 'a.rb'; load 'c.rb'", "c.rb": "", "d.rb": "", "README.md": "d.rb"}
    assert of(files).led(frozenset({"a.rb"})) == {"a.rb", "b.rb", "c.rb"}


def test_with_too_many_files_named_it_is_any_but_documents() -> None:
    files = {f"f{number}.rb": f"load 'f{number + 1}.rb'" for number in range(MOST_REACHED + 5)}
    assert "far.sh" in of({**files, "far.sh": "", "x.md": ""}).led(frozenset({"f0.rb"}))
    assert "x.md" not in of({**files, "far.sh": "", "x.md": ""}).led(frozenset({"f0.rb"}))


@pytest.mark.parametrize("text", ["a/", "a ", "import ", "make ", "'"])
def test_long_lines_that_name_nothing_cost_little(text: str) -> None:
    with within(6):
        assert of({"begin": text * 300_000, "x.sh": ""}).led(frozenset({"begin"})) == {"begin"}


def test_a_package_that_the_words_name_is_the_one_that_is_meant() -> None:
    script = '"scripts": {"login": "x"}'
    texts = {"package.json": f"{{{script}}}", "web/package.json": f'{{"name": "@acme/web", {script}}}'}
    files = of({**texts, "api/package.json": '{"name": "api", "scripts": {"build": "x", "prepare": "x"}}'})
    both = {"package.json", "web/package.json"}
    for text, expected in {
        "npm run login -w @acme/web": {"web/package.json"},
        "npm run login --workspace=web": {"web/package.json"},
        "pnpm --filter ./web run login": {"web/package.json"},
        "yarn workspace web login": {"web/package.json"},
        "pnpm --filter 'web...' run login": both,
        "pnpm -r run login": both,
        "npm run login -w api": set(),
        "npm --prefix api ci": {"api/package.json"},
        "npm --prefix web ci": set(),
    }.items():
        assert files.matched(files.may_run(command(text))) == expected, text


def test_a_path_from_the_root_of_the_machine_may_lead_into_the_repository() -> None:
    found = joined(graph().elsewhere(command("/opt/build/ci/a.sh x /b.sh")))
    assert known(found) == ("**/a.sh", "**/b.sh")


def test_a_program_is_looked_for_where_the_script_says() -> None:
    assert known(joined(graph().elsewhere(command("PATH=ci:$PATH\nlogin")))) == ("**/login",)
    assert known(joined(graph().elsewhere(command("PATH=ci:$PATH login")))) == ("**/login",)
    assert known(joined(graph().elsewhere(command("login")))) == set()


@pytest.mark.parametrize(
    ("folders", "name", "matched"),
    [
        (join(ROOT, Top("x", ("a/**",))), "b.sh", {"b.sh", "a/b.sh", "a/c/b.sh"}),
        (Top("x"), "build/c/b.sh", {"b.sh", "c/b.sh"}),
        (Top("x"), "c/b.sh", {"b.sh", "a/c/b.sh", "c/b.sh"}),
        (Top("x", ("a/**",)), "../b.sh", {"b.sh", "a/b.sh", "a/c/b.sh", "c/b.sh"}),
        (Top("x", ("a/**",)), "./c/b.sh", {"a/c/b.sh"}),
    ],
)
def test_a_name_in_a_folder_that_is_known_in_part(folders: Paths, name: str, matched: set[str]) -> None:
    listed = ("b.sh", "a/b.sh", "a/c/b.sh", "c/b.sh", "xb.sh")
    assert matching(below(folders, name), listed) == matched


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (frozenset({"ci/a.sh", "gone.sh"}), {"ci/a.sh"}),
        (frozenset({"ci/?.sh"}), {"ci/a.sh", "ci/b.sh"}),
        (frozenset({"ci/[bc].sh"}), {"ci/a.sh", "ci/b.sh"}),
        (frozenset({"ci/{b,c}.sh"}), {"ci/a.sh", "ci/b.sh", "ci/ba.sh"}),
        (frozenset({"[x].sh"}), {"[x].sh", "a.sh"}),
        (Top("x", ("**/a.sh",)), {"a.sh", "ci/a.sh"}),
        (Top("x"), {"a.sh", "[x].sh", "ci/a.sh", "ci/b.sh", "ci/ba.sh"}),
        (Top("x", ("**.md",)), set()),
    ],
    ids=range(8),
)
def test_what_is_there(paths: Paths, expected: set[str]) -> None:
    assert graph("a.sh", "[x].sh", "ci/a.sh", "ci/b.sh", "ci/ba.sh", "README.md").matched(paths) == expected


def test_more_files_than_are_looked_through_cannot_be_told() -> None:
    files = graph(*(f"ci/{number}.sh" for number in range(5001)))
    assert isinstance(files.matched(Top("x")), Top)
    assert isinstance(files.callers("ci/1.sh"), Top)
    assert files.matched(frozenset({"ci/7.sh"})) == {"ci/7.sh"}


def test_patterns_of_many_stars_cost_little() -> None:
    with within(2):
        assert not graph("ci/" + "a" * 4000).matched(frozenset({"ci/" + "*a" * 500 + "b"}))
        assert not graph("ci/" + "a" * 4000).matched(frozenset({"ci/" + "*a" * 500 + "*b*"}))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("**/api/x?key=**-pr-**", {"api/xykey=1-pr-2"}),
        ("a/*/b/*/*.sh", {"a/1/b/2/c.sh"}),
        ("*/*/*/*/*.sh", {"a/1/b/2/c.sh"}),
        ("**/b/**/c**sh", {"a/1/b/2/c.sh"}),
        ("{a,b}**{c,d}**", {"a/1/b/2/c.sh", "api/xykey=1-pr-2", "b.sh"}),
        ("**x**x**", set()),
    ],
)
def test_patterns_of_many_stars_keep_what_is_between_them(pattern: str, expected: set[str]) -> None:
    listed = ("a/1/b/2/c.sh", "api/xykey=1-pr-2", "b.sh")
    assert matching(frozenset({pattern}), listed) == expected


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("ci/login.sh", "sh ci/login.sh", True),
        ("ci/login.sh", "see `login.sh`.", True),
        ("ci/login.sh", "dockerlogin.sh my-login.sh", False),
        ("login", "please login", False),
        ("login", "bash login", True),
        ("login", "./login", True),
        ("tools/login.py", "from tools import login", True),
    ],
)
def test_who_names_a_file(path: str, text: str, names: bool) -> None:
    assert of({path: "", "other.py": text}).callers(path) == (frozenset({"other.py"}) if names else NONE)


def test_documents_are_what_mentions_all() -> None:
    languages = rules.load().languages
    assert set(BOOK.programs.documents) == {glob for one in languages if one.mentions == "all" for glob in one.files}


def reached(files: dict[str, str], *begin: str) -> frozenset[str]:
    return of(files).reached(begin or ("p.yml",), files)


def test_what_nobody_names_is_not_reached() -> None:
    assert reached({"p.yml": "echo hello", "docs/example.sh": ""}) == {"p.yml"}


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("./ci/build.sh", "ci/build.sh"),
        ("python -m tools.report", "tools/report.py"),
        ("cp report.out /srv", "tools/report.py"),
        ("for f in hooks/*; do $f; done", "hooks/first"),
        ("make all", "Makefile"),
        ("./scripts/$NAME.sh", "scripts/x.sh"),
        ("sh 'show it.sh'", "show it.sh"),
        ("sh show\\ it.sh", "show it.sh"),
        ("sh 'my tools'/*", "my tools/x.sh"),
        ("sh ?.sh", "~"),
        ("for f in push*.sh; do sh $f; done", "push-it.sh"),
        ("run $PWD/*.sh", "x.sh"),
        ("sh ?.sh", "x.sh"),
    ],
)
def test_what_a_step_names_is_reached(line: str, path: str) -> None:
    assert path in reached({"p.yml": line, path: ""})


@pytest.mark.parametrize("line", ["branches: {'*': [], 'feature/*': []}", "*.py", "echo 2 * 3"])
def test_other_patterns_reach_nothing(line: str) -> None:
    assert reached({"p.yml": line, "x.sh": ""}) == {"p.yml"}


@pytest.mark.parametrize("text", ["a", "*", ".", "-*"])
def test_long_words_cost_little(text: str) -> None:
    assert reached({"p.yml": text * 1_000_000, "x.sh": ""}) == {"p.yml"}


def test_what_a_reached_file_names_is_reached_and_circles_end() -> None:
    files = {"p.yml": "sh a.sh", "a.sh": "sh b.sh", "b.sh": "sh a.sh c.sh", "c.sh": "", "d.sh": ""}
    assert reached(files) == {"p.yml", "a.sh", "b.sh", "c.sh"}


def test_with_too_many_files_on_the_way_every_file_counts() -> None:
    files = {f"f{number}.sh": f"f{number + 1}.sh" for number in range(MOST_REACHED + 5)}
    assert "far.sh" in reached({**files, "far.sh": ""}, "f0.sh")
