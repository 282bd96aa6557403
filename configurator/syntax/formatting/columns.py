"""Statements of one kind on neighbouring lines, aligned like the rows of a table."""

from collections.abc import Iterator, Sequence

from configurator.syntax.formatting.filling import Line
from configurator.syntax.formatting.structure import LONGEST_LINE
from configurator.syntax.formatting.widths import padded, width_of


def align_neighbours(lines: Sequence[Line]) -> None:
    """Align statements that follow each other without an empty line or a comment between them.

    A run stays as it is where alignment would make one of its lines too long.
    """
    for run in _runs(lines):
        texts = _aligned([line.columns for line in run])
        # Whatever is too long alone is no reason.
        if any(
            line.indent + width_of(text) > LONGEST_LINE >= line.indent + width_of(line.text)
            for line, text in zip(run, texts, strict=True)
        ):
            texts = [line.text for line in run]
        width = max(
            (width_of(text) for line, text in zip(run, texts, strict=True) if line.comment), default=0
        )
        for line, text in zip(run, texts, strict=True):
            line.text = padded(text, width) if line.comment else text


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    run: list[Line] = []
    for line in lines:
        if run and not (_belongs(line, run[-1]) and line.columns):
            yield run
            run = []
        if line.columns:
            run.append(line)
    if run:
        yield run


def _belongs(line: Line, before: Line) -> bool:
    return line.starts == before.starts and line.indent == before.indent and not line.after_blank


def _aligned(rows: Sequence[dict[int, str]]) -> list[str]:
    numbers = sorted({number for row in rows for number in row})
    widths = {number: max(width_of(row.get(number, "")) for row in rows) for number in numbers}
    return [_joined(row, widths) for row in rows]


def _joined(row: dict[int, str], widths: dict[int, int]) -> str:
    """A row whose columns are as wide as those of all; one that it lacks before its last one stays blank."""
    last = max(row)
    before = (padded(row.get(number, ""), width) for number, width in widths.items() if number < last)
    return " ".join([*before, row[last]])
