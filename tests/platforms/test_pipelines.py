"""Every place of a pipelines file that runs a script or pulls an image is found, with where it is used."""

from __future__ import annotations

import pytest

from migrator.platforms.bitbucket.pipelines import read_pipelines
from migrator.platforms.records import Pipelines, Step, Task
from migrator.text.source import Source
from migrator.text.yaml import Scalar

PATH = "bitbucket-pipelines.yml"


def maybe(text: str) -> Pipelines | None:
    return read_pipelines(Source(PATH, text))


def read(text: str) -> Pipelines:
    found = maybe(text)
    assert found is not None
    return found


def words(step: Step, name: str = "script") -> list[str]:
    return [
        item.value for shell in step.shells if shell.name == name for item in shell.items if isinstance(item, Scalar)
    ]


def found(text: str) -> list[tuple[list[str], list[str]]]:
    """Each step's commands, and the places that run it."""
    return [(words(step), [one.where for one in step.occurrences]) for step in read(text).steps]


# Nothing there


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "text\n",
        "image: x\n",
        "script: [a]\n",
        "on: push\njobs: {a: {steps: [{run: b}]}}\n",
        "stages: []\n",
    ],
)
def test_what_is_no_bitbucket_file_is_none(text: str) -> None:
    assert maybe(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "pipelines:\n",
        "pipelines: {}\n",
        "pipelines: {default: []}\n",
        "pipelines: {default: [{step: {name: deploy}}]}\n",
        "definitions: {caches: {a: b}}\n",
        "pipelines: {custom: {a: [{variables: [{name: script}]}]}}\n",
        "definitions: {imports: {a: {import: a.yml, variables: {script: [docker login]}}}}\n",
    ],
)
def test_a_file_without_scripts_has_no_steps(text: str) -> None:
    assert read(text).steps == ()
    assert read(text).problems == ()


def test_variables_of_a_pipe_are_no_step_though_one_is_called_script() -> None:
    pipe = "{pipe: a/b:1, variables: {script: [docker login], image: x}}"
    (step,) = read(f"pipelines: {{default: [{{step: {{script: [{pipe}]}}}}]}}").steps
    assert words(step) == []


def test_what_an_agent_is_told_after_the_script_is_no_step() -> None:
    text = "pipelines: {default: [{step: {script: [a], after-script: [{agent: x, config: {script: [no]}}]}}]}"
    assert found(text) == [(["a"], ["pipelines.default"])]


# Where steps stand


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("pipelines: {default: [{step: {script: [a]}}]}", "pipelines.default"),
        ("pipelines: {branches: {'release/*': [{step: {script: [a]}}]}}", "pipelines.branches.release/*"),
        ("pipelines: {tags: {v*: [{step: {script: [a]}}]}}", "pipelines.tags.v*"),
        ("pipelines: {bookmarks: {x: [{step: {script: [a]}}]}}", "pipelines.bookmarks.x"),
        ("pipelines: {pull-requests: {'**': [{step: {script: [a]}}]}}", "pipelines.pull-requests.**"),
        (
            "pipelines: {pull-requests: {destinations: {main: [{step: {script: [a]}}]}}}",
            "pipelines.pull-requests.destinations.main",
        ),
        ("pipelines: {custom: {go: [{variables: [{name: A}]}, {step: {script: [a]}}]}}", "pipelines.custom.go"),
        ("pipelines: {default: [{parallel: [{step: {script: [a]}}]}]}", "pipelines.default.parallel"),
        (
            "pipelines: {default: [{parallel: {fail-fast: true, steps: [{step: {script: [a]}}]}}]}",
            "pipelines.default.parallel.steps",
        ),
        ("pipelines: {default: [{stage: {name: x, steps: [{step: {script: [a]}}]}}]}", "pipelines.default.stage.steps"),
        (
            "pipelines: {default: [{stage: {steps: [{parallel: [{step: {script: [a]}}]}]}}]}",
            "pipelines.default.stage.steps.parallel",
        ),
        ("pipelines: {default: [{final: {script: [a]}}]}", "pipelines.default"),
        ("pipelines: {default: {final: {script: [a]}}}", "pipelines.default"),
        ("definitions: {pipelines: {shared: [{step: {script: [a]}}]}}", "definitions.pipelines.shared"),
        ("definitions: {steps: [{step: {script: [a]}}]}", "definitions.steps"),
        ("definitions: {steps: {build: {script: [a]}}}", "definitions.steps.build"),
        ("definitions: {step-config: {build: {script: [a]}}}", "definitions.step-config.build"),
        ("definitions: {whatever: {deep: [{er: {script: [a]}}]}}", "definitions.whatever.deep.er"),
        ("pipelines: {}\nx-anchors: {one: {script: [a]}}", "x-anchors.one"),
        (
            "pipelines: {default: [{later-invention: {inner: {script: [a]}}}]}",
            "pipelines.default.later-invention.inner",
        ),
    ],
)
def test_a_step_is_found_wherever_it_stands(text: str, where: str) -> None:
    assert found(text) == [(["a"], [where])]


