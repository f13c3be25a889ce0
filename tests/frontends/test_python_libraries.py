"""What a Python program does by way of the docker SDK, and which files it writes."""

from __future__ import annotations

import pytest

from tests.frontends.nodes import shown


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('import docker\nx.login("u", "p")', "(call 'docker' 'login' '-u' 'u' '-p' 'p')"),
        (
            'import docker\nx.login("u")',
            "(may (call ?[a call that is not followed] 'login' 'u' 'import os\\nimport subprocess\\nimport "
            'docker\\nx.login("u")\\n\'))',
        ),
        (
            'import docker\nx.login(username="u", password="p", registry="r")',
            "(call 'docker' 'login' '-u' 'u' '-p' 'p' 'r')",
        ),
        ('import docker\nx.login("u", "p", "e", "r", z)', "(call 'docker' 'login' '-u' 'u' '-p' 'p' 'r')"),
        (
            "import docker\nx.login(**k)",
            "(call 'docker' 'login' '-u' (? ?) '-p' (? ?) (? ?)) (may (call ?[a call that is not followed] "
            "'login' ? 'import os\\nimport subprocess\\nimport docker\\nx.login(**k)\\n'))",
        ),
        (
            'import docker\nx.login("u", "p", reauth=os.environ["Z"])',
            "(call 'docker' 'login' '-u' 'u' '-p' 'p') (evaluate (? ? $Z))",
        ),
        ('import docker\nlogin("u", "p")', ""),
        (
            'import docker\nx.build(path="d", tag="t", target="s", dockerfile="e", nocache=os.environ["Z"])',
            "(call 'docker' 'build' '-t' 't' '--target' 's' '-f' (join 'd' '/' 'e') 'd') (evaluate (? ? $Z))",
        ),
        ('import docker\nx.build("d", "t")', ""),
        ('import docker\nc.images.build("d", "t", z)', "(call 'docker' 'build' '-t' 't' 'd')"),
        ("import docker\nc.images.build(**k)", "(call 'docker' 'build' (? ?))"),
        (
            'import docker\nc.images.build(fileobj=f, path="d", dockerfile="e")',
            "(call 'docker' 'build' '-f' (join ? '/' 'e') ?)",
        ),
        (
            'import docker\nc.images.build(path="d", buildargs={"A": os.environ["B"], f: "c", **k})',
            "(call 'docker' 'build' '--build-arg' (join 'A' '=' $B) '--build-arg' (join ? '=' 'c') "
            "'--build-arg' ? 'd') (evaluate (? (? ?) (? 'A' $B ? 'c' ?)))",
        ),
        ('import docker\nc.images.build(path="d", buildargs={})', "(call 'docker' 'build' 'd')"),
        ('import docker\nc.images.build(path="d", cache_from=[])', "(call 'docker' 'build' 'd')"),
        (
            'import docker\nc.images.build(path="d", cache_from=("a", os.environ["B"]))',
            "(call 'docker' 'build' '--cache-from' 'a' '--cache-from' $B 'd') (evaluate (? (? ?) (? 'a' $B)))",
        ),
        (
            'import docker\nc.images.build(path="d", cache_from=["a", *b])',
            "(call 'docker' 'build' '--cache-from' ? 'd')",
        ),
        ('import docker\nc.services.create(image="i")', "(call 'docker' 'create' 'i')"),
        ('import docker\nc.volumes.create(image="i")', ""),
        (
            'import docker\nc.containers.run("i", "cmd", environment=os.environ["Z"])',
            "(call 'docker' 'run' 'i') (evaluate (? (? ?) 'cmd' $Z))",
        ),
        ('import docker\nc.images.pull(repository="r", image="i", name="n")', "(call 'docker' 'pull' 'r')"),
        ('import docker\nc.images.pull(image="i", name="n")', "(call 'docker' 'pull' 'i')"),
        ('import docker\nc.images.pull(name="n")', "(call 'docker' 'pull' 'n')"),
        ('import docker\nc.images.pull(tag="n")', "(call 'docker' 'pull' ?)"),
        ('import docker\ndocker.from_env().images.pull("i")', "(call 'docker' 'pull' 'i')"),
        ('import docker\ndocker.DockerClient().pull("i")', "(call 'docker' 'pull' 'i')"),
        ('import docker\nx.y.pull("i")', ""),
        ('import docker\nx.pull("i")', ""),
        (
            'import docker\nx = docker.from_env()\nx.pull("i")',
            "(set x (? ?)) (call 'docker' 'pull' 'i') (evaluate (? %x))",
        ),
        ('import docker\nx = y.from_env()\nx.pull("i")', "(set x (? ?)) (evaluate (? %x 'i'))"),
        ('import docker\nx = docker\nx.pull("i")', "(set x ?) (evaluate (? %x 'i'))"),
        ('import docker\nf()[0].pull("i")', ""),
        ('import docker\nc.images.load("i")', ""),
        ('import docker\n[x.login("u", "p") for y in z]', "(may (call ?[a call that is not followed]))"),
        ('import docker\n[c.images.pull("i") for y in z]', "(may (call ?[a call that is not followed]))"),
        ('import docker\nlambda: c.images.pull("i")', "(may (call ?[a call that is not followed]))"),
    ],
)
def test_what_is_known_of_the_docker_sdk(source: str, nodes: str) -> None:
    assert shown(source) == nodes


