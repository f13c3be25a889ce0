"""How a pushed image gets the local name that its pipe is given, and who else is given names of images."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from migrator.fixes.pipe.engine import Effect, Work
from migrator.fixes.pipe.localnames import LocalNames
from migrator.fixes.refused import Refused
from migrator.reading.steps import Shell, StepFacts
from tests.fixes.pushing import API, PUSH, PUSH_2, TAG_2, WEB, engine
from tests.flow.reading import BOOK, follow

WEB_2 = WEB[:-1] + "2"
AGAIN = f"docker tag {WEB} web"


def names(script: str, *given: str) -> tuple[LocalNames, list[Work]]:
    """The names of a script beside a pipe that is given these values, and the pushes of the script."""
    one = engine(script)
    values = tuple(("X", SimpleNamespace(value=value)) for value in given)
    facts = SimpleNamespace(
        tasks=[SimpleNamespace(variables=()), SimpleNamespace(variables=values)],
        shells=[SimpleNamespace(trace=follow("ls")), SimpleNamespace(trace=follow(script))],
    )
    shell = SimpleNamespace(script=SimpleNamespace(text=script))
    assert BOOK.push_pipe
    made = LocalNames(cast(StepFacts, facts), cast(Shell, shell), BOOK.push_pipe, one)
    return made, [work for work in one.works if work.kind is Effect.PUSH]


def given(script: str, *values: str) -> str:
    made, pushes = names(script, *values)
    return made.give("web", [one for one in pushes if str(one.sources[0]).startswith("crg.")], "the image")


def tag(name: str) -> str:
    return f"docker tag {name} {WEB}"


@pytest.mark.parametrize(
    ("script", "command"),
    [
        (f"docker build -t web .; {tag('web')}; {PUSH}", ""),
        (f"docker build -t web:latest .; {tag('web')}; {PUSH}", ""),
        (f"docker build -t a .; {tag('a')}; {PUSH}", "docker tag a web"),
        (f"docker build -t a:1 .; {tag('a:1')}; {PUSH}", "docker tag a:1 web"),
        (f"docker build -t long -t a .; {tag('a')}; {PUSH}", "docker tag a web"),
        (f"docker build -t {WEB} .; {PUSH}", AGAIN),
        (f"docker build -t {WEB} .; docker push {WEB}; docker run other; docker push web", AGAIN),
        (f"docker build -t {WEB} -t {WEB_2} .; {PUSH}; {PUSH_2}", f"docker tag {WEB_2} web"),
        (f"docker build -t {WEB} .; docker tag {WEB} {WEB_2}; {PUSH}; {PUSH_2}", AGAIN),
        (f"docker build -t {WEB} -t {WEB_2} .; {PUSH}; docker build -t {WEB} .; {PUSH_2}", f"docker tag {WEB_2} web"),
        (f"docker build -t acme.example/a .; {tag('acme.example/a')}; {PUSH}", AGAIN),
        # names with variables
        (f"docker build -t a:$V .; {tag('a:$V')}; {PUSH}", "docker tag a:${V} web"),
        (f"docker build -t a:$V .; {tag('a:$V')}; V=2; {PUSH}", AGAIN),
        (f"V=$(d); docker build -t a:$V .; {tag('a:$V')}; {PUSH}", "docker tag a:${V} web"),
        (f"V=$(d); docker build -t a:$V .; {tag('a:$V')}; V=$(e); {PUSH}", AGAIN),
        (f"V=$(d); docker build -t a:$V .; {tag('a:$V')}; test -f x && V=$(e); {PUSH}", AGAIN),
        (f"V=x$(d); docker build -t a:$V .; {tag('a:$V')}; {PUSH}", AGAIN),
        (f"test -f x && V=1 || V=2; docker build -t a:$V .; {tag('a:$V')}; {PUSH}", AGAIN),
        (f"V=$(d); docker build -t a:$V -t b:$W .; {tag('a:$V')}; V=1; {PUSH}", "docker tag b:${W} web"),
        (
            f"docker build -t {WEB[:-1]}$V .; docker push {WEB[:-1]}$V",
            f"docker tag {WEB[:-1]}$V web",
        ),
        (
            f"docker build -t {WEB[:-1]}$V .; docker tag {WEB[:-1]}$V {WEB_2}; docker push {WEB[:-1]}$V; V=3; {PUSH_2}",
            f"docker tag {WEB_2} web",
        ),
        (
            f"docker build -t {WEB[:-1]}$V .; docker tag {WEB[:-1]}$V {WEB_2}; docker push {WEB[:-1]}$V; W=3; {PUSH_2}",
            f"docker tag {WEB[:-1]}$V web",
        ),
    ],
)
def test_the_command_that_names_a_pushed_image(script: str, command: str) -> None:
    assert given(script) == command


DIFFERENT = "the tags of the image are different images"
LATER = "web is the name of another local image, which is used later"


@pytest.mark.parametrize(
    ("script", "values", "detail"),
    [
        (f"docker build -t {WEB} .; docker build -t {WEB_2} .; {PUSH}; {PUSH_2}", (), DIFFERENT),
        (f"docker build -t {WEB_2} .; {PUSH}; {PUSH_2}; {PUSH_2}", (), DIFFERENT),
        (f"docker build -t a .; {tag('a')}; {PUSH}; docker run web", (), LATER),
        (f"docker build -t a .; {tag('a')}; {PUSH}; docker tag web x", (), LATER),
        (f"docker build -t a .; {tag('a')}; {PUSH}", ("x", "web"), LATER),
        (f"docker build -t a .; {tag('a')}; {PUSH}", ("web:latest",), LATER),
        (f"docker build -t {WEB} .; docker push '{WEB}'", (), "the image that is pushed cannot be named again"),
    ],
)  # fmt: skip
def test_an_image_that_can_not_get_the_name(script: str, values: tuple[str, ...], detail: str) -> None:
    with pytest.raises(Refused) as error:
        given(script, *values)
    assert (error.value.code, error.value.detail) == ("pipe-image", detail)


def test_another_name_may_be_used_later() -> None:
    script = f"docker build -t a .; {tag('a')}; {PUSH}; docker run web:2; docker push web"
    assert given(script, "web:2", "my-web") == "docker tag a web"


def test_a_tag_that_the_new_name_comes_from_is_needed() -> None:
    script = f"docker build -t acme.example/a .; {tag('acme.example/a')}; {TAG_2}; {PUSH}"
    made, pushes = names(script)
    assert made.give("web", pushes, "the image") == AGAIN
    assert [script[one.span.start : one.span.end] for one in made.needed] == [tag("acme.example/a")]
    made, pushes = names(f"docker build -t {WEB} .; {TAG_2}; {PUSH}")
    assert made.give("web", pushes, "the image") == AGAIN
    assert not any("tag" in [word.text for word in one.arguments] for one in made.needed)


def test_a_name_that_one_image_gets_is_none_of_another() -> None:
    script = f"docker build -t api .; {tag('api')}; docker build -t z .; docker tag z {API}; docker push {API}; {PUSH}"
    made, (api, web) = names(script)
    assert made.give("api", [api], "the image") == "docker tag z api"
    assert made.give("web", [web], "the image") == AGAIN
    made, (api, web) = names(script)
    assert made.give("web", [web], "the image") == "docker tag api web"


@pytest.mark.parametrize(
    ("script", "value", "reference", "is_given"),
    [
        ("ls", WEB, WEB, True),
        ("ls", WEB_2, WEB, True),
        ("ls", "x " + WEB, WEB, True),
        ("ls", API, WEB, False),
        ("ls", "", WEB, False),
        (f"I={WEB}", "$I", WEB, True),
        (f"I={WEB}; I=x", "${I}", WEB, True),
        (f"I={API}", "$I", WEB, False),
        (f"J={WEB}", "$I", WEB, False),
        ("ls", "$I", WEB, False),
        ("ls", "$I:1", "${I}:2", True),
        ("ls", "$J", "${I}:2", False),
        ("ls", "a/b:1", "a/b${V}:1", True),
        ("ls", "a/c:1", "a/b${V}:1", False),
    ],
)
def test_another_pipe_may_be_given_a_reference(script: str, value: str, reference: str, is_given: bool) -> None:
    assert names(script, "x", value)[0].given(reference) is is_given
