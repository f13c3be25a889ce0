"""Whether text names a file that holds certain words: nothing is parsed, and every doubt is a yes."""

from __future__ import annotations

import pytest

from migrator.prefilter.data import LEADING
from migrator.prefilter.leads import leads
from tests.memory import within


def _leads(text: str, files: dict[str, str], doubt: bool = True) -> bool:
    return leads(text, files.get, ["login"], LEADING, doubt=lambda: doubt)


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("- ./x.sh", {"y.sh": "login"}),
        ("- ./x.sh", {"x.sh": "echo"}),
        ("- echo x", {"x": "login"}),
        ("- ../x.sh", {"x.sh": "echo"}),
        ("- ./a.sh", {"a.sh": "./b.sh", "b.sh": "./a.sh"}),
    ],
    ids=["another file", "without the word", "a word that is no path", "out of the repository", "in a circle"],
)
def test_nothing_leads_to_a_word(text: str, files: dict[str, str]) -> None:
    assert not _leads(text, files)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("- ./x.sh", "x.sh"),
        ("- bash x", "x"),
        ("- bash -o pipefail -e x", "x"),
        ("- sh ..ci/x.sh", "..ci/x.sh"),
        ("- sh ci/'x'.sh", "ci/x.sh"),
        ('- "$BITBUCKET_CLONE_DIR/ci/x.sh"', "ci/x.sh"),
        ("- sudo x", "x"),
        ("- make -C ci login", "ci/Makefile"),
        ("- npm --prefix=web run x", "web/package.json"),
        ("- npm run x", "package.json"),
        ("- python -m a.b", "a/b/__main__.py"),
        ("- just x", ".justfile"),
        ("from ci.tools import (\n    one,\n    two as other,\n)", "ci/tools/two.py"),
        ("from ci.tools import one", "ci/tools.py"),
        ("import one, two", "two/__init__.py"),
        ("- 'sh \"für alle/push it.sh\"'", "für alle/push it.sh"),
        ('- sh "${BITBUCKET_CLONE_DIR}/my ci/push it.sh"', "my ci/push it.sh"),
        ("- sh my\\ ci/push\\ it", "my ci/push it"),
        ("- python3.11 x", "x"),
        ("- uv run x", "x"),
        ("- mytool --script=ci/x.sh", "ci/x.sh"),
        ("import 'ci/x.just'", "ci/x.just"),
    ],
)
def test_a_file_with_the_word_is_found(text: str, path: str) -> None:
    assert _leads(text, {path: "docker login"}, doubt=False)


def test_a_file_leads_on_from_its_own_folder() -> None:
    assert _leads("ci/a.sh", {"ci/a.sh": '. "$(dirname "$0")/b.sh"', "ci/b.sh": "login"}, doubt=False)


def test_a_folder_that_the_sixth_step_names_is_looked_into() -> None:
    text = "".join(f"- make -C svc{number}\n" for number in range(6))
    assert _leads(text, {"svc5/Makefile": "login"}, doubt=False)


def test_many_imports_are_not_too_many() -> None:
    assert not _leads("".join(f"from a{number}.b import c, d\n" for number in range(60)), {})


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("./0.sh", {f"{number}.sh": f"./{number + 1}.sh" for number in range(300)}),
        ("".join(f"- ./{number}.sh\n" for number in range(5000)), {}),
        ("".join(f"- make -C {number}\n" for number in range(90)), {}),
        ("- x\n" * 30_000, {}),
    ],
    ids=["files", "names", "folders", "words"],
)
def test_too_many_are_a_yes(text: str, files: dict[str, str]) -> None:
    assert _leads(text, files, doubt=False)


DOUBTS = [
    "- cd web",
    "- (cd $X && make)",
    "- pushd web",
    "- $RUN",
    "- '$RUN'",
    "- X=1 $RUN",
    "- if true; then $RUN; fi",
    "script: [$RUN]",
    "- step: {script: ['$RUN']}",
    '{"script": ["$RUN"]}',
    "- echo a, $RUN",
    "- true | $RUN",
    "- x=`$RUN`",
    "- sh $X",
    "- sh ci/*.sh",
    "- sh ci/?.sh",
    "- sh ci/{a,b}.sh",
    "- bash -c '$X'",
    "- . ci/$X.sh",
    "- sudo $X",
    "- make -C $X",
    "- npm --prefix ${X:-web} run x",
    "- find ci -exec sh {} +",
    "- ls ci | xargs -n1 bash",
    "- sh ci/\\\n  x.sh",
    '- "my ci"/x',
    "\t@$(RUN) x",
    "x:\n    {{run}} x",
    "import subprocess\nsubprocess.run(words)",
    "- task publish",
    "- ./gradlew publish",
    "- npx turbo run x",
    "- ruby3.2 x.rb",
    "- docker run -v .:/w image sh /w/x",
    "- docker compose -f x.yml run ci",
    "- npm run x --workspace=api",
    "- yarn workspace api x",
    "- make --unknown x",
    "mod ci",
    "include $(DIR)/x.mk",
    "- . deploy",
    "- true && source ci/gone.sh",
]


@pytest.mark.parametrize("text", DOUBTS)
def test_a_doubt_is_asked(text: str) -> None:
    assert _leads(text, {})
    assert not _leads(text, {}, doubt=False)


@pytest.mark.parametrize(
    "text",
    [
        "image: $IMAGE:1",
        "- name: Deploy $X",
        "- docker build -t $IMAGE:$TAG .",
        "- export PATH=$PATH:/opt/bin",
        "- X=$Y",
        '- if [ "$BRANCH" = "main" ]; then make x; fi',
        '- [ -n "$X" ] && make x',
        '- for x in $LIST; do echo "$x"; done',
        '- case "$X" in a) make x ;; esac',
        "- make test && npm run build",
        "- make -j4 -s -C web test",
        "- npm run build -- --prod",
        "- docker push x/y",
        "# cd $X",
        "- ./a.sh $X",
        "- . ~/.bashrc",
        "- source /etc/profile",
        "- docker build . --push",
    ],
)
def test_the_usual_is_no_doubt(text: str) -> None:
    assert not _leads(text, {})


def test_long_texts_cost_little() -> None:
    with within(3):
        for text in ("${" * 400_000, '"a' * 400_000, "\\" * 400_000, "$ " * 400_000, "(" * 800_000):
            _leads(text, {}, doubt=False)
