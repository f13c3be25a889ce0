"""Images of Dockerfiles, as BuildKit and the classic builder read them."""

from __future__ import annotations

import time
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.frontends.documents import dockerfile
from migrator.frontends.documents.dockerfile import SIZE_LIMIT, ImageRef, Reads, TooLarge, read_dockerfile


def read(text: str, target: str | None = None, **build_args: str | None) -> tuple[ImageRef, ...]:
    return read_dockerfile(text, build_args, target)


def resolved(text: str, target: str | None = None, **build_args: str | None) -> list[str | None]:
    return [ref.resolved for ref in read(text, target, **build_args)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("FROM", id="no image"),
        pytest.param("FROM scratch\nCOPY --from=scratch / /", id="scratch"),
        pytest.param("# FROM acme/web", id="a comment"),
        pytest.param("FROM scratch\n  # FROM acme/web", id="an indented comment"),
        pytest.param("FROM scratch\nRUN echo \\\n  FROM acme/web", id="a continued line"),
        pytest.param("FROM scratch\nRUN echo \\\n# note\n\n  FROM acme/web", id="a comment in a continued line"),
        pytest.param("# escape=`\nFROM scratch\nRUN echo `\nFROM acme/web", id="continued with a backtick"),
        pytest.param("FROM scratch\nRUN <<EOF\nFROM acme/web\nEOF", id="a heredoc"),
        pytest.param("FROM scratch\nRUN cat << EOF\nFROM acme/web\nEOF", id="a heredoc with a blank"),
        pytest.param("FROM scratch\nCOPY <<-'E' <<\"F\" /\nFROM a\n\tE\nFROM b\nF", id="two heredocs"),
        pytest.param("FROM scratch\r\nRUN <<EOF\r\nFROM acme/web\r\nEOF\r\n", id="a heredoc with CRLF"),
        pytest.param("FROM scratch\nONBUILD RUN <<EOF\nFROM acme/web\nEOF", id="a heredoc in ONBUILD"),
        pytest.param("FROM scratch\nCOPY --chown=a web /\nRUN echo --from=acme/web", id="no flag"),
        pytest.param("FROM scratch\nRUN --mount=type=secret,id=a,target=/b true", id="a mount without an image"),
        pytest.param("FROM scratch AS a\nCOPY --from=0 / /\nCOPY --from=7 / /\nRUN --mount=from=A x", id="stages"),
        pytest.param("COPY --from=acme/web / /", id="before any stage"),
        pytest.param("FROM scratch\n\n# syntax=acme/frontend", id="a directive after an instruction"),
        pytest.param("# note\n# syntax=acme/frontend\nFROM scratch", id="a directive after a comment"),
    ],
)
def test_no_image_is_read(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    ("text", "images"),
    [
        pytest.param("FROM acme/web:1", ["acme/web:1"], id="plain"),
        pytest.param("\ufefffrom acme/web:1 as x\r\n", ["acme/web:1"], id="byte order mark, lower case, CRLF"),
        pytest.param("FROM --platform=$BUILDPLATFORM acme/web AS x", ["acme/web"], id="platform"),
        pytest.param("FROM \\\n  # why\n  acme/web", ["acme/web"], id="continued"),
        pytest.param("# escape=`\nFROM `\n acme/web\nRUN dir c:\\\nFROM b", ["acme/web", "b"], id="backtick"),
        pytest.param("FROM a\nRUN echo \\\\\nFROM b", ["a", "b"], id="two backslashes continue nothing"),
        pytest.param("FROM a\nRUN cat <<EOF\nFROM b", ["a", "b"], id="a heredoc without an end hides nothing"),
        pytest.param("FROM a\nRUN echo '<<EOF'\nFROM b\nEOF", ["a", "b"], id="a quoted heredoc"),
        pytest.param("FROM a\nRUN cat <<<EOF\nFROM b\nEOF", ["a", "b"], id="a here-string"),
        pytest.param("FROM a\nRUN '<<EOF\nFROM b", ["a", "b"], id="an open quote before a heredoc"),
        pytest.param("FROM a\nENV x=<<EOF\nFROM b\nEOF", ["a", "b"], id="no heredoc in ENV"),
        pytest.param("FROM a AS b\nFROM B\nCOPY --from=c / /\nCOPY --from=B / /", ["a", "c"], id="case of stages"),
        pytest.param("FROM b\nFROM a AS b", ["b", "a"], id="a later stage is no base"),
        pytest.param("FROM a\nCOPY --chown=x --from='b:1' / /", ["a", "b:1"], id="a quoted flag"),
        pytest.param("FROM a\nRUN --mount=target=/x,from=b,ro true", ["a", "b"], id="a mount"),
        pytest.param("FROM a\nRUN --mount=type=cache,target=/x --mount=type=bind,from=b x", ["a", "b"], id="mounts"),
        pytest.param("FROM a\nONBUILD COPY --from=b / /", ["a", "b"], id="ONBUILD"),
        pytest.param('FROM "a"', ["a"], id="quoted"),
        pytest.param("#!/x\n# Syntax = docker/dockerfile:1 \nFROM a", ["docker/dockerfile:1", "a"], id="syntax"),
        pytest.param("#escape=\\\n#syntax=docker/dockerfile\nFROM a", ["docker/dockerfile", "a"], id="directives"),
    ],
)
def test_images_are_read(text: str, images: list[str]) -> None:
    assert resolved(text) == images


