"""What the dialog writes: orders and scenarios, which read back as what was chosen."""

import json
from pathlib import Path

import pytest
from hands import DAY, PC, Hands, drive
from test_dialog_kinds import ALL_KINDS

from configurator import Configurator
from configurator.acceptance.orders import read_order
from configurator.authoring.recording import with_scenario
from configurator.catalog.choices import PlaceChoice, read_choice
from configurator.cli.dialog.keeping import expectations, scenario_text, write_order
from configurator.configuration.choices import read_choices
from configurator.configuration.session import Session
from configurator.source import SourceFile
from configurator.syntax.nodes import GivenDate, ScenarioDeclaration
from configurator.syntax.parser import parse_catalog

KINDS = Configurator.from_text(ALL_KINDS.replace("extras = [bell]", "bell in extras"))


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pc.pcat").write_text(PC, encoding="utf-8")


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.from_text(PC)


# ---------------------------------------------------------------- orders


def test_w_saves_an_order_that_the_next_dialog_begins_with(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-F")
        await hands.press("w", "enter")
        assert hands.app.text_of("remark") == "saved `order.json`"
        assert not hands.app.unsaved

    app = drive(pc, act)
    (line,) = read_order(json.loads(Path("order.json").read_text(encoding="utf-8"))).lines

    assert {"cpu": "CPU-F"} == dict(line.configuration)
    assert [Path("order.json")] == app.files


def test_an_order_that_is_decided_holds_the_whole_configuration(pc: Configurator) -> None:
    session = pc.session({"cpu": "CPU-A", "gpu": None, "psu": "PSU-4"}, as_of=DAY)
    write_order(session, Path("order.json"))
    (line,) = read_order(json.loads(Path("order.json").read_text(encoding="utf-8"))).lines

    assert {"cpu": "CPU-A", "board": "MB-A", "gpu": None, "psu": "PSU-4"} == dict(line.configuration)
    assert pc.validate(line.configuration, as_of=DAY)


def test_an_order_and_a_scenario_keep_the_bundles() -> None:
    asked = Configurator.from_text(PC + '\nbundle quick { choose cpu = "CPU-F" }\n')
    session = asked.session(as_of=DAY).with_bundle("quick")
    write_order(session, Path("order.json"))
    (line,) = read_order(json.loads(Path("order.json").read_text(encoding="utf-8"))).lines

    assert ("quick",) == line.bundles
    assert "  given bundle quick\n" in scenario_text(session, "quick", ("valid",))


@pytest.mark.parametrize(("key", "content"), [("escape", "mine"), ("y", '{\n  "lines"')])
def test_a_file_that_is_there_is_overwritten_only_when_asked(
    pc: Configurator, key: str, content: str
) -> None:
    Path("order.json").write_text("mine", encoding="utf-8")

    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.press("w", "enter")
        assert "there is a file `order.json`" in hands.panel
        await hands.press(key)

    drive(pc, act)

    assert Path("order.json").read_text(encoding="utf-8").startswith(content)


def test_a_file_that_cannot_be_written_is_told(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.press("w")
        await hands.type("no/such/folder.json")
        await hands.press("enter")

        assert hands.app.text_of("remark") == "not saved: no such file or directory"
        assert hands.app.unsaved

    drive(pc, act)


def test_saving_is_offered_before_quitting(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.press("q", "w", "enter", "q")

        assert hands.app._exit

    drive(pc, act)

    assert Path("order.json").is_file()


# ---------------------------------------------------------------- scenarios


def scenarios_in(text: str) -> list[ScenarioDeclaration]:
    result = parse_catalog(SourceFile("scenarios.pcat", text))
    assert result.diagnostics == ()
    assert result.file is not None
    return [each for each in result.file.statements if isinstance(each, ScenarioDeclaration)]


def choices_in(scenario: ScenarioDeclaration, catalog: Configurator) -> tuple[PlaceChoice, ...]:
    """What a scenario chooses, read as a catalog reads it."""
    places, units = catalog.catalog.place_of, catalog.catalog.units
    return tuple(
        read_choice(places[each.path.text], each.value, units, at_least=each.includes)
        for each in scenario.choices
    )


def scenario_of(session: Session, title: str) -> str:
    return scenario_text(session, title, expectations(session))


def test_t_adds_scenarios_to_a_file_that_heads_its_catalog(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-F")
        await hands.press("t")
        await hands.type('an "F" needs a card')
        await hands.press("enter", "enter")
        assert hands.app.text_of("remark") == "added to `scenarios.pcat`"
        await hands.choose("psu", "PSU-4")
        await hands.press("t")
        await hands.type("a small supply")
        await hands.press("enter", "enter")

    drive(pc, act)

    assert Path("scenarios.pcat").read_text(encoding="utf-8") == (
        'scenarios for "pc.pcat"\n\n'
        'scenario "an \\"F\\" needs a card" {\n'
        "  given date 2026-11-22\n"
        '  choose cpu = "CPU-F"\n'
        "  expect valid\n"
        "}\n\n"
        'scenario "a small supply" {\n'
        "  given date 2026-11-22\n"
        '  choose cpu = "CPU-F",\n'
        '         psu = "PSU-4"\n'
        "  expect valid\n"
        "}\n"
    )


def test_a_title_that_is_taken_is_told_and_nothing_is_written(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        for _ in range(2):
            await hands.press("t")
            await hands.type("Twice")
            await hands.press("enter", "enter")

        assert hands.prompt.wrong == "`scenarios.pcat` has a scenario `Twice` already"

    drive(pc, act)

    assert len(scenarios_in(Path("scenarios.pcat").read_text(encoding="utf-8"))) == 1


@pytest.mark.parametrize(
    "choices",
    [
        {},
        {"finish": "gloss", "gift": True, "letters": 3},
        {"cable": 2.5, "extras": ["light", "bell"], "stand": None},
        {"extras": {"includes": ["lock"]}, "drives": {"includes": ["SSD", "SSD", "TAPE"]}},
        {"extras": [], "drives": ["SSD", "HDD"], "memory": "RAM-8"},
        {"memory": {"component": "RAM-16", "quantity": 4}, "screen": None, "stand": "ST-1"},
    ],
)
def test_a_scenario_chooses_what_was_chosen(choices: dict[str, object]) -> None:
    session = KINDS.session(choices, as_of=DAY)
    text = with_scenario("", scenario_of(session, "as chosen"), "kinds.pcat", "s.pcat")
    (scenario,) = scenarios_in(text)

    assert set(read_choices(KINDS.catalog, choices)) == set(choices_in(scenario, KINDS))
    assert [DAY] == [each.date for each in scenario.givens if isinstance(each, GivenDate)]


def test_a_whole_configuration_expects_its_price(pc: Configurator) -> None:
    session = pc.session({"cpu": "CPU-A", "board": "MB-A", "gpu": None, "psu": "PSU-4"}, as_of=DAY)
    text = scenario_of(session, "office")

    assert "  expect valid\n  expect price = 340.00 EUR\n}" in text
    assert [] != scenarios_in(text)


def test_choices_that_clash_are_expected_to_clash_for_the_same_reason(pc: Configurator) -> None:
    session = pc.session({"cpu": "CPU-A", "board": "MB-I"}, as_of=DAY)
    text = scenario_of(session, "clash")

    assert "  expect invalid because socket\n" in text
    assert [] != scenarios_in(text)


def test_a_scenario_written_into_its_catalog_is_read_by_the_catalog(pc: Configurator) -> None:
    scenario = scenario_of(pc.session({"cpu": "CPU-A"}, as_of=DAY), "in the catalog")
    text = with_scenario(PC, scenario, "pc.pcat", "pc.pcat")

    assert ["in the catalog"] == [each.title for each in Configurator.from_text(text).catalog.scenarios]


def test_a_file_of_another_catalog_is_left_alone(pc: Configurator) -> None:
    scenario = scenario_of(pc.session(as_of=DAY), "any")

    with pytest.raises(ValueError, match=r"`s.pcat` holds scenarios for `other.pcat`, not `pc.pcat`"):
        with_scenario('scenarios for "other.pcat"\n', scenario, "pc.pcat", "s.pcat")


def test_values_that_are_words_of_the_language_are_written_as_texts() -> None:
    catalog = Configurator.from_text('catalog a version "1" option o : one of { table, x, "5 W", b2 }')
    written = [
        scenario_of(catalog.session({"o": value}, as_of=DAY), "t").splitlines()[2]
        for value in ("table", "x", "5 W", "b2")
    ]

    assert ['  choose o = "table"', '  choose o = "x"', '  choose o = "5 W"', "  choose o = b2"] == written
