"""The numbers that every output ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import Struct

from migrator.findings.records import Finding, Verdict


class Counts(Struct, frozen=True):
    """`reasons` are codes with the number of findings that each holds back, the most frequent first."""

    findings: int
    safe: int
    unsafe: int
    report_only: int
    reasons: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, findings: Iterable[Finding]) -> Counts:
        every = tuple(findings)
        verdicts = Counter(finding.verdict for finding in every)
        codes = Counter(code for finding in every for code in {reason.code for reason in finding.reasons})
        return cls(
            findings=len(every),
            safe=verdicts[Verdict.SAFE],
            unsafe=verdicts[Verdict.UNSAFE],
            report_only=verdicts[Verdict.REPORT_ONLY],
            reasons=tuple(sorted(codes.items(), key=lambda item: (-item[1], item[0]))),
        )

    @property
    def fixable(self) -> int:
        return self.safe + self.unsafe


def many(number: int, one: str, more: str = "") -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def several(names: Iterable[str], word: str = "and") -> str:
    """As a sentence names them: `$A`, `$A and $B`, `$A, $B, and $C`."""
    every = list(names)
    if len(every) < 3:
        return f" {word} ".join(every)
    return f"{', '.join(every[:-1])}, {word} {every[-1]}"


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: (finding.path, finding.position, finding.end, finding.rule))


def assumptions(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What the fixable ones among `findings` take for granted, each once, in order."""
    return tuple(dict.fromkeys(text for finding in findings if finding.edits for text in finding.assumptions))


def size(count: int) -> str:
    """Of so many bytes: `1.5 GiB`."""
    number = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.0f} {unit}" if unit == "bytes" else f"{number:.1f} {unit}"
        number /= 1024
    return f"{number:.1f} TiB"
