"""Login files in the repository, and which files are looked through for them."""

from __future__ import annotations

import pytest

from tests.memory import PATH, report_on

LOGIN = b'{"auths": {"crg.apkg.io": {"auth": "c29tZTp0b2tlbg=="}}}'


def found(files: dict[str, bytes], *lines: str) -> list[str]:
    """The paths of what is found where a step runs these lines."""
    script = "".join(f"          - {line}\n" for line in lines)
    text = f"pipelines:\n  default:\n    - step:\n        script:\n{script}"
    return sorted({finding.path for finding in report_on({PATH: text.encode(), **files}).findings})


@pytest.mark.parametrize(
    ("line", "path"),
    [
        ("cp -r ci /root/.docker", "ci/config.json"),
        ("mv ci/auth ~/.docker/config.json", "ci/auth"),
        ("cp -r ci /root/.docker", "ci/x.yml"),
        ("cp ci/login.py ~/.docker/config.json", "ci/login.py"),
    ],
)
def test_a_login_file_is_found_that_a_command_takes_or_whose_folder_it_takes(line: str, path: str) -> None:
    assert found({"Dockerfile": b"FROM scratch\nCOPY . /\n", path: LOGIN}, line) == [path]


@pytest.mark.parametrize("line", ["docker build .", "cp -r ci /root/.docker"])
def test_code_in_a_folder_is_no_login_file(line: str) -> None:
    assert found({"Dockerfile": b"FROM scratch\nCOPY . /\n", "ci/login.py": b"X = " + LOGIN}, line) == []


@pytest.mark.parametrize("line", ["make test", "npm ci", "docker build .", "./build.sh"])
def test_code_is_not_read_where_nothing_leads_to_a_login(line: str) -> None:
    class Counting(dict[str, bytes]):
        def __getitem__(self, path: str) -> bytes:
            assert not path.endswith(".py"), "code is read"
            return super().__getitem__(path)

    files = {"Dockerfile": b"FROM scratch\nCOPY . /\n", "build.sh": b"echo done\n", "src/a.py": b"import os\n"}
    text = f"pipelines:\n  default:\n    - step:\n        script: [{line}]\n".encode()
    assert report_on(Counting({PATH: text, **files})).findings == ()
