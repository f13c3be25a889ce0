"""Where a literal credential is masked: everywhere, or only in its place if it is a word like others."""

from __future__ import annotations

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
