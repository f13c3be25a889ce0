"""The files that a command is told, in whatever way its words name them."""

from __future__ import annotations

import pytest

from migrator.flow.told import ToldFiles, in_or_above
from migrator.ir.paths import Paths, Top, joined, matching
from tests.flow.reading import BOOK, command

TOLD = ToldFiles(BOOK.programs, BOOK.built_in.clone)
FILES = (
    *("a.sh", "b.sh", "ci/a.sh", "ci/a", "ci/b.sh", "lib/x.rb", "lib/X.pm", "x/index.js", "tools/a.py", "deep/er/a.sh"),
    *("pom.xml", "web/pom.xml", "Taskfile.yml", "web/Taskfile.yml", "README"),
)


def named(paths: Paths) -> set[str]:
    return set(matching(paths, FILES))


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("see", set()),
        ("see README", set()),
        ("see a.sh", {"a.sh"}),
        ("see ci/a", {"ci/a"}),
        ("see -fa.sh", {"a.sh"}),
        ("see --f=ci/a.sh", {"ci/a.sh"}),
        ("see https://x.invalid/a.sh", set()),
        ("see //a.sh", set()),
        ("see ~/a.sh", set()),
        ("see /opt/a.sh", set()),
        ("see 'run a.sh, then (b.sh)'", {"a.sh", "b.sh"}),
        ("see {a,b}.sh", {"a.sh", "b.sh", "ci/a.sh", "ci/b.sh", "deep/er/a.sh"}),
        ("see 'sh {a,b}.sh'", {"a.sh", "b.sh"}),
        ("see ci/{a,c}.sh", {"ci/a.sh", "ci/b.sh"}),
        ('see \'{"x": "a.sh", "y": 1}\'', {"a.sh"}),
        ("cd ci; see a.sh", {"ci/a.sh"}),
        ("cd $X; see a.sh", {"a.sh", "ci/a.sh", "deep/er/a.sh"}),
        ('see "$X/a.sh"', {"a.sh", "ci/a.sh", "deep/er/a.sh"}),
        ('see "$BITBUCKET_CLONE_DIR/a.sh"', {"a.sh"}),
        ('cd ci; see "$BITBUCKET_CLONE_DIR/a.sh"', {"a.sh"}),
        ("ruby -r ./lib/x y.rb", {"lib/x.rb"}),
        ("ruby -rlib/x y.rb", {"lib/x.rb"}),
        ("perl -Mlib::X y.pl", {"lib/X.pm"}),
        ("node x", {"x/index.js"}),
        ("python3 -m tools.a", {"tools/a.py"}),
        ("see -m tools.a", set()),
        ("docker exec box sh a.sh", {"a.sh", "ci/a.sh", "deep/er/a.sh"}),
        ("docker run img", set()),
        ("run-parts ci", {"ci/a.sh", "ci/a", "ci/b.sh"}),
        ("see ci", set()),
        ("BASH_ENV=a.sh bash -c x", {"a.sh"}),
        ("export BASH_ENV=a.sh; see", {"a.sh"}),
        ("BASH_ENV=a.sh; see", set()),
        ("BASH_ENV=a.sh: see", {"a.sh"}),
        ("docker exec box sh https://x.invalid/a.sh", set()),
        ("OTHER=a.sh see", set()),
        ("BASH_ENV=ci see", {"ci/a.sh", "ci/a", "ci/b.sh"}),
        ("BASH_ENV=ci/a see", {"ci/a.sh", "ci/a"}),
        ("PYTHONPATH=x:ci see", {"ci/a.sh", "ci/a", "ci/b.sh", "x/index.js"}),
        ("PYTHONPATH=$X see", set(FILES)),
        ('PYTHONPATH="$X/ci" see', {"ci/a.sh", "ci/a", "ci/b.sh"}),
        ("BASH_ENV=$X/a.sh see", {"a.sh", "ci/a.sh", "deep/er/a.sh"}),
        ("RUBYOPT=-rlib/x see", {"lib/x.rb"}),
        ("NODE_OPTIONS=--require=./ci/a see", {"ci/a", "ci/a.sh"}),
        ("NODE_OPTIONS='--import x -r ./b.sh' see", {"b.sh", "x/index.js"}),
        ("export BASH_ENV=a.sh; BASH_ENV=b.sh see", {"b.sh"}),
        ("y && export BASH_ENV=a.sh; see", {"a.sh"}),
        ("BASH_ENV= see", set()),
        ("mvn", {"pom.xml", "web/pom.xml"}),
        ("see mvn", {"pom.xml", "web/pom.xml"}),
        ("poetry run mvn", {"pom.xml", "web/pom.xml"}),
        ("task x", {"Taskfile.yml"}),
        ("cd web; task x", {"Taskfile.yml", "web/Taskfile.yml"}),
        ("task -d web x", {"Taskfile.yml", "web/Taskfile.yml"}),
        ("cat a.sh | see", {"a.sh"}),
        ("see < a.sh", {"a.sh"}),
        ('see "$(cat a.sh)"', {"a.sh"}),
        ("poetry run see", set()),
        ("npm install task", set()),
        ("npm --silent install task", set()),
        ("npm run task", {"Taskfile.yml"}),
        ("npm --silent run task", {"Taskfile.yml"}),
        ("see .", set()),
        ("see ..", set()),
        ("see a", set()),
        ("see *", set()),
        ('see "$X" a.sh', {"a.sh"}),
        ("node -r ./ci/a x.js", {"a.sh", "ci/a", "ci/a.sh", "tools/a.py", "deep/er/a.sh"}),
        ("node ci/a", {"ci/a", "ci/a.sh"}),
        ("see ci/a.", set()),
        ("echo a.sh", set()),
        ("true a.sh", set()),
    ],
)
def test_which_files_a_command_may_be_told(text: str, files: set[str]) -> None:
    assert named(joined(TOLD.of(command(text)))) == files


