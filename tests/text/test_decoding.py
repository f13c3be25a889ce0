"""What does not fit a record is found, with the keys that lead to it, and said by the types of the record."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from msgspec import Meta, Struct, field

from migrator.text.decoding import Misfit, decoded

_Size = TypeVar("_Size")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Even(int):
    """A type that msgspec does not know."""


class Box(Struct, Generic[_Size], forbid_unknown_fields=True, rename="kebab", frozen=True):
    size: _Size
    colour: Colour = Colour.RED


class Shelf(Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    long_name: Annotated[str, Meta(description="call it by something")]
    boxes: Mapping[str, tuple[Box[Even], ...]] = field(default_factory=dict)
    marks: frozenset[str] | str = ""
    side: Literal["left", "right"] | None = None
    open: bool = False
    key: str = field(name="(key)", default="")

    def __post_init__(self) -> None:
        if self.open and self.side:
            raise ValueError("is open at all sides, or has one")


def even(kind: type, value: Any) -> Any:
    if not isinstance(value, int) or value % 2:
        raise ValueError("must be an even number")
    return kind(value)


def test_what_fits_is_the_record() -> None:
    found = decoded({"long-name": "a", "boxes": {"b": [{"size": 2, "colour": "blue"}]}, "marks": ["x"]}, Shelf, even)
    assert found == Shelf("a", {"b": (Box(Even(2), Colour.BLUE),)}, frozenset({"x"}))


@pytest.mark.parametrize(
    ("data", "path", "said"),
    [
        ([], (), "must be a mapping"),
        ({}, (), "has no `long-name`; call it by something"),
        ({"long-name": None}, ("long-name",), "must be text"),
        (
            {"long_name": "a"},
            ("long_name",),
            "is not known; known here: boxes, long-name, marks, open, side (did you mean long-name?)",
        ),
        ({"long-name": "a", "boxes": []}, ("boxes",), "must be a mapping"),
        ({"long-name": "a", "boxes": {"b": [], "c": 1}}, ("boxes", "c"), "must be a list"),
        ({"long-name": "a", "boxes": {"b": [{"size": 2}, {}]}}, ("boxes", "b", 1), "has no `size`; add it"),
        ({"long-name": "a", "boxes": {"b": [{"size": 3}]}}, ("boxes", "b", 0, "size"), "must be an even number"),
        (
            {"long-name": "a", "boxes": {"b": [{"size": 2, "x` - at `$.side": 1}]}},
            ("boxes", "b", 0, "x` - at `$.side"),
            "is not known; known here: colour, size",
        ),
        (
            {"long-name": "a", "boxes": {"b": [{"size": 2, "colour": "green"}]}},
            ("boxes", "b", 0, "colour"),
            "must be one of red, blue",
        ),
        ({"long-name": "a", "marks": ["x", 1]}, ("marks", 1), "must be text"),
        ({"long-name": "a", "marks": 1}, ("marks",), "must be a list, or text"),
        ({"long-name": "a", "side": "up"}, ("side",), "must be one of left, right"),
        ({"long-name": "a", "open": "yes"}, ("open",), "must be true or false"),
        ({"long-name": "a", "open": True, "side": "left"}, (), "is open at all sides, or has one"),
    ],
)
def test_what_does_not_fit_is_said_with_the_way_to_it(data: object, path: tuple[str | int, ...], said: str) -> None:
    with pytest.raises(Misfit) as caught:
        decoded(data, Shelf, even)
    assert (caught.value.path, str(caught.value)) == (path, said)


def test_threads_may_be_the_first_to_use_a_record_together() -> None:
    program = """
import sys, threading
from migrator.secrets.references import rules
sys.setswitchinterval(1e-6)
start = threading.Barrier(8)
def load():
    start.wait()
    rules.load()
threads = [threading.Thread(target=load) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
"""
    for _ in range(5):
        subprocess.run([sys.executable, "-c", program], check=True)
