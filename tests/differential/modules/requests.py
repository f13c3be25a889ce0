"""Stands in for requests: a request is a call of curl with the same words."""

import subprocess


class Response:
    status_code = 200
    ok = True
    text = "{}"

    def json(self):
        return {}

    def raise_for_status(self):
        pass


class Session:
    auth = None

    def __init__(self):
        self.headers = {}

    def request(self, method, url, **options):
        options = {"auth": self.auth, **self.headers, **options}
        subprocess.run(["curl", method, url, *(f"{name}={value}" for name, value in options.items())])
        return Response()

    def get(self, url, **options):
        return self.request("GET", url, **options)

    def post(self, url, **options):
        return self.request("POST", url, **options)

    def put(self, url, **options):
        return self.request("PUT", url, **options)


def request(method, url, **options):
    return Session().request(method, url, **options)


def get(url, **options):
    return request("GET", url, **options)


def post(url, **options):
    return request("POST", url, **options)