@pytest.mark.parametrize(
    ("text", "files"),
    [
        ("see README", {"README"}),
        ("see -f a.sh", {"a.sh"}),
        ("see -a.sh", set()),
        ("see @a.sh", {"a.sh"}),
        ("see --f=README", {"README"}),
        ("see x=README", {"README"}),
        ("see ci/{a,c}.sh", {"ci/a.sh", "ci/b.sh"}),
        ("see $X", set()),
        ("cp $X y", set(FILES)),
        ('see "$X/README"', {"README"}),
        ("T=a.sh see", {"a.sh"}),
        ("T=a.sh; see", {"a.sh"}),
        ("U=a.sh see", set()),
        ("cat a.sh | see", {"a.sh"}),
        ("echo $(cat a.sh) > o", {"a.sh"}),
        ("export T=a.sh; see", {"a.sh"}),
        ("export T=a.sh; T=b.sh see", {"b.sh"}),
        ("y && T=a.sh; see", {"a.sh"}),
        ('cd ci; see "$X/README"', {"README"}),
        ("cd ci; see a", {"ci/a"}),
        ("see x$X", {"x/index.js"}),
        ("see '*'", set()),
        ("see /", set()),
    ],
)
def test_which_files_a_command_may_take(text: str, files: set[str]) -> None:
    assert named(joined(TOLD.taken(command(text), ["T"]))) == files


@pytest.mark.parametrize(
    ("text", "path", "is_told"),
    [
        ("bundle exec see", "Gemfile", True),
        ("bundle exec echo x", "Gemfile", False),
        ("see bundle", "Gemfile", True),
        ("pipenv run see", "Pipfile", True),
        ("see -a.sh", "-a.sh", False),
        ("see a,b", "a,b", False),
    ],
)
def test_which_file_of_a_name_a_command_is_told(text: str, path: str, is_told: bool) -> None:
    assert bool(matching(joined(TOLD.of(command(text))), [path])) is is_told


@pytest.mark.parametrize(
    ("text", "alone", "fed"),
    [
        ("see", [], []),
        ("see a 'b c' d", ["b c"], ["b c"]),
        ("see 'a '", [], []),
        ('see " $X"', [], []),
        ('see "a $X"', ["a **"], ["a **"]),
        ("echo a | see", [], ["a\n"]),
        ("echo a b | see", ["a b\n"], ["a b\n"]),
    ],
)
def test_which_texts_a_command_is_given(text: str, alone: list[str], fed: list[str]) -> None:
    assert list(TOLD.texts(command(text))) == alone
    assert list(TOLD.texts(command(text), fed=True)) == fed


@pytest.mark.parametrize(
    ("text", "folders"),
    [
        ("see", set()),
        ("see a", {"a"}),
        ("see -C a", {"a"}),
        ("see --d=a", {"a"}),
        ("see d=a", {"a"}),
        ("cd x; see a", {"x/a"}),
    ],
)
def test_which_folders_words_name(text: str, folders: set[str]) -> None:
    assert joined(TOLD.folders(command(text))) == frozenset(folders)


def test_a_name_is_looked_for_in_a_folder_and_in_those_around_it() -> None:
    assert in_or_above(frozenset({"a/b"}), "n") == frozenset({"n", "a/n", "a/b/n"})
    assert in_or_above(frozenset({""}), "n") == frozenset({"n"})
    found = in_or_above(Top("x", ("a/**",)), "n")
    assert isinstance(found, Top)
    assert found.patterns == ("a/**/n",)
