"""The workspace of the demo: repositories that have one story each, with what patless has to say about their secrets.

with Box() as box:
    samples.fill(box)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from migrator.demo.box import Box
from migrator.demo.people import User
from migrator.demo.review import Strategy
from migrator.demo.samples import (
    api,
    base,
    billing,
    checkout,
    doubts,
    invoices,
    payments,
    reports,
    shared,
    team,
    web,
    worker,
)
from migrator.demo.samples.sample import DANA, LEE, SAM, Sample
from migrator.demo.state import PullRequest
from migrator.demo.store import NewCommit

SAMPLES: tuple[Sample, ...] = (
    web.SAMPLE,
    api.SAMPLE,
    worker.SAMPLE,
    billing.SAMPLE,
    payments.SAMPLE,
    checkout.SAMPLE,
    invoices.SAMPLE,
    base.SAMPLE,
    reports.SAMPLE,
    shared.EXPORTER,
    shared.IMPORTER,
    *team.SAMPLES,
    *doubts.SAMPLES,
)


def fill(box: Box) -> None:
    """All of `SAMPLES`, with dates before the box's now. The same now gives the same hashes and UUIDs."""
    people = {DANA: box.state.owner, LEE: box.add_person(LEE), SAM: box.add_person(SAM, active=False)}
    now = box.state.clock().replace(hour=9, minute=0, second=0, microsecond=0)
    for variable in team.WORKSPACE:
        box.add_variable(variable.key, variable.value, secured=variable.secured)
    for sample in SAMPLES:
        _add(box, sample, people, now)


def _add(box: Box, sample: Sample, people: dict[str, User], now: datetime) -> None:
    commits = [
        NewCommit(push.branch, push.files, push.message, people[push.author].git_author, now - timedelta(push.days))
        for push in sample.pushes
    ]
    repository, hashes = box.add_written(sample.slug, commits, sample.tags, project=sample.project)
    repository.restricted = sample.restricted
    repository.strategies = (Strategy.MERGE_COMMIT,)  # the team's rule, which lets `[skip ci]` stay in the branch
    for name in dict.fromkeys(variable.environment for variable in sample.stored if variable.environment):
        box.add_environment(sample.slug, name, name)
    for variable in sample.stored:
        environment = variable.environment or None
        secured = variable.secured
        box.add_variable(variable.key, variable.value, secured=secured, repository=sample.slug, environment=environment)
    for ran in sample.ran:
        box.add_run(
            sample.slug,
            ran.ref,
            ran.status,
            ref_type=ran.ref_type,
            selector=ran.selector,
            trigger=ran.trigger,
            when=now - timedelta(ran.days),
            commit=hashes[ran.push],
        )
    for pattern in sample.schedules:
        box.add_schedule(sample.slug, "main", pattern)
    for opened in sample.opened:
        number, author = len(repository.pull_requests) + 1, people[opened.author]
        request = PullRequest(number, opened.title, opened.description, opened.source, "main", author, now, now)
        repository.pull_requests.append(request)
