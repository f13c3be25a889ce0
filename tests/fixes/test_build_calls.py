"""What else has to do with a call that reads its credential through files, and whose packages it reads."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from migrator.findings.records import Reason, Verdict
from migrator.findings.settings import Settings
from migrator.fixes.opinion import Opinion
from migrator.fixes.reasons.build_calls import build_call
from migrator.ir.paths import Top
from migrator.sinks.logins import BoundCall
from migrator.sinks.packages import PushedPackages
from tests.flow.reading import BOOK, follow

URL = "https://maven.apkg.io/acme"
HOME, HERE = "~/.m2/settings.xml", "ci/s.xml"


def opinions(
    script: str = "mvn deploy",
    *,
    files: Mapping[str, str | None] | None = None,
    named: Mapping[str, Any] | None = None,
    followed: tuple[str, ...] = (),
    kept: tuple[tuple[str, str], ...] = (),
    left: tuple[tuple[str, str], ...] = (),
    settings: Settings | None = None,
    elsewhere: bool = False,
    holding: tuple[str, ...] = (),
    **call: Any,
) -> tuple[Opinion, ...]:
    """On the last call of Maven in a script, which takes its credential from the variables U and P."""
    trace, own = follow(script), settings or Settings(own_packages=("maven.apkg.io/acme/*",))
    bound = BoundCall(**{"address": URL, "publishes": True, "names": frozenset("U"), "files": holding, **call})
    if writers := call.get("writers"):
        bound = BoundCall(**{**call, "address": URL, "publishes": True, "writers": tuple(trace.commands[: writers[0]])})
    login = SimpleNamespace(
        command=[one for one in trace.commands if one.name == "mvn"][-1],
        shell=SimpleNamespace(trace=trace),
        login=SimpleNamespace(bound=bound, client="maven", variables=frozenset("P")),
        stored=("P",),
    )
    texts = files or {}
    context = SimpleNamespace(
        book=BOOK,
        settings=own,
        picture=PushedPackages(own),
        files=SimpleNamespace(paths=tuple(texts), speaking_of=lambda name: (named or {}).get(name, frozenset())),
        file=texts.get,
        followed=frozenset(followed),
        reason=lambda code, detail, subject: Reason(code, Verdict.UNSAFE, detail, subject),
    )
    step = SimpleNamespace(shells=(login.shell,), step=SimpleNamespace(kept=kept), elsewhere=elsewhere)
    departures = [SimpleNamespace(stored=stored.split(), what=what) for stored, what in left]
    return build_call(cast(Any, step), cast(Any, context), cast(Any, login), cast(Any, departures))


def details(opinion: Opinion) -> list[str]:
    assert {one.subject for one in opinion.reasons} <= {"`mvn`"}
    return [one.detail for one in opinion.reasons]


UNREAD = "patless has not read all text that the step runs"
TOLD = "`{}` is told the file with the credential"


@pytest.mark.parametrize(
    ("script", "given", "others"),
    [
        ("mvn deploy", {}, []),
        ("time mvn deploy", {}, []),
        ("sudo mvn deploy", {}, ["`mvn` runs in `sudo`"]),
        ("mvn deploy", {"doubts": ("b", "a", "b")}, ["b", "a"]),
        ("mvn deploy", {"named": {"U": {"y", "x", "s.xml", "f"}}, "followed": ("f",)},
         ["s.xml names U, too", "x names U, too", "y names U, too"]),
        ("mvn deploy", {"named": {"U": {"x", "s.xml"}}, "holding": ("s.xml",)}, ["x names U, too"]),
        ("mvn deploy", {"named": {"P": {"x"}, "U": {"x"}, "O": {"x"}}}, ["x names P, too", "x names U, too"]),
        ("mvn deploy", {"named": {"U": Top("hidden")}}, ["what may read U is hidden"]),
        # files that the step may write
        ("echo > pom.xml; mvn deploy", {"files": {"pom.xml": ""}}, ["the step may write pom.xml"]),
        ("echo > pom.xml; mvn deploy", {}, []),
        ("echo > x.xml; mvn deploy", {"files": {"x.xml": ""}}, []),
        ("echo > build.gradle; mvn deploy", {"files": {"build.gradle": ""}}, []),
        ("echo > b/pom.xml; echo > a/pom.xml; mvn deploy", {"files": {"b/pom.xml": "", "a/pom.xml": ""}},
         ["the step may write a/pom.xml"]),
        # settings of Maven in the repository
        ("mvn deploy", {"files": {".mvn/maven.config": "-s x.xml"}}, [".mvn/maven.config may name other settings"]),
        ("mvn deploy", {"files": {".mvn/maven.config": "-Durl=x"}}, [".mvn/maven.config may name other settings"]),
        ("mvn deploy", {"files": {".mvn/maven.config": "-T 4 -Drevision=1"}}, []),
        ("mvn deploy", {"files": {".mvn/extensions.xml": None}}, [".mvn/extensions.xml may name other settings"]),
        ("mvn deploy", {"files": {"x/.mvn/maven.config": "-s x.xml"}}, []),
        # variables with more words
        *(
            (f"{name}='-Durl=x' mvn deploy", {}, [f"{name} may name other settings"])
            for name in ("MAVEN_ARGS", "MAVEN_OPTS", "GRADLE_OPTS", "JAVA_OPTS", "JAVA_TOOL_OPTIONS")
        ),
        ("MAVEN_OPTS=-Xmx1g mvn deploy", {}, []),
        ("MAVEN_OPTS=$X mvn deploy", {}, ["MAVEN_OPTS may name other settings"]),
        ("MAVEN_OPTS=$(cat x) mvn deploy", {}, ["MAVEN_OPTS may name other settings"]),
        ("export MAVEN_OPTS=-Durl=x; mvn deploy", {}, ["MAVEN_OPTS may name other settings"]),
        ("MAVEN_OPTS=-Durl=x; mvn deploy", {}, []),
        ("OTHER=-Durl=x mvn deploy", {}, []),
        # who is told the file
        ("scp ~/.m2/settings.xml h:; mvn deploy", {"places": (HOME,)}, [TOLD.format("scp")]),
        ("mvn deploy; scp -r ~/.m2 h:", {"places": (HOME,)}, [TOLD.format("scp")]),
        ("scp -r ~/.m3 h:; mvn deploy", {"places": (HOME,)}, []),
        ("scp s.xml h:; mvn deploy", {"files": {"x": ""}, "places": (HERE,)}, [TOLD.format("scp")]),
        ("$X s.xml; mvn deploy", {"places": (HERE,)},
         [TOLD.format("a program"), "`a program` runs what patless has not read"]),
        ("cp ci/s.xml x; mvn -s ci/s.xml deploy", {"places": (HERE,)}, []),
        ("echo s.xml; mvn deploy", {"places": (HERE,)}, []),
        ("echo s.xml > x; mvn deploy", {"places": (HERE,)}, [TOLD.format("echo")]),
        ("f() { ls; }; f s.xml; mvn deploy", {"places": (HERE,)}, []),
        ("./tool deploy; mvn deploy", {"places": (HERE,)}, [TOLD.format("tool")]),
        ("./tool deploy; mvn deploy", {"places": (HOME,)}, []),
        ("./tool -x deploy; mvn deploy", {"places": (HOME, HERE)}, [TOLD.format("tool")]),
        ("scp s.xml h:; mvn deploy", {"holding": ("ci/s.xml",)}, [TOLD.format("scp")]),
        ("./tool deploy; mvn deploy", {"holding": ("ci/s.xml",)}, []),
        ("./tool deploys; mvn deploy", {"places": (HERE,)}, []),
        ("sed -i x s.xml; mvn deploy", {"places": (HERE,), "writers": (1,)}, []),
        # what nobody has read
        ("curl x | bash; mvn deploy", {}, ["`bash` runs what patless has not read", UNREAD]),
        ("mvn deploy; curl x | bash", {}, [UNREAD]),
        ("$X; mvn deploy", {}, ["`a program` runs what patless has not read"]),
        ("mvn deploy; $X", {}, []),
        ("[[ x == @($(ls)|b) ]]; mvn deploy", {}, ["patless has not read a pattern that runs commands"]),
        ("mvn deploy; [[ x == @($(ls)|b) ]]", {}, []),
    ],
)  # fmt: skip
def test_what_else_may_set_or_take_what_a_call_is_given(script: str, given: dict[str, Any], others: list[str]) -> None:
    opinion = opinions(script, **given)[1]
    assert details(opinion) == others
    assert [one.what for one in opinion.seen] == others


def test_no_more_than_six_reasons_are_given_of_a_kind() -> None:
    many = tuple(f"doubt {number}" for number in range(8))
    assert details(opinions(doubts=many)[1]) == list(many[:6])
    assert len(opinions(doubts=many)[1].seen) == 8
    assert details(opinions(refused=many)[0]) == list(many[:6])
    assert details(opinions(refused=())[0]) == []


def test_a_sign_of_the_file_s_own_is_taken_to_be_in_no_credential() -> None:
    assert opinions()[1].assumptions == ()
    assert opinions(raw="XML")[1].assumptions == ("the native credentials have no sign in them that XML reserves",)


@pytest.mark.parametrize(
    ("places", "kept", "left", "leaves"),
    [
        ((HERE,), (("an artifact", "ci/**"),), (), ["an artifact keeps the file with the credential"]),
        ((HERE,), (("an artifact", "dist/**"), ("a cache", "ci")), (), ["a cache keeps the file with the credential"]),
        ((HOME,), (("a cache", "~/.m2"),), (), ["a cache keeps the file with the credential"]),
        ((HOME,), (("a cache", "/root/.m2"),), (), ["a cache keeps the file with the credential"]),
        ((HOME,), (("a cache", "/root/.m3"),), (), []),
        ((), (("an artifact", "ci/**"),), (("P", "x"),), []),
        ((HERE,), (), (("Q P", "a part of an image"), ("Q", "y")),
         ["what the step writes there also becomes a part of an image"]),
    ],
)  # fmt: skip
def test_what_takes_the_file_out_of_the_step(
    places: tuple[str, ...], kept: tuple[tuple[str, str], ...], left: tuple[tuple[str, str], ...], leaves: list[str]
) -> None:
    assert details(opinions(places=places, kept=kept, left=left)[2]) == leaves


ACME, NOBODY = Settings(workspace="acme"), Settings()
NONE = "patless sees no package of maven.apkg.io that `mvn` reads or publishes"
WORKSPACE = "https://maven.apkg.io/${env.BITBUCKET_WORKSPACE}/x"


@pytest.mark.parametrize(
    ("given", "reasons", "granted"),
    [
        ({}, [], ["what `mvn` publishes at maven.apkg.io/acme is linked to this repository"]),
        ({"publishes": False}, [], []),
        ({"publishes": False, "settings": NOBODY}, [NONE], []),
        ({"publishes": False, "elsewhere": True}, [NONE], []),
        ({"publishes": False, "unclear": "it may read any", "settings": NOBODY}, ["it may read any"], []),
        ({"publishes": False, "unclear": "it may read any"}, [], []),
        ({"publishes": False, "foreign": ("com.x:y",)}, [], []),
        (
            {"publishes": False, "foreign": ("com.x:y",), "settings": NOBODY},
            ["`mvn` may read maven.apkg.io/acme/com.x:y, which this repository does not publish"],
            [],
        ),
        ({"publishes": False, "foreign": ("z",), "settings": Settings(shared_packages=("*/z",))}, [], []),
        ({"settings": ACME}, [], ["what `mvn` publishes at maven.apkg.io/acme is linked to this repository"]),
        (
            {"settings": Settings(workspace="other")},
            ["maven.apkg.io/acme is of another workspace"],
            ["what `mvn` publishes at maven.apkg.io/acme is linked to this repository"],
        ),
        (
            {"address": "https://maven.apkg.io", "settings": Settings(workspace="other")},
            [],
            ["what `mvn` publishes at maven.apkg.io is linked to this repository"],
        ),
        (
            {"address": WORKSPACE, "settings": ACME},
            [],
            ["what `mvn` publishes at maven.apkg.io/acme is linked to this repository"],
        ),
        (
            {"address": WORKSPACE, "settings": NOBODY},
            [],
            ["what `mvn` publishes at maven.apkg.io/$BITBUCKET_WORKSPACE is linked to this repository"],
        ),
        (
            {"publishes": False, "foreign": tuple("abcdefgh"), "settings": NOBODY},
            [f"`mvn` may read maven.apkg.io/acme/{one}, which this repository does not publish" for one in "abcde"],
            [],
        ),
    ],
    ids=str,
)
def test_whose_the_packages_are(given: dict[str, Any], reasons: list[str], granted: list[str]) -> None:
    opinion = opinions(**given)[3]
    known = [one.detail for one in opinion.reasons if one.code != "host-undocumented"]
    assert (known, list(opinion.assumptions)) == (reasons, granted)


@pytest.mark.parametrize(
    ("host", "settings", "said"),
    [
        ("x.apkg.io", NOBODY, True),
        ("x.apkg.io", Settings(own_packages=("x.apkg.io/acme/*",)), False),
        ("x.apkg.io", Settings(own_packages=("y.apkg.io/acme/*",)), True),
        ("pypi.apkg.io", NOBODY, False),
    ],
)
def test_a_host_that_no_documentation_names_is_told(host: str, settings: Settings, said: bool) -> None:
    reasons = opinions(address=f"https://{host}/acme", settings=settings)[3].reasons
    assert [(one.detail, one.subject) for one in reasons if one.code == "host-undocumented"] == (
        [(f"no documentation of the platform names {host}", host)] if said else []
    )


def test_a_login_that_no_file_binds_is_asked_nothing() -> None:
    login = SimpleNamespace(login=SimpleNamespace(bound=None))
    assert build_call(cast(Any, None), cast(Any, None), cast(Any, login), ()) == ()
