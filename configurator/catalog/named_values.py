"""Calcs and the values of resources: expressions with names, each checked when it is first needed."""

from fractions import Fraction

from configurator.catalog.aggregate_checking import BOOLEAN
from configurator.catalog.draft import Draft
from configurator.catalog.expansion import enter, instances_of, namespaces_of
from configurator.catalog.expression_checking import CalcFinder, ExpressionChecker
from configurator.catalog.expressions import (
    Arithmetic,
    AttributeOf,
    Calc,
    CalcValue,
    Comparison,
    ComponentIn,
    Conditional,
    Constant,
    ElementOf,
    Expression,
    IsChosen,
    Not,
    OneOf,
    OptionValue,
    QuantityIn,
    ResourceValue,
    Term,
)
from configurator.catalog.loading import Module
from configurator.catalog.names import Scope
from configurator.catalog.structure import is_presence
from configurator.catalog.units import find_unit
from configurator.catalog.values import ABSENT, NumberType, Unit, describe_dimension, normal
from configurator.source import Span
from configurator.syntax import expressions as written
from configurator.syntax.nodes import CalcDeclaration, ResourceDeclaration


class NamedValues:
    """Finds what a calc's name or `power.needed` stands for, and reports cycles as the whole chain."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._calcs: dict[str, tuple[Module, CalcDeclaration]] = {}
        self._resources: dict[str, tuple[Module, ResourceDeclaration]] = {}
        self._terms: dict[str, tuple[tuple[Term, ...], tuple[Term, ...]] | None] = {}
        # Those of bound names among them, `@bag#1.weight`, which are none of the catalog's.
        self._checked: dict[str, Calc] = {}
        self._failed: set[str] = set()
        self._trail: list[tuple[str, Span]] = []
        self._declare()
        finder: CalcFinder = self.find
        self.checker = ExpressionChecker(draft, finder)

    def _declare(self) -> None:
        for module, statement in self._draft.loaded.statements:
            match statement:
                case CalcDeclaration(name=name):
                    key = module.namespace + name.text
                    if self._draft.claim(key, "calc", name.span):
                        self._calcs[key] = (module, statement)
                case ResourceDeclaration(id=name):
                    key = module.namespace + name.text
                    if self._draft.claim_id(key, name.span) and self._draft.claim(key, "resource", name.span):
                        self._resources[key] = (module, statement)
                case _:
                    pass

    def check_all(self) -> None:
        """Check every calc, in the order declared; one of an assembly for each of its instances."""
        found: dict[str, Calc] = {}
        for declared, (module, _) in self._calcs.items():
            if module.assembly:
                # Also where no instance stands anywhere.
                self.calc(self._own(module, declared))
            for key in self._keys(module, declared):
                calc = self.calc(key)
                if calc is not None:
                    found[key] = calc
        # Calcs are checked when first needed; the catalog lists them as declared.
        self._draft.calcs = found

    def _own(self, module: Module, declared: str) -> str:
        """The path by which its own surroundings speak of what is declared there."""
        if not module.assembly:
            return declared
        return f"{enter(self._draft, module)}.{declared.removeprefix(module.namespace)}"

    def _keys(self, module: Module, declared: str) -> list[str]:
        """The paths in the product of what is declared there."""
        if not module.assembly:
            return [declared]
        name = declared.removeprefix(module.namespace)
        instances = instances_of(self._draft, module.assembly)
        return [f"{instance.prefix}.{name}" for instance in instances]

    def scope(self, module: Module, prefix: str = "") -> Scope:
        """Where a statement stands; with a prefix, read of that instance of the assembly around it."""
        if not module.assembly:
            return Scope(module.namespace)
        namespace, *outer = namespaces_of(self._draft, prefix or enter(self._draft, module))
        return Scope(namespace, outer=tuple(outer))

    @property
    def outermost(self) -> Span | None:
        """Where the value that is being computed was asked for first."""
        return self._trail[0][1] if self._trail else None

    def find(self, key: str) -> Expression | None:
        """The value of a calc, or of a resource's field; `None` when a mistake in it was reported."""
        if self._draft.declared(key) in self._calcs:
            calc = self.calc(key)
            return CalcValue(calc) if calc else None
        resource, _, field = key.rpartition(".")
        terms = self.resource_terms(resource)
        if terms is None:
            return None
        supply, demand = terms
        module, node = self._resources[self._draft.declared(resource)]
        kind = (supply + demand)[0].expression.type
        return ResourceValue(
            supply,
            demand,
            spare_factor(node),
            field,
            kind,
            self.resource_unit(module, node, kind),
            self._draft.declared(resource),
        )

    def calc(self, key: str) -> Calc | None:
        """A calc by its path, checked once; one of an assembly once for each instance."""
        if key in self._checked or key in self._failed:
            return self._checked.get(key)
        module, node = self._calcs[self._draft.declared(key)]
        if not self._enter(key, node.name.span):
            return None
        prefix = key.rpartition(".")[0]
        expression = self.checker.value(node.expression, self.scope(module, prefix))
        if expression is not None and module.assembly:
            expression = where_it_is(self._draft, prefix, expression)
        self._trail.pop()
        unit = find_unit(self._draft, node.unit)
        if expression is None or (node.unit is not None and unit is None):
            self._failed.add(key)
            return None
        if not self._fits(expression, unit, node):
            self._failed.add(key)
            return None
        money = unit is not None and unit == self._draft.currency
        title = node.title.value if node.title else node.name.text
        calc = Calc(key, title, expression, unit or self.base_unit(expression), money, node.span)
        self._checked[key] = calc
        return calc

    def _fits(self, expression: Expression, unit: Unit | None, node: CalcDeclaration) -> bool:
        if unit is None:
            return True
        dimension = expression.type.dimension if isinstance(expression.type, NumberType) else None
        if dimension == unit.dimension:
            return True
        found = "no number" if dimension is None else f"in {describe_dimension(dimension)}"
        self._draft.error(
            "E0402", f"`{node.name.text}` is declared in {unit.name}, but its value is {found}", node.span
        )
        return False

    def base_unit(self, expression: Expression) -> Unit | None:
        """The base unit of a number whose unit was not written."""
        if not isinstance(expression.type, NumberType) or len(expression.type.dimension) != 1:
            return None
        (name, exponent) = expression.type.dimension[0]
        return self._draft.units.get(name) if exponent == 1 else None

    def resource_unit(self, module: Module, node: ResourceDeclaration, kind: object) -> Unit | None:
        """The unit in which a resource is told: the one written, else the base unit."""
        del module
        if node.unit is not None:
            return self._draft.units.get(node.unit.text)
        if isinstance(kind, NumberType) and len(kind.dimension) == 1:
            return self._draft.units.get(kind.dimension[0][0])
        return None

    def resource_terms(self, key: str) -> tuple[tuple[Term, ...], tuple[Term, ...]] | None:
        """The terms of supply and demand, calcs inlined; `None` when a mistake was reported."""
        if key in self._terms:
            return self._terms[key]
        module, node = self._resources[self._draft.declared(key)]
        if not self._enter(key, node.id.span):
            return None
        scope = self.scope(module, key.rpartition(".")[0])
        supply = self._lines(scope, node.supply)
        demand = self._lines(scope, node.demand)
        self._trail.pop()
        terms = None
        if supply is not None and demand is not None and self._one_dimension(node, supply + demand):
            terms = (
                tuple(term for line in supply for term in summands(line)),
                tuple(term for line in demand for term in summands(line)),
            )
        self._terms[key] = terms
        return terms

    def _lines(self, scope: Scope, nodes: tuple[written.Expression, ...]) -> tuple[Expression, ...] | None:
        found = [self.checker.number(node, scope) for node in nodes]
        known = tuple(expression for expression in found if expression is not None)
        return known if len(known) == len(found) else None

    def _one_dimension(self, node: ResourceDeclaration, lines: tuple[Expression, ...]) -> bool:
        unit = find_unit(self._draft, node.unit)
        if node.unit is not None and unit is None:
            return False
        wanted = unit.dimension if unit else None
        for line, place in zip(lines, node.supply + node.demand, strict=True):
            assert isinstance(line.type, NumberType)
            wanted = line.type.dimension if wanted is None else wanted
            if line.type.dimension != wanted:
                self._draft.error(
                    "E0402",
                    f"resource `{node.id.text}` counts in {describe_dimension(wanted)}, "
                    f"this is in {describe_dimension(line.type.dimension)}",
                    place.span,
                )
                return False
        return True

    def _enter(self, key: str, span: Span) -> bool:
        keys = [name for name, _ in self._trail]
        if key not in keys:
            self._trail.append((key, span))
            return True
        cycle = " -> ".join([*keys[keys.index(key) :], key])
        self._draft.error("E0308", f"these values are computed from each other: {cycle}", span)
        self._failed.add(key)
        return False


