"""Rule files add to the built-in ones; a mistake in one names the file, the line and the key, and costs no time."""

from __future__ import annotations

import os
import re
import stat
from importlib import import_module
from inspect import signature
from pathlib import Path
from pkgutil import iter_modules

import pytest

from migrator import frontends
from migrator.findings.records import Severity
from migrator.rulebook import reading as rulebook
from migrator.rulebook.programs import readers
from migrator.rulebook.records import RuleError
from migrator.rulebook.sinks import Action, Channel, Role
from migrator.rulebook.ways_out import ways_out
from tests.fixtures_support import run
from tests.memory import step, within

WRAPPER = """\
what: A step logs in through acme's wrapper.
why: It hands a stored token to docker login.
url: https://acme.example/ci-login
severity: note
clients:
  ci-login:
    programs: [ci-login]
    commands:
      - words: []
        stores:
          username: {option: [--user]}
          password: {option: [--token]}
          host: {option: [--registry], default: crg.apkg.io}
examples:
  - title: The wrapper
    before: |
      pipelines: {default: [{step: {script: ['ci-login --user $U --token $T']}}]}
"""
REGISTRY = """\
registries:
  acme:
    hosts: [packages.acme.example, packages2.acme.example]
    mention: acme.example
    username: ACME_USERNAME
    password: ACME_TOKEN
"""


def folder(root: Path, **files: str) -> Path:
    """A folder of rules; `_` in a name stands for `-`."""
    rules = root / "rules"
    rules.mkdir(exist_ok=True)
    for name, text in files.items():
        (rules / f"{name.replace('_', '-')}.yml").write_text(text)
    return rules


def mistake(root: Path, text: str, name: str = "mine") -> str:
    with pytest.raises(RuleError) as caught:
        rulebook.load([folder(root, **{name: text})])
    return str(caught.value).replace(f"{root}/rules/", "")


# Built in


def test_the_built_in_rules_are_read_once_and_never_changed_by_others(tmp_path: Path) -> None:
    plain = rulebook.load()
    more = rulebook.load([folder(tmp_path, ci_login=WRAPPER, acme=REGISTRY)])
    assert rulebook.load() is plain
    assert set(more.rules) - set(plain.rules) == {"ci-login"}
    assert set(more.clients) - set(plain.clients) == {"ci-login"}
    assert len(more.registries) == len(plain.registries) + 1


def test_the_built_in_rules_are_found_beside_the_package() -> None:
    assert (rulebook.built_in() / "registry-login.yml").is_file()


def test_the_clients_that_the_issue_names_are_known() -> None:
    book = rulebook.load()
    logins = {program for client in book.clients.values() if any(client.logins) for program in client.programs}
    assert logins >= {
        "docker",
        "podman",
        "buildah",
        "skopeo",
        "nerdctl",
        "crane",
        "helm",
        "oras",
        "cosign",
        "regctl",
        "ko",
    }


@pytest.mark.parametrize(
    ("subject", "way"),
    [
        ("BASE", 'add to .patless.toml: `variables.BASE = "…"`'),
        ("docker/web.Dockerfile", "add `docker/web.Dockerfile` to the repository as the step uses it"),
        ("a bake file", "name the image in the step instead of in a bake file"),
    ],
)
def test_the_way_out_of_an_unknown_image_fits_what_it_is_about(subject: str, way: str) -> None:
    ways = dict(ways_out(rulebook.load().reasons["image-unresolved"], subject))
    assert ways["fix"].startswith(way)


def test_a_subject_of_several_words_keeps_code_whole() -> None:
    ways = dict(ways_out(rulebook.load().reasons["login-purpose-unknown"], "`mvn -B`"))
    assert ways["keep"] == "`# patless: ignore[login-purpose-unknown] mvn -B uses packages of other repositories`"
    assert ways["ask"] == "whoever wrote the step: what does `mvn -B` need the login for?"


# What others add