def test_a_script_at_the_top_of_the_file_is_where_the_file_begins() -> None:
    (step,) = read("script: [a]\npipelines: {}").steps
    assert [(one.where, one.at) for one in step.occurrences] == [("", 0)]


def test_unknown_keys_around_a_step_are_no_problem() -> None:
    text = "labels: {a: b}\ntriggers: {repository-push: []}\nexport: true\n"
    text += "pipelines: {default: [{step: {auth: {system: {scopes: [x]}}, script: [a]}}]}"
    assert read(text).problems == ()


def test_steps_keep_the_order_of_the_file() -> None:
    text = "pipelines:\n  default:\n" + "".join(f"    - step: {{script: [c{n}]}}\n" for n in range(5))
    assert [words(step) for step in read(text).steps] == [[f"c{n}"] for n in range(5)]


# Anchors and merges


def test_an_anchored_step_is_one_step_with_a_place_for_each_alias() -> None:
    text = "definitions: {steps: [{step: &s {script: [a]}}]}\n"
    text += "pipelines: {default: [{step: *s}], branches: {main: [{step: *s}]}}"
    (step,) = read(text).steps
    assert [one.where for one in step.occurrences] == ["pipelines.default", "pipelines.branches.main"]
    assert [text[one.at :][:2] for one in step.occurrences] == ["*s", "*s"]
    assert text[step.at :].startswith("{script")


def test_an_anchored_script_is_shared_by_its_steps() -> None:
    text = "pipelines: {default: [{step: {script: &x [a, b]}}, {step: {name: two, script: *x}}]}"
    first, second = read(text).steps
    assert first.shells[0].items[0] is second.shells[0].items[0]
    assert words(second) == ["a", "b"]


def test_nested_script_lists_and_single_items_are_spliced_in() -> None:
    text = "definitions: {common: &c [a, [b, &one c]]}\npipelines: {default: [{step: {script: [*c, d, *one, [[e]]]}}]}"
    assert found(text) == [(["a", "b", "c", "d", "c", "e"], ["pipelines.default"])]


def test_a_merged_step_runs_what_it_overrides_and_what_it_inherits() -> None:
    text = """\
definitions:
  steps:
    - step: &base {name: base, script: [a], after-script: [z], runs-on: [self.hosted], artifacts: [dist]}
pipelines:
  default:
    - step: {<<: *base, name: two}
    - step: {<<: *base, script: [b]}
"""
    two, three = read(text).steps
    assert (words(two), two.labels, two.kept) == (["a"], ("self.hosted",), (("an artifact", "dist"),))
    assert (words(three), words(three, "after-script")) == (["b"], ["z"])


