"""Real components with known answers: builds with the rules they break, questions with what they leave.

Questions are asked in two ways that must agree: their requirements as one more rule of the catalog, and as
assumptions about the catalog as it is, which are read from the CSV files and not from what was made of them.
The data lie outside the project: beside it, or where the variable `CONFIGURATOR_DATA` says.
"""

import csv
import io
import json
import operator
import os
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attrs import frozen

from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.domains import ValidDomains, ValueOffers
from configurator.configuration.enumeration import Count
from configurator.configuration.model import Configuration, JsonValue
from configurator.configuration.product import PreparedProduct
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator
from configurator.engines.engine import Infeasible, Optimum
from configurator.lowering.layout import SlotLayout
from configurator.lowering.objectives import lower_calc

DATA = Path(os.environ.get("CONFIGURATOR_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FOLDER = DATA / "pcbuild"
SECONDS = 120
"""More than enough for every question; "unknown" is never an answer here."""

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason=f"no real components in {FOLDER}: set CONFIGURATOR_DATA to the folder that holds `pcbuild`",
)

SLOTS = {"motherboard": "board", "ram": "memory", "case": "chassis"}
"""Slots that are called otherwise in the catalog."""
COLUMNS = {"capacity_gb": "capacity", "memory_gb": "memory", "tdp_w": "tdp"}
"""Columns that are called otherwise in the catalog."""
UNITS = {"capacity_gb": "GB", "memory_gb": "GB", "tdp_w": "W", "wattage": "W"}


TABLES = {"storage1": "storage", "storage2": "storage"}
"""Slots whose components stand in a file with another name."""
COMPARISONS = {"==": operator.eq, ">=": operator.ge, "<=": operator.le}
DAY = date(2026, 6, 15)

Requirement = tuple[str, str, str, str | int | bool]
"""A slot, a column or `present`, a comparison, a value."""


@frozen(eq=False)
class KnownQuestion:
    """Requirements, and whether anything fulfils them all."""

    name: str
    requirements: tuple[Requirement, ...]
    rule: str
    count: int
    satisfiable: bool
    cheapest: dict[str, JsonValue] | None
    cents: int | None


@frozen(eq=False)
class DatedQuestion:
    """Requirements on what was on offer one day, at that day's prices, and what fulfils them all."""

    snapshot: str
    name: str
    count: int
    cents: int | None


def ground_truth() -> dict[str, Any]:
    """The answers that come with the data; none where the data are absent."""
    file = FOLDER / "ground_truth.json"
    if not file.is_file():
        return {"queries": [], "labelled_builds": [], "availability_queries": []}
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def choices_of(build: dict[str, str | None]) -> dict[str, JsonValue]:
    """A build in the names of the catalog."""
    return {SLOTS.get(slot, slot): sku for slot, sku in build.items()}


def condition(slot: str, column: str, operator: str, value: object) -> str:
    """A requirement in the language; one about a column wants the slot chosen, too."""
    place = SLOTS.get(slot, slot)
    if column == "present":
        return f"{place} is {'chosen' if value else 'absent'}"
    written = {True: "yes", False: "no"}[value] if isinstance(value, bool) else json.dumps(value)
    unit = UNITS.get(column, "")
    operator = {"==": "="}.get(operator, operator)
    return f"{place} is chosen and {place}.{COLUMNS.get(column, column)} {operator} {written} {unit}".rstrip()


def known_questions() -> list[KnownQuestion]:
    """The questions with their answers."""
    found = []
    for query in ground_truth()["queries"]:
        conditions = " and ".join(condition(*requirement) for requirement in query["requirements"])
        rule = f"\nrule wanted: require {conditions}\n" if conditions else ""
        cheapest = query["optimal_build"] and choices_of(query["optimal_build"])
        found.append(
            KnownQuestion(
                query["name"],
                tuple(map(tuple, query["requirements"])),
                rule,
                int(query["count"]),
                query["satisfiable"],
                cheapest,
                query["min_price_cents"],
            )
        )
    return found


def dated_questions() -> list[DatedQuestion]:
    """The questions about a day with their answers; what each requires, its namesake above says."""
    return [
        DatedQuestion(query["snapshot"], query["name"], int(query["count"]), query["min_price_cents"])
        for query in ground_truth()["availability_queries"]
    ]


QUESTIONS = known_questions()
questions = pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])
DATED = dated_questions()
dated = pytest.mark.parametrize("question", DATED, ids=[f"{each.name}-{each.snapshot}" for each in DATED])


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.load(FOLDER / "pcbuild.pcat")


@cache
def asking(question: KnownQuestion) -> Configurator:
    """The catalog with the requirements as one more rule."""
    files = {file.name: file.read_bytes() for file in FOLDER.glob("*.csv")}
    text = (FOLDER / "pcbuild.pcat").read_text(encoding="utf-8") + question.rule
    return Configurator.from_text(text, name="pcbuild.pcat", files=files)


