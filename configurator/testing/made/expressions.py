"""Random expressions: a text in the language together with what it means."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from fractions import Fraction

from attrs import evolve, field, frozen

from configurator.testing.made.dice import Dice
from configurator.testing.made.meanings import (
    COMPARE,
    Meant,
    aggregated,
    attribute,
    compared,
    conditional,
    connected,
    constant,
    element_of,
    negated,
    of_option,
    operated,
    quantity,
    sku_in,
)
from configurator.testing.made.products import (
    DAY,
    DIMENSIONS,
    FACTORS,
    NUMBER_COLUMNS,
    TAGS,
    WORD_COLUMNS,
    Known,
    MadeComponent,
    MadeFamily,
    MadeOption,
    MadeSlot,
)
from configurator.testing.made.writing import number_text

CONDITIONAL, OR, AND, NOT, COMPARISON, SUM, PRODUCT, FACTOR, ATOM = range(9)
"""How tightly an expression holds together."""


@frozen(eq=False)
class Made:
    """An expression.

    Attributes:
        level: how tightly it holds together; what stands in something tighter is put in brackets.
        dimension: of numbers: `g`, `EUR`, or nothing.
        column: for a bare attribute, the values its column has: `=` refuses columns that share none.
        terms: of numbers, the summands, each with its sign: what a resource counts one by one.
        reads: the places it reads.
    """

    text: str
    meant: Meant
    level: int = ATOM
    dimension: str = ""
    column: frozenset[Known] | None = None
    terms: tuple[tuple[int, Meant], ...] = ()
    reads: frozenset[str] = frozenset()

    def inside(self, level: int) -> str:
        """The text as it stands where something at least as tight as `level` is wanted."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def summands(self) -> tuple[tuple[int, Meant], ...]:
        """The terms; of what is no sum, itself."""
        return self.terms or ((1, self.meant),)


@frozen(eq=False)
class Site:
    """One unit that paths may speak of.

    Attributes:
        prefix: what stands before the dot; empty where columns stand bare.
        key: its name in a scene.
        families: those its component may come from.
        counted: whether it has a quantity.
        only: the one column to be spoken of; `None` for all.
        rooted: whether it stands at the product's root, so that `product.` may stand before its path.
    """

    prefix: str
    key: str
    families: tuple[MadeFamily, ...]
    counted: bool = False
    only: str | None = None
    rooted: bool = True

    def path(self, column: str) -> str:
        """How a column of it is written."""
        return f"{self.prefix}.{column}" if self.prefix else column

    def columns(self, names: Sequence[str]) -> list[str]:
        """Those of the names that all its families have as a column."""
        found = [name for name in names if all(name in family.columns for family in self.families)]
        return [name for name in found if self.only in {None, name}]

    def values(self, column: str) -> frozenset[Known]:
        """What stands in a column."""
        return frozenset().union(*(family.values(column) for family in self.families))


@frozen(eq=False)
class Around:
    """What an expression may speak of where it stands.

    Attributes:
        sites: single units.
        slots: all slots: to be counted, or asked whether they are chosen.
        numbers: calcs and values of resources.
        truths: calcs that are yes or no.
        aggregates: whether `sum` and its like may be used.
        careful: only what a resource may be made of without saying which kind of unknown it is.
        instead: slots whose name means one unit here, by name: the unit's key.
        deeper: what an aggregate or `for each` may run over beside the slots: slots inside assemblies and
            modules, by path, and assemblies that may be there several times.
        asked: assemblies of which may be asked whether they are there.
        unnamed: whether an aggregate may leave out what it runs over.
    """

    sites: tuple[Site, ...]
    slots: tuple[MadeSlot, ...]
    options: tuple[MadeOption, ...]
    numbers: tuple[Made, ...] = ()
    truths: tuple[Made, ...] = ()
    aggregates: bool = True
    careful: bool = False
    instead: Mapping[str, str] = field(factory=dict)
    deeper: tuple[MadeSlot, ...] = ()
    asked: tuple[str, ...] = ()
    unnamed: bool = True


