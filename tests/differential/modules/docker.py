"""Stands in for the docker SDK: a method is a call of docker with the same words."""

import subprocess


def _docker(*words):
    subprocess.run(["docker", *words])


class _Images:
    def pull(self, repository, tag=None, auth_config=None, **options):
        _docker("pull", f"{repository}:{tag}", *_login(auth_config))

    def push(self, repository, tag=None, auth_config=None, **options):
        _docker("push", f"{repository}:{tag}", *_login(auth_config))

    def build(self, path=".", tag="", **options):
        _docker("build", "-t", tag, path)
        return None, []


def _login(auth_config):
    return [f"login {name} {value} crg.apkg.io" for name, value in (auth_config or {}).items()]


class DockerClient:
    images = _Images()

    def login(self, username, password=None, email=None, registry="", **options):
        _docker("login", "-u", username, "-p", password or "", registry)


def from_env(**options):
    return DockerClient()