@pytest.mark.parametrize(
    ("text", "build_args", "image"),
    [
        pytest.param("ARG A=x\nFROM $A", {}, "x", id="default"),
        pytest.param("ARG A=x\nFROM $A", {"A": "y"}, "y", id="overridden"),
        pytest.param("ARG A=x\nFROM a$A", {"A": ""}, "a", id="overridden by nothing"),
        pytest.param("ARG A\nFROM $A", {"A": "y"}, "y", id="no default"),
        pytest.param("ARG A\nFROM ${A:-z}", {}, "z", id="default in place"),
        pytest.param("ARG A\nFROM a${A:+z}", {}, "a", id="alternative of an unset argument"),
        pytest.param("ARG A=x\nFROM ${A:+z}", {}, "z", id="alternative"),
        pytest.param("ARG A='x' B=\"$A/y\"\nFROM ${B}:1", {}, "x/y:1", id="several, quoted, one in another"),
        pytest.param("ARG A=x\nARG A\nFROM $A", {}, "x", id="declared again"),
        pytest.param("FROM ${A:-z}", {"A": "y"}, "z", id="an undeclared argument is not seen"),
        pytest.param("ARG A=x\nFROM b$\nARG A=y\nFROM $A", {}, "x", id="an argument of a stage is not seen"),
        pytest.param("FROM a\\$b", {}, "a$b", id="escaped"),
        pytest.param("FROM web:$TARGETARCH", {"TARGETARCH": "arm64"}, "web:arm64", id="platform given"),
    ],
)
def test_build_arguments_are_expanded(text: str, build_args: Mapping[str, str | None], image: str) -> None:
    assert read_dockerfile(text, build_args, None)[-1].resolved == image


@pytest.mark.parametrize(
    ("text", "build_args", "why"),
    [
        ("ARG A\nFROM $A", {}, "the build argument A has no default"),
        ("FROM $A", {"A": "x"}, "no ARG before the first FROM declares A"),
        ("ARG A=x\nFROM $A", {"A": None}, "the value of the build argument A is not known"),
        ("ARG A\nFROM ${A:-x}", {"A": None}, "the value of the build argument A is not known"),
        ("ARG A=x\nARG B=$A\nFROM $B", {"A": None}, "the value of the build argument A is not known"),
        ("ARG A=\nFROM $A", {}, "the name of the image is empty"),
        ("ARG A=x\nFROM ${A#y}", {}, "`${A` is followed by what is not read here"),
        ("FROM a/$TARGETARCH", {}, "TARGETARCH depends on the builder"),
        ("FROM scratch\nCOPY --from=$A / /", {"A": "x"}, "COPY --from takes no variables"),
    ],
)
def test_an_image_that_cannot_be_resolved_says_why(text: str, build_args: Mapping[str, str | None], why: str) -> None:
    (ref,) = read_dockerfile(text, build_args, None)
    assert (ref.resolved, ref.why) == (None, why)


def test_the_name_is_certain_where_only_the_tag_is_not() -> None:
    (ref,) = read("ARG IMAGE=crg.example.io/acme/base:$TARGETARCH\nFROM ${IMAGE}-slim")
    assert (ref.resolved, ref.name) == (None, "crg.example.io/acme/base")
    assert ref.image.by_default == "crg.example.io/acme/base:amd64-slim"


def test_a_stage_for_each_platform_is_no_image() -> None:
    assert resolved("FROM a AS base-amd64\nFROM b AS base-arm64\nFROM base-$TARGETARCH") == ["a", "b"]


def test_lines_and_instructions_are_told() -> None:
    refs = read("# syntax=docker/dockerfile:1\nARG X\nFROM a\nRUN x \\\n y\nCOPY --from=b / /\nRUN --mount=from=c x")
    assert [(ref.line, ref.reads) for ref in refs] == [
        (1, Reads.SYNTAX),
        (3, Reads.FROM),
        (6, Reads.COPY),
        (7, Reads.MOUNT),
    ]


