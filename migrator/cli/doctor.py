"""`patless doctor`: what the credential in the environment is, may and reaches."""

from __future__ import annotations

import sys

from migrator.bitbucket import addresses
from migrator.bitbucket.diagnosis import diagnose
from migrator.bitbucket.errors import ApiError, SetUpError
from migrator.cli import console, exits, network
from migrator.options import UsageError
from migrator.options.output import Colour, Format
from migrator.reports import formats
from migrator.reports.subjects import doctor


def run(workspace: str, repo: str, format: Format, color: Colour) -> int:
    """Print the diagnosis and return the exit code."""
    if repo and not workspace:
        raise UsageError("--repo needs --workspace, which it is in")
    try:
        addresses.path(*(name for name in (workspace, repo) if name))
        with network.client() as client:
            found, budget = diagnose(client, workspace, repo), client.budget
    except (ApiError, SetUpError) as error:  # what Bitbucket answers is in the diagnosis; this was said here
        raise UsageError(str(error)) from None
    paint = console.paint(color, sys.stdout)
    console.out(formats.write(format, doctor.subject(found, budget), paint))
    return exits.REFUSED if found.refused else exits.CLEAN
