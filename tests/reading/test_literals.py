"""Where a literal credential is masked: everywhere, or only in its place if it is a word like others."""

from __future__ import annotations

import re
from base64 import b64encode

import pytest

from migrator.findings.settings import Settings
from migrator.reading.literals import literals, spoken
from migrator.text.mask import mask
from tests.flow.reading import BOOK
from tests.memory import PATH, report_on, step

PUSH = "docker push crg.apkg.io/acme/web"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0" * 2
ENCODED = b64encode(b"docker login crg.apkg.io -u ada -p s3cr3tPw0rd").decode()
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
    assert all(span.start < span.end for spans in report.secrets.values() for span in spans)
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
        (
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", "hunter"], check=True)',
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", •], check=True)',
        ),
        (
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", decoded("hunter")], check=True)',
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", decoded(•)], check=True)',
        ),
        (
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", f"hun{x}ter"], check=True)',
            'run(["docker", "login", "crg.apkg.io", "-u", "ada", "-p", f"•{x}•"], check=True)',
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
    files = {PATH: step("python3 a.py"), "a.py": f"import client\nfrom subprocess import run\n{program}\n"}
    assert shown(files, "a.py") == f"import client\nfrom subprocess import run\n{expected}\n"


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
        ("docker login crg.apkg.io -u $U -p ' '", "docker login crg.apkg.io -u $U -p ' '"),
        ("docker login crg.apkg.io -u $U -p $(echo hunter)", "docker login crg.apkg.io -u $U -p $(echo •)"),
        ("X=hunter; docker login crg.apkg.io -u $U -p ${X^^}", "X=•; docker login crg.apkg.io -u $U -p ${X^^}"),
        ("X=aab; docker login crg.apkg.io -u $U -p ${X#a}", "X=•; docker login crg.apkg.io -u $U -p ${X#a}"),
        ("docker login crg.apkg.io -u $U -p ${X:-hunter}", "docker login crg.apkg.io -u $U -p ${X:-•}"),
        ("read X <<< hunter; docker login crg.apkg.io -u $U -p ${X^^}", None),
        ('X=ada; $Y "${X^^}" docker login crg.apkg.io', None),
        ("$CLIENT login crg.apkg.io -u ada -p hunter", "$CLIENT login crg.apkg.io -u ada -p •"),
        ("$X docker login crg.apkg.io ada word", "$X docker login crg.apkg.io ada word"),
    ],
)
def test_a_password_is_masked_where_it_is_written_without_its_quotes(line: str, expected: str | None) -> None:
    expected = line if expected is None else expected
    assert shown({PATH: step(line, "docker push crg.apkg.io/acme/web")}) == step(
        expected, "docker push crg.apkg.io/acme/web"
    )


def test_a_password_of_the_configuration_is_written_nowhere() -> None:
    text = step("docker login crg.apkg.io -u $U -p $T", PUSH)
    assert report_on(text, Settings(variables={"T": "hunter"})).secrets.get(PATH, ()) == ()


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("  password: hunter\n", "  password: •\n"),
        ("  password: 'hunter'\n", "  password: '•'\n"),
        ("  password: $PASSWORD\n", "  password: $PASSWORD\n"),
        ("  username: hunter\n", "  username: hunter\n"),
        ("  password: ''\n", "  password: ''\n"),
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


def test_the_password_of_a_build_image_is_masked_wherever_it_stands() -> None:
    text = "x: &one hunter\nimage:\n  name: acme/base\n  password: *one\n" + step("echo hunter", "echo hunt", PUSH)
    assert shown({PATH: text}) == text.replace("hunter", "•")


def test_what_only_a_script_shows_as_it_is_read_is_masked_in_each_script_of_each_file() -> None:
    def folded(word: str) -> str:
        return f'"cu\\x72l -u ada:{word} https://acme.example"'

    imports = "definitions:\n  imports:\n    shared: shared.yml\n"
    first = (
        imports + step(folded("hunter"), PUSH) + step(folded("hunted"), PUSH).replace("pipelines:\n  default:\n", "")
    )
    files = {PATH: first, "shared.yml": "export: true\n" + step(folded("hunter"), PUSH)}
    for path, text in files.items():
        assert shown(files, path) == text.replace("hunter", "•").replace("hunted", "•")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("curl -u ada:hunter2 https://acme.example", ["hunter2"]),
        ("TOKEN=hunter2", ["hunter2"]),
        ("npmAuthIdent: ada:hunter2", ["hunter2"]),
        ("npmAuthIdent: hunter2", ["hunter2"]),
        ('"npmAuthIdent": "ada:hunter2"', ["hunter2"]),
        ("the `npmAuthIdent` ada:hunter2", []),
        ("npmAuthIdent: '$IDENT'", []),
        (f"see {TOKEN}", [TOKEN]),
        (f"see x{TOKEN[4:]}", []),
        (f"x {ENCODED} y", [ENCODED]),
        ("ls", []),
    ],
)
def test_literal_credentials_of_any_text(text: str, found: list[str]) -> None:
    assert sorted({text[span.start : span.end] for span in literals(text, BOOK)}) == found


def test_a_sentence_shows_no_literal_credential_whether_it_is_asked_about_again_or_not() -> None:
    for _ in range(2):
        assert spoken("curl -u ada:hunter2 x", BOOK) == "curl -u ada:‹literal, 7 characters› x"
        assert spoken("curl -u ada:hunter3 x" + " " * 5000, BOOK).startswith("curl -u ada:‹literal, 7 characters› x")
        assert "curl -u ada:hunter2 x" in BOOK.literals
        assert not any("hunter3" in text for text in BOOK.literals)
