"""What holds for all tests: a quick command line, and properties that are the same in every run."""

from __future__ import annotations

import functools
import gc
from collections.abc import Iterator

import pytest
import typer.main
from hypothesis import HealthCheck, settings

settings.register_profile(
    "patless",
    derandomize=True,
    deadline=None,
    max_examples=100,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("patless")
gc.set_threshold(50_000, 20, 50)  # as the command does: to look for garbage again and again takes a tenth of the time


@pytest.fixture(scope="session", autouse=True)
def nothing_is_kept_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What programs keep for the next run goes where the tests go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATLESS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session", autouse=True)
def commands_are_built_once() -> Iterator[None]:
    """typer builds its commands anew at each call, which takes longer than most runs of them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(typer.main, "get_command", functools.cache(typer.main.get_command))
        yield
