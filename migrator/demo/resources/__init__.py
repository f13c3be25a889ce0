"""One file per resource of the API; each has its `ROUTES`."""

from __future__ import annotations

from migrator.demo.resources import (
    accounts,
    commits,
    configuration,
    environments,
    refs,
    repositories,
    runs,
    schedules,
    sources,
    variables,
)

ROUTES = (
    *accounts.ROUTES,
    *repositories.ROUTES,
    *refs.ROUTES,
    *commits.ROUTES,
    *sources.ROUTES,
    *variables.ROUTES,
    *environments.ROUTES,
    *configuration.ROUTES,
    *schedules.ROUTES,
    *runs.ROUTES,
)
