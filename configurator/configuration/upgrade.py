"""Saved configurations brought before a newer catalog: still good, to be repaired, or beyond repair."""

from collections.abc import Iterable, Mapping
from typing import NoReturn

from attrs import field, frozen

from configurator.catalog.model import Bundle
from configurator.configuration.bundles import read_bundles
from configurator.configuration.choices import read_choices
from configurator.configuration.given_choices import GivenChoice, choices_of
from configurator.configuration.model import JsonValue
from configurator.configuration.nested_choices import flat_values
from configurator.configuration.product import PreparedProduct, ask
from configurator.configuration.repairs import Repair, Unrepairable, repairs, with_repair
from configurator.configuration.saved import SavedConfiguration, as_json
from configurator.configuration.validation import Invalid, validate
from configurator.engines.engine import NO_LIMITS, SearchLimits, Unknown
from configurator.errors import ChoiceError, InvalidConfigurationError, SearchLimitError
from configurator.explanation.conflict import Conflict, bundle_not_in_force


@frozen
class LostChoice:
    """A saved choice that the catalog knows no longer: its place is gone, or what was chosen for it.

    Attributes:
        value: as it was saved.
        message: what is gone.
    """

    place: str
    value: JsonValue = field(hash=False)
    message: str


@frozen
class LostBundle:
    """A saved bundle that is applied no longer: it is gone or not in force, or leaves nothing any more.

    Attributes:
        message: why.
    """

    bundle: str
    message: str