def where_it_is(draft: Draft, prefix: str, expression: Expression) -> Expression:
    """The value of a calc of an assembly, absent where that is: also of one that reads nothing inside it."""
    instances = (each for place in draft.assembly_places.values() for each in place.instances)
    presence = next((each.presence for each in instances if each.prefix == prefix), None)
    if presence is None or is_absent_without(draft, prefix, expression):
        return expression
    there = IsChosen(presence, chosen=True, type=BOOLEAN)
    nothing = Constant(ABSENT, expression.type)  # type: ignore[arg-type]  # the one that no author can write
    return Conditional(there, expression, nothing, expression.type)


def is_absent_without(draft: Draft, prefix: str, expression: Expression) -> bool:
    """Whether an expression has no value where an instance is not there, by its form."""
    match expression:
        case AttributeOf(place=place) | ComponentIn(place=place) | QuantityIn(place=place):
            return place.startswith(f"{prefix}.")
        case OptionValue(option=option):
            return option.startswith(f"{prefix}.") and not is_presence(draft.place(option))
        case Arithmetic(left=left, right=right):
            return is_absent_without(draft, prefix, left) or is_absent_without(draft, prefix, right)
        case CalcValue(calc=calc):
            return is_absent_without(draft, prefix, calc.expression)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            both = (then, otherwise)
            return is_absent_without(draft, prefix, condition) or all(
                is_absent_without(draft, prefix, each) for each in both
            )
        case Comparison(left=left, right=right):
            return is_absent_without(draft, prefix, left) or is_absent_without(draft, prefix, right)
        case OneOf(item=item) | ElementOf(item=item):
            return is_absent_without(draft, prefix, item)
        case Not(operand=operand):
            return is_absent_without(draft, prefix, operand)
        case _:
            return False


def spare_factor(node: ResourceDeclaration) -> int | Fraction:
    """1.3 for `keep 30 % spare`."""
    return normal(1 + (node.spare or Fraction(0)) / 100)


def summands(expression: Expression, sign: int = 1) -> tuple[Term, ...]:
    """The terms of a sum, calcs inlined: each absent one is then 0 on its own."""
    match expression:
        case CalcValue(calc=calc):
            return summands(calc.expression, sign)
        case Arithmetic(operator="+", left=left, right=right):
            return summands(left, sign) + summands(right, sign)
        case Arithmetic(operator="-", left=left, right=right):
            return summands(left, sign) + summands(right, -sign)
        case _:
            return (Term(sign, expression),)
