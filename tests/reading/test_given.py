"""What text gives to a program as its password: it is masked, wherever it is shown."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from migrator.reading.given import given
from migrator.rulebook import reading as rulebook
from migrator.rulebook.records import RuleBook

BOOK = rulebook.load()


def shown_as_passwords(text: str, book: RuleBook = BOOK) -> list[str]:
    return [text[span.start : span.end] for span in sorted(set(given(text, book)))]


@pytest.mark.parametrize(
    ("text", "passwords"),
    [
        # an option: of some programs it is a user name and a password
        ("curl -u ada:hunter2 https://acme.example", ["hunter2"]),
        ("curl -su ada:hunter2 https://acme.example", ["hunter2"]),
        ("curl --user 'ada:hunter2' https://acme.example", ["hunter2"]),
        ("curl --user=ada:hunter2 https://acme.example", ["hunter2"]),
        ("curl -b sid=hunter2 https://acme.example", ["hunter2"]),
        ("curl --oauth2-bearer hunter2 https://acme.example", ["hunter2"]),
        ("lftp -u ada,hunter2 acme.example", ["hunter2"]),
        ("openssl enc -k hunter2", ["hunter2"]),
        ("redis-cli -h acme.example -a hunter2", ["hunter2"]),
        ("mysql -uada -phunter2 web", ["hunter2"]),
        ("curl -u ada https://acme.example", []),
        ("curl -u $U:$P https://acme.example", []),
        ("curl -o web https://acme.example", []),
        ("curl  https://acme.example", []),
        ("redis-cli  get  name", []),
        ("redis-cli -a $P get name", []),
        ("mysql -up web", []),
        ("base64 -u ada:hunter2; curl https://acme.example", []),
        ("curl https://acme.example\nbase64 -u ada:hunter2", []),
        # a word, by its number
        ("vault login hunter2", ["hunter2"]),
        ("vault -x login -no-print hunter2", ["hunter2"]),
        ("vault login role=ci hunter2", ["hunter2"]),
        ("vault login hunter2 more", ["hunter2"]),
        ("cf auth ada hunter2", ["hunter2"]),
        ("htpasswd -b .htpasswd ada hunter2", ["hunter2"]),
        ("htpasswd -nb ada hunter2", ["hunter2"]),
        ("htpasswd -Bbn ada hunter2", ["hunter2"]),
        ("sqlplus ada/hunter2 @web", ["hunter2"]),
        ("sqlplus $U/$P @web", []),
        ("vault login $TOKEN", []),
        ("vault login\nmore", []),
        ("cf auth ada | more words", []),
        ("nuget push web.nupkg <<< text more", []),
        # what is fed
        ("echo hunter2 | passwd --stdin ada", ["hunter2"]),
        ("passwd --stdin ada <<< hunter2", ["hunter2"]),
        ("sudo -S true <<< hunter2", ["hunter2"]),
        ("echo hunter2 | read -r TOKEN", ["hunter2"]),
        ("echo hunter2|passwd --stdin ada", ["hunter2"]),
        ("echo hunter2|login", ["hunter2"]),
        ("tool --docker-password hunter2", ["hunter2"]),
        ("tool --docker-password=$P", []),
        ("true\necho more\r\necho hunter2 | docker login", ["hunter2"]),
        (": " + "x" * 600 + "; echo hunter2 | docker login", ["hunter2"]),
        ("cat <<< hunter2 | docker login", ["hunter2"]),
        ("echo (hunter2) | docker login", ["hunter2"]),
        ("echo $(hunter-2) | docker login", ["hunter-2"]),
        ("echo $(decode hunter2) | docker login", ["decode", "hunter2"]),
        ("echo $(PAT) | docker login", []),
        ("echo hello | curl -d @- https://acme.example", []),
        ("echo hello | read -r NAME", []),
        ("echo hello | tee login.txt | true", ["hello"]),
        ("echo hello; docker login", []),
        # quotes, and what stands together
        ("true\ndocker login -p hunter2", ["hunter2"]),
        ("docker login -u sh -phunter2", ["hunter2"]),
        ("docker login -p'hunter2' web", ["hunter2"]),
        ('docker login -p"hunter2" web', ["hunter2"]),
        ("docker login -p hun-ter.2", ["hun-ter.2"]),
        ('"docker login -p "+"hunter2"', ["hunter2"]),
        ("run('docker login -p'); other = 'text'", []),
        ('run("docker login -p"); other = "text"', []),
        ("docker login --passwordless yes", []),
        ("docker login -p --", []),
    ],
)
def test_a_password_is_known_by_where_a_program_takes_one(text: str, passwords: list[str]) -> None:
    assert shown_as_passwords(text) == passwords


def test_rules_that_name_no_program_besides_the_clients_leave_the_logins_of_clients() -> None:
    bare = replace(BOOK, passwords=())
    assert shown_as_passwords("echo hello | tee file\ncurl -u ada:hunter2", bare) == []
    assert shown_as_passwords("echo hunter2 | docker login", bare) == ["hunter2"]
