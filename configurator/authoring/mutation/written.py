"""What stands at a place of a catalog, in the form that formatting gives it, whatever its layout."""

from bisect import bisect_left
from collections.abc import Sequence

from attrs import field, frozen

from configurator.catalog.source_words import source_words
from configurator.source import SourceFile, Span
from configurator.syntax.formatting.words import FormattedWord, formatted_words

_OPENING, _CLOSING = "_LPAREN", "_RPAREN"


@frozen(eq=False)
class Written:
    """The words of the files of a catalog; each file is taken apart once."""

    _files: dict[SourceFile, tuple[FormattedWord, ...]] = field(factory=dict, init=False)

    def words(self, span: Span) -> str:
        """What stands there, on one line and without comments.

        Brackets of which only one half lies in the stretch are told with the other half.
        """
        return _joined(self._balanced(span)) or source_words(span.text)

    def replaced(self, span: Span, inner: Span, text: str) -> str:
        """The same with something else in the place of a part of it."""
        found = self._balanced(span)
        before = _joined([word for word in found if word.end <= inner.start])
        after = _joined([word for word in found if word.start >= inner.end])
        # What follows a bracket or a comma stands as far from it as what is replaced.
        first, follower = self._first(found, inner.start), self._first(found, inner.end)
        told = f"{before}{first.gap if first and before else ''}{text}"
        return f"{told}{follower.gap if follower else ''}{after}"

    def word_replaced(self, span: Span, word: str, text: str) -> str:
        """The same with another word for the first one of that text."""
        for each in self.inside(span):
            if each.text == word:
                return self.replaced(span, Span(span.file, each.start, each.end), text)
        return self.words(span)

    def inside(self, span: Span) -> Sequence[FormattedWord]:
        """The words of a stretch; none of a file that is no text of the language."""
        words = self._words_of(span.file)
        return words[self._at(words, span.start) : self._at(words, span.end)]

    def _balanced(self, span: Span) -> Sequence[FormattedWord]:
        words = self._words_of(span.file)
        start, end = self._at(words, span.start), self._at(words, span.end)
        opened = closed = 0
        for word in words[start:end]:
            opened += word.kind == _OPENING
            if word.kind == _CLOSING and opened:
                opened -= 1
            elif word.kind == _CLOSING:
                closed += 1
        while closed and start and words[start - 1].kind == _OPENING:
            start, closed = start - 1, closed - 1
        while opened and end < len(words) and words[end].kind == _CLOSING:
            end, opened = end + 1, opened - 1
        return words[start:end]

    def _words_of(self, file: SourceFile) -> tuple[FormattedWord, ...]:
        if file not in self._files:
            self._files[file] = formatted_words(file.text)
        return self._files[file]

    @staticmethod
    def _at(words: Sequence[FormattedWord], offset: int) -> int:
        return bisect_left(words, offset, key=lambda word: word.start)

    @staticmethod
    def _first(words: Sequence[FormattedWord], offset: int) -> FormattedWord | None:
        return next((word for word in words if word.start >= offset), None)


def _joined(words: Sequence[FormattedWord]) -> str:
    return "".join(word.gap + word.text for word in words).strip() if words else ""