@frozen
class Unchanged:
    """Every choice and bundle still exists, and together they can be completed.

    Attributes:
        choices: as they were saved.
        bundles: as they were saved.
        other_catalog: the name of the catalog that they are of, where that is not the one they are brought
            before: it was renamed, or this is another product, whose places happen to have the same names.
    """

    choices: Mapping[str, JsonValue] = field(hash=False)
    other_catalog: str | None = None
    bundles: tuple[str, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """What there is to say of it all the same: of which other catalog the choices are."""
        return _reasons(self.other_catalog, (), ())

    def or_raise(self) -> "Unchanged":
        """This answer."""
        return self


@frozen
class Repaired:
    """Something had to change.

    Attributes:
        choices: what is left of the choices, with the repair made, in the order in which they were saved.
            They can be completed.
        lost: choices that exist no longer. They are dropped, and where their place still exists it is open.
        repair: the smallest change of the other choices; `None` where they can stay.
        conflicts: what speaks against the other choices as they were; none where they can stay.
        other_catalog: as in `Unchanged`.
        bundles: what is left of the bundles.
        lost_bundles: bundles that are dropped.
    """

    choices: Mapping[str, JsonValue] = field(hash=False)
    lost: tuple[LostChoice, ...]
    repair: Repair | None
    conflicts: tuple[Conflict, ...]
    other_catalog: str | None = None
    bundles: tuple[str, ...] = ()
    lost_bundles: tuple[LostBundle, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the choices could not stay, one sentence each; first of which other catalog they are."""
        return _reasons(self.other_catalog, (*self.lost, *self.lost_bundles), self.conflicts)

    def or_raise(self) -> "Repaired":
        """This answer."""
        return self


@frozen
class Broken:
    """No choices at all could be completed: the catalog itself has nothing on that day.

    Attributes:
        lost: as in `Repaired`.
        conflicts: what speaks against everything.
        other_catalog: as in `Unchanged`.
    """

    lost: tuple[LostChoice, ...]
    conflicts: tuple[Conflict, ...]
    other_catalog: str | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, one sentence each; first of which other catalog the choices are."""
        return _reasons(self.other_catalog, self.lost, self.conflicts)

    def __bool__(self) -> bool:
        return False

    def or_raise(self) -> NoReturn:
        """Raise it.

        Raises:
            InvalidConfigurationError: always.
        """
        raise InvalidConfigurationError(self.reasons)


Upgrade = Unchanged | Repaired | Broken | Unknown


def upgrade(saved: SavedConfiguration, product: PreparedProduct, limits: SearchLimits = NO_LIMITS) -> Upgrade:
    """Bring a saved configuration before a product, of its own catalog or of a newer one.

    A catalog of another name is no mistake, since catalogs are renamed; the answer's `other_catalog` says it.

    The catalog it was saved with is not needed. That the rest of a completion may be another one now, or cost
    something else, is no change: it was not saved.
    """
    kept, lost = _read(saved, product)
    bundles, dropped = _read_bundles(saved, product)
    other = saved.name if saved.name != product.catalog.name else None
    in_order = choices_of(product.catalog, kept.values())
    try:
        question = ask(product.applying(bundles), in_order, limits)
        found = repairs(question, limit=1, limits=limits)
        if isinstance(found, Unrepairable) and bundles:
            # What bundles choose now leaves nothing, whatever the customer chooses instead.
            message = found.conflicts[0].message
            dropped += tuple(LostBundle(bundle.key, message) for bundle in bundles)
            bundles = ()
            question = ask(product.applying(bundles), in_order, limits)
            found = repairs(question, limit=1, limits=limits)
        if isinstance(found, Unknown):
            return found
        if isinstance(found, Unrepairable):
            return Broken(lost, found.conflicts, other)
        left = _values(kept.values())
        names = tuple(bundle.key for bundle in bundles)
        if not found.repairs:
            if lost or dropped:
                return Repaired(left, lost, None, (), other, names, dropped)
            return Unchanged(left, other, names)
        (best,) = found.repairs
        verdict = validate(question, limits)
    except SearchLimitError as stopped:
        return Unknown(stopped.reason)
    repaired = with_repair(product.catalog, tuple(kept.values()), best)
    choices = _values(repaired)
    conflicts = verdict.conflicts if isinstance(verdict, Invalid) else ()
    return Repaired(choices, lost, best, conflicts, other, names, dropped)


def _values(given: Iterable[GivenChoice]) -> dict[str, JsonValue]:
    """Choices by path, all of which were read from JSON or made of it."""
    return {each.place: as_json(each.value) for each in given}


def _read_bundles(
    saved: SavedConfiguration, product: PreparedProduct
) -> tuple[tuple[Bundle, ...], tuple[LostBundle, ...]]:
    """The bundles that can be applied on the day, and those that cannot."""
    found: list[str] = []
    lost: list[LostBundle] = []
    day = product.lowered.as_of
    for name in dict.fromkeys(saved.bundles):
        try:
            (bundle,) = read_bundles(product.catalog, (name,))
        except ChoiceError as error:
            lost.append(LostBundle(name, error.problems[0]))
            continue
        if bundle.period.holds(day):
            found.append(name)
        else:
            lost.append(LostBundle(name, bundle_not_in_force(bundle, day)))
    return read_bundles(product.catalog, found), tuple(lost)


def _read(
    saved: SavedConfiguration, product: PreparedProduct
) -> tuple[dict[str, GivenChoice], tuple[LostChoice, ...]]:
    """The choices that exist, by path, and those that do not; of an assembly what is inside by itself."""
    kept: dict[str, GivenChoice] = {}
    lost: list[LostChoice] = []
    for place, value in saved.choices.items():
        try:
            kept[place] = GivenChoice(place, value, read_choices(product.catalog, {place: value}))
        except ChoiceError as whole:
            parts = tuple(flat_values(product.catalog, place, value))
            if parts == ((place, value),):
                lost.append(LostChoice(place, value, whole.problems[0]))
                continue
            for path, part in parts:
                try:
                    kept[path] = GivenChoice(path, part, read_choices(product.catalog, {path: part}))
                except ChoiceError as error:
                    lost.append(LostChoice(path, part, error.problems[0]))
    return kept, tuple(lost)


def _reasons(
    other: str | None, lost: tuple[LostChoice | LostBundle, ...], conflicts: tuple[Conflict, ...]
) -> tuple[str, ...]:
    messages = [] if other is None else [f"the choices were saved with another catalog, `{other}`"]
    messages += [*(each.message for each in lost), *(conflict.message for conflict in conflicts)]
    return tuple(dict.fromkeys(messages))