def test_a_rule_file_with_a_rule_has_the_id_of_its_name(tmp_path: Path) -> None:
    rule = rulebook.load([folder(tmp_path, ci_login=WRAPPER)]).rules["ci-login"]
    assert (rule.severity, rule.what) == (Severity.NOTE, "A step logs in through acme's wrapper.")
    assert [one.title for one in rule.examples] == ["The wrapper"]


def test_a_wrapper_script_s_login_is_found_and_rewritten(tmp_path: Path) -> None:
    rules = folder(tmp_path, ci_login=WRAPPER)
    repository = tmp_path / "repository"
    repository.mkdir()
    file = repository / "bitbucket-pipelines.yml"
    file.write_text(
        step(
            'ci-login --user "$EMAIL" --token "$PAT"',
            "./ci-login --token=$PAT --registry https://crg.apkg.io --user=$EMAIL",
            "ci-login --user $A --token $B --registry docker.io",
            "docker push crg.apkg.io/acme/web",
        )
    )
    assert run(["check"], repository).out.startswith("No findings")
    found = run(["check", "--rules", str(rules), "--format", "json"], repository).findings()
    assert {one["rule"] for one in found} == {"ci-login"}
    assert run(["fix", "--rules", str(rules)], repository).code == 0
    assert file.read_text() == step(
        'ci-login --user "$BITBUCKET_PACKAGES_USERNAME" --token "$BITBUCKET_PACKAGES_TOKEN"',
        "./ci-login --token=$BITBUCKET_PACKAGES_TOKEN --registry https://crg.apkg.io "
        "--user=$BITBUCKET_PACKAGES_USERNAME",
        "ci-login --user $A --token $B --registry docker.io",
        "docker push crg.apkg.io/acme/web",
    )


def test_a_registry_of_one_s_own_has_its_own_hosts_and_variables(tmp_path: Path) -> None:
    rules = folder(tmp_path, acme=REGISTRY)
    file = tmp_path / "bitbucket-pipelines.yml"
    script = (
        "docker login packages2.acme.example -u $U -p $P",
        "docker login crg.apkg.io -u $U -p $P",
        "docker login example -u $U -p $P",
        "docker push packages2.acme.example/web",
    )
    file.write_text(step(*script))
    (tmp_path / ".patless.toml").write_text('rules = ["rules"]\n')
    run(["fix"], tmp_path)
    assert rules.is_dir()
    assert file.read_text() == step(
        "docker login packages2.acme.example -u $ACME_USERNAME -p $ACME_TOKEN",
        "docker login crg.apkg.io -u $BITBUCKET_PACKAGES_USERNAME -p $BITBUCKET_PACKAGES_TOKEN",
        *script[2:],
    )


def test_a_later_file_wins_over_an_entry_of_the_same_name(tmp_path: Path) -> None:
    changed = REGISTRY.replace("acme:", "bitbucket-packages:", 1)
    book = rulebook.load([folder(tmp_path, acme=changed)])
    before = rulebook.load().registries
    assert [name for name, one in book.registries.items() if one != before[name]] == ["bitbucket-packages"]
    assert book.registries["bitbucket-packages"].username == "ACME_USERNAME"


def test_a_built_in_variable_is_named_anew_and_the_others_stay(tmp_path: Path) -> None:
    before, after = rulebook.load().built_in, rulebook.load([folder(tmp_path, mine="built-in: {clone: HERE}")]).built_in
    assert (after.clone, after.workspace, after.full_name) == ("HERE", before.workspace, before.full_name)
    assert after.others == before.others


