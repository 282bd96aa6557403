"""From a tree to leaves: which statement, clause and list begins where, and where a line may end.

The form of each statement is written down here, one method per rule of the grammar that needs one. What has
none is written on one line, its tokens apart as `_flat_gap` says. So a new statement of the language has a
decent form before anybody thinks of it.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise

from attrs import evolve, frozen
from lark import Token, Tree

from configurator.syntax.formatting.leaves import Gap, Group, Leaf
from configurator.syntax.formatting.whole_text import WholeText
from configurator.syntax.formatting.widths import width_of

LONGEST_LINE = 110
"""Columns beyond which a line is ended where it can be."""
STEP = 2
"""Blanks by which what is inside stands further in."""

Branch = Token | Tree[Token]

_BLOCKS = {"family", "assembly", "table", "resource", "bundle", "scenario"}
# Rules whose lists hang from their first item: `choose a = 1,` and below it the next choice.
_HANGING = {"choose", "choose_only", "columns", "supply", "demand", "tags", "expect_invalid"}

# What a line that is too long is ended at, the lowest first. Brackets add `_DEEPER` for what is inside.
_CLAUSE, _BRANCH, _OR, _AND, _COMPARED, _BRACKET, _SUM, _PRODUCT = range(8)
_DEEPER = 10
_OPERATORS = {
    "OR": Gap("soft", level=_OR, together=True),
    "AND": Gap("soft", level=_AND, together=True),
    "EQUALS": Gap("soft", level=_COMPARED),
    "ORDER": Gap("soft", level=_COMPARED),
    "PLUS": Gap("soft", level=_SUM),
    "MINUS": Gap("soft", level=_SUM),
    "STAR": Gap("soft", level=_PRODUCT),
    "SLASH": Gap("soft", level=_PRODUCT),
}

_NONE = Gap(flat="")
_ONE = Gap()
_NONE_BEFORE = {"_COMMA", "_DOT", "_RPAREN", "_RBRACKET", "_RANGE"}
_NONE_AFTER = {"_DOT", "_LPAREN", "_LBRACKET", "_RANGE", "NEGATIVE"}
_CLOSING = {"_LBRACE": "_RBRACE", "_LBRACKET": "_RBRACKET"}


@frozen
class _Place:
    """Where in the text a branch stands.

    Attributes:
        indent: blanks before a line that goes on with it.
        depth: how many brackets are around it.
    """

    indent: int
    depth: int = 0
    group: Group | None = None

    def inner(self) -> "_Place":
        """For what belongs to an item of a list, or stands between parentheses."""
        return evolve(self, indent=self.indent + STEP)


def leaves_of(whole: WholeText) -> list[Leaf]:
    """Every token of a text with its place, in order."""
    walk = _Walk(whole)
    for child in whole.tree.children:
        walk.entry(child, 0)
    assert len(walk.leaves) == len(whole.tokens)
    return walk.leaves


class _Walk:
    """One walk over a tree, in the order of the text."""

    def __init__(self, whole: WholeText) -> None:
        self.between = whole.between
        self.leaves: list[Leaf] = []
        self.column = 0
        self.methods: dict[str, Callable[[Tree[Token], _Place, Gap | None], None]] = {
            "binary": self.binary,
            "conditional": self.conditional,
            "implication": self.binary,
            "group": self.parenthesised,
            "aggregate": self.parenthesised,
            "bracket_unit": self.plain,
            "source": self.source,
            "rule": self.rule,
            "prefer": self.prefer,
            "objective": self.objective,
            "assembled": self.assembled,
            "calc": self.calc,
            "default": self.default,
            "unit": self.unit,
            "import": self.import_,
            "slot": self.declaration,
            "option": self.declaration,
            "attribute": self.declaration,
            "catalog_header": self.header,
        }

    # ------------------------------------------------------------ tokens

    def emit(self, token: Token, place: _Place, lead: Gap | None) -> Leaf:
        """The next token. `lead` is what its surroundings want before it."""
        at = len(self.leaves)
        gap = lead or self.flat_gap(token.type)
        # A line end or so may be part of it: `not  in`.
        text = "not in" if token.type == "_NOT_IN" else str(token)
        width = width_of(text)
        indent = place.indent if gap.indent is None else gap.indent
        self.column = indent + width if gap.kind == "always" else self.column + len(gap.flat) + width
        new_line = self.between[at].new_line
        leaf = Leaf(text, token.type, self.between[at], gap, place.group, indent, width, new_line)
        self.leaves.append(leaf)
        return leaf

    def flat_gap(self, kind: str) -> Gap:
        """What stands before a token of which nobody says more."""
        if not self.leaves:
            return _NONE
        before = self.leaves[-1].kind
        if kind in _NONE_BEFORE or before in _NONE_AFTER or (before == "AGGREGATE" and kind == "_LPAREN"):
            return _NONE
        return _ONE

    # ------------------------------------------------------------ any branch

    def visit(self, branch: Branch, place: _Place, lead: Gap | None = None) -> None:
        """A token, a branch with a form of its own, or any other branch."""
        if isinstance(branch, Token):
            self.emit(branch, place, lead)
        else:
            self.methods.get(branch.data, self.children)(branch, place, lead)

    def children(self, tree: Tree[Token], place: _Place, lead: Gap | None = None) -> None:
        """Child after child; brackets make groups, and a line may end behind each comma."""
        self.sequence(tree.children, place, lead, hangs=tree.data in _HANGING)

    def plain(self, tree: Tree[Token], place: _Place, lead: Gap | None = None) -> None:
        """Child after child on one line."""
        for at, child in enumerate(tree.children):
            self.visit(child, place, lead if at == 0 else None)

    def sequence(
        self, children: Sequence[Branch], place: _Place, lead: Gap | None, *, hangs: bool = False
    ) -> None:
        """See `children`. With `hangs` the items after a comma stand below the first one."""
        at = 0
        listed = any(_is(child, "_COMMA") for child in children)
        begun = False
        while at < len(children):
            child = children[at]
            gap = lead if at == 0 else None
            if at > 0 and _is(children[at - 1], "_COMMA"):
                gap = Gap("soft", level=_CLAUSE + _DEEPER * place.depth)
            if isinstance(child, Token) and child.type in _CLOSING:
                at = self.bracket(children, at, place, gap)
                continue
            if isinstance(child, Tree) and listed:
                if hangs and not begun:
                    place = evolve(place, indent=self.column + 1)
                    begun = True
                # The first item follows the words before it.
                if gap is not None and gap.indent is None:
                    gap = evolve(gap, indent=place.indent)
                self.visit(child, place.inner(), gap)
            else:
                self.visit(child, place, gap)
            at += 1

    def bracket(self, children: Sequence[Branch], at: int, place: _Place, lead: Gap | None) -> int:
        """A pair of brackets that begins at a child; gives the number of the child after it."""
        opening = children[at]
        assert isinstance(opening, Token)
        closing = _CLOSING[opening.type]
        end = next(i for i in range(at, len(children)) if _is(children[i], closing))
        flat = " " if opening.type == "_LBRACE" else ""
        group = Group(place.group, _BRACKET + _DEEPER * place.depth)
        inside = _Place(0, place.depth + 1, group)
        self.emit(opening, place, lead)
        content = children[at + 1 : end]
        if content:
            gap = Gap("open", flat)
            first = content[0]
            self.visit(first, inside.inner() if isinstance(first, Tree) else inside, evolve(gap, indent=0))
            self.items(content, inside)
        last = children[end]
        assert isinstance(last, Token)
        self.emit(last, inside, Gap("close", flat, indent=-STEP))
        return end + 1

    def items(self, content: Sequence[Branch], inside: _Place) -> None:
        """The rest of what stands between brackets."""
        for before, child in pairwise(content):
            if _is(before, "_COMMA"):
                gap = Gap("soft", level=_CLAUSE + _DEEPER * inside.depth, indent=0)
                self.visit(child, inside.inner() if isinstance(child, Tree) else inside, gap)
            else:
                self.visit(child, inside)

    # ------------------------------------------------------------ entries: what has lines of its own

    def entry(self, branch: Branch, indent: int) -> None:
        """A statement, an entry of a block, or a row of a table."""
        kind = branch.type if isinstance(branch, Token) else str(branch.data)
        lead = Gap("always", "", indent=indent, starts=kind, keeps_blank=True)
        place = _Place(indent + STEP)
        if isinstance(branch, Tree) and branch.data in _BLOCKS:
            self.block(branch, indent, lead)
        else:
            self.visit(branch, place, lead)

    def block(self, tree: Tree[Token], indent: int, lead: Gap) -> None:
        """A statement with braces around its entries."""
        place = _Place(indent + STEP)
        inside = False
        for at, child in enumerate(tree.children):
            if _is(child, "_RBRACE"):
                assert isinstance(child, Token)
                bare = _is(tree.children[at - 1], "_LBRACE") and not self.between[len(self.leaves)].comments
                self.emit(child, place, None if bare else Gap("always", "", indent=indent))
                inside = False
            elif inside:
                self.entry(child, indent + STEP)
            else:
                self.visit(child, place, lead if at == 0 else None)
                inside = _is(child, "_LBRACE")

    def header(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`catalog`: all on one line, or each field on a line of its own, their values below each other."""
        fields = [child for child in tree.children if isinstance(child, Tree)]
        head = len(tree.children) - len(fields)
        apart = self.is_apart(tree, head)
        words = [child.children[0] for child in fields if len(child.children) == 2]
        width = max((len(str(word)) for word in words), default=0)
        for at, child in enumerate(tree.children):
            if not isinstance(child, Tree):
                self.visit(child, place, lead if at == 0 else None)
                continue
            gap = Gap("always", "", indent=place.indent) if apart else None
            first, *rest = child.children
            self.visit(first, place, gap)
            blanks = width - len(str(first)) + 1 if apart and len(rest) == 1 else 1
            for number, value in enumerate(rest):
                self.visit(value, place, Gap(flat=" " * blanks) if number == 0 else None)

    def is_apart(self, tree: Tree[Token], head: int) -> bool:
        """Whether the fields of a header stand on lines of their own."""
        tokens = list(tree.scan_values(lambda each: isinstance(each, Token)))
        at = len(self.leaves)
        between = self.between[at + head : at + len(tokens)]
        length = sum(width_of(str(token)) + 1 for token in tokens) - 1
        return length > LONGEST_LINE or any(each.new_line or each.comments for each in between)

    # ------------------------------------------------------------ statements

    def declaration(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`option`, `slot`, `attribute`: word, name, title and what follows the colon."""
        self.columns(tree, place, lead, {"TEXT": 1, "_COLON": 2})

    def columns(self, tree: Tree[Token], place: _Place, lead: Gap | None, columns: dict[str, int]) -> None:
        """A statement that is aligned with its neighbours: where each of its columns begins."""
        for at, child in enumerate(tree.children):
            column = columns.get(child.type if isinstance(child, Token) else str(child.data))
            self.visit(child, place, lead if at == 0 else Gap(column=column) if column else None)

    def unit(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`unit kg = 1000 g`."""
        self.columns(tree, place, lead, {"EQUALS": 1})

    def import_(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`import "a.pcat" as a`."""
        self.columns(tree, place, lead, {"alias": 1})

    def calc(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`calc`: a long expression begins on a line of its own."""
        *head, expression = tree.children
        self.columns(Tree("calc", head), place, lead, {"TEXT": 1, "in_unit": 2, "EQUALS": 3})
        self.visit(expression, place, Gap("soft", level=_CLAUSE))

    def default(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`default`: its condition may stand on a line of its own."""
        word, choice, *guard = tree.children
        self.visit(word, place, lead)
        assert isinstance(choice, Tree)
        for child in choice.children:
            sign = _is(child, "EQUALS") or _is(child, "INCLUDES")
            self.visit(child, place, Gap(column=1) if sign else None)
        for branch in guard:
            self.visit(branch, place.inner(), Gap("soft", level=_CLAUSE, indent=place.indent))

    def prefer(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`prefer`: its sentence stands on a line of its own."""
        for at, child in enumerate(tree.children):
            if isinstance(child, Tree) and child.data == "because":
                self.visit(child, place, Gap("always", ""))
            elif isinstance(child, Tree) and child.data == "weight":
                self.visit(child, place, Gap("soft", level=_CLAUSE))
            elif _is(tree.children[at - 1], "_COLON"):
                self.visit(child, place.inner(), Gap("soft", level=_BRANCH, indent=place.indent))
            else:
                self.visit(child, place, lead if at == 0 else _NONE if _is(child, "_COLON") else None)

    def objective(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`minimise`, `maximise`."""
        for at, child in enumerate(tree.children):
            weight = isinstance(child, Tree) and child.data == "weight"
            self.visit(child, place, lead if at == 0 else Gap("soft", level=_CLAUSE) if weight else None)

    def assembled(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`assembled`: where it is too long, each clause begins a line."""
        for at, child in enumerate(tree.children):
            clause = isinstance(child, Tree)
            self.visit(child, place, lead if at == 0 else Gap("soft", level=_CLAUSE) if clause else None)

    def rule(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`rule`: each clause on a line of its own."""
        clauses = False
        for at, child in enumerate(tree.children):
            if clauses:
                self.visit(child, place.inner(), Gap("always", "", indent=place.indent))
            else:
                clauses = _is(child, "_COLON")
                self.visit(child, place, _NONE if clauses else lead if at == 0 else None)

    def source(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`from`: its columns, and what follows them, on lines of their own."""
        columns = False
        for at, child in enumerate(tree.children):
            columns = columns or (isinstance(child, Tree) and child.data == "columns")
            if columns:
                self.visit(child, place, Gap("always", ""))
            elif isinstance(child, Tree):
                self.visit(child, place, Gap("soft", level=_CLAUSE))
            else:
                self.visit(child, place, lead if at == 0 else None)

    # ------------------------------------------------------------ expressions

    def binary(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """Two operands; a line ends before the operator, also where the author ended it behind."""
        left, operator, right = tree.children
        assert isinstance(operator, Token)
        self.visit(left, place, lead)
        gap = _OPERATORS.get(operator.type, Gap("soft", level=_CLAUSE))
        leaf = self.emit(operator, place, evolve(gap, level=gap.level + _DEEPER * place.depth))
        leaf.wants_break |= self.between[len(self.leaves)].new_line
        self.visit(right, place)

    def conditional(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """`if … then … else …`."""
        gap = Gap("soft", level=_BRANCH + _DEEPER * place.depth, together=True)
        for at, child in enumerate(tree.children):
            branch = _is(child, "_THEN") or _is(child, "_ELSE")
            self.visit(child, place, gap if branch else lead if at == 0 else None)

    def parenthesised(self, tree: Tree[Token], place: _Place, lead: Gap | None) -> None:
        """What stands between parentheses is further in."""
        inside = evolve(place.inner(), depth=place.depth + 1)
        for at, child in enumerate(tree.children):
            edge = _is(child, "_LPAREN") or _is(child, "_RPAREN") or _is(child, "AGGREGATE")
            self.visit(child, place if edge else inside, lead if at == 0 else None)


def _is(branch: Branch, kind: str) -> bool:
    return isinstance(branch, Token) and branch.type == kind
