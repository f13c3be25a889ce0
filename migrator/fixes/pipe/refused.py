"""How the parts of the plan say no."""

from __future__ import annotations


class Refused(Exception):
    """The login cannot become a pipe: the code of the reason, a sentence, and what a person can settle."""

    def __init__(self, code: str, detail: str, subject: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.subject = subject
