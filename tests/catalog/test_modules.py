"""A file is a module: names stand in its namespace, units and currency are everybody's."""

from configurator.configuration.completion import Completed
from configurator.configuration.validation import Invalid, Valid
from configurator.configurator import Configurator

SERVICES = """
family warranty "Warranty" choose one not stocked {
  | sku   | years |
  |-------|-------|
  | WAR-2 | 2     |
  | WAR-5 | 5     |
}
option pickup : yesno
rule long-pickup: warranty.years > 2 requires pickup = yes because "{warranty.sku} is picked up."
default warranty = "WAR-2"
calc years = warranty.years
"""
MAIN = 'catalog shop\nimport "lib/services.pcat" as services\noption colour : one of { red, blue }\n'


def shop(more: str = "", services: str = SERVICES, **files: str) -> Configurator:
    """A catalog that imports services."""
    others = {name.replace("__", "/") + ".pcat": text for name, text in files.items()}
    return Configurator.from_text(MAIN + more, files={"lib/services.pcat": services, **others})


def test_places_of_a_module_are_keyed_by_their_dotted_path_where_the_import_stands() -> None:
    assert ["services.warranty", "services.pickup", "colour"] == [p.key for p in shop().catalog.places]


def test_rules_of_a_module_are_told_by_their_dotted_path() -> None:
    choices = {"services.warranty": "WAR-5", "services.pickup": False, "colour": "red"}
    verdict = shop().validate(choices)

    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    assert ("services.long-pickup",) == conflict.rules
    assert ("services.warranty", "services.pickup") == conflict.choices
    assert conflict.message == "WAR-5 is picked up."
    assert conflict.locations == ("lib/services.pcat:9:1",)


def test_defaults_and_calcs_of_a_module_count() -> None:
    answer = shop().complete({"colour": "red"})

    assert isinstance(answer, Completed)
    assert answer.configuration["services.warranty"] == "WAR-2"
    assert (("services.years", "2"),) == answer.configuration.calcs


def test_rules_outside_speak_of_a_module_by_its_name() -> None:
    rule = "rule red-is-long: colour = red requires services.years = 5 and services.pickup = yes\n"
    found = shop(rule).configurations({"colour": "red"})

    assert [{"services.warranty": "WAR-5", "services.pickup": True, "colour": "red"}] == [
        configuration.to_dict() for configuration in found
    ]


def test_a_module_imported_under_two_names_is_there_twice() -> None:
    asked = shop('import "lib/services.pcat" as more\n')

    assert ["services.warranty", "services.pickup", "colour", "more.warranty", "more.pickup"] == [
        place.key for place in asked.catalog.places
    ]


def test_a_module_imported_twice_under_one_name_is_there_once() -> None:
    asked = shop('import "lib/services.pcat" as services\n')

    assert len(asked.catalog.places) == 3


def test_names_inside_a_module_mean_its_own_first() -> None:
    own = SERVICES + "option colour : one of { green, grey }\nrule own: require colour = green\n"
    asked = shop(services=own)
    choices = {"services.warranty": "WAR-2", "services.pickup": True, "colour": "red"}

    assert isinstance(asked.validate({**choices, "services.colour": "green"}), Valid)
    assert isinstance(asked.validate({**choices, "services.colour": "grey"}), Invalid)


def test_product_names_the_outermost_from_inside_a_module() -> None:
    own = SERVICES + "rule outer: pickup = yes requires product.colour = red\n"

    assert isinstance(shop(services=own).validate({"services.pickup": True, "colour": "blue"}), Invalid)


def test_units_of_every_file_are_known_everywhere() -> None:
    asked = Configurator.from_text(
        'catalog t\nimport "a.pcat"\nimport "b.pcat" as b\nrule r: require b.load <= 1 kg\n',
        files={"a.pcat": "unit g\n", "b.pcat": "unit kg = 1000 g\noption load : whole 0..2 in kg\n"},
    )

    assert [{"b.load": 0}, {"b.load": 1}] == [found.to_dict() for found in asked.configurations()]


def test_files_are_named_relative_to_the_file_that_names_them() -> None:
    asked = Configurator.from_text(
        'catalog t\nimport "parts/all.pcat"\n',
        files={
            "parts/all.pcat": 'import "deep/one.pcat"\n',
            "parts/deep/one.pcat": 'family a choose one { from csv "../../tables/a.csv" }\n',
            "tables/a.csv": "sku,size\nA,1\n",
        },
    )

    assert [{"a": "A"}] == [found.to_dict() for found in asked.configurations()]


def test_aggregates_run_over_all_modules() -> None:
    own = SERVICES.replace("| sku   | years |", "| sku   | price |")
    own = own.replace("warranty.years", "warranty.price")
    asked = shop("calc total = sum(price)\nrule dear: require total > 2\n", services=own)

    assert ["WAR-5", "WAR-5"] == [found["services.warranty"] for found in asked.configurations()]
