"""Choosing scenarios: by words of their titles, as `-k` has them, and by tags."""

import re
from collections.abc import Callable, Collection

from attrs import define, field, frozen

from configurator.catalog.model import Scenario
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import CommandError

_WORDS = re.compile(r'\(|\)|"[^"]*"|[^\s()"]+')
_OPERATORS = {"and", "or", "not", "(", ")"}

Test = Callable[[str], bool]
"""Whether something is so of a title with its tags, in lower case."""


@frozen
class Selection:
    """Which scenarios are wanted.

    Attributes:
        words: `big and not case`: parts of a title or tag joined by `and`, `or`, `not` and brackets; words
            beside each other, and what stands in quotation marks, are one part. Empty for all.
        tags: one of these is among the scenario's own; empty for all.
    """

    words: str = ""
    tags: Collection[str] = ()

    def __bool__(self) -> bool:
        return bool(self.words.strip() or self.tags)

    def test(self) -> Callable[[Scenario], bool]:
        """Tells of a scenario whether it is wanted.

        Raises:
            CommandError: the words cannot be understood.
        """
        by_words = _Reader(self.words).read() if self.words.strip() else None

        def wanted(scenario: Scenario) -> bool:
            if self.tags and not set(self.tags) & set(scenario.tags):
                return False
            told = " ".join([scenario.title, *scenario.tags]).lower()
            return by_words is None or by_words(told)

        return wanted


@define
class _Reader:
    """Reads an expression from left to right; `not` binds closest, then `and`, then `or`."""

    text: str
    left: list[str] = field(factory=list, init=False)

    def read(self) -> Test:
        self.left = _WORDS.findall(self.text)
        found = self._either()
        if self.left:
            raise self._mistake()
        return found

    def _either(self) -> Test:
        tests = [self._both()]
        while self._take("or"):
            tests.append(self._both())
        return lambda told: any(test(told) for test in tests)

    def _both(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda told: all(test(told) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            inside = self._one()
            return lambda told: not inside(told)
        if self._take("("):
            inside = self._either()
            if not self._take(")"):
                raise self._mistake()
            return inside
        words: list[str] = []
        while self.left and self.left[0].lower() not in _OPERATORS:
            words.append(self.left.pop(0).strip('"').lower())
        if not words:
            raise self._mistake()
        part = " ".join(words)
        return lambda told: part in told

    def _take(self, word: str) -> bool:
        if self.left and self.left[0].lower() == word:
            self.left.pop(0)
            return True
        return False

    def _mistake(self) -> CommandError:
        where = f"at `{self.left[0]}`" if self.left else "at its end"
        return CommandError(
            f"`-k {self.text}` cannot be understood {where}",
            ExitCode.USAGE,
            "write parts of titles, joined by `and`, `or`, `not` and brackets: `-k 'office and not white'`",
        )
