"""What a command does with local images, whom it asks for them, and which later commands use one."""

from __future__ import annotations

import pytest

from tests.fixes.pushing import engine


@pytest.mark.parametrize(
    ("line", "kind", "sources", "targets"),
    [
        ("docker build -t web -t a:1 .", "BUILD", "", "web:latest a:1"),
        ("docker tag web a b:1", "TAG", "web:latest", "a:latest b:1"),
        ("docker push a b", "PUSH", "a:latest b:latest", ""),
        ("docker image push a", "PUSH", "a:latest", ""),
        ("docker manifest push a", "CHANGES", "?", ""),
        ("docker buildx imagetools create -t a b", "CHANGES", "?", ""),
        ("docker compose up", "CHANGES", "?", ""),
        ("docker compose ps", "NOTHING", "", ""),
        ("docker stack deploy -c x y", "CHANGES", "?", ""),
        ("docker buildx bake", "CHANGES", "?", ""),
        ("docker pull a", "LOCAL", "a:latest", "a:latest"),
        ("docker run a b", "LOCAL", "a:latest b:latest", ""),
        ("docker rmi web", "LOCAL", "web:latest", "web:latest"),
        ("docker rmi $X", "LOCAL", "${X}:latest", "${X}:latest"),
        ("docker inspect web", "LOCAL", "web:latest", ""),
        ("docker images", "LOCAL", "", ""),
        ("docker load web", "CHANGES", "web:latest", ""),
        ("docker $X web", "CHANGES", "web:latest", ""),
        ("docker context use x", "CHANGES", "use:latest x:latest", ""),
        ("docker context ls", "NOTHING", "", ""),
        ("docker buildx ls", "NOTHING", "", ""),
        ("docker ps", "NOTHING", "", ""),
        ("docker login web", "NOTHING", "", ""),
        ("docker logout", "NOTHING", "", ""),
        ("podman build -t web .", "NOTHING", "", ""),
        ("crane rename web", "NOTHING", "", ""),
        ("./x", "PROGRAM", "", ""),
        ("ls", "NOTHING", "", ""),
        ("echo docker rmi web", "NOTHING", "", ""),
        ("f() { ls; }; f", "NOTHING", "", ""),
        ("./x | xargs docker rmi", "PROGRAM", "", ""),
        ("ls | xargs echo", "NOTHING", "", ""),
        ("ls | xargs ./x", "PROGRAM", "", ""),
        ("find . -exec /usr/bin/docker rmi web ';'", "PROGRAM", "", ""),
        ("find . -exec docker logout ';'", "NOTHING", "", ""),
        ("find . -exec echo undocker rmi ';'", "NOTHING", "", ""),
    ],
)
def test_what_a_command_does_with_local_images(line: str, kind: str, sources: str, targets: str) -> None:
    work = engine(line).works[-1]
    assert work.kind.name == kind
    assert [one or "?" for one in work.sources] == sources.split()
    assert [one or "?" for one in work.targets] == targets.split()


@pytest.mark.parametrize(
    ("line", "kind"),
    [("trap 'docker rmi web' EXIT", "PROGRAM"), ("trap './x' EXIT", "NOTHING"), ("trap 'ls' EXIT", "NOTHING")],
)
def test_a_trap_that_calls_a_client_may_do_so_at_any_time(line: str, kind: str) -> None:
    assert engine(line).works[0].kind.name == kind


@pytest.mark.parametrize(
    ("line", "called"),
    [
        ("./x docker rmi", "docker"),
        ("./x podman pull; docker rmi", ""),
        ("./x 'podman pull; docker rmi'", "docker"),
        ("./x podman pull", ""),
        ("./x /usr/bin/docker ps", "docker"),
        ("./x docker", "docker"),
        ("./x docker logout", ""),
        ("./x docker.io ps", ""),
        ("./x web-docker ps", ""),
        ("./x $Y docker $Z", "docker"),
    ],
)
def test_a_program_is_called_in_the_words_of_another_one(line: str, called: str) -> None:
    one = engine(line)
    assert one.called(one.works[0].command, {"docker"}) == called


