"""User names and passwords that a step writes into `.pypirc` and `.netrc`."""

from __future__ import annotations

import pytest

from tests.rules.pypi import URL, fixed, native, verdicts

SECTION = f"cat > ~/.pypirc <<EOF\n[bb]\nrepository = {URL}\nusername = $U\npassword = $T\nEOF\n"
MACHINE = 'echo "machine pypi.apkg.io login $U password $T" > ~/.netrc\n'
BY_BB = "twine upload -r bb d/*"


@pytest.mark.parametrize(
    "script",
    [
        native(SECTION) + BY_BB,
        SECTION.replace("pypi.apkg.io", "up.example.org") + f"{BY_BB}\necho apkg.io",
        native(MACHINE) + "pip install web",
        MACHINE.replace("pypi.apkg.io", "git.example.org") + "pip install web\necho apkg.io",
        "cat > notes <<EOF\n" + SECTION.partition("\n")[2] + "ls",
    ],
)
def test_files_with_native_halves_and_for_other_hosts_are_none_of_ours(script: str) -> None:
    assert verdicts(script) == []


@pytest.mark.parametrize(
    "script",
    [
        SECTION.replace("password = $T\n", "") + f"TWINE_PASSWORD=$T {BY_BB}",
        SECTION + f"export TWINE_PASSWORD=$V\n{BY_BB}",
        SECTION + f"sed -i s/a/b/ ~/.pypirc\n{BY_BB}",
        SECTION.replace("[bb]", "[bb]\nusername = $V") + BY_BB,
        SECTION.replace("EOF\n[", "'EOF'\n[") + BY_BB,
        SECTION.replace("password = $T", "password = x$T") + BY_BB,
        SECTION.replace("~/", "") + BY_BB,
        SECTION.replace("cat >", "cat <<EOF | tee").replace(" <<EOF\n[", " > x\n[") + BY_BB,
        f"echo [bb] > ~/.pypirc\necho repository: {URL} >> ~/.pypirc\necho username: $U >> ~/.pypirc\n{BY_BB}",
        f"for one in a b; do\n{SECTION}done\n{BY_BB}",
        MACHINE.replace("login $U ", "") + "pip install web",
        MACHINE + "echo default login $V password $W >> ~/.netrc\npip install web",
        MACHINE + "docker build --secret id=netrc,src=$HOME/.netrc .",
        MACHINE.replace("pypi", "npm") + "npm ci",
    ],
)
def test_a_file_of_which_not_all_is_known_is_told(script: str) -> None:
    kinds = {verdict for verdict, _ in verdicts(script)}
    assert kinds == {"report-only"}
    assert fixed(script) == script


@pytest.mark.parametrize(
    ("script", "reasons"),
    [
        (SECTION + BY_BB, ""),
        (SECTION.replace("[bb]", "[distutils]\nindex-servers = bb\n\n[bb]") + BY_BB, ""),
        (SECTION + "python -m twine upload --repository=bb d/*", ""),
        (SECTION + "twine upload -r other d/*", "index-packages-unknown"),
        (SECTION + "twine upload bb", "index-packages-unknown"),
        (SECTION.replace("[bb]", "[pypi]") + "twine upload d/*", ""),
        (
            f"echo '[bb]' > $HOME/.pypirc\necho repository: {URL} >> ~/.pypirc\n"
            f'echo "username: $U" >> ~/.pypirc\necho "password: $T" >> ~/.pypirc\n{BY_BB}',
            "",
        ),
        (MACHINE + "pip install web", "index-packages-unknown"),
        (MACHINE.replace(" login", "\nlogin").replace(" pass", "\n  pass") + "uv sync", "index-packages-unknown"),
    ],
)
def test_halves_in_a_file_of_the_home_folder_becomenative(script: str, reasons: str) -> None:
    assert verdicts(script) == [("unsafe" if reasons else "safe", tuple(reasons.split()))]
    assert fixed(script) == native(script)


def test_a_user_name_that_is_written_out_becomes_native_too() -> None:
    script = SECTION.replace("$U", "me@acme.example") + BY_BB
    assert fixed(script) == native(SECTION) + BY_BB
