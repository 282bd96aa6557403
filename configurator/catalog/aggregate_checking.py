"""Aggregates: what `sum`, `count` and the others run over, and what they compute of each."""

from collections.abc import Iterator
from itertools import chain
from typing import Protocol

from attrs import evolve

from configurator.catalog.draft import Draft
from configurator.catalog.expressions import Aggregate, Constant, Expression
from configurator.catalog.names import Names, Reach, Scope
from configurator.catalog.structure import Slot
from configurator.catalog.values import BooleanType, NumberType, Type, describe_type
from configurator.diagnostics.suggestion import did_you_mean
from configurator.syntax import expressions as written
from configurator.syntax.expressions import Name, PathReference

BOOLEAN = BooleanType()
PLAIN_NUMBER = NumberType(whole=True)


class ValueReader(Protocol):
    """Reads expressions."""

    def condition(self, node: written.Expression, scope: Scope) -> Expression | None:
        """One that is true or false; `None` where a mistake was reported."""

    def value(self, node: written.Expression, scope: Scope) -> Expression | None:
        """One of any type; likewise."""


class AggregateChecker:
    """Turns written aggregates into typed ones for one catalog."""

    def __init__(self, draft: Draft, names: Names, reader: ValueReader) -> None:
        self._draft = draft
        self.names = names
        self._reader = reader

    def aggregate(self, node: written.Aggregate, scope: Scope) -> Expression | None:
        """The aggregate; `None` where a mistake was reported."""
        reach = self._instances_in(node, scope)
        if reach is not None:
            return self._over_instances(node, reach, scope)
        slots = self._range(node, scope)
        if slots is None:
            return None
        families = tuple(dict.fromkeys(slot.family for slot in slots))
        bound = self.names.bind(families, node.function)
        instead = {slot.key: bound for slot in slots}
        # `for each storage` binds `storage`; inside `sum(storage.size)` it is each storage that is summed.
        outer = {name: key for name, key in scope.bound.items() if scope.namespace + name not in instead}
        outer.update(self._words_for(node, bound, scope))
        inner = evolve(scope, bound=outer, instead={**scope.instead, **instead}, columns=bound)
        where = None
        if node.where is not None:
            where = self._reader.condition(node.where, inner)
            if where is None:
                return None
        argument = self._argument(node, inner, bound)
        if argument is None:
            return None
        kind = self._aggregate_type(node, argument)
        if kind is None:
            return None
        return Aggregate(node.function, tuple(slot.key for slot in slots), bound, argument, where, kind)

    def _words_for(self, node: written.Aggregate, bound: str, scope: Scope) -> dict[str, str]:
        """The paths through assemblies that stand for the unit an aggregate looks at."""
        reaches = (self.names.reach(path, scope) for path in _paths(node.argument))
        words = [each.word for each in reaches if each is not None and each.several and each.slots]
        return {form: bound for word in words for form in (word, word.removeprefix("product."))}

    def _instances_in(self, node: written.Aggregate, scope: Scope) -> Reach | None:
        """The instances of an assembly that an aggregate runs over; `None` where it runs over units."""
        reaches = [self.names.reach(path, scope) for path in _paths(node.argument)]
        found = [each for each in reaches if each is not None and each.instances and not each.slots]
        # Of a single assembly only if it is all that is looked at: else the rest says what is run over.
        alone = self._looks_at_instances_alone(node, scope)
        wanted = [each for each in found if each.several or alone]
        return (
            wanted[0]
            if wanted and not any(each and each.several and each.slots for each in reaches)
            else None
        )

    def _looks_at_instances_alone(self, node: written.Aggregate, scope: Scope) -> bool:
        """Whether all paths of an aggregate lead into assemblies, but for words that are values."""
        slots = self._slots_in(scope, of_product=False)
        for path in _paths(node.argument):
            reach = self.names.reach(path, scope)
            if reach is None and (len(path.names) > 1 or self._columns_among([path.names[0]], slots)):
                return False
            if reach is not None and not reach.instances:
                return False
        return True

    def _over_instances(self, node: written.Aggregate, reach: Reach, scope: Scope) -> Expression | None:
        """An aggregate over instances: names stand for what is inside, then for what is around."""
        binding = self.names.bind_instances(reach.instances, reach.assembly, reach.word.rpartition(".")[2])
        name = binding.names[0]
        inner = Scope(
            f"{name}.",
            {**scope.bound, reach.word: name, reach.word.removeprefix("product."): name},
            scope.instead,
            None,
            scope.namespaces,
        )
        where = None
        if node.where is not None:
            where = self._reader.condition(node.where, inner)
            if where is None:
                return None
        argument: Expression | None
        if node.function == "count":
            argument = Constant(1, PLAIN_NUMBER)
        elif not reach.rest and node.function == "any" and node.where is not None:
            argument = Constant(value=True, type=BOOLEAN)
        elif not reach.rest:
            self._draft.error(
                "E0304",
                f"`{node.function}` needs something inside `{reach.word}`",
                node.span,
                help=(f"write `count({reach.word})` for how many there are",),
            )
            return None
        else:
            argument = self._reader.value(node.argument, inner)
        kind = self._aggregate_type(node, argument) if argument is not None else None
        if argument is None or kind is None:
            return None
        return Aggregate(node.function, (), name, argument, where, kind, reach.instances)

    def _range(self, node: written.Aggregate, scope: Scope) -> tuple[Slot, ...] | None:
        """The slots an aggregate runs over."""
        named: dict[str, Slot] = {}
        columns: list[Name] = []
        for path in _paths(node.argument):
            reach = self.names.reach(path, scope)
            if reach is not None and reach.several and reach.slots:
                return reach.slots
            found = self.names.at(path, scope)
            if found is not None and isinstance(found[0], Slot):
                named[found[0].key] = found[0]
            elif self.names.was_reported(path, scope) or (
                reach is None and self.names.tell_inside(path, scope)
            ):
                return None
            elif found is None:
                columns.append(path.names[-1] if path.names[0].text == "product" else path.names[0])
        if len(named) > 1:
            several = [slot for slot in named.values() if slot.cardinality.kind == "mixed"]
            if len(several) != 1:
                self._draft.error(
                    "E0305",
                    f"an aggregate runs over one slot, this names {', '.join(named)}",
                    node.span,
                    help=("write one aggregate for each and join them",),
                )
                return None
            return tuple(several)
        if named:
            return tuple(named.values())
        of_product = any(path.names[0].text == "product" for path in _paths(node.argument))
        slots = self._slots_in(scope, of_product=of_product)
        among = self._columns_among(columns, slots)
        if not among and self._tell_single(node, scope):
            return None
        return self._range_by_columns(node, among or columns, slots)

    def _slots_in(self, scope: Scope, *, of_product: bool) -> list[Slot]:
        """The slots of the product; inside an assembly those of the instance, with all that it holds."""
        places = self._draft.places
        if scope.namespace.startswith("@") and not of_product:
            places = {k: p for k, p in self._draft.bound_places.items() if k.startswith(scope.namespace)}
        elif scope.namespace.removesuffix(".") in self._draft.homes and not of_product:
            places = {k: p for k, p in places.items() if k.startswith(scope.namespace)}
        return [place for place in places.values() if isinstance(place, Slot)]

    @staticmethod
    def _columns_among(names: list[Name], slots: list[Slot]) -> list[Name]:
        """The names that are columns of some slot; others are calcs, or values as in `any(bus = SATA)`."""
        return [name for name in names if any(name.text in slot.family.attributes for slot in slots)]

    def _range_by_columns(
        self, node: written.Aggregate, columns: list[Name], slots: list[Slot]
    ) -> tuple[Slot, ...] | None:
        """All slots whose family has the columns named."""
        found = tuple(
            s for s in slots if columns and all(name.text in s.family.attributes for name in columns)
        )
        if found:
            return found
        known = list(dict.fromkeys(chain.from_iterable(slot.family.attributes for slot in slots)))
        text = columns[0].text if columns else node.function
        self._draft.error(
            "E0301",
            f"no slot and no column is called `{text}`"
            if columns
            else "an aggregate needs a slot or a column",
            columns[0].span if columns else node.span,
            help=did_you_mean(text, [slot.key for slot in slots] + known),
        )
        return None

    def _tell_single(self, node: written.Aggregate, scope: Scope) -> bool:
        """Report a path that begins with a word for a single unit or instance, as `for each` binds it."""
        for path in _paths(node.argument):
            lengths = range(len(path.names), 0, -1)
            words = (".".join(name.text for name in path.names[:length]) for length in lengths)
            word = next((each for each in words if each in scope.bound), None)
            if word is None:
                continue
            free = evolve(scope, bound={each: key for each, key in scope.bound.items() if each != word})
            if f"{scope.bound[word]}." in scope.namespaces:
                # An aggregate around this one binds it.
                help_lines: tuple[str, ...] = ()
            elif self.names.reach(path, free) is None:
                help_lines = (f"write what stands after `for each` instead of `{word}`: that is all of them",)
            else:
                letter = word.rpartition(".")[2][0]
                help_lines = (f"write `for each {word} as {letter}`: then `{word}` is all of them",)
            self._draft.error(
                "E0304",
                f"`{word}` is a single one here: `{node.function}` has nothing to run over",
                path.span,
                help=help_lines,
            )
            return True
        return False

    def _argument(self, node: written.Aggregate, scope: Scope, bound: str) -> Expression | None:
        """What is computed per unit."""
        if node.function == "count":
            return Constant(1, PLAIN_NUMBER)
        argument = node.argument
        if (
            isinstance(argument, PathReference)
            and argument.names[0].text == "product"
            and len(argument.names) > 1
        ):
            column = PathReference(argument.names[1:], argument.span)
            # Any other path keeps its first word: something nearer may be called like the rest of it.
            argument = column if self.names.is_column(column, bound) else argument
        if isinstance(argument, PathReference):
            found = self.names.reach(argument, scope)
            if found is not None and found.slots and not found.rest and node.function != "distinct":
                return self._whole_slot(node, found.slots[0], scope)
            if len(argument.names) > 1 and argument.names[-1].text == "quantity":
                return Constant(1, PLAIN_NUMBER)
        return self._reader.value(argument, scope)

    def _whole_slot(self, node: written.Aggregate, slot: Slot, scope: Scope) -> Expression | None:
        """`any(storage where …)`: whether there is such a unit. Other functions need a column."""
        if node.function == "any" and node.where is not None:
            return Constant(value=True, type=BOOLEAN)
        del scope
        numbers = [name for name, a in slot.family.attributes.items() if isinstance(a.type, NumberType)]
        example = numbers[0] if numbers else "column"
        self._draft.error(
            "E0304",
            f"`{node.function}` needs a column of `{slot.key}`",
            node.span,
            help=(f"write `{node.function}({slot.key}.{example})`",),
        )
        return None

    def _aggregate_type(self, node: written.Aggregate, argument: Expression) -> Type | None:
        kind = argument.type
        match node.function:
            case "count" | "distinct":
                return PLAIN_NUMBER
            case "any" | "all":
                wanted, good = "a condition", isinstance(kind, BooleanType)
            case _:
                wanted, good = "a number", isinstance(kind, NumberType)
        if not good:
            self._draft.error(
                "E0304", f"`{node.function}` needs {wanted}, not {describe_type(kind)}", node.span
            )
            return None
        if node.function == "avg":
            assert isinstance(kind, NumberType)
            return NumberType(kind.dimension)
        return kind


def _paths(node: written.Expression) -> Iterator[PathReference]:
    """Every path in an expression but those inside further aggregates, in the order written."""
    return (each for each in written.mentions(node) if isinstance(each, PathReference))
