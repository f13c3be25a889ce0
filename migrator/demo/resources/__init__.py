"""One file per resource of the API; each has its `ROUTES`."""

from __future__ import annotations

from migrator.demo.resources import (
    accounts,
    comments,
    commits,
    committing,
    configuration,
    diffs,
    environments,
    pullrequests,
    refs,
    reports,
    repositories,
    reviewers,
    runs,
    schedules,
    sources,
    statuses,
    variables,
)

ROUTES = (
    *accounts.ROUTES,
    *repositories.ROUTES,
    *refs.ROUTES,
    *commits.ROUTES,
    *sources.ROUTES,
    *committing.ROUTES,
    *variables.ROUTES,
    *environments.ROUTES,
    *configuration.ROUTES,
    *schedules.ROUTES,
    *runs.ROUTES,
    *pullrequests.ROUTES,
    *reviewers.ROUTES,
    *comments.ROUTES,
    *diffs.ROUTES,
    *reports.ROUTES,
    *statuses.ROUTES,
)
