"""Asks a box as a user with an access token, an API token, or nothing."""

from __future__ import annotations

from typing import Any

import requests

from migrator.demo.box import Box

REPOSITORY = "/repositories/acme/web"


class Client:
    """Paths are below the API's URL; whole URLs are taken as they are."""

    def __init__(self, box: Box, *, bearer: str = "", api_token: str = "", email: str = "dana.owner@acme.example"):
        self._box = box
        self._session = requests.Session()
        self._session.trust_env = False
        if bearer:
            self._session.headers["Authorization"] = f"Bearer {bearer}"
        if api_token:
            self._session.auth = (email, api_token)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        url = path if path.startswith("http") else self._box.api_url + path
        return self._session.request(method, url, timeout=10, allow_redirects=False, **more)

    def get(self, path: str, /, **query: Any) -> requests.Response:
        return self.ask("GET", path, params=query)

    def rows(self, path: str, /, **query: Any) -> list[dict[str, Any]]:
        """The rows of one page."""
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["values"])

    def post(self, path: str, document: Any = None) -> requests.Response:
        return self.ask("POST", path, json=document)

    def put(self, path: str, document: Any) -> requests.Response:
        return self.ask("PUT", path, json=document)

    def delete(self, path: str) -> requests.Response:
        return self.ask("DELETE", path)
