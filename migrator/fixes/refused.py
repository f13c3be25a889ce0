"""How the parts of a plan say no."""

from __future__ import annotations


class Refused(Exception):
    """There is no such fix: the code of the reason, a sentence or its end, and what a person can settle."""

    def __init__(self, code: str, detail: str, subject: str = "") -> None:
        self.code = code
        self.detail = detail
        self.subject = subject