def test_the_home_of_a_script_that_a_running_step_merges_in_is_no_step_of_its_own() -> None:
    text = "definitions: {s: &s {script: [a]}}\npipelines: {default: [{step: {<<: *s, name: x}}]}"
    assert found(text) == [(["a"], ["pipelines.default"])]


def test_the_home_of_a_single_command_is_no_step() -> None:
    text = "definitions: {login: {script: &c docker login}}\npipelines: {default: [{step: {script: [*c , b]}}]}"
    assert found(text) == [(["docker login", "b"], ["pipelines.default"])]


# Items


def test_pipes_and_agents_are_items_but_not_text() -> None:
    text = """\
pipelines:
  default:
    - step:
        script:
          - a
          - pipe: atlassian/x:1.0
            variables: {A: $B, C: [d, e], F: {g: h}}
          - agent: reviewer
            config: {script: [no]}
          - prompt: do something
          - z
"""
    (step,) = read(text).steps
    (script,) = step.shells
    assert [item.value if isinstance(item, Scalar) else item.what for item in script.items] == [
        "a",
        "a pipe",
        "an agent",
        "an agent",
        "z",
    ]
    pipe, *agents = (item for item in script.items if isinstance(item, Task))
    assert [(name, one.value) for name, one in pipe.variables] == [("A", "$B"), ("C", "d"), ("C", "e")]
    assert (pipe.logged_in, [agent.logged_in for agent in agents]) == (False, [True, True])


def test_the_after_script_is_a_shell_of_its_own_that_may_not_have_the_native_pair() -> None:
    (step,) = read("pipelines: {default: [{step: {after-script: [z], script: [a]}}]}").steps
    assert [(shell.name, shell.assumes) for shell in step.shells] == [
        ("script", ()),
        ("after-script", ("after-script receives the native credentials",)),
    ]


def test_a_custom_pipeline_s_variables_belong_to_its_steps_only() -> None:
    text = "pipelines: {custom: {go: [{variables: [{name: A}, {name: B, default: c}]}, "
    text += "{parallel: [{step: {script: [a]}}]}], no: [{step: {script: [b]}}]}}"
    first, second = read(text).steps
    assert [name for name, _ in first.variables] == ["A", "B"]
    assert [text[at] for _, at in first.variables] == ["A", "B"]
    assert second.variables == ()


@pytest.mark.parametrize(
    ("keys", "labels"),
    [("", ()), ("runs-on: linux", ("linux",)), ("runs-on: [self.hosted, linux.shell]", ("self.hosted", "linux.shell"))],
)
def test_runner_labels_are_a_word_or_a_list_and_the_file_s_options_stand_in(keys: str, labels: tuple[str, ...]) -> None:
    text = f"pipelines: {{default: [{{step: {{{keys + ', ' if keys else ''}script: [a]}}}}]}}"
    assert read(text).steps[0].labels == labels
    assert read("options: {runs-on: [windows]}\n" + text).steps[0].labels == (labels or ("windows",))


@pytest.mark.parametrize(
    ("artifacts", "paths"),
    [
        ("[a/**, b]", {"a/**", "b"}),
        ("{paths: [a], download: false}", {"a"}),
        ("{upload: [{name: x, paths: [a, b]}, {name: y, paths: [c]}]}", {"a", "b", "c"}),
    ],
)
def test_artifacts_are_read_in_every_form(artifacts: str, paths: set[str]) -> None:
    (step,) = read(f"pipelines: {{default: [{{step: {{script: [a], artifacts: {artifacts}}}}}]}}").steps
    assert set(step.kept) == {("an artifact", path) for path in paths}


def test_caches_have_their_paths_in_both_forms() -> None:
    text = "definitions: {caches: {one: a/b, two: {path: c, key: {files: [x]}}, three: , four: {key: x}, "
    text += "five: {path: [d]}, six: {path: ~}}}\n"
    text += "pipelines: {default: [{step: {script: [a], caches: [two, docker, three, four, five, six, one]}}]}"
    assert set(read(text).steps[0].kept) == {("a cache", "a/b"), ("a cache", "c")}