def test_of_two_programs_the_first_by_name_is_told() -> None:
    one = engine("./x 'podman pull; docker rmi'")
    assert one.called(one.works[0].command, {"podman", "docker", "crane"}) == "docker"


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("docker pull a", ["a"]),
        ("docker build .", []),
        ("docker build --pull .", ["base"]),
        ("docker build --pull=true .", ["base"]),
        ("docker build --pull=false .", []),
        ("docker build --no-cache .", []),
        ("docker build --progress never .", []),
        ("docker run a", []),
        ("docker run --pull always a", ["a"]),
        ("docker run --pull missing a", []),
        ("docker run --pull never a", []),
        ("docker run --pull $P a", ["a"]),
        ("docker container create a", []),
        ("docker service create a", ["a"]),
        ("docker buildx imagetools inspect a", ["a"]),
        ("docker buildx build .", []),
        ("docker buildx build --pull .", ["base"]),
        ("podman build .", ["base"]),
        ("podman run a", ["a"]),
        ("crane digest a", ["a"]),
        ("crane rename crg.apkg.io/acme/web", ["crg.apkg.io/acme/web"]),
        ("docker rename crg.apkg.io/acme/web", []),
        ("podman save crg.apkg.io/acme/web", []),
        ("docker push a", []),
        ("docker tag a b", []),
        ("./x crg.apkg.io/acme/web", []),
    ],
)
def test_an_image_of_the_step_is_asked_for_in_its_registry_all_the_same(line: str, asked: list[str]) -> None:
    one = engine(line, files={"Dockerfile": "FROM base\n"})
    assert one.asks_registry(one.works[-1]) == asked


WEB = "crg.apkg.io/acme/web:1"


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("ls", False),
        ("docker ps", False),
        ("docker load -i x", True),
        ("docker tag web a", False),
        (f"docker tag {WEB} a", True),
        ("docker tag $(x) a", True),
        ("docker tag $X a", True),
        (f"docker push {WEB}", True),
        (f"docker push a {WEB}", True),
        ("docker push a", False),
        ("docker images", False),
        ("docker images | cat", True),
        ("docker rmi web | cat", False),
        ("docker images --filter=reference=crg.apkg.io/acme/web", True),
        ("docker images --filter=reference=crg.apkg.io/acme/api", False),
        ("docker rmi a --crg.apkg.io/acme/web-", True),
        ("docker rmi crg.apkg.io/acme/web2", False),
        (f"docker rmi a {WEB}", True),
        ("docker rmi a $(x)", True),
        ("docker run a", False),
        ("docker build .", False),
        ("docker build -f Web .", True),
        ("docker build -f Unknown .", True),
        ("docker build -f Tag .", True),
        ("docker build -f Empty .", True),
        ("docker build -f Latest .", True),
        ("docker build -f Other .", False),
        ("docker build -f Second .", False),
        (f"docker build -t {WEB} .", False),
        (f"docker build --label x={WEB} .", True),
        ("docker build --label x=crg.apkg.io/acme/web .", True),
        ("docker build --label x=crg.apkg.io/acme/api --no-cache .", False),
        ("docker build --label $X .", False),
    ],
)
def test_what_uses_a_local_image_that_a_step_has_named(line: str, used: bool) -> None:
    texts = {
        "Dockerfile": "FROM base\n",
        "Web": f"FROM base\nFROM {WEB}\n",
        "Unknown": "ARG A\nFROM $A\n",
        "Tag": "ARG A\nFROM crg.apkg.io/acme/web:$A\n",
        "Empty": "ARG A=\nFROM crg.apkg.io/acme/web:$A\n",
        "Latest": "FROM crg.apkg.io/acme/web\n",
        "Second": "FROM crg.apkg.io/acme/web:2\n",
        "Other": "ARG A\nFROM crg.apkg.io/acme/api:$A\n",
    }
    one = engine(line, files=texts)
    assert any(one.uses(work, WEB) for work in one.works if work.called) is used


def test_of_a_reference_with_several_values_each_may_be_used() -> None:
    lines = ("docker images --filter=reference=a", "docker build --label a .", "docker build --label x .", "./x", "ls")
    one = engine("; ".join(lines), files={"Dockerfile": "FROM base\n"})
    assert [one.uses(work, "b:1|a:1") for work in one.works] == [True, True, False, True, False]
    assert [one.uses(work, "a:1|b:1") for work in one.works] == [True, True, False, True, False]


def test_a_name_that_begins_with_a_variable_is_looked_for_as_it_is() -> None:
    one = engine("docker build --label x .", files={"Dockerfile": "FROM scratch\n"})
    assert not one.uses(one.works[0], "${X}:1")


def test_users_of_an_image_are_those_behind_a_place_in_each_script() -> None:
    one = engine("docker run a; docker tag a b; docker run a; docker run b", "docker run a; ls")
    tag = one.works[1]
    found = list(one.users("a:latest", tag.at))
    assert [(work.shell, work.command.name, work.sources) for work in found] == [
        (0, "docker", ("a:latest",)),
        (1, "docker", ("a:latest",)),
    ]
    assert list(one.users("a:latest", one.works[-1].at)) == []
