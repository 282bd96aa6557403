"""A file is a module: names stand in its namespace, units and currency are everybody's."""

import pytest

from configurator.configuration.completion import Completed
from configurator.configuration.validation import Invalid, Valid
from configurator.configurator import Configurator
from configurator.errors import CatalogError

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


def mistakes(main: str, **files: str) -> list[tuple[str, str, str, tuple[str, ...]]]:
    """Code, place, message and next steps of every mistake of a catalog that does not load."""
    others = {name + ".pcat": text for name, text in files.items()}
    with pytest.raises(CatalogError) as caught:
        Configurator.from_text(main, name="main.pcat", files=others)
    return [(each.code, each.location, each.message, each.help) for each in caught.value.diagnostics]


def test_namespaces_nest() -> None:
    asked = Configurator.from_text(
        'catalog t\nimport "a.pcat" as a\nrule outer: require a.b.o = yes\n',
        files={
            "a.pcat": 'import "b.pcat" as b\noption o : yesno\nrule inner: require b.o = o\n',
            "b.pcat": "option o : yesno\n",
        },
    )

    assert ["a.inner", "outer"] == [each.key for each in asked.catalog.restrictions]
    assert [{"a.b.o": True, "a.o": True}] == [each.to_dict() for each in asked.configurations()]


def test_two_copies_of_a_module_are_chosen_and_ruled_by_themselves() -> None:
    asked = shop(
        'import "lib/services.pcat" as more\nrule apart: require services.warranty != more.warranty\n'
    )
    found = [
        (each["services.warranty"], each["services.pickup"], each["more.warranty"], each["more.pickup"])
        for each in asked.configurations({"colour": "red"})
    ]

    assert [
        ("WAR-2", False, "WAR-5", True),
        ("WAR-2", True, "WAR-5", True),
        ("WAR-5", True, "WAR-2", False),
        ("WAR-5", True, "WAR-2", True),
    ] == found


def test_a_unit_that_two_modules_share_is_one_and_may_be_declared_by_both() -> None:
    units = "unit g\nunit kg = 1000 g\n"
    asked = Configurator.from_text(
        'catalog t\nimport "a.pcat" as a\nimport "b.pcat" as b\nrule r: require a.load = b.load\n',
        files={
            "a.pcat": units + "option load : whole 0..2 in kg\n",
            "b.pcat": units + "option load : number 0..2000 step 1000 in g\n",
        },
    )

    assert [(0, 0), (1, 1000), (2, 2000)] == [
        (each["a.load"], each["b.load"]) for each in asked.configurations()
    ]


def test_units_that_differ_clash_wherever_they_stand() -> None:
    assert [
        (
            "E0401",
            "b.pcat:2:6",
            "unit `kW` is declared twice, differently",
            ("the other declaration is at a.pcat:2:6",),
        )
    ] == mistakes(
        'catalog t\nimport "a.pcat" as a\nimport "b.pcat" as b\n',
        a="unit W\nunit kW = 1000 W\n",
        b="unit W\nunit kW = 1024 W\n",
    )


def test_currencies_must_agree() -> None:
    assert [
        (
            "E0403",
            "a.pcat:1:20",
            "this file counts in USD, another one of the catalog in EUR",
            ("the other currency is named at main.pcat:1:20",),
        )
    ] == mistakes(
        'catalog t currency EUR\nimport "a.pcat" as a\n', a="catalog a currency USD\noption o : yesno\n"
    )


def test_days_are_counted_in_one_time_zone() -> None:
    module = 'catalog a timezone "America/New_York"\noption o : yesno\n'

    assert [
        (
            "E0206",
            "a.pcat:1:20",
            "this file counts its days in America/New_York, the catalog in Europe/Berlin",
            ("name one time zone in the head of both",),
        )
    ] == mistakes('catalog t timezone "Europe/Berlin"\nimport "a.pcat" as a\n', a=module)
    assert ["this file counts its days in America/New_York, the catalog in UTC"] == [
        message for _, _, message, _ in mistakes('catalog t\nimport "a.pcat" as a\n', a=module)
    ]


