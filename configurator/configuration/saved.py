"""Saved configurations: what a customer chose and of which catalog, nothing that follows from it."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType

from attrs import field, frozen

from configurator.catalog.model import Catalog
from configurator.configuration.choices import Choices, shown
from configurator.configuration.model import JsonValue, json_value
from configurator.configuration.nested_choices import nested_choices
from configurator.errors import ChoiceError

KEYS = ("name", "version", "digest")
"""What is said of the catalog."""


def _kept(choices: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    return MappingProxyType(dict(choices))


@frozen
class SavedConfiguration:
    """What a customer chose, in the order chosen, and of which catalog.

    Attributes:
        choices: by dotted path, as `Configurator.session` and every question take them.
        name: the catalog's name.
        version: the catalog's version, for people.
        digest: what the catalog said.
        bundles: the bundles that were applied, by name.
    """

    choices: Mapping[str, JsonValue] = field(converter=_kept)
    name: str
    version: str
    digest: str
    bundles: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, JsonValue]:
        """The JSON form: `choices`, `bundles` if any, `catalog` with its `name`, `version` and `digest`."""
        catalog: dict[str, JsonValue] = {"name": self.name, "version": self.version, "digest": self.digest}
        applied: dict[str, JsonValue] = {"bundles": list(self.bundles)} if self.bundles else {}
        return {"choices": dict(self.choices), **applied, "catalog": catalog}

    @classmethod
    def from_dict(cls, data: object) -> "SavedConfiguration":
        """Read the JSON form. Whether the choices fit a catalog is not looked at: see `upgrade`.

        Raises:
            ChoiceError: it is none.
        """
        if not isinstance(data, Mapping) or set(data) - {"bundles"} != {"choices", "catalog"}:
            raise ChoiceError(["a saved configuration is an object with `choices` and `catalog`"])
        choices, catalog = data["choices"], data["catalog"]
        if not isinstance(choices, Mapping) or not all(isinstance(key, str) for key in choices):
            raise ChoiceError([f"`choices` is an object by path, not `{shown(choices)}`"])
        if (
            not isinstance(catalog, Mapping)
            or set(catalog) != set(KEYS)
            or not all(isinstance(catalog[key], str) for key in KEYS)
        ):
            raise ChoiceError(["`catalog` is an object with the texts `name`, `version` and `digest`"])
        bundles = data.get("bundles", [])
        if not isinstance(bundles, list | tuple) or not all(isinstance(name, str) for name in bundles):
            raise ChoiceError([f"`bundles` is a list of names, not `{shown(bundles)}`"])
        plain = {place: as_json(value) for place, value in choices.items()}
        name, version, digest = (catalog[key] for key in KEYS)
        return cls(plain, name, version, digest, tuple(bundles))


def as_json(value: object) -> JsonValue:
    """What was read from JSON as JSON is written again; numbers with a fraction may come as decimals."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Decimal() if value.is_finite():
            return json_value(Fraction(value))
        case Mapping():
            return {str(key): as_json(each) for key, each in value.items()}
        case list() | tuple():
            return [as_json(each) for each in value]
        case _:
            raise ChoiceError([f"`{shown(value)}` is nothing that JSON has"])


def saved_configuration(
    catalog: Catalog, choices: Choices, bundles: tuple[str, ...] = ()
) -> SavedConfiguration:
    """Choices of a catalog, in the order given, and applied bundles, to be kept."""
    told = nested_choices(catalog, choices)
    return SavedConfiguration(told, catalog.name, catalog.version, catalog.digest, bundles)