@cache
def rows_of(slot: str) -> dict[str, dict[str, str]]:
    """The rows of the file with a slot's components, by SKU."""
    with (FOLDER / f"{TABLES.get(slot, slot)}.csv").open(encoding="utf-8", newline="") as file:
        return {row["sku"]: row for row in csv.DictReader(file)}


def on_offer(text: str, prices: Mapping[str, int]) -> bytes:
    """A file of components with only those that have a price, at that price."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    assert reader.fieldnames is not None
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, reader.fieldnames)
    writer.writeheader()
    for row in reader:
        if row["sku"] in prices:
            cents = prices[row["sku"]]
            writer.writerow({**row, "price": f"{cents // 100}.{cents % 100:02d}"})
    return written.getvalue().encode()


@cache
def snapshots() -> dict[str, dict[str, int]]:
    """For each day for which it is known what was on offer, by SKU the price in cents."""
    found: dict[str, dict[str, int]] = json.loads((FOLDER / "availability.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PreparedProduct]:
    """For each of those days, the catalog with nothing but what was on offer."""
    found: dict[str, PreparedProduct] = {}
    for snapshot, prices in snapshots().items():
        folder = tmp_path_factory.mktemp(f"pcbuild-{snapshot}")
        (folder / "pcbuild.pcat").write_bytes((FOLDER / "pcbuild.pcat").read_bytes())
        for file in FOLDER.glob("*.csv"):
            (folder / file.name).write_bytes(on_offer(file.read_text(encoding="utf-8"), prices))
        found[snapshot] = Configurator.load(folder / "pcbuild.pcat").product(DAY)
    return found


def fulfils(row: Mapping[str, str] | None, requirement: Requirement) -> bool:
    """Whether a row, or none where nothing is chosen, fulfils a requirement."""
    _, column, comparison, wanted = requirement
    if column == "present":
        return (row is not None) == wanted
    if row is None:
        return False
    cell = row[column]
    if isinstance(wanted, bool):
        return {"yes": True, "no": False}[cell] == wanted
    return bool(COMPARISONS[comparison](type(wanted)(cell), wanted))


def assumed(product: PreparedProduct, requirements: tuple[Requirement, ...]) -> dict[int, frozenset[int]]:
    """Requirements as the values they leave, by variable."""
    left: dict[int, frozenset[int]] = {}
    for requirement in requirements:
        slot = requirement[0]
        layout = product.lowered.layout.of[SLOTS.get(slot, slot)]
        assert isinstance(layout, SlotLayout)
        (variable,) = layout.variables
        fulfilling = frozenset(
            value
            for value, units in enumerate(layout.values)
            if fulfils(rows_of(slot)[units[0][0].sku] if units else None, requirement)
        )
        left[variable] = left.get(variable, fulfilling) & fulfilling
    return left


def cheapest_under(
    product: PreparedProduct, requirements: tuple[Requirement, ...]
) -> tuple[int, Configuration] | None:
    """What the cheapest build that fulfils requirements costs in cents, and that build."""
    objective = lower_calc(product.lowered, product.catalog.calcs["price"])
    assert objective is not None
    found = product.prepared.cheapest(objective.terms, assumed(product, requirements))
    if found == Infeasible():
        return None
    assert isinstance(found, Optimum)
    return int(objective.value(found.cost) * 100), product.configuration(found.witness)


def cents_of(build: Mapping[str, JsonValue], prices: Mapping[str, int]) -> int:
    """What a build's components cost together."""
    return sum(prices[sku] for sku in build.values() if isinstance(sku, str))


def list_prices() -> dict[str, int]:
    """By SKU the price in the files, in cents."""
    files = ("cpu", "motherboard", "ram", "gpu", "case", "psu", "cooler", "storage")
    return {sku: int(row["price"].replace(".", "")) for file in files for sku, row in rows_of(file).items()}


def dollars(cents: int) -> str:
    """A price as the catalog tells it."""
    return f"{cents // 100}.{cents % 100:02d} USD"


def test_the_known_answers_are_all_there() -> None:
    truth = ground_truth()

    assert len(truth["labelled_builds"]) == 400
    assert len(truth["queries"]) == 14
    assert len(truth["availability_queries"]) == 16


def test_every_labelled_build_breaks_exactly_the_rules_it_is_known_to_break(pc: Configurator) -> None:
    for label in ground_truth()["labelled_builds"]:
        verdict = pc.validate(choices_of(label["build"]))
        broken = [r for c in verdict.conflicts for r in c.rules] if isinstance(verdict, Invalid) else []

        assert label["violated"] == [rule.upper() for rule in dict.fromkeys(broken)]
        assert isinstance(verdict, Valid) == label["valid"]


