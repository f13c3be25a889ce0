"""What a step of Bitbucket Pipelines is told about its run.

The variables are described at https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets; those of a
pull request are there in its pipeline only, and the commit of the destination may be the beginning of a hash.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from migrator.text.patterns import regex

_COMMIT = regex(r"[0-9a-f]{7,64}")


class PipelineStep(Struct, frozen=True):
    """`pull_request` None: the pipeline is of none. `destination` is the branch that it goes to, `base` the commit of
    that branch, '' where the step is not told."""

    workspace: str
    repository: str
    commit: str
    branch: str = ""
    pull_request: int | None = None
    destination: str = ""
    base: str = ""


def step(environment: Mapping[str, str]) -> PipelineStep | None:
    """The step that this process runs in, None outside of one."""
    given = {name: environment.get(f"BITBUCKET_{name}", "") for name in ("WORKSPACE", "REPO_SLUG", "COMMIT")}
    if not all(given.values()) or not _COMMIT.fullmatch(given["COMMIT"]):
        return None
    number = environment.get("BITBUCKET_PR_ID", "")
    base = environment.get("BITBUCKET_PR_DESTINATION_COMMIT", "")
    return PipelineStep(
        workspace=given["WORKSPACE"],
        repository=given["REPO_SLUG"],
        commit=given["COMMIT"],
        branch=environment.get("BITBUCKET_BRANCH", ""),
        pull_request=int(number) if number.isdecimal() and len(number) < 10 else None,
        destination=environment.get("BITBUCKET_PR_DESTINATION_BRANCH", ""),
        base=base if _COMMIT.fullmatch(base) else "",
    )
