"""Which deployments the steps of a pipelines file have."""

from __future__ import annotations

import pytest

from migrator.secrets.deployments import environments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pipelines: {}", frozenset()),
        ("a: {deployment: Production}", {"production"}),
        ("a: {stage: {environment: ' Prod EU '}}", {"prod-eu"}),
        ("x: &x {deployment: test}\na: {<<: *x}\nb: *x", {"test"}),
        ("a: {deployment: $WHERE}", None),
        ("a: {environment: {name: x}}\nb: {deployment: [y, z]}", frozenset()),
        ("a: {? [deployment, x] : y, deployment: z}", {"z"}),
        ("a: [", None),
    ],
)
def test_deployments(text: str, expected: set[str] | None) -> None:
    assert environments(text.encode()) == expected
