"""Calls that are made with a credential of their own: what they are given, for which host, and what nobody knows."""

from __future__ import annotations

import pytest

from migrator.sinks.calls import authenticated_calls, find_calls
from migrator.sinks.images import find_images
from migrator.sinks.logins import SEVERAL, Login
from tests.flow.reading import BOOK, follow

WEB, BASE = "crg.apkg.io/acme/web", "crg.apkg.io/acme/base"
TWINE = "twine upload --repository-url https://pypi.apkg.io/acme d/*"
UV = "uv publish --publish-url https://pypi.apkg.io/acme"


def calls(script: str) -> list[Login]:
    flow = follow(script)
    return list(find_calls(flow, find_images(flow, BOOK, {}.get), BOOK))


def pairs(script: str) -> list[tuple[str | None, str | None]]:
    return [(one.username.symbol(), one.password.symbol()) for one in calls(script)]


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"skopeo copy docker://{BASE} docker://{WEB}", []),
        (f"skopeo copy --dest-creds $U:$T docker://{BASE} dir:x", []),
        (f"skopeo copy --src-creds $U:$T dir:x docker://{WEB}", []),
        (
            f"skopeo copy --src-creds $A:$B --dest-creds $C:$D docker://{BASE} docker://{WEB}",
            [("${A}", "${B}"), ("${C}", "${D}")],
        ),
        (f"skopeo copy --dest-username $U --dest-password $T dir:x docker://{WEB}", [("${U}", "${T}")]),
        (f"skopeo inspect --creds $U:$T docker://{WEB}", [("${U}", "${T}")]),
        (f"docker push --creds $U:$T {WEB}", [("${U}", "${T}")]),
        (f"docker push --creds a:b --creds $U:$T {WEB}", [("${U}", "${T}")]),
        (f"docker push --creds $C {WEB}", [(None, "${C}")]),
        (f"docker push --creds $(cat c) {WEB}", [(None, None)]),
        (f"docker push --creds :$T {WEB}", [("", "${T}")]),
        (f"docker push --creds $U: {WEB}", [("${U}", "")]),
        (f"docker push --creds $U:a:b {WEB}", [("${U}", "a:b")]),
        (f"[ $X ] && C=a:$T || C=b:$T\ndocker push --creds $C {WEB}", [(None, None)]),
        (f"docker push {WEB}", []),
        (f"docker inspect --creds $U:$T {WEB}", []),
        (f"oras push -u a -u $U -p $T {WEB}", [("${U}", "${T}")]),
        (f"oras push -u $U --password-stdin {WEB} <<< $T", [("${U}", "${T}\n")]),
        (f"oras push -u $U -p $P --password-stdin {WEB} <<< $T", [("${U}", None)]),
        (f"oras push -p $T {WEB}", [(None, "${T}")]),
        (f"oras push -u $U -u $V -p $P -p $T {WEB}", [("${V}", "${T}")]),
        (f"make push --creds $U:$T {WEB}", []),
        (f"docker mystery --creds $U:$T {WEB}", []),
        (f"docker() {{ true; }}\ndocker push --creds $U:$T {WEB}", []),
        (TWINE, [("${TWINE_USERNAME}", "${TWINE_PASSWORD}")]),
        (f"{TWINE} -u $U -p $T", [("${U}", "${T}")]),
        (f"TWINE_USERNAME=$A {TWINE} -u $U -p $T", [("${U}", "${T}")]),
        (f"TWINE_PASSWORD=$T {TWINE}", [("${TWINE_USERNAME}", "${T}")]),
        (f"TWINE_PASSWORD=$T\n{TWINE}", [("${TWINE_USERNAME}", None)]),
        (f"echo x > ~/.netrc\n{TWINE}", []),
        (f"echo x > ~/.netrc\n{TWINE} -p $T", [(None, "${T}")]),
        (f"{UV} -u $U -p $T", [("${U}", "${T}")]),
        (f"{UV} -u $U", [("${U}", "${UV_PUBLISH_PASSWORD}")]),
        (f"{UV} -t $T", [(None, "${T}")]),
        (f"UV_PUBLISH_TOKEN=$T {UV}", [(None, "${T}")]),
        (f"{UV} -t $T -p $P", [("${UV_PUBLISH_USERNAME}", "${P}")]),
        (f"UV_PUBLISH_TOKEN=$T\n{UV}", [(None, None)]),
        (f"push() {{ docker push --creds $U:$T {WEB}; }}\npush", [("${U}", "${T}")]),
    ],
)
def test_a_call_is_made_with_what_it_is_given_or_finds_in_its_variables(
    script: str, found: list[tuple[str | None, str | None]]
) -> None:
    assert pairs(script) == found