# Who runs them


@pytest.mark.parametrize(
    ("export", "here"),
    [("", True), ("export: false\n", True), ("export: true\n", False), ("export: True\n", False)],
)
def test_what_a_file_exports_is_run_by_others_only(export: str, here: bool) -> None:
    text = f"{export}definitions: {{pipelines: {{shared: [{{step: {{script: [a]}}}}]}}}}\n"
    text += "pipelines: {default: [{step: {script: [b]}}]}"
    assert {words(step)[0]: step.here for step in read(text).steps} == {"a": here, "b": True}
    assert {words(step)[0]: step.elsewhere for step in read(text).steps} == {"a": not here, "b": False}


def test_a_step_that_the_repository_runs_too_is_run_here_though_others_import_it() -> None:
    text = "export: true\ndefinitions: {pipelines: {shared: [{step: &s {script: [a]}}]}}\n"
    (step,) = read(text + "pipelines: {default: [{step: *s}]}").steps
    assert (step.here, step.elsewhere) == (True, True)


def test_only_what_an_after_script_runs_may_fail() -> None:
    (step,) = read("pipelines: {default: [{step: {script: [a], after-script: [b]}}]}").steps
    assert [shell.ignored for shell in step.shells] == [False, True]


# Images


def test_images_are_found_at_every_level_once() -> None:
    text = """\
image: {name: top, username: $U, password: $P, email: e}
definitions:
  services: {db: {image: {name: service, username: $U, password: $P}}, cache: {image: plain}}
pipelines:
  default:
    - step: &s {image: {name: step, username: $U, password: $P}, script: [a]}
    - step: *s
    - step: {image: word, script: [b]}
"""
    images = read(text).images
    assert sorted((one.level, one.name.value, one.password is not None) for one in images) == [
        ("a step", "step", True),
        ("a step", "word", False),
        ("service cache", "plain", False),
        ("service db", "service", True),
        ("the file", "top", True),
    ]


def test_an_image_that_steps_share_is_there_once_with_each_of_them() -> None:
    text = "definitions: {image: &i node}\n"
    text += "pipelines: {default: [{step: {image: *i, script: [a]}}, {step: {image: *i, script: [b]}}]}"
    result = read(text)
    (image,) = result.images
    assert image.steps == tuple(step.at for step in result.steps)


@pytest.mark.parametrize(
    "text",
    [
        "image: &i node\npipelines: {default: [{step: {image: *i, script: [a]}}]}",
        "pipelines: {default: [{step: {image: &i node, script: [a]}}]}\ndefinitions: {services: {db: {image: *i}}}",
    ],
)
def test_an_image_of_more_than_steps_is_of_no_step(text: str) -> None:
    (image,) = read(text).images
    assert image.steps == ()


def test_only_services_have_images_of_their_own_in_the_definitions() -> None:
    assert read("definitions: {steps: {one: {image: a}}, services: {two: {b: {image: c}}}}").images == ()


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        ("a/b:1", "a/b:1"),
        ("$HOST/b", "${HOST}/b"),
        ("${HOST}/b", "${HOST}/b"),
        ("'${{HOST}}/b-${{C}}'", "${HOST}/b-${C}"),
    ],
)
def test_the_reference_of_an_image_names_its_variables_in_one_spelling(name: str, reference: str) -> None:
    (image,) = read(f"image: {name}\npipelines:").images
    assert image.reference == reference


@pytest.mark.parametrize("image", ["", "[a]", "{username: x}", "~"])
def test_an_image_without_a_name_is_none(image: str) -> None:
    assert read(f"image: {image}\npipelines: {{}}").images == ()


# Imports


