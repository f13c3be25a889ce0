"""Which programs may read a variable that a script exports."""

from __future__ import annotations

import pytest

from migrator.sinks.readers import Readers
from tests.flow.reading import BOOK, follow


def readers(text: str) -> Readers:
    return Readers(follow(text), BOOK, lambda path: None)


@pytest.mark.parametrize(
    "text",
    [
        "git clone https://bitbucket.org/acme/web",
        "git remote add origin https://bitbucket.org/acme/web\ngit push origin main",
        'git config user.name "Release bot"\ngit commit -m "Credits"\ngit push',
        "docker push crg.apkg.io/acme/web",
        "docker run -e OTHER redis",
        "ssh host uptime",
        "ssh -o StrictHostKeyChecking=no host uptime",
        "aws s3 sync dist s3://acme",
        "echo $TOKEN",
        "echo TOKEN is set",
        "printf 'TOKEN %s' a",
        "sed -e s/a/b/ file",
        "tar czf a.tgz dist",
        "kubectl apply -f k8s",
        "jq -r '.a[] | select(.b == 1)' versions.json",
        'jq ".tag = \\"$TAG\\"" task.json',
        "yq eval '.image.tag = \"1\"' -i values.yaml",
        "helm upgrade web chart",
    ],
)
def test_a_program_reads_no_variables_but_its_own(text: str) -> None:
    found = readers(text)
    assert not any(found.may_read(command, "TOKEN") for command in found.trace.commands)


@pytest.mark.parametrize(
    "text",
    [
        "./deploy",
        "make",
        "docker compose up",
        "docker-compose pull",
        "docker buildx bake",
        "docker run -e TOKEN redis",
        "docker run -eTOKEN redis",
        "docker run --env-file a.env redis",
        "podman run --env-host redis",
        "docker build --secret id=a,env=TOKEN .",
        "export GIT_ASKPASS=./ask.sh\ngit push",
        "SSH_ASKPASS=./ask.sh git push",
        "GIT_SSH_COMMAND='sh ssh.sh' git push",
        "git -c core.askPass=./ask.sh push",
        "git config --global credential.helper ./helper.sh\ngit push",
        "git push\ngit config credential.helper '!f() { echo password=${TOKEN}; }; f'",
        "git config core.hooksPath hooks\ngit push",
        "cp hooks/pre-push .git/hooks/pre-push\ngit push",
        "cat own >> ~/.gitconfig\ngit push",
        "git submodule foreach ./each.sh",
        "git bisect run ./test.sh",
        "ssh -o SendEnv=* host deploy",
        "ssh -o ProxyCommand=./proxy.sh host",
        "tar --to-command=./each.sh -xf a.tar",
        "helm upgrade web chart --post-renderer ./render.sh",
        "aws configure set credential_process ./login.sh\naws s3 ls",
        "jq -n env",
        "jq -n '$ENV | to_entries'",
        "jq -n '.a | env.PAT'",
        "jq -rf filter.jq a.json",
        "jq --from-file filter.jq a.json",
        "jq -L lib 'import \"a\" as a; .'",
        "jq '.a = '\"$FILTER\" a.json",
        'jq "$FILTER" a.json',
        'jq "[$FILTER]" a.json',
        'jq ".a=$FILTER|.b" a.json',
        'jq ".a | $FILTER" a.json',
        "cp filter ~/.jq\njq .a a.json",
        "yq '.a = strenv(PAT)' a.yml",
        "yq '(.. | select(tag == \"!!str\")) |= envsubst' a.yml",
    ],
)
def test_a_program_may_read_what_it_is_told_or_start_one_that_does(text: str) -> None:
    found = readers(text)
    assert any(found.may_read(command, "TOKEN") for command in found.trace.commands)


@pytest.mark.parametrize(
    ("text", "takes"),
    [("docker no-such-command", False), ("docker login", False), ("x", False), ("twine upload x", True)],
)
def test_a_client_looks_for_its_credential_in_variables_of_its_own(text: str, takes: bool) -> None:
    found = readers(text)
    assert [found.takes(command, "TWINE_PASSWORD") for command in found.trace.commands] == [takes]


@pytest.mark.parametrize("word", ["all", "-p", "--password-stdin"])
def test_what_a_client_is_given_by_its_words_is_no_variable_though_it_has_such_a_name(word: str) -> None:
    found = readers("docker login -u a -p b crg.apkg.io")
    assert not found.takes(found.trace.commands[0], word)


def test_a_client_takes_no_variable_of_another_name() -> None:
    found = readers("twine upload x")
    assert not found.takes(found.trace.commands[0], "OTHER")


@pytest.mark.parametrize(
    ("text", "starts", "uses"),
    [
        ("git push", False, False),
        ("make", False, False),
        ("git config core.hooksPath hooks\ngit push", True, True),
        ("git submodule foreach ./each.sh", True, True),
        ("tar --to-command=./each.sh -xf a.tar", True, True),
        ("git -c core.askPass=./ask.sh push", True, False),
        ("export GIT_ASKPASS=./ask.sh\ngit push", True, False),
        ("GIT_SSH_COMMAND='sh ssh.sh' git push", True, False),
        ("ssh -o ProxyCommand=./proxy.sh host", True, False),
        ("git config core.hooksPath hooks\ngit -c core.askPass=./ask.sh push", True, True),
    ],
)
def test_a_program_that_starts_others_may_use_packages_unless_it_only_asks(text: str, starts: bool, uses: bool) -> None:
    found = readers(text)
    last = found.trace.commands[-1]
    assert (found.starts_others(last), found.uses_others(last)) == (starts, uses)
