"""What the files of Maven say."""

from __future__ import annotations

import pytest

from migrator.sinks.maven_files import Address, MavenProject, MavenSettings, Mirror, ServerEntry, project, settings


def said(text: str) -> MavenSettings:
    found = settings(f"<settings>{text}</settings>")
    assert isinstance(found, MavenSettings)
    return found


def built(text: str) -> MavenProject:
    found = project(f"<project>{text}</project>")
    assert isinstance(found, MavenProject)
    return found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<project/>", "it has no `settings`"),
        ("<settings>a<servers/></settings>", "it has text between its elements"),
        ("<settings><servers>a<server/></servers></settings>", "it has text between its elements"),
    ],
)
def test_settings_that_cannot_be_told_say_why(text: str, why: str) -> None:
    assert settings(text) == why


def test_a_file_that_is_no_xml_says_why() -> None:
    assert isinstance(settings("<settings>"), str)
    assert isinstance(project("<project>"), str)
    assert project("<settings/>") == "it has no `project`"


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("<id>a</id><username>u</username><password>p</password>", ServerEntry("a", "u", "p", "")),
        ("<id>a</id>", ServerEntry("a", "", "", "")),
        (
            "<id>a</id><filePermissions>1</filePermissions><directoryPermissions>1</directoryPermissions>",
            ServerEntry("a", "", "", ""),
        ),
        ("<id>a</id><privateKey>k</privateKey><configuration/>", ServerEntry("a", "", "", "privateKey")),
        ("<id>a</id><configuration/>", ServerEntry("a", "", "", "configuration")),
    ],
)
def test_a_server_has_a_pair_and_perhaps_more(text: str, server: ServerEntry) -> None:
    assert said(f"<servers><server>{text}</server></servers>").servers == (server,)


def test_settings_have_mirrors_addresses_and_texts() -> None:
    found = said(
        "<mirrors><mirror><id>m</id><url>https://m</url><mirrorOf>*</mirrorOf></mirror></mirrors>"
        "<profiles><profile><id>p</id>"
        "<repositories><repository><id>a</id><url>https://a</url></repository></repositories>"
        "<pluginRepositories><pluginRepository><id>b</id><url>https://b</url></pluginRepository></pluginRepositories>"
        "</profile></profiles>"
    )
    assert found.servers == ()
    assert found.mirrors == (Mirror("m", "https://m", "*"),)
    assert found.addresses == (Address("a", "https://a", True), Address("b", "https://b", True))
    assert found.texts == ("m", "https://m", "*", "p", "a", "https://a", "b", "https://b")


@pytest.mark.parametrize(
    ("text", "name", "parent"),
    [
        ("<groupId>g</groupId><artifactId>a</artifactId>", "g:a", ""),
        ("<parent><groupId>g</groupId><artifactId>p</artifactId></parent><artifactId>a</artifactId>", "g:a", "g:p"),
        (
            "<parent><groupId>g</groupId><artifactId>p</artifactId></parent><groupId>h</groupId><artifactId>a</artifactId>",
            "h:a",
            "g:p",
        ),
        ("", ":", ""),
    ],
)
def test_a_project_has_a_name_and_perhaps_a_parent(text: str, name: str, parent: str) -> None:
    found = built(text)
    assert (found.name, found.parent) == (name, parent)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        (
            "<dependencies><dependency><groupId>h</groupId><artifactId>b</artifactId></dependency></dependencies>",
            {"h:b"},
        ),
        (
            "<build><extensions><extension><groupId>h</groupId><artifactId>b</artifactId></extension></extensions></build>",
            {"h:b"},
        ),
        (
            "<build><plugins><plugin><artifactId>b</artifactId></plugin></plugins></build>",
            {"org.apache.maven.plugins:b"},
        ),
        ("<build><plugins><plugin><groupId>h</groupId><artifactId>b</artifactId></plugin></plugins></build>", {"h:b"}),
        ("<dependency><artifactId>b</artifactId></dependency>", {":b"}),
        ("<dependency><groupId>${project.groupId}</groupId><artifactId>b</artifactId></dependency>", {"g:b"}),
        ("<dependency><groupId>${pom.groupId}</groupId><artifactId>b</artifactId></dependency>", {"g:b"}),
        ("<dependency><groupId>${groupId}</groupId><artifactId>b</artifactId></dependency>", {"g:b"}),
        ("<dependency><groupId>${other}</groupId><artifactId>b</artifactId></dependency>", {"${other}:b"}),
        ("<dependency><groupId>g</groupId><artifactId>a</artifactId></dependency>", set()),
        ("<dependency/>", set()),
        ("<other><groupId>h</groupId><artifactId>b</artifactId></other>", set()),
    ],
)
def test_a_project_needs_others_than_itself(text: str, needs: set[str]) -> None:
    assert built(f"<groupId>g</groupId><artifactId>a</artifactId>{text}").needs == needs


def test_a_project_publishes_to_and_reads_from_addresses_and_has_properties() -> None:
    found = built(
        "<repositories><repository><id>r</id><url>https://r</url></repository></repositories>"
        "<distributionManagement><site><id>s</id><url>https://s</url></site>"
        "<repository><id>a</id><url>https://a</url></repository>"
        "<snapshotRepository><id>b</id><url>https://b</url></snapshotRepository></distributionManagement>"
        "<properties><x>1</x></properties>"
        "<profiles><profile><properties><y>2</y></properties>"
        "<distributionManagement><repository><id>c</id><url>https://c</url></repository></distributionManagement>"
        "</profile></profiles>"
    )
    assert found.properties == (("x", "1"), ("y", "2"))
    assert found.addresses == (
        Address("a", "https://a", False),
        Address("c", "https://c", False),
        Address("b", "https://b", False),
        Address("s", "https://s", False),
        Address("r", "https://r", True),
    )


def test_attributes_are_texts_as_well() -> None:
    assert said('<x y="z">w</x>').texts == ("w", "z")
    assert built('<x combine="bb"/>').texts == ("bb",)