def test_a_foreign_frontend_may_read_anything() -> None:
    frontend, rest, base = read("# syntax=acme/frontend:1\nFROM a")
    assert (frontend.resolved, rest.why, base.resolved) == (
        "acme/frontend:1",
        "the frontend acme/frontend:1 may read other images",
        "a",
    )


def test_a_build_argument_replaces_the_frontend() -> None:
    text = "# syntax=docker/dockerfile:1\nFROM scratch"
    assert resolved(text, BUILDKIT_SYNTAX="x/docker/dockerfile:2") == ["x/docker/dockerfile:2"]
    assert resolved(text, BUILDKIT_SYNTAX=None) == [None]


STAGES = "FROM a AS one\nFROM b AS two\nCOPY --from=four / /\nFROM c AS three\nFROM d AS four\nFROM e"


@pytest.mark.parametrize(
    ("target", "images"),
    [
        pytest.param(None, ["a", "b", "c", "d", "e"], id="the last stage"),
        pytest.param("one", ["a"], id="the first stage"),
        pytest.param("TWO", ["a", "b", "d"], id="the classic builder builds the first, BuildKit the fourth"),
        pytest.param("2", ["a", "b", "c", "d"], id="by number"),
        pytest.param("nine", ["a", "b", "c", "d", "e"], id="no stage limits nothing"),
    ],
)
def test_a_target_limits_what_is_read(target: str | None, images: list[str]) -> None:
    assert resolved(STAGES, target) == images


def test_a_large_file_is_refused() -> None:
    with pytest.raises(TooLarge, match="larger than 2 MiB"):
        read("#" * (SIZE_LIMIT + 1))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("FROM a\n" + "RUN <<A\n" * 100_000, id="heredocs without an end"),
        pytest.param("ARG A=" + "x" * 4000 + "\n" + "ARG A=$A$A\n" * 30_000 + "FROM $A", id="doubling arguments"),
        pytest.param("ARG A=x\nFROM " + "$A" * 1_000_000, id="a million references"),
        pytest.param("ARG " + "\"'\\" * 600_000, id="quotes not closed"),
        pytest.param("FROM a\nCOPY " + "--x=' " * 300_000, id="quoted flags"),
        pytest.param("# syntax=a" + " " * 1_000_000 + "b", id="a directive with blanks"),
        pytest.param("FROM a \\\n" * 100_000, id="continued lines"),
        pytest.param("FROM a AS x\n" * 30_000 + "COPY --from=" + "9" * 5000 + " / /", id="stages"),
    ],
)
def test_a_hostile_file_costs_little_time(text: str) -> None:
    start = time.monotonic()
    read(text)
    assert time.monotonic() - start < 20


WORDS = st.sampled_from(
    [
        *("FROM ", "ARG ", "COPY ", "RUN ", "run ", "ONBUILD ", "AS ", "scratch", "0", "a/b:c", "A=", " ", "\t"),
        *("--from=", "--mount=from=", "--platform=", "--x='a b' ", "$A", "${A:-", "}", "\\", "`", "'", '"'),
        *("<<EOF", '3<<"EOF"', "<<-EOF", "<<<EOF", "EOF", "\nEOF\n", "\n\tEOF\n", "\n", "\r\n", "\\\n", "\\\\\n"),
        *("`\n", "# c\n", "# escape=`\n", "# syntax="),
    ]
)


@settings(deadline=None)
@given(st.text() | st.lists(WORDS).map("".join) | st.lists(WORDS).map(" ".join), st.none() | st.text())
def test_any_text_is_read_without_an_error(text: str, target: str | None) -> None:
    for ref in read(text, target, A=None, B="b"):
        assert 0 <= ref.line <= text.count("\n") + 1
        assert (ref.resolved is None) == bool(ref.why)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=14).map("".join).filter(lambda text: "ONBUILD" not in text and "${" not in text))
def test_instructions_are_those_of_the_parser_of_buildkit(text: str) -> None:
    buildkit = pytest.importorskip("dockerfile", reason="the wheel of BuildKit's parser is not for this platform")
    text = f"FROM a\n{text}"
    try:
        commands = buildkit.parse_string(text)
    except buildkit.GoParseError:
        return
    lines = [line.rstrip("\r") for line in text.split("\n")]
    found = dockerfile._instructions(lines, "\\")
    assert [(line, name, dockerfile._flags(rest)[0]) for line, name, rest in found] == [
        # A continuation of nothing is a command without a name there.
        *((command.start_line, command.cmd.upper(), list(command.flags)) for command in commands if command.cmd)
    ]
