"""Which paths a call of a Python program reads, where the home folder or a login file is named."""

from __future__ import annotations

import re

import pytest

from tests.frontends.nodes import shown

HEADER = "import shutil\nfrom distutils.dir_util import copy_tree\nfrom pathlib import Path, PosixPath\n"
SIGNS = [*("expanduser", ".home(", "HOME", ".docker", "config.json", "auth.json", "DOCKER_CONFIG")]
LOOKS = [
    *("exists", "is_file", "is_dir", "mkdir", "unlink", "touch", "chmod", "stat", "print", "len", "isinstance"),
    *("os.path.exists", "os.path.isfile", "os.path.isdir", "os.makedirs", "os.mkdir", "os.chmod", "os.remove"),
    *("os.unlink", "os.rmdir", "os.stat", "os.chdir", "os.path.dirname", "os.path.basename", "shutil.rmtree"),
    *("os.environ.get", "os.getenv", "os.environ.setdefault"),
]
MAKES = ["x.expanduser", "x.joinpath", "x.with_name", "x.resolve", "x.absolute", "os.path.join", "os.path.expanduser"]
FOLDERS = ["iterdir", "walk", "rename", "replace", "copy", "move"]
WHOLE = [
    *("shutil.copytree", "shutil.make_archive", "shutil.move", "os.walk", "os.listdir", "os.scandir", "os.rename"),
    *("copy_tree", "archive.add"),
]


def read_by(call: str, sign: str = "HOME") -> list[str]:
    return re.findall(r"\(read (.*?) \(evaluate\)\)", shown(f"{HEADER}{call} # {sign}"))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_program_names_the_home_folder_or_a_login_file_in_these_words(sign: str) -> None:
    assert read_by("f(x)", sign) == ["?"]
    assert read_by("f(x)", "") == []


@pytest.mark.parametrize("name", [*LOOKS, *MAKES, "Path", "PosixPath", "str"])
def test_what_leaves_a_file_where_it_is_reads_none(name: str) -> None:
    assert read_by(f"{name}(x)") == []


@pytest.mark.parametrize("name", LOOKS)
def test_what_leaves_a_file_where_it_is_may_be_imported_by_name(name: str) -> None:
    module, _, function = name.rpartition(".")
    assert read_by(f"from {module} import {function}\n{function}(x)" if module else f"y.{name}(x)") == []


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_read_with_all_that_is_in_it(name: str) -> None:
    assert read_by(f"x.{name}()") == ["(text ? '/**')"]


@pytest.mark.parametrize("name", WHOLE)
def test_a_function_reads_folders_with_all_that_is_in_them(name: str) -> None:
    assert "(text 'd' '/**')" in read_by(f'{name}("d")')
    assert "'d'" not in read_by(f'{name}("d")')


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("f(Path.home().resolve())", ["(? %HOME)"]),
        ("f(Path.home().absolute())", ["(? %HOME)"]),
        ('f(Path.home().with_name("a"))', ["(text (? %HOME) '/' 'a')"]),
        ('f(Path("~").expanduser())', ["(text %HOME '')"]),
        ('f(os.path.expanduser("~"))', ["(text %HOME '')"]),
        ('f(Path.home().joinpath("a"))', ["(text %HOME '/' 'a')"]),
        ("f(Path.home().suffix())", []),
        ("f(Path(x.y))", ["(? ?)"]),
        ("f(Path(g()))", []),
        ("f(home())", ["?"]),
        ('f("~/.docker/" "config.json")', ["(text '~/.docker/' 'config.json')"]),
        ('f("a", x, k=b"b")', ["'a'", "?", "'b'"]),
        ('f("a" / x)', ["(text 'a' '/' ?)"]),
        ("f([x] / y)", []),
        ("f(x / [y])", []),
        ("f(str(x) + y)", ["(text ? ?)"]),
        ("f([x])", []),
        ("f(x[0])", ["(? ? ?)"]),
        ("f(Path.home)", []),
        ('x.open("r")', ["?", "'r'"]),
        ("x.glob(y)", ["(text ? '/**')", "?"]),
        ("x.rglob()", ["(text ? '/**/**')"]),
        ("g().read_text()", []),
        ("x.y.read_text()", []),
        ('x = os.path.expanduser(f"")', []),
    ],
)
def test_a_path_is_looked_at_as_it_is_written(call: str, found: list[str]) -> None:
    assert read_by(call) == found