def test_a_headed_file_that_agrees_can_be_imported() -> None:
    asked = Configurator.from_text(
        'catalog t currency EUR timezone "Europe/Berlin"\nimport "a.pcat" as a\n',
        files={"a.pcat": 'catalog a currency EUR timezone "Europe/Berlin"\noption o : yesno\n'},
    )

    assert ("t", ["a.o"]) == (asked.catalog.name, [place.key for place in asked.catalog.places])


@pytest.mark.parametrize(
    ("main", "a", "place", "cycle"),
    [
        ('import "main.pcat" as t', "", "main.pcat:2:8", "main.pcat -> main.pcat"),
        ('import "a.pcat" as a', 'import "main.pcat"', "a.pcat:1:8", "main.pcat -> a.pcat -> main.pcat"),
        ('import "a.pcat" as a', 'import "./a.pcat" as b', "a.pcat:1:8", "a.pcat -> a.pcat"),
    ],
)
def test_a_circle_of_imports_is_told_whole(main: str, a: str, place: str, cycle: str) -> None:
    assert [
        (
            "E0202",
            place,
            f"these files import each other: {cycle}",
            ("move what both need into a third file",),
        )
    ] == mistakes(f"catalog t\n{main}\n", a=a + "\n")


def test_values_computed_from_each_other_across_files_are_a_circle_too() -> None:
    assert [
        ("E0308", "a.pcat:2:6", "these values are computed from each other: a.m -> n -> a.m", ())
    ] == mistakes(
        'catalog t\nimport "a.pcat" as a\ncalc n = a.m + 1\n', a="option o : yesno\ncalc m = product.n + 1\n"
    )


def test_two_files_under_one_name_stand_side_by_side_until_their_names_clash() -> None:
    text = 'catalog t\nimport "a.pcat" as x\nimport "b.pcat" as x\n'
    asked = Configurator.from_text(
        text, files={"a.pcat": "option p : yesno\n", "b.pcat": "option q : yesno\n"}
    )

    assert ["x.p", "x.q"] == [place.key for place in asked.catalog.places]
    assert [("E0302", "b.pcat:1:8", "`x.p` is already the name of an option")] == [
        each[:3] for each in mistakes(text, a="option p : yesno\n", b="option p : yesno\n")
    ]


def test_a_slot_may_be_filled_from_a_family_of_another_file() -> None:
    family = "family lock {\n| sku |\n| L |\n}\n"
    asked = Configurator.from_text(
        'catalog t\nimport "a.pcat" as a\nslot front : a.lock choose one\n', files={"a.pcat": family}
    )

    assert [{"front": "L"}] == [each.to_dict() for each in asked.configurations()]


def test_a_name_of_the_catalog_is_not_seen_from_a_module_but_its_way_is_told() -> None:
    assert [
        (
            "E0301",
            "a.pcat:2:21",
            "`colour` does not exist",
            ("names stand for what this file declares; the catalog's own is `product.colour`",),
        )
    ] == mistakes(
        'catalog t\nimport "a.pcat" as a\noption colour : yesno\n',
        a="option o : yesno\nrule r: require o = colour\n",
    )


@pytest.mark.parametrize(
    ("statement", "help_line"),
    [
        ("option product : yesno", "`product.x` is the `x` of the whole product, wherever it stands"),
        ("calc bundles = 3", "`bundles.price` is what the applied bundles add up to"),
        ('import "a.pcat" as product', "`product.x` is the `x` of the whole product, wherever it stands"),
    ],
)
def test_words_that_begin_a_path_by_themselves_are_no_names(statement: str, help_line: str) -> None:
    (mistake,) = mistakes(f"catalog t\n{statement}\noption o : yesno\n", a="option o : yesno\n")

    assert "E0302" == mistake[0]
    assert mistake[2].endswith(" means something already")
    assert (f"{help_line}; choose another name",) == mistake[3]


def test_every_file_counts_for_the_digest_and_how_it_is_laid_out_does_not() -> None:
    files = {"lib__a": "option o : yesno\n"}
    more = 'import "lib/a.pcat" as a\n'
    digests = [
        shop(more, **files).catalog.digest,
        shop(more, lib__a="# a remark\noption   o\n  : yesno\n").catalog.digest,
        shop(more, lib__a="option p : yesno\n").catalog.digest,
        shop(more, services=SERVICES.replace("5 ", "6 "), **files).catalog.digest,
    ]

    assert digests[0] == digests[1]
    assert 3 == len(set(digests))