@pytest.mark.parametrize(
    ("source", "nodes"),
    [
        ('open("a", "w")', "(write-partial 'a' (evaluate))"),
        ('open("a", mode="a")', "(write-partial 'a' (evaluate))"),
        ('open(file="a", mode="x")', "(write-partial 'a' (evaluate))"),
        ('open("a", "r+")', "(write-partial 'a' (evaluate))"),
        ('open("a", "rb")', ""),
        ('open("a")', ""),
        ('open("a", m)', "(write-partial 'a' (evaluate))"),
        ('open("a", *m)', "(write-partial 'a' (evaluate))"),
        ("open(*a)", "(write-partial ? (evaluate))"),
        ('open(mode="w")', ""),
        ('open("a", b"w")', "(write-partial 'a' (evaluate))"),
        (
            'import io, codecs\nio.open("a", "w")\ncodecs.open("b", "w")',
            "(write-partial 'a' (evaluate)) (write-partial 'b' (evaluate))",
        ),
        ('import gzip\ngzip.open("a", "w")', ""),
        (
            'import shutil\nshutil.copy("a", "b")\nshutil.copy2("a", "b")\nshutil.copyfile("a", dst="b")\n'
            'shutil.copytree("a", "b")\nshutil.move("a", "b")',
            "(write-partial 'b' (evaluate)) (write-partial 'b' (evaluate)) (write-partial 'b' (evaluate)) "
            "(write-partial 'b' (evaluate)) (write-partial 'b' (evaluate))",
        ),
        ('import shutil\nshutil.copy("a")', ""),
        ('import shutil\nshutil.copyfileobj("a", "b")', ""),
        (
            'os.rename("a", "b")\nos.replace("a", "b")\nos.link("a", "b")\nos.symlink("a", "b")',
            "(write-partial 'b' (evaluate)) (write-partial 'b' (evaluate)) (write-partial 'b' (evaluate)) "
            "(write-partial 'b' (evaluate))",
        ),
        ('os.remove("a")', ""),
        (
            'from pathlib import Path\nPath("a").write_text("b")\nPath("a").write_bytes("b")\n'
            'Path("a").symlink_to("b")\nPath("a").hardlink_to("b")',
            "(write-partial 'a' (evaluate)) (write-partial 'a' (evaluate)) (write-partial 'a' (evaluate)) "
            "(write-partial 'a' (evaluate))",
        ),
        (
            'from pathlib import Path\nPath("a").open("w")\nPath("a").open(mode="w")\nPath("a").open("r")\n'
            'Path("a").open()',
            "(write-partial 'a' (evaluate)) (write-partial 'a' (evaluate))",
        ),
        (
            'from pathlib import Path\nPath("a").rename("b")\nPath("a").replace(target="b")\n'
            'Path("a").replace("b", "c")\nPath("a").rename()',
            "(write-partial 'b' (evaluate)) (write-partial 'b' (evaluate))",
        ),
        ('write_text("a")', ""),
        (
            'import shutil\nshutil.copy(*y)\nshutil.copy("a", **k)\nshutil.copy("a", "b", *y)',
            "(write-partial ? (evaluate)) (write-partial ? (evaluate)) (write-partial 'b' (evaluate))",
        ),
        ("open(**k)", "(write-partial ? (evaluate))"),
        (
            'x = f()\nx.open(m)\nx.open("r")\nx.open(*m)\nx.replace(*y)',
            "(set x ?) (write-partial %x (evaluate)) (evaluate (? %x ?)) (evaluate (? %x 'r')) (write-partial "
            "%x (evaluate)) (evaluate (? %x ?)) (evaluate (? %x ?))",
        ),
    ],
)
def test_which_files_a_call_may_write(source: str, nodes: str) -> None:
    assert shown(source) == nodes
