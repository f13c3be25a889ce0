"""Where a literal credential is masked: everywhere, or only in its place if it is a word like others."""

from __future__ import annotations

import re

import pytest

from migrator.text.mask import mask
from tests.memory import PATH, report_on, step

VARIABLES = """\
definitions:
  services:
    db:
      image: postgres
      variables:
        POSTGRES_PASSWORD: postgres
        API_TOKEN: q7Zk2mXw9pLd
"""


def test_what_a_program_has_made_up_is_masked_in_every_file_and_a_word_only_where_it_is_a_password() -> None:
    script = "deploy q7Zk2mXw9pLd postgres\n"
    login = """'echo "$PAT" | docker login crg.apkg.io -u "$USR" --password-stdin'"""
    files = {PATH: VARIABLES + step(login, "sh a.sh"), "a.sh": script}
    report = report_on({path: text.encode() for path, text in files.items()})
    shown = {path: mask(source.text, report.secrets[path]) for path, source in report.sources.items()}
    assert shown["a.sh"] == "deploy ‹literal, 12 characters› postgres\n"
    expected = VARIABLES.replace("D: postgres", "D: ‹literal, 8 characters›")
    assert shown[PATH].startswith(expected.replace("q7Zk2mXw9pLd", "‹literal, 12 characters›"))


PROGRAMS = (
    'client.run("docker login crg.apkg.io -u ada -p %s" % "{}")',
    'client.run("docker login crg.apkg.io -u ada -p {{}}".format(decoded("{}")))',
    'client.run(" ".join(["docker login crg.apkg.io -u ada -p", "{}"]))',
    'client.run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", decoded("{}")])',
    'client.run([b"docker", b"login", b"crg.apkg.io", b"-u", b"ada", b"-p", b"{}"])',
    'client.run(["docker", "login", "crg.apkg.io", "-u", "ada", "--password-stdin"], input="{}")',
    'client.run("docker login crg.apkg.io -u %s --password-stdin" % "ada", "{}")',
    'word = "{}"; client.run(f"docker login crg.apkg.io -u ada -p {{word}}")',
    'def main():\n    word = "{}"\n    client.run(("docker login crg.apkg.io -u ada -p " + word).split())\nmain()',
    'def main(word="{}"):\n    client.login("crg.apkg.io", "ada", word)\nmain()',
    'def main(word):\n    client.run("docker login crg.apkg.io -u ada -p %s" % word)\nmain("{}")',
)


def test_a_password_in_a_login_that_is_not_followed_to_its_end_is_masked_wherever_the_program_puts_it_together() -> (
    None
):
    words = [f"q7Zk2mXw9p{'abcdefghijk'[at]}" for at in range(len(PROGRAMS))]
    programs = {f"r{at}.py": f"import client\n{text.format(words[at])}\n" for at, text in enumerate(PROGRAMS)}
    files = {PATH: step(*(f"python3 {path}" for path in programs)), **programs}
    report = report_on({path: text.encode() for path, text in files.items()})
    shown = {path: mask(report.sources[path].text, report.secrets.get(path, ())) for path in programs}
    assert [path for path, word in zip(programs, words, strict=True) if word in shown[path]] == []


def shown(files: dict[str, str], path: str = PATH) -> str:
    """A file as output may show it: what is masked is `•`, whatever its length."""
    report = report_on({name: text.encode() for name, text in files.items()})
    return re.sub("‹literal, [0-9]+ characters?›", "•", mask(report.sources[path].text, report.secrets.get(path, ())))


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        (
            'client.run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", decoded("hunter")])',
            'client.run(["docker", "login", "crg.apkg.io", "-u", •, "-p", decoded(•)])',
        ),
        (
            'client.run(["docker", "login", "crg.apkg.io", "-u", "ada", "--password-stdin"], input="hunter")',
            'client.run(["docker", "login", "crg.apkg.io", "-u", •, "--password-stdin"], input=•)',
        ),
        (
            'client.run("docker login crg.apkg.io -u %s --password-stdin" % "ada", "hunter")',
            'client.run("docker login crg.apkg.io -u %s --password-stdin" % •, •)',
        ),
        ('client.login("crg.apkg.io", "ada", "hunter")', 'client.login("crg.apkg.io", •, •)'),
        ('client.log("crg.apkg.io", "ada", "hunter")', 'client.log("crg.apkg.io", "ada", "hunter")'),
        (
            'client.run("docker login ghcr.io -u", "ada", "hunter")',
            'client.run("docker login ghcr.io -u", "ada", "hunter")',
        ),
    ],
)
def test_of_a_login_that_a_program_makes_all_is_masked_but_what_says_where_and_how(program: str, expected: str) -> None:
    files = {PATH: step("python3 a.py"), "a.py": f"import client\n{program}\n"}
    assert shown(files, "a.py") == f"import client\n{expected}\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("docker login crg.apkg.io -u $U -p 'hunter two'", "docker login crg.apkg.io -u $U -p '•'"),
        ('docker login crg.apkg.io -u $U -p "hunter two"', 'docker login crg.apkg.io -u $U -p "•"'),
        ("docker login crg.apkg.io -u $U -p hunter$X", "docker login crg.apkg.io -u $U -p •$X"),
        ("X=hunter; docker login crg.apkg.io -u $U -p $X", "X=•; docker login crg.apkg.io -u $U -p $X"),
        ("X='hunter'; docker login crg.apkg.io -u $U -p $X", "X='•'; docker login crg.apkg.io -u $U -p $X"),
        ("docker login crg.apkg.io -u hunter -p $X", "docker login crg.apkg.io -u hunter -p $X"),
        ("docker login ghcr.io -u $U -p hunter", "docker login ghcr.io -u $U -p •"),
    ],
)
def test_a_password_is_masked_where_it_is_written_without_its_quotes(line: str, expected: str) -> None:
    assert shown({PATH: step(line, "docker push crg.apkg.io/acme/web")}) == step(
        expected, "docker push crg.apkg.io/acme/web"
    )


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("  password: hunter\n", "  password: •\n"),
        ("  password: 'hunter'\n", "  password: '•'\n"),
        ("  password: $PASSWORD\n", "  password: $PASSWORD\n"),
        ("  username: hunter\n", "  username: hunter\n"),
    ],
)
def test_the_password_of_a_build_image_is_masked_and_nothing_else_of_it(image: str, expected: str) -> None:
    steps = step("docker push crg.apkg.io/acme/web")
    before = "image:\n  name: acme/base\n"
    assert shown({PATH: before + image + steps}) == before + expected + steps


def test_of_a_script_that_cannot_be_read_the_words_beside_a_login_are_masked() -> None:
    lines = ["|", "echo ada", "docker login -u \\", "  ada crg.apkg.io -p $PAT word", "echo logins; if [ ada"]
    text = step("\n            ".join(lines), "docker push crg.apkg.io/acme/web")
    expected = text.replace("-u \\", "-u •").replace("ada crg", "• crg").replace("word", "•")
    assert shown({PATH: text}) == expected
    assert shown({PATH: text.replace("if [ ada", "echo ada")}) == text.replace("if [ ada", "echo ada")


def test_of_a_file_that_is_no_yaml_the_words_beside_a_login_are_masked() -> None:
    text = "pipelines: [\n- echo ada\n- docker login crg.apkg.io -u ada -p $PAT word\n"
    assert shown({PATH: text}) == text.replace("- docker", "• docker").replace("-u ada", "-u •").replace("word", "•")