def test_valid_labelled_builds_cost_what_they_are_known_to_cost(pc: Configurator) -> None:
    for label in ground_truth()["labelled_builds"]:
        verdict = pc.validate(choices_of(label["build"]))
        if isinstance(verdict, Valid):
            assert dollars(label["price_cents"]) == dict(verdict.configuration.calcs)["price"]


def test_all_labelled_builds_validated_at_once_are_valid_exactly_where_known(pc: Configurator) -> None:
    labels = ground_truth()["labelled_builds"]
    layout = pc.product(DAY).lowered.layout
    numbers: dict[str, dict[JsonValue, int]] = {
        key: {units[0][0].sku if units else None: value for value, units in enumerate(place.values)}
        for key, place in layout.of.items()
        if isinstance(place, SlotLayout)
    }
    builds = [choices_of(label["build"]) for label in labels]
    columns = np.array([[numbers[key][build[key]] for build in builds] for key in numbers], np.int32)
    verdicts = pc.validate_columns(columns, as_of=DAY)

    assert isinstance(verdicts, np.ndarray)
    assert [label["valid"] for label in labels] == verdicts.tolist()


@questions
def test_questions_leave_exactly_as_many_builds_as_known(question: KnownQuestion, pc: Configurator) -> None:
    product = pc.product(DAY)
    counted = asking(question).count()

    assert isinstance(counted, Count)
    assert question.count == counted.value
    assert question.count == product.prepared.count(assumed(product, question.requirements))


@questions
def test_the_cheapest_build_is_valid_and_costs_what_is_known(question: KnownQuestion) -> None:
    asked = asking(question)
    answer = asked.cheapest()

    if question.cents is None:
        assert isinstance(answer, NotCompletable)
        return
    assert isinstance(answer, tuple)
    (found,) = answer
    build = found.configuration.to_dict()
    verdict = asked.validate(build)
    assert isinstance(verdict, Valid)
    assert dollars(question.cents) == found.amount.text == dict(verdict.configuration.calcs)["price"]
    assert question.cents == cents_of(build, list_prices())


@questions
def test_the_cheapest_build_under_assumptions_costs_what_is_known(
    question: KnownQuestion, pc: Configurator
) -> None:
    found = cheapest_under(pc.product(DAY), question.requirements)

    if question.cents is None:
        assert found is None
        return
    assert found is not None
    cents, build = found
    assert question.cents == cents
    assert isinstance(asking(question).validate(build.to_dict()), Valid)


@dated
def test_questions_of_a_day_leave_exactly_as_many_builds_as_known(
    question: DatedQuestion, days: dict[str, PreparedProduct]
) -> None:
    product = days[question.snapshot]
    (requirements,) = [each.requirements for each in QUESTIONS if each.name == question.name]

    assert question.count == product.prepared.count(assumed(product, requirements))


@dated
def test_the_cheapest_build_of_a_day_is_valid_and_costs_what_is_known(
    question: DatedQuestion, days: dict[str, PreparedProduct]
) -> None:
    (asked,) = [each for each in QUESTIONS if each.name == question.name]
    found = cheapest_under(days[question.snapshot], asked.requirements)

    if question.cents is None:
        assert found is None
        return
    assert found is not None
    cents, build = found
    assert question.cents == cents == cents_of(build.to_dict(), snapshots()[question.snapshot])
    assert isinstance(asking(asked).validate(build.to_dict()), Valid)


@questions
def test_questions_can_be_fulfilled_exactly_where_known(question: KnownQuestion) -> None:
    verdict = asking(question).validate({}, seconds=SECONDS)

    assert (Incomplete if question.satisfiable else Invalid) is type(verdict)


@questions
def test_questions_are_completed_to_valid_builds_exactly_where_known(question: KnownQuestion) -> None:
    asked = asking(question)
    answer = asked.complete({}, seconds=SECONDS)

    assert (Completed if question.satisfiable else NotCompletable) is type(answer)
    if isinstance(answer, Completed):
        assert isinstance(asked.validate(answer.configuration.to_dict()), Valid)


@pytest.mark.parametrize(
    "question", [q for q in QUESTIONS if q.satisfiable], ids=[q.name for q in QUESTIONS if q.satisfiable]
)
def test_cheapest_known_builds_are_valid_and_cost_what_is_known(question: KnownQuestion) -> None:
    assert question.cheapest is not None
    assert question.cents is not None
    verdict = asking(question).validate(question.cheapest)

    assert isinstance(verdict, Valid)
    assert dollars(question.cents) == dict(verdict.configuration.calcs)["price"]


def test_every_component_is_offered_that_some_labelled_build_holds(pc: Configurator) -> None:
    found = pc.options({}, seconds=SECONDS)

    assert isinstance(found, ValidDomains)
    for label in ground_truth()["labelled_builds"]:
        for slot, sku in choices_of(label["build"]).items():
            offers = found.of[slot]
            assert isinstance(offers, ValueOffers)
            assert not label["valid"] or sku in [offer.value for offer in offers.offers]
