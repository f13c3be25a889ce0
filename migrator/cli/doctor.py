"""`patless doctor`: what the credential in the environment is, may and reaches."""

from __future__ import annotations

import sys

from migrator.bitbucket import addresses
from migrator.bitbucket.diagnosis import diagnose
from migrator.bitbucket.errors import ApiError, SetUpError
from migrator.cli import console, exits, network
from migrator.cli.failures import UsageError
from migrator.cli.options import Showing
from migrator.reports import formats
from migrator.reports.subjects import doctor


def run(workspace: str, repository: str, showing: Showing) -> int:
    """Print the diagnosis and return the exit code."""
    if repository and not workspace:
        raise UsageError("--repo needs --workspace")
    try:
        addresses.path(*(name for name in (workspace, repository) if name))
        with network.client() as client:
            found, budget = diagnose(client, workspace, repository), client.budget
    except (ApiError, SetUpError) as error:  # what Bitbucket answers is in the diagnosis; this was said here
        raise UsageError(str(error)) from None
    paint = console.paint(showing.colour, sys.stdout)
    console.out(formats.write(showing.format, doctor.subject(found, budget), paint))
    return exits.REFUSED if found.refused else exits.CLEAN
