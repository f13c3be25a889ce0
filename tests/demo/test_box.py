"""The box itself: it begins, it ends, and many may ask at once."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from migrator.demo import store
from migrator.demo.box import Box
from migrator.demo.review import ReviewError
from migrator.demo.server import Exchange
from tests.demo.client import REPOSITORY, Client


def test_it_has_no_address_before_it_is_started() -> None:
    box = Box()
    with pytest.raises(RuntimeError, match="not started"):
        _ = box.api_url
    box.stop()


def test_nothing_is_left_of_it(box: Box) -> None:
    with Box() as other:
        folder = other.add_repository("web").folder
        assert folder.is_dir()
        assert other.origin != box.origin
    assert not folder.parent.exists()


def test_it_starts_with_little_work() -> None:
    before = time.process_time()
    with Box() as box:
        assert box.api_url.startswith("http://127.0.0.1:")
    assert time.process_time() - before < 0.3


def test_of_many_who_make_the_same_variable_one_does(box: Box) -> None:
    token = box.token()

    def create(_: int) -> int:
        client = Client(box, bearer=token)
        return client.post(f"{REPOSITORY}/pipelines_config/variables", {"key": "A", "value": "1"}).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(create, range(16))) == [201] + [409] * 15


def test_of_many_who_commit_on_the_same_tip_one_does(box: Box) -> None:
    token, head = box.token(), box.head("web", "main")

    def commit(number: int) -> int:
        form = {"branch": "main", "parents": head, "/n": str(number)}
        return Client(box, bearer=token).ask("POST", f"{REPOSITORY}/src", data=form).status_code

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(commit, range(8))) == [201] + [409] * 7


def test_an_observer_gets_whole_answers_and_no_credential() -> None:
    seen = list[Exchange]()
    with Box(observer=seen.append) as box:
        box.add_repository("web")
        Client(box, bearer=box.token()).get(REPOSITORY, fields="slug")
    (exchange,) = seen
    assert exchange.answer.document["full_name"] == "acme/web"
    assert "authorization" not in exchange.request.headers


def test_values_are_not_in_what_python_shows_of_it(box: Box) -> None:
    box.add_variable("TOKEN", "hush-hush", repository="web")
    assert "hush" not in repr(box.state.repositories["web"])


def test_requests_are_forgotten(box: Box, user: Client) -> None:
    user.get(REPOSITORY)
    box.forget_requests()
    assert box.requests == ()


def test_the_owner_merges_once(box: Box, user: Client) -> None:
    box.commit("web", "x", {"a": "1"})
    user.post(f"{REPOSITORY}/pullrequests", {"title": "T", "source": {"branch": {"name": "x"}}})
    assert box.merge("web", 1) == box.head("web", "main")
    with pytest.raises(ReviewError, match="closed"):
        box.merge("web", 1)


def test_files_with_odd_names_links_and_programs_are_written_as_they_are(box: Box, user: Client) -> None:
    names = ['--upload-pack=touch "x"', "a\\b", "\x1b[31mred\n", "<script>", "é"]
    files = {**dict.fromkeys(names, "1"), "out": store.Link("../../etc/passwd"), "run": store.Executable("true\n")}
    box.add_repository("odd", {"main": files})
    rows = {row["path"]: row for row in user.rows("/repositories/acme/odd/src/main/", pagelen=100)}
    assert set(rows) == set(files)
    assert (rows["out"]["attributes"], rows["run"]["attributes"]) == (["link"], ["executable"])
    assert user.get("/repositories/acme/odd/src/main/out").text == "../../etc/passwd"
