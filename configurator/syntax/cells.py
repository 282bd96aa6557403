"""Rows of tables: splitting them, reading a heading, reading a cell of a rule table."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from attrs import evolve, field, frozen
from lark import Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from configurator.diagnostics.diagnostic import Diagnostic, Replacement, Severity
from configurator.source import SourceFile, Span
from configurator.syntax.expressions import Name
from configurator.syntax.grammar import load_parser
from configurator.syntax.literals import MOST_DIGITS, LiteralBuilder
from configurator.syntax.nodes import Cell, ColumnHeading, Row
from configurator.syntax.type_builder import TypeBuilder

_DASHES = re.compile(r":?-+:?")
_NUMBER = re.compile(r"(-?)\s*(\d+(?:\.\d+)?)\s*([^\W\d_]\w*)?")

# ---------------------------------------------------------------- what a cell may say


@frozen
class CellValue:
    """`GPU-4060`, `280 mm`, `"a, b"`.

    Attributes:
        text: as written, without quotes and with escapes resolved.
        quoted: whether it stood between quotes; then it is never a keyword, a number or a pattern.
        number: its value when it reads as a number, with or without a unit.
        unit: the unit after the number.
    """

    text: str
    quoted: bool
    number: Fraction | None
    unit: Name | None
    span: Span = field(eq=False, repr=False)


@frozen
class CellWildcard:
    """`FR-TRL-*`: `*` stands for any characters, also for none."""

    pattern: str
    span: Span = field(eq=False, repr=False)


@frozen
class CellRange:
    """`120..140 mm`, both inclusive; a unit on one side counts for both."""

    low: CellValue
    high: CellValue
    span: Span = field(eq=False, repr=False)


@frozen
class CellComparison:
    """`>= 280`."""

    operator: Literal["=", "!=", "<", "<=", ">", ">="]
    value: CellValue
    span: Span = field(eq=False, repr=False)


@frozen
class CellAbsent:
    """`absent`: the component is not chosen."""

    span: Span = field(eq=False, repr=False)


CellItem = CellValue | CellWildcard | CellRange | CellComparison | CellAbsent


@frozen
class AnyPattern:
    """`any`: matches everything, also an absent component."""

    span: Span = field(eq=False, repr=False)


@frozen
class OtherPattern:
    """`other`: a value that no other row of the table names in this column."""

    span: Span = field(eq=False, repr=False)


@frozen
class ListPattern:
    """`a, b` matches what one item matches; `not a, b` (`negated`) what none of them does."""

    items: tuple[CellItem, ...]
    negated: bool
    span: Span = field(eq=False, repr=False)


CellPattern = AnyPattern | OtherPattern | ListPattern

# ---------------------------------------------------------------- rows


def split_row(source: SourceFile, start: int, end: int) -> Row | Diagnostic:
    r"""Split a line of a table into its cells.

    The stretch begins with `|`. `\|` is a bar inside a cell. What follows the last bar must be blank
    or a comment; otherwise the row lacks its last bar and a diagnostic comes back.
    """
    line = source.text[start:end]
    cells: list[Cell] = []
    parts = parts_of_row(line)
    escaped = "\\" in line
    offset = start + 1
    for part in parts[1:-1]:
        text = part.strip()
        first = offset + (part.index(text[0]) if text else min(len(part), 1))
        span = Span(source, first, first + len(text))
        cells.append(Cell(text.replace("\\|", "|") if escaped else text, span))
        offset += len(part) + 1
    rest = parts[-1].strip()
    if rest and not rest.startswith("#"):
        return _open_row(source, start + len(line.rstrip()), closes_block=rest == "}")
    if not cells:
        return _open_row(source, start + 1, closes_block=False)
    return Row(tuple(cells), Span(source, start, offset))


def parts_of_row(line: str) -> list[str]:
    """What stands before, between and after the bars of a line, untrimmed, escaped bars as written."""
    if "\\" not in line:
        return line.split("|")
    parts = [""]
    i = 0
    while i < len(line):
        if line[i] == "|":
            parts.append("")
        elif line.startswith("\\|", i):
            parts[-1] += "\\|"
            i += 1
        else:
            parts[-1] += line[i]
        i += 1
    return parts


def _open_row(source: SourceFile, end: int, *, closes_block: bool) -> Diagnostic:
    return Diagnostic(
        "E0501",
        Severity.ERROR,
        "the row does not end with `|`",
        Span(source, end - 1, end),
        label="expected `|` after the last cell",
        help=("a row takes its whole line; write `}` on the next one",) if closes_block else (),
        replacements=() if closes_block else (Replacement(Span(source, end, end), " |", safe=True),),
    )


def is_line_of_dashes(cells: Sequence[str]) -> bool:
    """Whether trimmed cells make the line under a heading: `---`, `:--`, `--:` or `:-:` in each."""
    return bool(cells) and all(_DASHES.fullmatch(cell) for cell in cells)


# ---------------------------------------------------------------- headings


def parse_heading(cell: Cell) -> ColumnHeading | Diagnostic:
    """Read a cell of a table's first row, or of a CSV file's first line."""
    if not cell.text:
        return Diagnostic(
            "E0506", Severity.ERROR, "a column has no name", _visible(cell.span), label="expected a name"
        )
    builder = TypeBuilder(cell.span.file, cell.span.start)
    try:
        tree = load_parser("pcat").parse(cell.text, start="heading")
    except UnexpectedInput as error:
        return _bad_heading(cell, error)
    heading = builder.heading(tree)
    return builder.diagnostics[0] if builder.diagnostics else heading


def _bad_heading(cell: Cell, error: UnexpectedInput) -> Diagnostic:
    start, end = _place(cell.text, error)
    written = cell.text.partition("[")[0].partition(":")[0].strip()
    name = re.sub(r"\W+", "_", written)
    help_lines: tuple[str, ...] = ()
    if name != written and re.fullmatch(r"[^\W\d]\w*", name):
        first, *rest = written.split()
        unit = f"; a unit stands in brackets: `{first} [{rest[0]}]`" if len(rest) == 1 else ""
        help_lines = (f"a column's name is one word, for example `{name}`{unit}",)
    elif "€" in cell.text:
        help_lines = ("the unit of an amount of money is its currency: `[EUR]`",)
    return Diagnostic(
        "E0506",
        Severity.ERROR,
        f"`{cell.text}` is not the heading of a column",
        _within(cell, start, end),
        label="expected `name`, `name [unit]` or `name : type`",
        help=help_lines,
    )


# ---------------------------------------------------------------- cells of rule tables


def parse_cell(cell: Cell) -> CellPattern | Diagnostic:
    """Read a cell of a rule table; a blank cell is an error."""
    if not cell.text:
        return Diagnostic(
            "E0504",
            Severity.ERROR,
            "a cell is blank",
            _visible(cell.span),
            label="expected a value",
            help=("write `any` where the column does not matter, `absent` where nothing is chosen",),
        )
    items = _plain_items(cell)
    if items is not None:
        return ListPattern(items, negated=False, span=cell.span)
    tree = _cell_tree(cell.text)
    if isinstance(tree, UnexpectedInput):
        return _bad_cell(cell, tree)
    return _CellBuilder(cell).pattern(tree)


_BARE = r"[\w+-](?:[\w +/()-]|\.(?!\.))*"
_PLAIN = re.compile(rf" *(<=|>=|<|>|=)? *({_BARE})(?:\.\. *({_BARE}))?")


def _plain_items(cell: Cell) -> tuple[CellItem, ...] | None:
    """The items of a cell of plain words and numbers, without the grammar; `None` for any other cell.

    What comes out is what the grammar gives, which takes ten times as long; a law compares them.
    """
    items: list[CellItem] = []
    start = cell.span.start
    for part in cell.text.split(","):
        match = _PLAIN.fullmatch(part)
        if match is None:
            return None
        value = _bare_value(cell.span.file, start + match.start(2), match[2].rstrip())
        if value.text in {"any", "other"} or match[2].startswith("not "):
            return None
        if match[3] is not None:
            high = _bare_value(cell.span.file, start + match.start(3), match[3].rstrip())
            # A range with units, and one that is empty, is a matter for the grammar.
            if match[1] or value.unit or high.unit or _descending(value, high):
                return None
            items.append(CellRange(value, high, value.span.to(high.span)))
        elif match[1]:
            span = Span(cell.span.file, start + match.start(1), value.span.end)
            items.append(CellComparison(match[1], value, span))  # type: ignore[arg-type]  # one of its six texts
        else:
            items.append(CellAbsent(value.span) if value.text == "absent" else value)
        start += len(part) + 1
    return tuple(items)


def _descending(low: CellValue, high: CellValue) -> bool:
    return low.number is not None and high.number is not None and low.number > high.number


def _bare_value(source: SourceFile, start: int, text: str) -> CellValue:
    span = Span(source, start, start + len(text))
    match = _NUMBER.fullmatch(text)
    if match is None or len(match[2]) > MOST_DIGITS:
        return CellValue(text, quoted=False, number=None, unit=None, span=span)
    number = Fraction(match[2] if "." in match[2] else int(match[2]))
    unit = Name(match[3], Span(source, start + match.start(3), span.end)) if match[3] else None
    return CellValue(text, quoted=False, number=-number if match[1] else number, unit=unit, span=span)


@lru_cache(maxsize=4096)
def _cell_tree(text: str) -> Tree[Token] | UnexpectedInput:
    # Tables repeat their cells; positions are relative to the cell, so a tree serves every cell of that text.
    try:
        return load_parser("cell").parse(text)
    except UnexpectedInput as error:
        return error


class _CellBuilder:
    def __init__(self, cell: Cell) -> None:
        self.cell = cell
        self.literals = LiteralBuilder(cell.span.file, cell.span.start)

    def pattern(self, tree: Tree[Token]) -> CellPattern | Diagnostic:
        alternatives = tree.children[0]
        assert isinstance(alternatives, Tree)
        span = self.cell.span
        negated = tree.data == "negated_cell"
        items: list[CellItem] = []
        for child in alternatives.children:
            assert isinstance(child, Tree)
            word = _bare_word(child)
            if word in {"any", "other"}:
                if negated or len(alternatives.children) > 1:
                    return self._alone(child, word)
                return AnyPattern(span) if word == "any" else OtherPattern(span)
            item = self._item(child)
            if isinstance(item, Diagnostic):
                return item
            items.append(item)
        if self.literals.diagnostics:
            return self.literals.diagnostics[0]
        return ListPattern(tuple(items), negated, span)

    def _item(self, tree: Tree[Token]) -> CellItem | Diagnostic:
        match tree.data:
            case "range":
                return self._range(tree)
            case "comparison":
                operator, operand = tree.children
                assert isinstance(operand, Tree)
                return CellComparison(str(operator), self._value(operand), self._span(tree))  # type: ignore[arg-type]  # the terminal's six texts
            case _:
                value = self._value(tree)
        if not value.quoted and value.text == "absent":
            return CellAbsent(value.span)
        if not value.quoted and "*" in value.text:
            return CellWildcard(value.text, value.span)
        if not value.quoted and value.text.startswith("not "):
            return self._mistake(
                value.span, "`not` stands once, before all values", "`not a, b` excludes `a` and `b`"
            )
        return value

    def _range(self, tree: Tree[Token]) -> CellRange | Diagnostic:
        low, high = (self._value(child) for child in tree.children if isinstance(child, Tree))
        if low.number is not None and high.number is not None and not (low.unit and high.unit):
            unit = low.unit or high.unit
            low, high = evolve(low, unit=unit), evolve(high, unit=unit)
        same_unit = (low.unit and low.unit.text) == (high.unit and high.unit.text)
        if low.number is not None and high.number is not None and same_unit and low.number > high.number:
            return self._mistake(
                self._span(tree),
                f"`{self._span(tree).text}` is empty: the lower bound is above the upper one",
                "write the lower bound first",
            )
        return CellRange(low, high, self._span(tree))

    def _value(self, tree: Tree[Token]) -> CellValue:
        token = tree.children[0]
        assert isinstance(token, Token)
        if token.type == "TEXT":
            literal = self.literals.text(token)
            return CellValue(literal.value, quoted=True, number=None, unit=None, span=literal.span)
        whole = self.literals.span(token)
        return _bare_value(whole.file, whole.start, token.rstrip())

    def _span(self, tree: Tree[Token]) -> Span:
        span = self.literals.span(tree)
        return Span(span.file, span.start, span.start + len(span.text.rstrip()))

    def _alone(self, tree: Tree[Token], word: str) -> Diagnostic:
        return self._mistake(
            self._span(tree),
            f"`{word}` stands alone in its cell",
            f'a value of that name is written `"{word}"`',
        )

    def _mistake(self, span: Span, message: str, help_line: str) -> Diagnostic:
        return Diagnostic("E0502", Severity.ERROR, message, span, help=(help_line,))


def _bare_word(tree: Tree[Token]) -> str:
    token = tree.children[0]
    return token.rstrip() if isinstance(token, Token) and token.type == "BARE" else ""


def _bad_cell(cell: Cell, error: UnexpectedInput) -> Diagnostic:
    start, end = _place(cell.text, error)
    quote = cell.text.startswith('"', start)
    return Diagnostic(
        "E0502",
        Severity.ERROR,
        f"`{cell.text}` is not a cell of a table",
        _within(cell, start, end),
        label="a text that is not closed" if quote else "expected a value, `a, b`, `1..5`, `>= 5` or `not a`",
        help=() if quote else ('a value with signs of its own stands between quotes: `"a, b"`',),
    )


# ---------------------------------------------------------------- places


def _place(text: str, error: UnexpectedInput) -> tuple[int, int]:
    match error:
        case UnexpectedToken(token=Token(start_pos=int(start), end_pos=int(end), type=kind)) if (
            kind != "$END"
        ):
            return start, end
        case UnexpectedCharacters():
            return error.pos_in_stream or 0, (error.pos_in_stream or 0) + 1
        case _:
            return max(0, len(text) - 1), len(text)


def _within(cell: Cell, start: int, end: int) -> Span:
    first = min(cell.span.start + start, cell.span.end)
    return Span(cell.span.file, first, max(first, min(cell.span.start + end, cell.span.end)))


def _visible(span: Span) -> Span:
    """At least one character wide, where the file has one."""
    return Span(span.file, span.start, max(span.end, min(span.start + 1, len(span.file.text))))
