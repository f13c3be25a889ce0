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
        "x = (",
        "}\nx",
        'def x = """',
        "def x = '''",
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
        (f"maven {{ url = '{HERE}'\nurl = 'https://b.example' }}", (HERE, "https://b.example")),
        (f"maven {{ url = '{HERE}'\nurl = '{HERE}' }}", (HERE,)),
        ("maven { url = 'acme' }", ("",)),
        (f"def a = b\ndef b = '{HERE}'\nmaven {{ url = a }}", (HERE,)),
        (f"def a = b\ndef b = a\nmaven {{ url = a ?: '{HERE}' }}", (HERE,)),
        (f"def a = '{HERE}'\na = f(1)\nmaven {{ url = a }}", ("", HERE)),
        (f"maven {{ urls = '{HERE}' }}", ()),
    ],
)
def test_an_address_may_be_one_of_several_or_not_known(text: str, addresses: tuple[str, ...]) -> None:
    assert sorted(only(text).addresses) == sorted(addresses)


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
        "((System.getenv('U')))",
        "(System.getenv('U') as String)!!",
        "System.getenv('U').toString()",
        "System.getenv('U')?.toString() as String?",
        "null ?: System.getenv('U')",
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
        "q2",
        "q3",
        "q4",
        "q5",
        "settings.findProperty('p')",
        'providers.gradleProperty("p").orNull',
    ],
)
def test_a_property_is_read_in_each_spelling(value: str) -> None:
    before = (
        "ext { q5 = p }\next.q = findProperty('p')\nproject.ext.q2 = p\nval q3: String? = p\nString q4 = p\nq4 == x"
    )
    assert half(value, before) == FROM_P


def test_so_many_names_are_followed_and_so_many_sources_read() -> None:
    chain = "\n".join(f"def a{number} = a{number + 1}" for number in range(5)) + "\ndef a5 = findProperty('p')"
    assert (half("a1", chain), half("a2", chain)) == (None, FROM_P)
    assert half(" ?: ".join(["p"] * 9)) == FROM_P * 9
    assert half(" ?: ".join(["p"] * 10)) is None
    assert half("(" * 199 + "pp" + ")" * 199) == (HalfSource("pp", True),)
    assert half("(" * 199 + "ppp" + ")" * 199) is None
    assert half("(" * 2000 + "p" + ")" * 2000) is None


def test_a_setter_and_a_call_set_a_half() -> None:
    for line in ('setUsername("ci")', 'username("ci")', "username 'ci'", "username = 'ci'"):
        assert only(f"maven {{ credentials {{ {line} }} }}").written == ("ci", "")
    assert only("maven { credentials { usernames = 'ci' } }").written == ("", "")
    assert only("maven { }").written == ("", "")
    assert only(f"maven {{ credentials {{ username = '{'x' * 400}' }} }}").written == ("x" * 400, "")
    assert only(f"maven {{ credentials {{ username = '{'x' * 401}' }} }}").written == ("", "")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("val token: String by project", False),
        ("var token: String? by settings", False),
        ("val token by project", False),
        ("x = 1\nval token: String by project", False),
        ("val token: String by lazy", True),
        ("val token = project", True),
        ("token: String by project", True),
        ("// token", False),
        ("/* token */", False),
        ("'token'", True),
    ],
)
def test_a_property_that_is_taken_by_its_name_is_not_named_for_that(text: str, named: bool) -> None:
    found = build(text)
    assert found
    assert ("token" in found.words) == named


@pytest.mark.parametrize(
    "value",
    [
        "'dev'",
        "'$p'",
        '"a$p"',
        "f(p)",
        "System.getenv(p)",
        "file('u').text",
        "loop",
        "two",
        "null",
        "many",
        "q_ p",
        "()",
    ],
)
def test_what_is_neither_is_not_known(value: str) -> None:
    assert half(value, "def loop = loop\ndef two = a(1)\ndef many = x\nmany = y") is None


def test_sources_stand_in_their_order() -> None:
    for value in ("{} ?: {}", "({} ?: {}) as String", "({}) ?: ({})"):
        assert half(value.format("findProperty('p')", "System.getenv('U')")) == FROM_P + FROM_U


@pytest.mark.parametrize(
    "how",
    [
        *("(PasswordCredentials)", " PasswordCredentials", "(PasswordCredentials::class)", "(PasswordCredentials) { }"),
        *("(PasswordCredentials.class)", "(PasswordCredentials::class.java)"),
    ],
)
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
        "name = 'b-b'\ncredentials(PasswordCredentials)",
        "name = 'a'\nname = 'b'\ncredentials(PasswordCredentials)",
        "authentication(PasswordCredentials)",
        "PasswordCredentials",
        "",
    ],
)
def test_other_credentials_are_not_known(block: str) -> None:
    assert only(f"maven {{ url = '{HERE}'\n{block} }}").username is None


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("'a.b-c'", "a.b-c"),
        ('("x y" as String)', "x y"),
        ('"a$b"', ""),
        ("'a' + 'b'", ""),
        ("a", ""),
        ("''", ""),
        ("('a(')", ""),
    ],
)
def test_a_half_may_stand_there_as_it_is(value: str, written: str) -> None:
    assert only(f"maven {{ credentials {{ password = {value} }} }}").written == ("", written)


def test_a_block_in_brackets_is_a_part_of_its_line() -> None:
    found = build("f({ maven { } })")
    assert found
    assert found.repositories == ()


def test_where_a_repository_stands_says_what_it_is_for() -> None:
    assert only("publishing.repositories { maven { } }").publishes
    found = build(f"publishing {{ repositories {{ maven {{ url = '{HERE}' }} }} }}\nrepositories {{ maven {{ }} }}")
    assert found
    assert sorted(one.publishes for one in found.repositories) == [False, True]


def test_dependencies_and_groups_are_named() -> None:
    text = "group 'com.acme'\ndependencies { implementation 'com.acme:core:1'\napi(project(':x')) }\nversion = 'a:b'"
    found = build(text)
    assert found
    assert (found.needs, found.groups) == ({"com.acme:core", ":x"}, {"com.acme"})


@pytest.mark.parametrize(
    ("text", "groups", "needs"),
    [
        ("group = 'com.acme'", {"com.acme"}, set()),
        ('project.group = "com.acme"', {"com.acme"}, set()),
        ("group == 'com.acme'\ngroups 'com.x'", set(), set()),
        ("dependencies { api 'a'\napi 'a:b'\napi 'a:c:1:d' }", set(), {"a:b", "a:c"}),
        ("dependency { api 'a:b:1' }\napi 'a:b:1'", set(), set()),
    ],
)
def test_other_lines_name_neither_groups_nor_dependencies(text: str, groups: set[str], needs: set[str]) -> None:
    found = build(text)
    assert found
    assert (set(found.groups), set(found.needs)) == (groups, needs)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("repositories.all { }", True),
        ("repositories . withType(X) { }", True),
        ("repositories.findByName('bb')", True),
        ("repositories.whenObjectAdded { }", True),
        ("repositories.mavenCentral()", False),
        ("repositories { all }", False),
    ],
)
def test_what_may_change_repositories_is_seen(text: str, changes: bool) -> None:
    found = build(text)
    assert found
    assert found.changes == changes


def test_a_long_file_takes_time_as_its_length() -> None:
    with within(2):
        build("maven { url = '" + "x" * 1_000_000 + "' }\n" + "/*" * 100_000)
        build("def a = a\n" * 20_000 + "maven { url = a }")
