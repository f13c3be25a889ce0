"""`--format sarif` and `--output-file` of `check`."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Patless, put

pytestmark = pytest.mark.usefixtures("toy")


@pytest.mark.parametrize("format", ["text", "json", "sarif", "junit"])
def test_the_file_holds_what_would_have_been_printed(patless: Patless, tmp_path: Path, format: str) -> None:
    put(tmp_path, bitbucket_pipelines="- login OLD\n")
    printed = patless("check", "--format", format)
    written = patless("check", "--format", format, "--output-file", "report")
    assert (written.code, written.out, written.err) == (printed.code, "", printed.err)
    assert (tmp_path / "report").read_text() == printed.out
    assert os.listdir(tmp_path) == [name for name in os.listdir(tmp_path) if not name.endswith(".tmp")]


def test_an_older_file_is_replaced_with_its_mode_and_through_its_link(patless: Patless, tmp_path: Path) -> None:
    (tmp_path / "real").write_text("older and longer than what comes\n" * 99)
    (tmp_path / "real").chmod(0o600)
    (tmp_path / "report").symlink_to("real")
    assert patless("check", "--output-file", "report").code == 0
    assert (tmp_path / "report").is_symlink()
    assert (tmp_path / "real").read_text() == "No findings. Read 0 pipelines files.\n"
    assert stat.S_IMODE((tmp_path / "real").stat().st_mode) == 0o600


def test_a_device_is_written_into(patless: Patless) -> None:
    assert patless("check", "--output-file", "/dev/null").code == 0
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def test_a_file_that_cannot_be_written_exits_3(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="login OLD\n")
    run = patless("check", "--output-file", "gone/report")
    assert (run.code, run.out) == (3, "")
    assert run.err == "gone/report: not written: the system cannot write it: No such file or directory\n"


def test_a_file_is_coloured_on_request_only(patless: Patless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    patless("check", "--output-file", "report")
    assert "\x1b" not in (tmp_path / "report").read_text()
    patless("check", "--output-file", "report", "--color", "always")
    assert "\x1b" in (tmp_path / "report").read_text()


def test_paths_in_sarif_count_from_the_root_of_the_repository(
    patless: Patless, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    put(tmp_path, sub__x_pipelines="login OLD")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    (result,) = json.loads(patless("check", "--format", "sarif").out)["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location == {"uri": "sub/x-pipelines.yml", "uriBaseId": "SRCROOT"}


def test_paths_of_several_repositories_are_absolute_in_sarif(patless: Patless, tmp_path: Path) -> None:
    for name in ("one", "two"):
        put(tmp_path / name, bitbucket_pipelines="login OLD")
        subprocess.run(["git", "init", "--quiet", tmp_path / name], check=True)
    results = json.loads(patless("check", "--format", "sarif", "one", "two", "--jobs", "1").out)["runs"][0]["results"]
    assert [result["locations"][0]["physicalLocation"]["artifactLocation"] for result in results] == [
        {"uri": f"{(tmp_path / name / 'bitbucket-pipelines.yml').as_uri()}"} for name in ("one", "two")
    ]


def test_a_page_has_the_same_as_csv_and_json_beside_it(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="- login OLD\n- login RISKY\n")
    printed = patless("check", "--format", "json")
    run = patless("check", "--format", "html", "--output-file", "report.html")
    assert (run.code, run.out) == (1, "")
    assert sorted(path.name for path in tmp_path.glob("report*")) == [
        "report.html",
        "report.html.csv",
        "report.html.json",
    ]
    assert (tmp_path / "report.html.json").read_text() == printed.out
    rows = list(csv.DictReader((tmp_path / "report.html.csv").open(newline="")))
    assert [(row["line"], row["verdict"], row["reasons"]) for row in rows] == [
        ("1", "safe", ""),
        ("2", "unsafe", "foreign-package"),
    ]


def test_files_of_another_purpose_beside_a_page_are_left_alone(patless: Patless, tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    assert patless("check", "--format", "html", "--output-file", "package.html").code == 0
    assert (tmp_path / "package.json").read_text() == "{}"


def test_what_is_no_file_has_nothing_beside_it(patless: Patless, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        assert patless("check", "--format", "html", "--output-file", "pipe").code == 0
        assert reader.communicate()[0].startswith(b"<!doctype html>")
    assert not list(tmp_path.glob("pipe?*"))


def test_without_a_file_the_page_alone_is_printed(patless: Patless, tmp_path: Path) -> None:
    assert patless("check", "--format", "html").out.startswith("<!doctype html>")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("command", [["fix"], ["packages"]], ids=" ".join)
def test_sarif_is_for_check_only(patless: Patless, command: list[str]) -> None:
    run = patless(*command, "--format", "sarif")
    assert (run.code, run.out) == (2, "")
    assert run.err == "patless: this command cannot write --format sarif; it writes text and json\n"


def test_statistics_stand_in_place_of_the_findings(patless: Patless, tmp_path: Path) -> None:
    put(tmp_path, bitbucket_pipelines="- login OLD\n- login RISKY\n- login OLD\n")
    run = patless("check", "--statistics")
    assert run.code == 1
    assert run.out.startswith(
        "rule            safe  unsafe  report-only\nregistry-login     2       1            0\n\n"
    )
    assert patless("check", "--statistics", "-q").out.endswith("foreign-package         1\n")
    document = json.loads(patless("check", "--statistics", "--format", "json").out)
    assert document["statistics"]["rules"]["registry-login"]["safe"] == 2
    assert len(document["findings"]) == 3
    assert patless("check", "--statistics", "--format", "sarif").code == 2
