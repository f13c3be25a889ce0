"""`patless lsp` as an editor has it: the installed command, at the other end of pipes."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from syrupy.assertion import SnapshotAssertion

from tests.fixtures_support import run
from tests.lsp.editor import Editor, edited
from tests.lsp.repositories import PIPELINES, many_steps, repository

TOKEN = "ATCTT3xFfGN0" + "zQ9vR4mK7pL2sD8wY5hB1nJ6" * 6
NOWHERE = {"line": 0, "character": 0}


def made(edit: dict[str, Any], root: Path, texts: dict[Path, str] | None = None) -> dict[str, str]:
    """The texts of the files that an action changes, by path, from what the editor has of them, or else the disk."""
    done = {}
    changes = {one["textDocument"]["uri"]: one["edits"] for one in edit.get("documentChanges", ())} or edit["changes"]
    for uri, edits in changes.items():
        path = Path(uri.removeprefix("file://"))
        done[path.relative_to(root).as_posix()] = edited((texts or {}).get(path) or path.read_bytes().decode(), edits)
    return done


def fixed(root: Path, *options: str) -> dict[str, str]:
    """What `patless fix` makes of a repository, by path, of the files that it changes."""
    copy = shutil.copytree(root, root.with_name("fixed"), dirs_exist_ok=True)
    run(["fix", *options], copy)
    texts = {path: (copy / path).read_text() for path in ("bitbucket-pipelines.yml", "ci/login.sh")}
    return {path: text for path, text in texts.items() if text != (root / path).read_text()}


def plain(found: object, root: Path) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False).replace(root.as_uri(), "file:///ROOT")


def test_a_session(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    """What is found is shown, fixed as `patless fix` does it, explained, kept by a comment, and gone at the end."""
    root = repository(tmp_path / "web")
    path, script = root / "bitbucket-pipelines.yml", root / "ci" / "login.sh"
    with Editor(root, capabilities={"workspace": {"workspaceEdit": {"documentChanges": True}}}) as editor:
        shown = editor.open(path)
        assert plain(shown, root) == snapshot(name="diagnostics")
        safe, unsafe = (one for one in shown if one["code"] == "registry-login")
        assert "\n\n\n".join(editor.hover(path, one["range"]["start"]) for one in (safe, unsafe)) == snapshot(
            name="hover"
        )
        assert editor.hover(path, NOWHERE) == ""

        both = editor.open(script)
        assert [one["code"] for one in both] == ["registry-login"]
        quick = {
            one["title"]: one
            for at, of in ((path, safe), (path, unsafe), (script, both[0]))
            for one in editor.actions(at, of["range"], ["quickfix"])
        }
        titles = [
            one["title"]
            for at in (safe, unsafe)
            for one in editor.actions(path, at["range"])
            if "fixes" not in one["title"]
        ]
        assert titles == snapshot(name="titles")
        (whole,) = editor.actions(path, {"start": NOWHERE, "end": NOWHERE}, ["source.fixAll"])
        assert made(whole["edit"], root)["bitbucket-pipelines.yml"] == fixed(root)["bitbucket-pipelines.yml"]
        changed = made(whole["edit"], root)
        (mine,) = (one for one in editor.actions(script, both[0]["range"], ["quickfix"]) if one.get("isPreferred"))
        assert changed | made(mine["edit"], root) == fixed(root)
        only_unsafe = PIPELINES.replace("READER_TOKEN", "BITBUCKET_PACKAGES_TOKEN")
        only_unsafe = only_unsafe.replace("READER", "BITBUCKET_PACKAGES_USERNAME")
        doubtful = next(one for title, one in quick.items() if "(unsafe: foreign-package)" in title)
        assert "isPreferred" not in doubtful
        assert made(doubtful["edit"], root) == {"bitbucket-pipelines.yml": only_unsafe}
        versions = [one["textDocument"]["version"] for one in whole["edit"]["documentChanges"]]
        assert versions == [1]

        keep = next(one for title, one in quick.items() if "ignore foreign-package" in title)
        text = made(keep["edit"], root)["bitbucket-pipelines.yml"]
        left = editor.change(path, text)
        assert [one["range"]["start"]["line"] for one in left] == [safe["range"]["start"]["line"]]
        assert editor.change(path, PIPELINES.replace("./ci/login.sh", "true"))
        while editor.wait(script):  # until no step runs it any more
            pass

        assert editor.end() == (0, b"")


def test_what_cannot_be_read_is_said_and_nothing_of_it_stops_the_server(tmp_path: Path) -> None:
    """Whatever a repository or an editor holds: a sentence at the beginning, and the next file is answered."""
    hostile: dict[str, str | bytes] = {
        "bitbucket-pipelines.yml": PIPELINES,
        "nul/pipelines.yml": PIPELINES.replace("web", "w\0b"),
        "broken/pipelines.yml": f"{PIPELINES}   : [\n",
        "half/pipelines.yml": PIPELINES,
        "large/pipelines.yml": PIPELINES,
        "deep/pipelines.yml": f"# crg.apkg.io\n{'[' * 5000}",
        "literal/pipelines.yml": PIPELINES.replace("$PACKAGES_PAT", TOKEN).replace("$READER_TOKEN", TOKEN),
        "command/pipelines.yml": PIPELINES.replace("acme/tools", "acme/`reboot`[x](command:go)<b>"),
    }
    root = repository(tmp_path / "web", hostile)
    outside = root / "out.sh"
    outside.symlink_to(tmp_path / "elsewhere.sh")
    (tmp_path / "elsewhere.sh").write_text("true\n")
    with Editor(root) as editor:
        said = {}
        for name, text in hostile.items():
            given = text.decode() if isinstance(text, bytes) else text
            given = given.replace("Publish", "Publish \ud83d") if name.startswith("half") else given
            given += "#" * (2 << 20) if name.startswith("large") else ""
            found = editor.open(root / name, given)
            said[name] = [one["message"] for one in found if "code" not in one]
            hovers = [editor.hover(root / name, one["range"]["start"]) for one in found]
            titles = [editor.actions(root / name, one["range"]) for one in found]
            shown = json.dumps([found, hovers, titles])
            assert TOKEN not in shown
            assert "](command:" not in shown
        assert said["bitbucket-pipelines.yml"] == said["literal/pipelines.yml"] == []
        for name in ("nul", "broken", "half", "large", "deep"):
            assert said[f"{name}/pipelines.yml"][0].startswith("not read: "), name
        assert "a symbolic link leads out of its repository" in editor.open(outside)[0]["message"]
        everything = {"start": NOWHERE, "end": {"line": 99, "character": 0}}
        assert len(editor.actions(root / "bitbucket-pipelines.yml", everything)) > 2  # nothing of it is lost
        assert "does not exist" in editor.open(tmp_path / "none" / "pipelines.yml", PIPELINES)[0]["message"]
        assert editor.open(tmp_path / "compose.yml", "services: {}\n") == []
        assert len(editor.open(tmp_path / "new-pipelines.yml", PIPELINES)) > 1  # in no repository, and not on the disk
        (root / ".patless.toml").write_text("selct = []\n")
        editor.notify("textDocument/didSave", {"textDocument": {"uri": outside.as_uri()}})
        path = root / "bitbucket-pipelines.yml"
        (told,) = editor.change(path, PIPELINES)
        assert told["range"] == {"start": NOWHERE, "end": NOWHERE}
        assert ".patless.toml:1:1: `selct` is not known" in told["message"]
        assert editor.actions(path, told["range"]) == []
        (root / ".patless.toml").write_text('ignore = ["registry-login"]\n')
        assert editor.change(path, PIPELINES) == []
        editor.notify("textDocument/didClose", {"textDocument": {"uri": path.as_uri()}})
        editor.notify("nobody/knows", {"text": TOKEN})
        editor.notify("textDocument/didOpen", {"text": TOKEN})
        code, errors = editor.end()
        assert (code, TOKEN.encode() in errors) == (0, False)


def test_a_keystroke_costs_a_part_of_the_first_answer(tmp_path: Path) -> None:
    """A file of 300 lines and 30 logins. The machine has other work, so a ratio is judged."""
    text = many_steps(30)
    root = repository(tmp_path / "web", {"bitbucket-pipelines.yml": text})
    path = root / "bitbucket-pipelines.yml"
    with Editor(root) as editor:
        begun = time.perf_counter()
        assert len(editor.open(path)) == 30
        first = time.perf_counter() - begun
        taken = []
        for at in range(9):
            begun = time.perf_counter()
            assert len(editor.change(path, text.replace("done 7", f"done {'x' * at}"))) == 30
            taken.append(time.perf_counter() - begun)
        for at in range(20):  # faster than anybody types: only the last one has to be answered
            editor.type(path, text.replace("done 7", f"done {'y' * at}"))
        begun = time.perf_counter()
        editor.wait(path)
        assert time.perf_counter() - begun < 10 * first
        assert min(taken) < first / 2, (first, taken)  # other work of the machine only adds
        assert editor.process.stdin
        editor.process.stdin.close()  # an editor that goes without a word leaves no process behind
        assert editor.process.wait(30) == 1