@frozen(eq=False)
class Span:
    """What an aggregate runs over.

    Attributes:
        columns: those all its slots have.
        named: whether one slot is named; else the columns stand bare.
    """

    slots: tuple[MadeSlot, ...]
    columns: frozenset[str]
    named: bool


# ---------------------------------------------------------------- the generator


class ExpressionMaker:
    """Makes expressions. `used` gathers the names of the constructs it used."""

    def __init__(self, dice: Dice) -> None:
        self.dice = dice
        self.used: set[str] = set()
        self._bound = 0

    def fresh(self) -> str:
        """A key for one more bound unit."""
        self._bound += 1
        return f"@{self._bound}"

    # ------------------------------------------------------------ numbers

    def number(self, around: Around, dimension: str, depth: int) -> Made:
        """A number of a dimension."""
        if depth <= 0:
            return self.plain_number(around, dimension)
        form = self.dice.weighted(
            {
                "plain": 5,
                "sum": 3,
                "product": 2,
                "aggregate": 5 if around.aggregates else 0,
                "if": 1,
                "minus": 1,
            }
        )
        match form:
            case "sum":
                return self.sum_of(around, dimension, depth)
            case "product":
                return self.product_of(around, dimension, depth)
            case "aggregate":
                return self.aggregate(around, dimension, depth)
            case "if":
                return self.conditional_number(around, dimension, depth)
            case "minus":
                return self.minus(self.number(around, dimension, depth - 1))
            case _:
                return self.plain_number(around, dimension)

    def plain_number(self, around: Around, dimension: str) -> Made:
        """An attribute, a quantity, an option, a calc, a resource's value, or a literal."""
        found: list[Made] = []
        for site in around.sites:
            columns = site.columns([c for c, d in NUMBER_COLUMNS.items() if d == dimension])
            found += [self.path(site, column, dimension) for column in columns]
            if site.counted and not dimension:
                found.append(Made(f"{site.prefix}.quantity", quantity(site.key), reads=frozenset({site.key})))
        for option in around.options:
            if option.kind == "number" and DIMENSIONS[option.unit] == dimension:
                found.append(Made(option.name, of_option(option.name), dimension=dimension))
        if not found or self.dice.chance(20):
            named = [
                n for n in around.numbers if n.dimension == dimension and (n.terms or not around.careful)
            ]
            if named and self.dice.chance(70):
                self.used.add("calc or resource value")
                return self.dice.one(named)
            return self.literal(dimension)
        made = self.dice.one(found)
        if made.text.endswith(".quantity"):
            self.used.add("quantity")
        return made

    def path(self, site: Site, column: str, dimension: str = "") -> Made:
        """An attribute by its path; sometimes from the product's root."""
        text = site.path(column)
        if site.rooted and not site.key.startswith("@") and self.dice.chance(5):
            self.used.add("product.path")
            text = f"product.{text}"
        return Made(
            text,
            attribute(site.key, column),
            dimension=dimension,
            column=site.values(column),
            reads=frozenset({site.key}),
        )

    def literal(self, dimension: str) -> Made:
        """A number as written, with its unit."""
        number = Fraction(self.dice.number(0, 12), self.dice.one((1, 2, 4)))
        if not dimension:
            return Made(number_text(number), lambda _: number)
        unit = self.dice.one(("g", "kg")) if dimension == "g" else "EUR"
        value = number * (250 if unit == "g" else FACTORS[unit] / 4 if unit == "kg" else 1)
        if dimension == "g":
            self.used.add(f"literal in {unit}")
        return Made(f"{number_text(value / FACTORS[unit])} {unit}", lambda _: value, dimension=dimension)

    def sum_of(self, around: Around, dimension: str, depth: int) -> Made:
        """`a + b - c`, read from the left."""
        result = self.number(around, dimension, depth - 1)
        for _ in range(self.dice.number(1, 2)):
            operator = self.dice.one("+-")
            right = self.number(around, dimension, depth - 1)
            left, sign = result, 1 if operator == "+" else -1
            self.used.add(operator)
            result = Made(
                f"{left.inside(SUM)} {operator} {right.inside(PRODUCT)}",
                operated(operator, left.meant, right.meant),
                SUM,
                dimension,
                terms=(*left.summands, *((sign * s, meant) for s, meant in right.summands)),
                reads=left.reads | right.reads,
            )
        return result

    def product_of(self, around: Around, dimension: str, depth: int) -> Made:
        """A product with, or quotient by, a plain number; a plain one may be the ratio of two masses."""
        if not dimension and self.dice.chance(30):
            left, right = (self.number(around, "g", depth - 1) for _ in range(2))
            operator = "/"
        else:
            left, right = self.number(around, dimension, depth - 1), self.number(around, "", depth - 1)
            operator = self.dice.one("*/")
            if operator == "*" and self.dice.chance(50):
                left, right = right, left
        self.used.add(operator)
        return Made(
            f"{left.inside(PRODUCT)} {operator} {right.inside(FACTOR)}",
            operated(operator, left.meant, right.meant),
            PRODUCT,
            dimension,
            reads=left.reads | right.reads,
        )

    def minus(self, operand: Made) -> Made:
        """A number with its sign turned."""
        self.used.add("minus")
        return Made(
            f"-{operand.inside(FACTOR)}",
            operated("-", lambda _: Fraction(0), operand.meant),
            FACTOR,
            operand.dimension,
            terms=tuple((-sign, meant) for sign, meant in operand.summands),
            reads=operand.reads,
        )

    def conditional_number(self, around: Around, dimension: str, depth: int) -> Made:
        """One number or another."""
        self.used.add("if")
        condition = self.condition(around, depth - 1)
        then, otherwise = (self.number(around, dimension, depth - 1) for _ in range(2))
        return Made(
            f"if {condition.text} then {then.text} else {otherwise.text}",
            conditional(condition.meant, condition.reads, then.meant, otherwise.meant),
            CONDITIONAL,
            dimension,
            reads=condition.reads | then.reads | otherwise.reads,
        )

    # ------------------------------------------------------------ aggregates

    def aggregate(self, around: Around, dimension: str, depth: int) -> Made:
        """`count(slot where …)`, `sum(column)`, `max(slot.column * 2)`, … of a dimension."""
        columns = [c for c, d in NUMBER_COLUMNS.items() if d == dimension]
        ranges = self.ranges(around, [*columns, *WORD_COLUMNS])
        if not ranges:
            return self.plain_number(around, dimension)
        span = self.dice.one(ranges)
        slots, shared = span.slots, span.columns
        numeric = [column for column in columns if column in shared]
        counts_units = span.named and slots[0].kind == "identical" and not dimension
        if counts_units and self.dice.chance(40):
            self.used.add("sum of quantity")
            of_one = Made("", lambda _: Fraction(1))
            return self.counted("sum", slots, self.fresh(), f"{slots[0].name}.quantity", of_one, None)
        functions = ["sum", "min", "max", "avg"] if numeric else []
        if not dimension:
            functions += ["count"] if span.named else []
            functions += ["distinct"] if shared else []
        if not functions:
            return self.plain_number(around, dimension)
        function = self.dice.one(functions)
        inner, key = self.within(around, span)
        prefix = f"{slots[0].name}." if span.named else ""
        where = self.where(inner, span, depth)
        if function == "count":
            return self.counted(function, slots, key, slots[0].name, Made("", lambda _: Fraction(1)), where)
        column = self.dice.one(numeric if function != "distinct" else sorted(shared))
        argument = Made(f"{prefix}{column}", attribute(key, column), dimension=dimension)
        if function != "distinct" and self.dice.chance(60):
            argument = self.scaled_argument(around, argument, span)
        made = self.counted(function, slots, key, argument.text, argument, where)
        return evolve(made, dimension=dimension if function != "distinct" else "")

    def ranges(self, around: Around, columns: Sequence[str]) -> list[Span]:
        """What an aggregate may run over: one slot by its name, or all that have a column."""
        found: list[Span] = []
        reached = (*around.slots, *around.deeper)
        for slot in reached:
            span = Span((slot,), frozenset(c for c in columns if c in slot.family.columns), named=True)
            found += [span] * (5 if slot.kind == "mixed" else 3)
        for column in columns if around.unnamed else ():
            slots = tuple(s for s in reached if column in s.family.columns and not s.family.instances)
            if slots:
                found.append(Span(slots, frozenset({column}), named=False))
        return found

    def within(self, around: Around, span: Span) -> tuple[Around, str]:
        """What may be spoken of inside an aggregate, and the key of its unit.

        Inside, a slot that the aggregate runs over means the one unit it looks at, and so hides
        what `for each` bound to that name.
        """
        key, hidden = self.fresh(), {slot.name for slot in span.slots}
        families = tuple(dict.fromkeys(slot.family for slot in span.slots))
        others = tuple(site for site in around.sites if site.prefix not in hidden)
        prefix = span.slots[0].name if span.named and self.dice.chance(50) else ""
        own = Site(prefix, key, families)
        instead = {**around.instead, **dict.fromkeys(hidden, key)}
        return evolve(around, sites=(*others, own), aggregates=False, instead=instead), key

    def where(self, inner: Around, span: Span, depth: int) -> Made | None:
        """A condition on the units that count, sometimes."""
        if not self.dice.chance(50):
            return None
        self.used.add("where")
        own = inner.sites[-1]
        if self.dice.chance(70):
            inner = evolve(
                inner,
                sites=(own,),
                options=(),
                slots=tuple(slot for slot in span.slots if slot not in inner.deeper),
                numbers=(),
                truths=(),
                deeper=(),
                asked=(),
            )
        return self.condition(inner, min(depth - 1, 1))

    def scaled_argument(self, around: Around, argument: Made, span: Span) -> Made:
        """`column * 2`, `column * option`, or (of several components) times another slot's number."""
        factor = self.literal("")
        numbers = [o for o in around.options if o.kind == "number" and not DIMENSIONS[o.unit]]
        others: list[Site] = []
        if span.named and span.slots[0].kind == "mixed" and not around.careful:
            others = [s for s in around.sites if not s.key.startswith("@") and s.columns(["«size»"])]
        if others:
            self.used.add("aggregate across slots")
            factor = self.path(self.dice.one(others), "«size»")
        elif numbers and self.dice.chance(30):
            option = self.dice.one(numbers)
            factor = Made(option.name, of_option(option.name))
        self.used.add("scaled aggregate")
        return Made(
            f"{argument.text} * {factor.inside(FACTOR)}",
            operated("*", argument.meant, factor.meant),
            PRODUCT,
            argument.dimension,
            reads=factor.reads,
        )

    def counted(
        self,
        function: str,
        slots: Sequence[MadeSlot],
        key: str,
        text: str,
        argument: Made,
        where: Made | None,
    ) -> Made:
        """The aggregate itself."""
        self.used.add(function)
        if len(slots) > 1:
            self.used.add("aggregate over all slots")
        condition = f" where {where.text}" if where else ""
        names = [slot.name for slot in slots]
        reads = {*names, *argument.reads, *(where.reads if where else ())} - {key}
        return Made(
            f"{function}({text}{condition})",
            aggregated(function, names, key, argument.meant, where.meant if where else None),
            reads=frozenset(reads),
        )

    def aggregate_condition(self, around: Around, depth: int) -> Made | None:
        """`any(slot where …)`, `any(slot.flag)`, `any(kind = alpha)`, `all(slot.size > 2 where …)`."""
        spans = self.ranges(around, [*NUMBER_COLUMNS, *WORD_COLUMNS, "«flag»", "«made»"])
        if not spans:
            return None
        span, function = self.dice.one(spans), self.dice.one(("any", "all"))
        inner, key = self.within(around, span)
        where = self.where(inner, span, depth)
        slots = span.slots
        if span.named and function == "any" and where is not None and self.dice.chance(50):
            self.used.add("any slot where")
            return self.counted(function, slots, key, slots[0].name, Made("", lambda _: True), where)
        column = None if span.named else min(span.columns)
        # What the argument names says what the aggregate runs over: nothing else may be named in it.
        own = evolve(inner.sites[-1], prefix=slots[0].name if span.named else "", only=column)
        alone = evolve(inner, sites=(own,), slots=(), options=(), numbers=(), truths=(), asked=())
        argument = self.leaf(alone, 0)
        if argument is None or (column or slots[0].name) not in argument.text:
            return None
        if not span.named:
            self.used.add("condition over all slots")
        return self.counted(function, slots, key, argument.text, argument, where)

    # ------------------------------------------------------------ conditions

    def condition(self, around: Around, depth: int) -> Made:
        """Something that is true, false, or not known."""
        forms = {"leaf": 5, "not": 1, "and": 2, "or": 2, "if": 1, "aggregate": 3 if around.aggregates else 0}
        form = self.dice.weighted(forms) if depth > 0 else "leaf"
        match form:
            case "not":
                operand = self.condition(around, depth - 1)
                self.used.add("not")
                return Made(f"not {operand.inside(NOT)}", negated(operand.meant), NOT, reads=operand.reads)
            case "and" | "or":
                return self.connective(around, form, depth)
            case "if":
                return self.conditional_truth(around, depth)
            case "aggregate":
                made = self.aggregate_condition(around, depth)
                return made or self.condition(around, 0)
            case _:
                return self.leaf(around, depth) or self.comparison_of_numbers(around, depth)

    def connective(self, around: Around, word: str, depth: int) -> Made:
        """`a and b and c`."""
        parts = [self.condition(around, depth - 1) for _ in range(self.dice.number(2, 3))]
        self.used.add(word)
        level = AND if word == "and" else OR
        return Made(
            f" {word} ".join(part.inside(level + 1) for part in parts),
            connected([part.meant for part in parts], every=word == "and"),
            level,
            reads=frozenset().union(*(part.reads for part in parts)),
        )

    def conditional_truth(self, around: Around, depth: int) -> Made:
        """One condition or another."""
        self.used.add("if of conditions")
        condition, then, otherwise = (self.condition(around, depth - 1) for _ in range(3))
        return Made(
            f"if {condition.text} then {then.text} else {otherwise.text}",
            conditional(condition.meant, condition.reads, then.meant, otherwise.meant),
            CONDITIONAL,
            reads=condition.reads | then.reads | otherwise.reads,
        )

    def leaf(self, around: Around, depth: int) -> Made | None:
        """A condition without others inside; `None` when what was thought of does not exist here."""
        form = self.dice.weighted(
            {
                "numbers": 4,
                "words": 4,
                "flag": 2,
                "presence": 2,
                "dates": 1,
                "sets": 2,
                "components": 3,
                "calc": 1,
            }
        )
        match form:
            case "words":
                return self.comparison_of_words(around)
            case "flag":
                return self.flag(around)
            case "presence":
                return self.presence(around)
            case "dates":
                return self.comparison_of_dates(around)
            case "sets":
                return self.membership_in_set(around)
            case "components":
                return self.comparison_of_components(around)
            case "calc" if around.truths and not around.careful:
                self.used.add("calc of a condition")
                return self.dice.one(around.truths)
            case _:
                return self.comparison_of_numbers(around, depth)

    def comparison_of_numbers(self, around: Around, depth: int) -> Made:
        """`a <= b`, `a between b and c`, `a in { 1, 2 }`."""
        dimension = self.dice.one(self.dimensions(around))
        left = self.number(around, dimension, min(depth, 2))
        form = self.dice.weighted({"compare": 5, "between": 1, "in": 1})
        if form == "between":
            self.used.add("between")
            low, high = (self.number(around, dimension, 0) for _ in range(2))
            return Made(
                f"{left.inside(SUM)} between {low.inside(SUM)} and {high.inside(SUM)}",
                connected(
                    [compared(">=", left.meant, low.meant), compared("<=", left.meant, high.meant)],
                    every=True,
                ),
                COMPARISON,
                reads=left.reads | low.reads | high.reads,
            )
        if form == "in":
            items = [self.number(around, dimension, 0) for _ in range(self.dice.number(1, 3))]
            return self.listed(left, items)
        operator = self.dice.one(tuple(COMPARE))
        right = self.number(around, dimension, min(depth - 1, 1))
        if self.dice.chance(8):
            right = Made("0", lambda _: Fraction(0))
        return self.comparison(operator, left, right)

    @staticmethod
    def dimensions(around: Around) -> list[str]:
        """Dimensions of the numbers there are to speak of."""
        found = [NUMBER_COLUMNS[c] for site in around.sites for c in site.columns(list(NUMBER_COLUMNS))]
        found += ["" for site in around.sites if site.counted]
        found += [DIMENSIONS[o.unit] for o in around.options if o.kind == "number"]
        if around.aggregates:
            found += [
                NUMBER_COLUMNS[c] for s in around.slots for c in NUMBER_COLUMNS if c in s.family.columns
            ]
        return found or [""]

    def comparison(self, operator: str, left: Made, right: Made, ranks: Sequence[str] = ()) -> Made:
        """A comparison; `=` between columns that share no value is refused, so it becomes `!=`."""
        if operator == "=" and share_nothing(left, right):
            operator = "!="
        self.used.add(f"compare {operator}")
        return Made(
            f"{left.inside(SUM)} {operator} {right.inside(SUM)}",
            compared(operator, left.meant, right.meant, ranks),
            COMPARISON,
            reads=left.reads | right.reads,
        )

    def listed(self, left: Made, items: Sequence[Made]) -> Made:
        """`a in { … }`, `a not in { … }`."""
        self.used.add("in { }")
        inside = connected([compared("=", left.meant, item.meant) for item in items], every=False)
        without = self.dice.chance(40)
        comma = "," if self.dice.chance(10) else ""
        return Made(
            f"{left.inside(SUM)} {'not in' if without else 'in'} "
            f"{{ {', '.join(item.inside(SUM) for item in items)}{comma} }}",
            negated(inside) if without else inside,
            COMPARISON,
            reads=left.reads.union(*(item.reads for item in items)),
        )

    def comparison_of_words(self, around: Around) -> Made | None:
        """Words against words: texts, enumerations, options."""
        subjects = [(site, column) for site in around.sites for column in site.columns(list(WORD_COLUMNS))]
        options = [option for option in around.options if option.kind == "one of"]
        if not subjects and not options:
            return None
        if subjects and (not options or self.dice.chance(70)):
            site, column = self.dice.one(subjects)
            left = self.path(site, column)
            words = sorted(map(str, left.column or ())) if column == "«kind»" else list(WORD_COLUMNS[column])
            ranks = WORD_COLUMNS[column] if column == "«grade»" else ()
        else:
            option = self.dice.one(options)
            left, words, column, ranks = (
                Made(option.name, of_option(option.name)),
                list(option.elements),
                "",
                (),
            )
        others = [self.path(s, c) for s, c in subjects if column in {"", c} and s.path(c) != left.text]
        others += [Made(o.name, of_option(o.name)) for o in options if o.name != left.text]
        if others and (not words or self.dice.chance(35)):
            right = self.dice.one(others)
            self.used.add("words of two places")
            same = column == "«grade»" and right.column is not None
            operator = self.dice.one(tuple(COMPARE) if same else ("=", "!="))
            return self.comparison(operator, left, right, ranks if operator not in {"=", "!="} else ())
        if not words:
            return None
        return self.comparison_with_words(left, words, ranks)

    def comparison_with_words(self, left: Made, words: Sequence[str], ranks: Sequence[str]) -> Made:
        """Words of a place against words as written."""
        if self.dice.chance(30):
            return self.listed(left, [self.word(word) for word in self.dice.several(words, 1, 3)])
        if ranks and self.dice.chance(60):
            self.used.add("ordered of")
            if self.dice.chance(20):
                low, high = self.word(self.dice.one(words)), self.word(self.dice.one(words))
                bounds = [
                    compared(">=", left.meant, low.meant, ranks),
                    compared("<=", left.meant, high.meant, ranks),
                ]
                text = f"{left.text} between {low.text} and {high.text}"
                return Made(text, connected(bounds, every=True), COMPARISON, reads=left.reads)
            operator = self.dice.one(("<", "<=", ">", ">="))
            return self.comparison(operator, left, self.word(self.dice.one(words)), ranks)
        word, operator = self.word(self.dice.one(words)), self.dice.one(("=", "!="))
        if self.dice.chance(15):
            left, word = evolve(word, level=ATOM), left
        return self.comparison(operator, left, word)

    def word(self, word: str) -> Made:
        """A value as written: bare or as text."""
        return Made(f'"{word}"' if self.dice.chance(20) else word, lambda _: word)

    def flag(self, around: Around) -> Made | None:
        """Something that is yes or no by itself."""
        found = [self.path(site, "«flag»") for site in around.sites if site.columns(["«flag»"])]
        found += [Made(o.name, of_option(o.name)) for o in around.options if o.kind == "yesno"]
        if not found:
            return None
        self.used.add("yes or no")
        left = self.dice.one(found)
        form = self.dice.weighted({"bare": 2, "word": 3, "other": 1})
        if form == "bare":
            return left
        operator = self.dice.one(("=", "!="))
        if form == "other":
            return self.comparison(operator, left, self.dice.one(found))
        answer = self.dice.chance(50)
        return self.comparison(operator, left, Made("yes" if answer else "no", lambda _: answer))

    def presence(self, around: Around) -> Made | None:
        """`x is chosen`, `x is absent`."""
        names = (*(slot.name for slot in around.slots), *around.asked)
        if not names:
            return None
        name, chosen = self.dice.one(names), self.dice.chance(50)
        self.used.add("is chosen" if chosen else "is absent")
        key = around.instead.get(name, name)
        return Made(
            f"{name} is {'chosen' if chosen else 'absent'}",
            lambda scene: bool(scene[key]) is chosen,
            COMPARISON,
            reads=frozenset({key}),
        )

    def comparison_of_dates(self, around: Around) -> Made | None:
        """Days against days."""
        found = [self.path(site, "«made»") for site in around.sites if site.columns(["«made»"])]
        if not found:
            return None
        self.used.add("dates")
        left = self.dice.one(found)
        day = DAY + timedelta(days=self.dice.number(-2, 2))
        right = self.dice.one([Made(str(day), lambda _: day), *found])
        return self.comparison(self.dice.one(tuple(COMPARE)), left, right)

    def membership_in_set(self, around: Around) -> Made | None:
        """`red in x.tags`, `x.kind in option`."""
        sets = [self.path(site, "«tags»") for site in around.sites if site.columns(["«tags»"])]
        sets += [Made(o.name, of_option(o.name)) for o in around.options if o.kind == "some"]
        if not sets:
            return None
        self.used.add("in set")
        many = self.dice.one(sets)
        words = [self.word(word) for word in TAGS]
        words += [self.path(site, "«kind»") for site in around.sites if site.columns(["«kind»"])]
        option = next((o for o in around.options if o.name == many.text), None)
        if option is not None:
            words = [w for w in words if w.reads or w.text.strip('"') in option.elements]
        item = self.dice.one(words)
        inside = element_of(item.meant, many.meant)
        without = self.dice.chance(30)
        return Made(
            f"{item.text} {'not in' if without else 'in'} {many.text}",
            negated(inside) if without else inside,
            COMPARISON,
            reads=item.reads | many.reads,
        )

    def comparison_of_components(self, around: Around) -> Made | None:
        """Which component it is: by SKU, or the same as in another slot."""
        sites = [s for s in around.sites if s.prefix and not any(f.instances for f in s.families)]
        if not sites:
            return None
        self.used.add("component")
        site = self.dice.one(sites)
        text = f"{site.prefix}.sku" if self.dice.chance(20) else site.prefix
        left = Made(text, sku_in(site.key), reads=frozenset({site.key}))
        others = [s for s in sites if s is not site and s.families == site.families]
        operator = self.dice.one(("=", "!="))
        if others and self.dice.chance(40):
            self.used.add("component of two slots")
            other = self.dice.one(others)
            return self.comparison(
                operator, left, Made(other.prefix, sku_in(other.key), reads=frozenset({other.key}))
            )
        components: Sequence[MadeComponent] = [c for family in site.families for c in family.components]
        skus = [Made(f'"{c.sku}"' if self.dice.chance(60) else c.sku, constant(c.sku)) for c in components]
        if self.dice.chance(40):
            return self.listed(left, self.dice.several(skus, 1, 3))
        return self.comparison(operator, left, self.dice.one(skus))


def share_nothing(left: Made, right: Made) -> bool:
    """Whether both are columns, neither empty, without a value in common."""
    if not left.column or not right.column:
        return False
    return not left.column & right.column
