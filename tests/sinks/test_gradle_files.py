"""What a build file says of repositories, in Groovy and Kotlin: none that is no code first."""

from __future__ import annotations

import pytest

from migrator.sinks.gradle_files import BuildRepository, HalfSource, build
from tests.memory import within

HERE = "https://maven.apkg.io/acme"
FROM_U, FROM_P = (HalfSource("U", False),), (HalfSource("p", True),)


def only(text: str) -> BuildRepository:
    found = build(text)
    assert found
    (one,) = found.repositories
    return one


def half(value: str, before: str = "") -> tuple[HalfSource, ...] | None:
    return only(
        f'{before}\nrepositories {{ maven {{ url = "{HERE}"\ncredentials {{ username = {value}\n}} }} }}'
    ).username


@pytest.mark.parametrize(
    "text",
    [
        "",
        "// maven { }",
        "/* maven { } */",
        "def x = 'maven { }'",
        'def x = """\nmaven {\n}\n"""',
        "def x = '''\n{ ' \" '''",
        "mavenCentral() { }",
        'println("maven { url }")',
    ],
)
def test_comments_and_texts_are_no_code(text: str) -> None:
    found = build(text)
    assert found
    assert found.repositories == ()


@pytest.mark.parametrize(
    "text",
    [
        "maven {",
        "}",
        "maven { ( }",
        "def x = 'a",
        'def x = "a\n"',
        'def x = """a',
        "def x = '''a",
        "{ " * 61 + "} " * 61,
        "a " * 200_001,
    ],
)
def test_what_does_not_fit_together_is_not_read(text: str) -> None:
    assert build(text) is None


@pytest.mark.parametrize(
    "line",
    [
        'url = "{}"',
        'url "{}"',
        "url '{}'",
        'url = uri("{}")',
        'url(uri("{}"))',
        'setUrl("{}")',
        'url = "{}"; name = "x"',
        'url = uri(\n"{}"\n)',
    ],
)
def test_an_address_is_read_in_each_spelling(line: str) -> None:
    assert only(f"repositories {{ maven {{ {line.format(HERE)} }} }}").addresses == (HERE,)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        (f'maven("{HERE}") {{ }}', (HERE,)),
        (f'val where = "{HERE}"\nmaven {{ url = uri(where) }}', (HERE,)),
        (f'maven {{ url = x ? "{HERE}" : "https://b.example" }}', (HERE, "https://b.example")),
        ('maven { url = findProperty("where") }', ("",)),
        ("maven { name = 'x' }", ()),
    ],
)
def test_an_address_may_be_one_of_several_or_not_known(text: str, addresses: tuple[str, ...]) -> None:
    assert only(text).addresses == addresses


@pytest.mark.parametrize(
    "value",
    [
        'System.getenv("U")',
        "System.getenv('U')",
        "System.getenv()['U']",
        "System.env.U",
        'System.env["U"]',
        'System.getenv("U")!!',
        "System.getenv('U') as String",
        "System.getenv('U') ?: ''",
        "(System.getenv('U') ?: null)",
        'providers.environmentVariable("U").get()',
        'providers.environmentVariable("U").orNull',
        "user",
    ],
)
def test_a_variable_is_read_in_each_spelling(value: str) -> None:
    assert half(value, "def user = System.getenv('U')") == FROM_U


@pytest.mark.parametrize(
    "value",
    [
        'findProperty("p")',
        "project.findProperty('p') as String?",
        'property("p").toString()',
        'project.properties["p"]',
        'providers.gradleProperty("p").get()',
        '"$p"',
        '"${p}"',
        "p",
        "q",
    ],
)
def test_a_property_is_read_in_each_spelling(value: str) -> None:
    assert half(value, "ext.q = findProperty('p')") == FROM_P


@pytest.mark.parametrize(
    "value", ["'dev'", "'$p'", '"a$p"', "f(p)", "System.getenv(p)", "file('u').text", "loop", "two", "null", "many"]
)
def test_what_is_neither_is_not_known(value: str) -> None:
    assert half(value, "def loop = loop\ndef two = a(1)\ndef many = x\nmany = y") is None


def test_sources_stand_in_their_order() -> None:
    for value in ("{} ?: {}", "({} ?: {}) as String", "({}) ?: ({})"):
        assert half(value.format("findProperty('p')", "System.getenv('U')")) == FROM_P + FROM_U


@pytest.mark.parametrize("how", ["(PasswordCredentials)", " PasswordCredentials", "(PasswordCredentials::class)"])
@pytest.mark.parametrize(("name", "named"), [("name = 'bb'", "bb"), ("", "maven")])
def test_credentials_may_be_named_after_the_repository(how: str, name: str, named: str) -> None:
    one = only(f"maven {{ url = '{HERE}'\n{name}\ncredentials{how} }}")
    assert (one.username, one.password) == (
        (HalfSource(f"{named}Username", True),),
        (HalfSource(f"{named}Password", True),),
    )


@pytest.mark.parametrize(
    "block",
    [
        "credentials(HttpHeaderCredentials) { name = 'x'; value = p }",
        "credentials(AwsCredentials)",
        "credentials { username = p; username = q }",
        "name = x + y\ncredentials(PasswordCredentials)",
        "",
    ],
)
def test_other_credentials_are_not_known(block: str) -> None:
    assert only(f"maven {{ url = '{HERE}'\n{block} }}").username is None


@pytest.mark.parametrize(
    ("value", "written"),
    [("'a.b-c'", "a.b-c"), ('("x y" as String)', "x y"), ('"a$b"', ""), ("'a' + 'b'", ""), ("a", ""), ("''", "")],
)
def test_a_half_may_stand_there_as_it_is(value: str, written: str) -> None:
    assert only(f"maven {{ credentials {{ password = {value} }} }}").written == ("", written)


def test_where_a_repository_stands_says_what_it_is_for() -> None:
    found = build(f"publishing {{ repositories {{ maven {{ url = '{HERE}' }} }} }}\nrepositories {{ maven {{ }} }}")
    assert found
    assert sorted(one.publishes for one in found.repositories) == [False, True]


def test_dependencies_and_groups_are_named() -> None:
    text = "group 'com.acme'\ndependencies { implementation 'com.acme:core:1'\napi(project(':x')) }\nversion = 'a:b'"
    found = build(text)
    assert found
    assert (found.needs, found.groups) == ({"com.acme:core", ":x"}, {"com.acme"})


def test_a_long_file_takes_time_as_its_length() -> None:
    with within(2):
        build("maven { url = '" + "x" * 1_000_000 + "' }\n" + "/*" * 100_000)
        build("def a = a\n" * 20_000 + "maven { url = a }")