def test_what_the_platform_gives_needs_no_stored_variable(tmp_path: Path) -> None:
    before = rulebook.load().built_in
    assert all(map(before.gives, ("BITBUCKET_CLONE_DIR", "BITBUCKET_STEP_OIDC_TOKEN", "CI", "HOME")))
    assert not any(map(before.gives, ("BITBUCKET_APP_PASSWORD", "PACKAGES_TOKEN", "", "CIRCLE")))
    after = rulebook.load([folder(tmp_path, mine="built-in: {others: [ACME_*]}")]).built_in
    assert after.gives("ACME_NAME")
    assert not after.gives("CI")


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("wrappers: {acme-run: {options: [-x], words: 2, optional: true, assignments: true}}", "wrappers"),
        ("displays: [acme-say]", "displays"),
        ("filters: {acme-trim: '--all'}", "filters"),
        ("private: [acme-tool]", "private"),
        ("starting: {acme-tool: '^--run'}", "starting"),
        ("offline: [acme-tool]", "offline"),
        ("harmless-sources: ['acme/env']", "harmless_sources"),
        ("harmless-evals: [acme-env]", "harmless_evals"),
        ("carriers: [acme-each]", "carriers"),
        ("copiers: [acme-copy]", "copiers"),
        ("keepers: [acme-list]", "keepers"),
        ("writers: {acme-edit: {words: last, only: [-w], options: [-o]}}", "writers"),
    ],
)
def test_every_section_about_programs_adds_to_what_is_known(text: str, attribute: str, tmp_path: Path) -> None:
    before, after = rulebook.load(), rulebook.load([folder(tmp_path, mine=text)])
    old, new = (getattr(book.programs, attribute) for book in (before, after))
    assert len(new) == len(old) + 1


def test_the_client_of_the_instructions_is_one(tmp_path: Path) -> None:
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text()
    example = text.partition("## Add a client")[2].partition("```yaml\n")[2].partition("```")[0]
    book = rulebook.load([folder(tmp_path, ship=example)])
    assert book.clients["ship"].programs == {"ship"}
    assert list(book.escapes)[-1] == "ship-cluster"
    for named in (*Action, *Channel, *Role):
        assert named in (Action.CACHE, Channel.FILE) or f"`{named}`" in text


def test_the_readers_of_launchers_are_the_frontends_that_can_read_and_verify() -> None:
    found = {}
    for module in iter_modules(frontends.__path__):
        loaded = import_module(f"migrator.frontends.{module.name}")
        made = [getattr(loaded, name, None) for name in ("read", "verified")]
        found[module.name] = [tuple(signature(one).parameters) for one in made if one is not None]
    wanted = [("request",), ("before", "after", "edits")]
    assert readers() == tuple(sorted(name for name, each in found.items() if each == wanted))
    assert {one.reader for one in rulebook.load().programs.launchers.values()} == {*readers()}


# Mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "mine.yml:1:1: the rule file is empty"),
        ("- a", "mine.yml:1:1: must be a mapping"),
        ("a: [", "mine.yml:1:5: not valid YAML"),
        ("a: 1\na: 2", "mine.yml:2:1: a key appears twice in"),
        ("nonsense: 1", "mine.yml:1:11: `nonsense` is not known; known here: "),
        ("why: because", "mine.yml:1:6: `why` needs `what` beside it"),
        ("what: a\nwhy: b", "mine.yml:1:1: the rule has no `url`"),
        ("what: a\nurl: b", "mine.yml:1:1: the rule has no `why`"),
        ("what: [a]\nwhy: b\nurl: c", "mine.yml:1:7: `what` must be text"),
        ("what:\nwhy: b\nurl: c", "`what` must be text"),
        ("what: a\nwhy: b\nurl: c\nseverity: bad", "mine.yml:4:11: `severity` must be one of error, warning, note"),
        ("what: a\nwhy: b\nurl: c\nexamples: {}", "mine.yml:4:11: `examples` must be a list"),
        ("what: a\nwhy: b\nurl: c\nexamples: [{title: x}]", "mine.yml:4:12: `examples[0]` has no `before`"),
        ("what: a\nwhy: b\nurl: c\nexamples: [{before: x}]", "mine.yml:4:12: `examples[0]` has no `title`"),
        ("registries: {a: {hosts: [b]}}", "mine.yml:1:17: `registries.a` has no `mention`; add it"),
        ("registries: {a: {hosts: b, mention: c, username: d, password: e}}", "`registries.a.hosts` must be a list"),
        (
            "registries: {a: {hosts: [b], mention: c, username: d, password: e, default: 1}}",
            "`registries.a.default` must be true or false",
        ),
        ("clients: {a: {}}", "mine.yml:1:14: `clients.a` has no `programs`"),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], stores: {username: {option: [-u]}}}]}}",
            "`clients.a.commands[0].stores` has no `password`; say where the password is given",
        ),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], stores: {user: {option: [-u]}}}]}}",
            "`clients.a.commands[0].stores.user` is not known; known here: host, password, token, username",
        ),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], pushes: {image: [-t]}}]}}",
            "`clients.a.commands[0].pushes.image` must be a mapping",
        ),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], pushes: {image: {options: [-t]}}}]}}",
            "`clients.a.commands[0].pushes.image.options` is not known; known here: dash, default, environment,",
        ),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], pushes: {image: {option: -t}}}]}}",
            "`clients.a.commands[0].pushes.image.option` must be a list",
        ),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], stores: {password: {stdin: false}}}]}}",
            "`clients.a.commands[0].stores.password.stdin` must be a list of switches, or true",
        ),
        ("clients: {a: {programs: [b], login-file: {word: all}}}", "`clients.a.login-file.word` is not known"),
        (
            "clients: {a: {programs: [b], login-file: {paths: [5, '[']}}}",
            "mine.yml:1:54: `clients.a.login-file.paths[1]` is not a regular expression",
        ),
        ("clients: {a: {programs: [b], log-in: {}}}", "`clients.a.log-in` is not known"),
        ("clients: {a: {programs: [[b]]}}", "`clients.a.programs[0]` must be text"),
        ("clients: {a: {programs: [b], commands: [{options: [-a]}]}}", "`clients.a.commands[0]` has no `words`"),
        (
            "clients: {a: {programs: [b], commands: [{words: [c], pushes: {image: {word: some}}}]}}",
            "`clients.a.commands[0].pushes.image.word` must be one of first, last, rest, all, any",
        ),
        ("escapes: {a: {what: b}}", "`escapes.a` has no `program`"),
        ("escapes: {a: {program: b, what: c}}", "`escapes.a` has no `leaves`"),
        ("escapes: {a: {program: b, leaves: {}}}", "`escapes.a` has no `what`"),
        ("escapes: {a: {program: b, what: c, leaves: {image: {}}}}", "`escapes.a.leaves.image` is not known"),
        (
            "reasons: {a: {verdict: maybe, what: b, why: c}}",
            "`reasons.a.verdict` must be one of safe, unsafe, report-only",
        ),
        ("reasons: {a: {verdict: safe, what: b}}", "`reasons.a` has no `why`"),
        ("wrappers: {a: {words: many}}", "`wrappers.a.words` must be a number from 0 to 999"),
        ("launchers: {a: {programs: [b]}}", "`launchers.a` has no `reader`; add it"),
        *(
            (
                f"launchers: {{a: {{reader: {name}, programs: [b]}}}}",
                "mine.yml:1:25: `launchers.a.reader` must be one of just, make, package_json, python, shell",
            )
            for name in ("dockerfile", "documents", "programs", "shfmt", "__init__")
        ),
        ("writers: {a: {words: first}}", "`writers.a.words` must be one of last, all"),
        ("wrappers: {a: {words: -1}}", "`wrappers.a.words` must be a number"),
        ("wrappers: {a: {words: 1000}}", "`wrappers.a.words` must be a number"),
        ("tokens: ['(']", "mine.yml:1:10: `tokens[0]` is not a regular expression"),
        ("filters: {a: '*'}", "`filters.a` is not a regular expression"),
        ("private: acme-tool", "`private` must be a list"),
        ("private: [acme-tool, true]", "mine.yml:1:22: `private[1]` must be text; put quotes around it"),
        ("containers: {a: {b: [c], d: e}}", "mine.yml:1:29: `containers.a.d` must be a list"),
        ("passwords: [{programs: [a]}]", "mine.yml:1:13: `passwords[0]` has no `options`; add it"),
        ("reasons: {a: {verdict: safe, what: b, why: c, package: d}}", "`reasons.a.package` must be a mapping"),
        ("runners: {linux: [a]}", "`runners.linux` is not known; known here: any, docker, shell, windows"),
    ],
)
def test_every_mistake_names_the_file_the_line_and_the_key(text: str, said: str, tmp_path: Path) -> None:
    found = mistake(tmp_path, text)
    assert said in found
    assert re.match(r"mine\.yml:\d+:\d+: ", found)


