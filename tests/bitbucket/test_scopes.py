"""Which scopes a command lacks and which it does not need."""

from __future__ import annotations

import pytest

from migrator.bitbucket.credentials import CredentialKind
from migrator.bitbucket.scopes import NEEDS, Fit, fits

ACCESS, API = CredentialKind.ACCESS_TOKEN, CredentialKind.API_TOKEN


def fit(command: str, kind: CredentialKind, *granted: str) -> Fit:
    return next(one for one in fits(granted, kind) if one.command == command)


@pytest.mark.parametrize("kind", list(CredentialKind))
def test_reading_files_needs_nothing_and_everything_else_does(kind: CredentialKind) -> None:
    free = [one.command for one in fits((), kind) if not one.missing]
    assert free == ["check, fix, packages"]


@pytest.mark.parametrize("kind", list(CredentialKind))
@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.command)
def test_the_smallest_set_is_enough_and_not_too_much(need: object, kind: CredentialKind) -> None:
    (found,) = (one for one in fits(need.scopes(kind), kind) if one.command == need.command)  # type: ignore[attr-defined]
    assert (found.missing, found.beyond) == ((), ())


def test_reading_variables_needs_no_right_to_change_them() -> None:
    assert fit("secrets list", ACCESS, "repository", "pipeline", "pipeline:variable").beyond == ("pipeline:variable",)
    assert fit("secrets list", API, "read:repository", "read:pipeline", "admin:pipeline").beyond == ("admin:pipeline",)


def test_a_missing_right_is_named_as_its_kind_of_token_spells_it() -> None:
    assert fit("secrets apply", ACCESS, "repository", "pipeline").missing == ("pipeline:variable",)
    found = fit("secrets apply", API, "read:repository:bitbucket", "read:pipeline:bitbucket")
    assert found.missing == ("admin:pipeline",)


def test_the_scopes_of_an_access_token_imply_one_another_and_those_of_an_api_token_do_not() -> None:
    assert fit("secrets list", ACCESS, "repository:write", "pipeline").missing == ()
    assert fit("secrets list", ACCESS, "repository:admin", "pipeline").missing == ("repository",)
    assert fit("secrets list", API, "write:repository", "read:pipeline").missing == ("read:repository",)
    assert fit("secrets list", ACCESS, "pullrequest:write", "pipeline").missing == ()


def test_scopes_are_read_in_the_spelling_that_they_have() -> None:
    assert fit("secrets list", API, "repository", "pipeline").missing == ()
    assert fit("secrets list", ACCESS, "read:repository", "read:pipeline").missing == ()
