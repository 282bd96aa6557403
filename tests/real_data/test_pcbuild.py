"""Real components with known answers: builds with the rules they break, questions with what they leave.

The data lie outside the project: beside it, or where the variable `CONFIGURATOR_DATA` says.
"""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.domains import ValidDomains, ValueOffers
from configurator.configuration.model import JsonValue
from configurator.configuration.validation import Incomplete, Invalid, Valid
from configurator.configurator import Configurator

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


@frozen(eq=False)
class KnownQuestion:
    """Requirements, and whether anything fulfils them all."""

    name: str
    rule: str
    satisfiable: bool
    cheapest: dict[str, JsonValue] | None
    cents: int | None


def ground_truth() -> dict[str, Any]:
    """The answers that come with the data; none where the data are absent."""
    file = FOLDER / "ground_truth.json"
    if not file.is_file():
        return {"queries": [], "labelled_builds": []}
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
            KnownQuestion(query["name"], rule, query["satisfiable"], cheapest, query["min_price_cents"])
        )
    return found


QUESTIONS = known_questions()
questions = pytest.mark.parametrize("question", QUESTIONS, ids=[question.name for question in QUESTIONS])


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.load(FOLDER / "pcbuild.pcat")


@cache
def asking(question: KnownQuestion) -> Configurator:
    """The catalog with the requirements as one more rule."""
    files = {file.name: file.read_bytes() for file in FOLDER.glob("*.csv")}
    text = (FOLDER / "pcbuild.pcat").read_text(encoding="utf-8") + question.rule
    return Configurator.from_text(text, name="pcbuild.pcat", files=files)


def dollars(cents: int) -> str:
    """A price as the catalog tells it."""
    return f"{cents // 100}.{cents % 100:02d} USD"


def test_the_known_answers_are_all_there() -> None:
    truth = ground_truth()

    assert len(truth["labelled_builds"]) == 400
    assert len(truth["queries"]) == 14


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