def test_a_rule_s_file_name_must_be_an_id(tmp_path: Path) -> None:
    assert "use small letters, digits and hyphens" in mistake(tmp_path, WRAPPER, "Mine X")


def test_a_folder_without_rules_and_one_that_is_not_there_are_mistakes(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for name, said in (("empty", "holds no rule file"), ("gone", "no such directory of rules")):
        with pytest.raises(RuleError, match=said):
            rulebook.load([tmp_path / name])


def test_the_command_says_so_in_one_line_and_exits_2(tmp_path: Path) -> None:
    (tmp_path / "bitbucket-pipelines.yml").write_text(step("docker login crg.apkg.io -u $U -p $P"))
    rules = folder(tmp_path, mine="clients: {a: {}}")
    for command in ("check", "fix", "packages", "rules"):
        outcome = run([command, "--rules", str(rules)], tmp_path)
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.count("\n") == 1
        assert outcome.err.startswith(f"patless: {rules}/mine.yml:1:14: `clients.a` has no")


# Hostile files


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 50_000, "levels deep"),
        ("a: &a [" + "x," * 9 + "]\n" + "".join(f"b{n}: &b{n} [{'*a ,' * 9}]\n" for n in range(1, 2000)), "aliases"),
        ("a: &a [*a ]", "cycle"),
        ("# " + "x" * 1024 * 1024, "larger than 1024 KiB"),
        ("a: !!python/object/apply:os.system [true]", "tag"),
        ("tokens: ['(a+)+$']", None),
        ("tokens: ['(?:a*)*b']", None),
        ("tokens: ['(a|a+){2,}b']", None),
        ("tokens: ['(((a{99}){99}){99}){99}']", "regular expression"),
        ("tokens: ['a{,5}']", "RE2 knows ({,5} is no repetition)"),
        ("tokens: ['" + "a" * 501 + "']", "shorter pattern"),
        ("tokens: ['a{999999999999}']", "regular expression"),
        ("tokens: ['" + "(" * 240 + ")" * 240 + "']", None),
    ],
    ids=[
        *("brackets", "aliases", "cycle", "huge", "tag", "a+ +", "a* *", "a+ {}", "a{} {}", "a{,}", "long"),
        *("repeat", "nested groups"),
    ],
)  # fmt: skip
def test_a_hostile_rule_file_is_refused_at_once(text: str, said: str | None, tmp_path: Path) -> None:
    with within(5):
        if said is None:
            rulebook.load([folder(tmp_path, mine=text)])
        else:
            assert said in mistake(tmp_path, text)


@pytest.mark.parametrize("data", [b"\xff\xfea", b"what: \0", b"what: \xe9"])
def test_a_rule_file_that_is_no_text_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_bytes(data)
    with pytest.raises(RuleError, match=r"mine\.yml:1:1: the file"):
        rulebook.load([tmp_path])


def test_a_rule_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").mkdir()
    with pytest.raises(RuleError, match="cannot read the rule file"):
        rulebook.load([tmp_path])


@pytest.mark.parametrize("kind", ["pipe", "device", "link to a device", "link to nothing", "link to itself"])
def test_a_rule_file_that_is_no_plain_file_is_refused_and_not_waited_for(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        try:
            os.mknod(path, 0o666 | stat.S_IFCHR, os.makedev(1, 5))
        except PermissionError:
            pytest.skip("only root may make a device")
    else:
        path.symlink_to({"link to a device": "/dev/zero", "link to nothing": "gone", "link to itself": path}[kind])
    with within(5), pytest.raises(RuleError, match=r"mine\.yml: cannot read the rule file: "):
        rulebook.load([tmp_path])