def test_where_a_token_may_be_stored_instead_the_two_are_not_all_that_it_may_be() -> None:
    (one,) = calls(UV)
    assert list(one.password.texts) == ["${UV_PUBLISH_PASSWORD}", "${UV_PUBLISH_TOKEN}"]
    assert list(one.username.texts) == ["${UV_PUBLISH_USERNAME}"]
    assert one.username.unknown == "UV_PUBLISH_USERNAME, or from the client if UV_PUBLISH_TOKEN is stored"
    assert one.token is None
    assert [sink.variable for sink in one.sinks] == ["UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD"]
    (one,) = calls(f"{UV} -t $T")
    assert (one.token and one.token.value.symbol(), [sink.variable for sink in one.sinks]) == ("${T}", [""])


def test_each_way_to_a_credential_in_one_word_counts() -> None:
    (one,) = calls(f"[ $X ] && C=a:$T || C=b:$S\ndocker push --creds $C {WEB}")
    assert (list(one.username.texts), list(one.password.texts)) == (["a", "b"], ["${T}", "${S}"])


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (f"TWINE_USERNAME=$U\n{TWINE}", "TWINE_USERNAME, which the script changes and does not hand on"),
        (f"echo x > ~/.netrc\n{TWINE} -p $T", "TWINE_USERNAME, which the script does not set"),
        (f"oras push -p $T {WEB}", "nothing that is written here"),
        (f"docker push --creds $C {WEB}", "a variable that holds both the user name and the password"),
    ],
)
def test_why_a_half_is_not_known_is_said(script: str, why: str) -> None:
    (one,) = calls(script)
    assert one.username.unknown == why


@pytest.mark.parametrize(
    ("images", "host", "subject", "perhaps"),
    [
        (WEB, "crg.apkg.io", "", False),
        (f"{WEB} {BASE}", "crg.apkg.io", "", False),
        ("crg.apkg.io/acme/$NAME", "crg.apkg.io", "", False),
        ("a.example/x b.example/y", "a.example", "", False),
        (f"{WEB} a.example/x", "", SEVERAL, True),
        (f"a.example/x {WEB}", "", SEVERAL, True),
        ("$IMAGE", "", "IMAGE", False),
        ("$HOST/acme/web", "", "HOST", False),
        ("x$HOST/acme/web", "", "HOST", False),
        ("$A $B", "", "A", False),
        (f"{WEB} $B", "", "B", True),
        ("$(cat image)", "", "a file or filter that `cat` reads", False),
    ],
)
def test_the_host_is_that_of_all_images(images: str, host: str, subject: str, perhaps: bool) -> None:
    (one,) = calls(f"docker push --creds $U:$T {images}")
    assert (one.host, one.host_subject, one.perhaps is not None) == (host, subject, perhaps)
    assert (one.registry is not None) == (host == "crg.apkg.io")
    assert [use.command for use in one.alone or ()] == [one.command] * len(images.replace("cat ", "").split())


JIB = f"mvn jib:build -Djib.to.image={WEB}"


@pytest.mark.parametrize(
    ("script", "found"),
    [
        (f"{JIB} -Djib.to.auth.username=$U -Djib.to.auth.password=$T", [("crg.apkg.io", ("U", "T"))]),
        (
            f"{JIB} -Djib.to.auth.username=$BITBUCKET_PACKAGES_USERNAME -Djib.to.auth.password=$T",
            [("crg.apkg.io", ("T",))],
        ),
        (f"{JIB} -Djib.to.auth.password=$BITBUCKET_PACKAGES_TOKEN", []),
        (f"{JIB} -Djib.to.auth.username=ci -Djib.to.auth.password=x", [("crg.apkg.io", ())]),
        (f"{JIB} -Djib.to.auth.password=", []),
        (f"{JIB} -Dmore=$T", []),
        (JIB, []),
        ("mvn jib:build -Djib.to.image=a.example/x -Djib.to.auth.password=$T", []),
        (f"skopeo copy --dest-creds $U:$T dir:x docker://{WEB}", [("crg.apkg.io", ("U", "T"))]),
        (f"docker login -u $U -p $T {WEB}", []),
        (f"build() {{ true; }}\nbuild --creds $U:$T {WEB}", []),
        (f"./build.sh --creds $U:$T {WEB}", [("crg.apkg.io", ("U", "T"))]),
    ],
)
def test_a_program_that_is_given_a_stored_credential_and_an_image_is_told(
    script: str, found: list[tuple[str, tuple[str, ...]]]
) -> None:
    flow = follow(script)
    assert [(one.host, one.stored) for one in authenticated_calls(flow, BOOK)] == found
    assert list(authenticated_calls(flow, BOOK, set(flow.commands))) == []
