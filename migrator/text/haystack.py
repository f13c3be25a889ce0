"""Many texts as one, to find which of them hold a word: one search for all of them, and not one for each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

_END = "\0"


class Haystack:
    """Texts by their number. A word that is looked for holds no NUL."""

    def __init__(self, texts: Iterable[str]) -> None:
        every = [text.replace(_END, " ") for text in texts]
        self._whole = _END.join(every)
        self._starts = list(accumulate((len(text) + 1 for text in every), initial=0))

    def holding(self, words: Iterable[str]) -> Iterator[int]:
        """The numbers of the texts that one of the words stands in, some of them again and again."""
        for word in filter(None, words):
            at = self._whole.find(word)
            while at >= 0:
                number = bisect_right(self._starts, at) - 1
                yield number
                at = self._whole.find(word, self._starts[number + 1])
