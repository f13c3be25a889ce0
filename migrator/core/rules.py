"""The rule book: what the files of `rules/` say, as records. Read by `migrator.rulebook`."""

from __future__ import annotations

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
class RuleBook:
    rules: Mapping[str, Rule] = field(default_factory=dict)
    reasons: Mapping[str, ReasonEntry] = field(default_factory=dict)