def test_imports_of_this_repository_are_paths_and_others_are_not() -> None:
    text = """\
definitions:
  imports:
    one: .bitbucket/shared-pipelines.yml
    two: ./two-pipelines.yml
    three: other-repo:main
    four: other-repo:main:shared-pipelines.yml
    five: {import: five-pipelines.yml, variables: [{name: A}]}
    six:
    seven: ~
    eight: " "
"""
    assert read(text).imports == (".bitbucket/shared-pipelines.yml", "two-pipelines.yml", "five-pipelines.yml")


# What Bitbucket would refuse


@pytest.mark.parametrize(
    ("step", "message", "at"),
    [
        ("{script: docker login}", "this script is not a list", "docker login"),
        ("{script: {a: b}}", "this script is not a list", "{a: b}"),
        ("{script: [a], after-script: b}", "this after-script is not a list", "b}"),
        ("{script: [a, ]}", "", ""),
        ("{script: [a, ~, b]}", "an item of this script is empty", "~"),
        ("{script: [echo a: b]}", "quote the whole item", "echo a"),
        ("", "this step is not a mapping", ""),
        ("text", "this step is not a mapping", "text"),
        ("[a]", "this step is not a mapping", "[a]"),
    ],
)
def test_what_bitbucket_would_refuse_is_a_problem_with_its_place(step: str, message: str, at: str) -> None:
    text = f"pipelines: {{default: [{{step: {step}}}, {{step: {{script: [kept]}}}}]}}"
    result = read(text)
    assert ["kept"] in [words(one) for one in result.steps]
    if not message:
        assert result.problems == ()
        return
    (problem,) = result.problems
    assert message in problem.message
    assert text[problem.at :].startswith(at)


@pytest.mark.parametrize(
    "home",
    [
        "[{script: &c 'docker login'}]",
        "{login: {script: &c 'docker login'}}",
        "[{step: {script: [&c docker login, ~, {a: b}]}}]",
        "{step: &c docker login}",
        "{final: , one: &c docker login}",
    ],
)
def test_a_home_of_commands_that_nothing_runs_is_no_problem_though_it_is_no_step(home: str) -> None:
    result = read(f"definitions: {{scripts: {home}}}\npipelines: {{default: [{{step: {{script: [*c , b]}}}}]}}")
    assert result.problems == ()
    assert ["docker login", "b"] in [words(step) for step in result.steps]


def test_a_problem_of_a_script_that_steps_share_is_told_once() -> None:
    text = "pipelines: {default: [{step: {script: &c [a, ~]}}, {step: {name: two, script: *c}}]}"
    (problem,) = read(text).problems
    assert text[problem.at] == "~"


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("{script: docker login}", "this script is not a list; write each command as `- command`"),
        ("text", "this step is not a mapping; give it a script"),
    ],
)
def test_a_problem_of_what_others_import_is_told_too(step: str, message: str) -> None:
    (problem,) = read(f"definitions: {{pipelines: {{shared: [{{step: {step}}}]}}}}").problems
    assert problem.message == message


def test_a_null_final_is_a_problem() -> None:
    assert len(read("pipelines: {default: [{final: }]}").problems) == 1


@pytest.mark.parametrize(
    "text",
    [
        "pipelines: [a, {script: [b]}]",
        "pipelines: text",
        "definitions: [x]\npipelines: {default: 5}",
        "options: [a]\npipelines: {default: [[[{step: {script: [a]}}]]]}",
        "definitions: {imports: [a], caches: [b], services: [c]}\npipelines: {}",
        "? [complex]\n: {script: [a]}\npipelines: {}",
        "pipelines: {default: [{step: {script: [a], runs-on: {x: y}, caches: z, artifacts: }}]}",
        "pipelines: {custom: {a: [{variables: {x: y}}, {variables: [b, {default: c}]}]}}",
        "pipelines: {default: [{step: {script: [{pipe: }, {pipe: [a]}, {pipe: x, variables: [a]}]}}]}",
    ],
)
def test_shapes_that_nobody_should_write_are_read_without_an_error(text: str) -> None:
    result = maybe(text)
    assert result is None or isinstance(result.steps, tuple)
