"""The names of pipelines files.

Shared ones end in `pipelines.yml`: https://support.atlassian.com/bitbucket-cloud/docs/share-pipelines-configurations
The same ending is the default name of Azure DevOps, whose files are another language. PLATFORM.md 4.4.
"""

from __future__ import annotations

import re

from migrator.text.patterns import regex

ROOT = "bitbucket-pipelines.yml"
"""The one that Bitbucket itself reads, at the root of the repository."""
_PIPELINES = regex(r"(?!azure)(?:.*pipelines|bitbucket-pipeline)\.ya?ml", re.IGNORECASE | re.DOTALL)
PATHSPECS = (":(top,glob,icase)**/*pipelines.yml", ":(top,glob,icase)**/*pipelines.yaml",
             ":(top,glob,icase)**/bitbucket-pipeline.y*ml")  # fmt: skip
"""The same and more, as git is asked for them: https://git-scm.com/docs/gitglossary#def_pathspec"""
SCRIPTS = ("script", "after-script")
"""The keys of a step that hold commands: PLATFORM.md 4.1."""


def is_pipelines_file(path: str) -> bool:
    """Whether the name of `path` is one that Bitbucket, or a shared configuration, reads pipelines from."""
    return _PIPELINES.fullmatch(path.rpartition("/")[2]) is not None
