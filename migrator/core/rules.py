"""The rule book: what the files of `rules/` say, as records. Read by `migrator.rulebook`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.core.findings import Severity, Verdict


@dataclass(frozen=True, slots=True)
class Example:
    """A pipelines file before and after `fix`; `after` is None where the finding is never fixed."""

    title: str
    before: str
    after: str | None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """What a rule file says about itself. `id` is the file's name without its ending."""

    id: str
    what: str
    why: str
    url: str
    severity: Severity
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """What a reason code means. The three ways out are templates with `{subject}` and `{code}`; '' where there is none."""

    code: str
    verdict: Verdict
    what: str
    why: str
    mine: str = ""
    not_mine: str = ""
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Wrapper:
    """A program that runs the rest of its words: `options` of it take a value, `words` come before the command
    (only if they are numbers where `optional`), and so may `NAME=value` where `assignments`."""

    options: frozenset[str] = frozenset()
    words: int = 0
    optional: bool = False
    assignments: bool = False


@dataclass(frozen=True, slots=True)
class Programs:
    """What programs do with words and variables. `filters` match the joined words of a filter that changes nothing
    but white space; `private` programs read no variables but their own."""

    wrappers: Mapping[str, Wrapper] = field(default_factory=dict)
    displays: frozenset[str] = frozenset()
    filters: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    private: frozenset[str] = frozenset()
    harmless_sources: tuple[re.Pattern[str], ...] = ()
    harmless_evals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleBook:
    rules: Mapping[str, Rule] = field(default_factory=dict)
    reasons: Mapping[str, ReasonEntry] = field(default_factory=dict)
    programs: Programs = field(default_factory=Programs)
