"""A new file format that programs run is a module in `frontends/` and rule data: nothing else names it."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest

from tests.package_copy import Patless, extended

MODULE = dedent('''\
    """Lines of a batch file behind its header, one program."""

    from __future__ import annotations

    from migrator.frontends.programs import FileCommand, Program, command_line, file_of, whole
    from migrator.frontends.shell.programs import lower
    from migrator.text.edits import Edit

    HEADER = "#batch\\n"


    def read(request: FileCommand) -> Program | None:
        line = command_line(request)
        found = file_of(request, line) if line else None
        if line is None or found is None:
            return None
        path, text = found
        fragments = (whole(path, text, lower),) if text.startswith(HEADER) else ()
        return Program(path, fragments, line.folder, len(request.words))


    def verified(before: str, after: str, edits: tuple[Edit, ...]) -> bool:
        return after.startswith(HEADER) and before.count("\\n") == after.count("\\n")
''')
ENTRY = """\
launchers:
  batch: {reader: batch, programs: [runbatch], files: [Batchfile], endings: [.batch], folders: [--in]}
"""
PIPELINES = """\
pipelines:
  default:
    - step:
        script:
          - runbatch --in ci
          - docker push crg.apkg.io/acme/web:1
"""
LOGIN = '#batch\ndocker login crg.apkg.io -u "$PKG_USER" -p "$PKG_TOKEN"\n'
FIXED = '#batch\ndocker login crg.apkg.io -u "$BITBUCKET_PACKAGES_USERNAME" -p "$BITBUCKET_PACKAGES_TOKEN"\n'


@pytest.fixture(scope="module")
def patless(tmp_path_factory: pytest.TempPathFactory) -> Patless:
    files = {"migrator/frontends/batch.py": MODULE, "rules/batch.yml": ENTRY}
    repository = {"bitbucket-pipelines.yml": PIPELINES, "ci/Batchfile": LOGIN}
    return extended(tmp_path_factory.mktemp("patless"), files, repository)


def test_a_login_in_a_file_of_a_new_format_is_found_and_rewritten(patless: Patless) -> None:
    (finding,) = json.loads(patless("-m", "migrator", "check", "--format", "json", code=1))["findings"]
    assert (finding["path"], finding["line"], finding["verdict"]) == ("ci/Batchfile", 2, "safe")
    patless("-m", "migrator", "fix")
    assert patless("-c", "print(open('ci/Batchfile').read(), end='')") == FIXED
    assert patless("-m", "migrator", "check").startswith("No findings. ")


def test_the_hooks_answer_knows_the_format_when_it_is_written_anew(patless: Patless) -> None:
    program = "from migrator.prefilter.__main__ import module; print(module())"
    assert '"runbatch": ("Batchfile",),' in patless("-c", program)
