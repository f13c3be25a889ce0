"""`patless lsp`: the language server."""

from __future__ import annotations

import sys

from migrator.cli import exits, failures
from migrator.options import UsageError
from migrator.options.analysis import AnalysisOptions, Codes, Sources


def run(sources: Sources, codes: Codes) -> int:
    """Answer an editor on standard input and output, and return the exit code."""
    try:
        import pygls  # noqa: F401
    except ImportError:
        raise UsageError("the language server needs pygls; run `pip install 'patless[lsp]'`") from None
    if sys.stdin.isatty():
        raise UsageError("an editor starts `patless lsp` and talks to it; see the guide for editors")
    from migrator.lsp.server import serve

    told = serve(AnalysisOptions(codes=codes, sources=sources), failures.sentence)
    return exits.CLEAN if told else exits.LEFT
