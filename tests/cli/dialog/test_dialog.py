"""The dialog at the terminal: what keys do and what the screen says."""

import asyncio
from contextlib import suppress
from threading import Event

import pytest
from hands import PC, Hands, drive
from rich.console import Console
from rich.text import Text
from textual.containers import VerticalScroll

from configurator import Configurator
from configurator.cli.dialog import app as dialog_app
from configurator.cli.dialog import lanes
from configurator.cli.dialog.facts import Facts, count_in_words, facts_lines, find_figures
from configurator.cli.dialog.offers import Choose, Retract
from configurator.cli.dialog.panels import wrapped
from configurator.cli.dialog.steps import Outcome, Taken, make_step
from configurator.configuration.session import Session
from configurator.engines.engine import SearchLimits, Unknown
from configurator.errors import SearchLimitError


@pytest.fixture(scope="module")
def pc() -> Configurator:
    return Configurator.from_text(PC)


def test_the_first_screen_tells_places_figures_and_where_values_come_from(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        assert hands.app.text_of("title") == "Small PC 1  2026-11-22"
        assert hands.app.text_of("facts") == "13 left   from 340.00 EUR   power 0 W of 400 W"
        assert [
            "> Processor - open, 3 possible",
            "> Mainboard - open, 2 possible",
            "> Graphics card - open, 3 possible",
            "> Power supply PSU-8 Supply 800 default",
        ] == hands.lines

    drive(pc, act)


def test_an_opened_place_shows_its_offers_with_what_they_add(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("cpu")

        assert [
            "v Processor - open, 3 possible",
            "( ) CPU-A Alpha 4 0.00 EUR",
            "( ) CPU-F Alpha F +250.00 EUR",
            "( ) CPU-I India 6 +70.00 EUR",
        ] == hands.lines[:4]

    drive(pc, act)


def test_a_choice_changes_figures_and_forces_what_follows(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-I")

        assert {"cpu": {"component": "CPU-I"}} != hands.choices == {"cpu": "CPU-I"}
        assert hands.app.text_of("facts") == "5 left   from 410.00 EUR   power 0 W of 400 W"
        assert "> Mainboard MB-I Board LGA forced" in hands.lines
        assert "(x) CPU-I India 6" in hands.lines

    drive(pc, act)


def test_the_price_stands_alone_once_everything_is_decided(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.press("c")

        assert hands.app.text_of("facts") == "1 left   390.00 EUR   power 0 W of 400 W"
        assert {"cpu": "CPU-A", "board": "MB-A", "gpu": None, "psu": "PSU-8"} == hands.choices

    drive(pc, act)


def test_taking_a_choice_again_takes_it_back(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-I")
        await hands.press("space")

        assert {} == hands.choices

    drive(pc, act)


def test_undo_goes_back_step_by_step(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.choose("psu", "PSU-4")
        await hands.press("u")
        assert {"cpu": "CPU-A"} == hands.choices
        await hands.press("u", "u")

        assert {} == hands.choices
        assert hands.app.text_of("remark") == "nothing to undo"

    drive(pc, act)


def test_r_takes_back_what_was_chosen_for_the_place(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.choose("psu", "PSU-4")
        hands.go("cpu")
        await hands.press("r")

        assert {"psu": "PSU-4"} == hands.choices

    drive(pc, act)


def test_excluded_offers_name_the_rule_that_excludes_them(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")

        assert [
            "(!) MB-A Board AM5 0.00 EUR",
            "- MB-I Board LGA not possible: socket",
        ] == hands.lines[2:4]

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_a_shows_only_what_is_possible(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")
        await hands.press("a")
        assert ["(!) MB-A Board AM5 0.00 EUR", "> Graphics card"] == [
            hands.lines[2],
            hands.lines[3][:15],
        ]
        await hands.press("a")

        assert hands.lines[3] == "- MB-I Board LGA not possible: socket"

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_a_question_mark_tells_why_an_offer_is_excluded_and_the_way_out(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")
        hands.go("board", "MB-I")
        await hands.press("question_mark")

        assert [
            "MB-I",
            "board = MB-I is impossible because",
            "  socket  Alpha 4 does not fit Board LGA  catalog.pcat:38",
            "    cpu = CPU-A  ->  cpu.socket = AM5  ->  board = MB-A",
            "drop `cpu = CPU-A` and it is possible again (1 other value)",
            "esc close",
        ] == hands.panel.splitlines()

    drive(pc, act, choices={"cpu": "CPU-A"})


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("cpu", "cpu = CPU-I was chosen"),
        ("board", "board = MB-I is forced because"),
        ("psu", "psu = PSU-8 is the default; nothing forces it catalog.pcat:34"),
        ("gpu", "`gpu` is open: 3 values to choose from"),
    ],
)
def test_a_question_mark_tells_where_a_value_comes_from(pc: Configurator, place: str, first: str) -> None:
    async def act(hands: Hands) -> None:
        hands.go(place)
        await hands.press("question_mark")

        assert first == hands.panel.splitlines()[1]

    drive(pc, act, choices={"cpu": "CPU-I"})


def test_p_tells_where_the_price_comes_from(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("p")

        assert [
            "why this price",
            "cpu    CPU-A  200.00 EUR  chosen",
            "board  MB-A   100.00 EUR  forced",
            "psu    PSU-4   40.00 EUR  cheapest",
            "total         340.00 EUR",
            "esc close",
        ] == hands.panel.splitlines()

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_a_question_mark_tells_why_a_place_has_to_stay_empty() -> None:
    catalog = (
        'catalog a version "1" family f "F" choose optional { | sku | n |\n |-|-|\n | X | 1 |\n }\n'
        'rule never: forbid f is chosen because "Not yet."'
    )

    async def act(hands: Hands) -> None:
        assert ["> F none forced"] == hands.lines
        await hands.press("question_mark")
        assert hands.panel.splitlines()[1:3] == [
            "f = none is forced because",
            "  never  Not yet  catalog.pcat:5",
        ]

    drive(catalog, act)


def test_a_click_goes_to_a_line_and_the_next_one_takes_it(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        for _ in range(2):
            await hands.pilot.click("LineList", offset=(5, 1))
            await hands.settle()

        assert "v Mainboard - open, 2 possible" == hands.lines[1]

    drive(pc, act)


def test_reasons_come_for_the_offers_about_the_cursor_and_follow_it() -> None:
    rows = "\n".join(f"  | S{n} | {n} |" for n in range(120))
    catalog = (
        f'catalog a version "1" family f choose one {{\n  | sku | n |\n  |-|-|\n{rows}\n}}\n'
        'rule small: require f.n < 2 because "Too large."'
    )

    async def act(hands: Hands) -> None:
        await hands.open("f")
        assert ["- S2 not possible: small", "- S119 not possible"] == [hands.lines[3], hands.lines[-1]]
        await hands.press("end")

        assert "- S119 not possible: small" == hands.lines[-1]

    drive(catalog, act)


# ---------------------------------------------------------------- conflicts


CLASH = [
    "not possible: 2 choices, 1 rule",
    "  socket  Alpha 4 does not fit Board LGA.  catalog.pcat:38",
    "          cpu = CPU-A and board = MB-I",
    "",
    "ways out (smallest change first)",
    "  1  cpu = CPU-I  +50.00 EUR",
    "",
    "x chooses it anyway and drops cpu = CPU-A",
    "1 take the way out  x choose anyway  esc leave it",
]


async def clash(hands: Hands) -> None:
    await hands.choose("board", "MB-I")


def test_choosing_what_is_excluded_tells_the_conflict_and_the_ways_out(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await clash(hands)

        assert CLASH == hands.panel.splitlines()

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_a_way_out_is_taken_by_its_number_and_undone_in_one_step(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await clash(hands)
        await hands.press("1")
        assert {"cpu": "CPU-I", "board": "MB-I"} == hands.choices
        await hands.press("u")

        assert {"cpu": "CPU-A"} == hands.choices

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_leaving_a_conflict_leaves_everything_as_it_was(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await clash(hands)
        await hands.press("escape")

        assert {"cpu": "CPU-A"} == hands.choices
        assert hands.app.text_of("remark") == "not chosen"

    drive(pc, act, choices={"cpu": "CPU-A"})


@pytest.mark.parametrize("keys", [("space", "x"), ("x",)])
def test_choosing_anyway_drops_the_fewest_choices_and_says_which(
    pc: Configurator, keys: tuple[str, ...]
) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")
        hands.go("board", "MB-I")
        await hands.press(*keys)

        assert {"board": "MB-I", "psu": "PSU-4"} == hands.choices
        assert hands.app.text_of("remark") == "chosen; drops cpu = CPU-A"

    drive(pc, act, choices={"cpu": "CPU-A", "psu": "PSU-4"})


def test_choices_that_clash_from_the_start_are_told_with_ways_out(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        assert "ways out (smallest change first)" in hands.panel
        assert "0 left" in hands.app.text_of("facts")
        await hands.press("1")

        assert {"cpu": "CPU-A", "board": "MB-A"} == hands.choices

    drive(pc, act, choices={"cpu": "CPU-A", "board": "MB-I"})


def test_what_no_configuration_has_cannot_be_chosen_anyway() -> None:
    catalog = 'catalog a version "1" option a : one of { x, y }\nrule r: forbid a = x because "No x."'

    async def act(hands: Hands) -> None:
        await hands.open("a")
        hands.go("a", "x")
        await hands.press("x")
        assert hands.panel.splitlines() == [
            "not possible: 1 choice, 1 rule",
            "  r  No x.  catalog.pcat:2",
            "     a = x",
            "",
            "no change of the other choices helps",
            "esc close",
        ]
        await hands.press("escape")

        assert {} == hands.choices

    drive(catalog, act)


# ---------------------------------------------------------------- finding


def test_find_opens_every_place_that_has_what_was_typed(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("slash")
        await hands.type("two")
        assert ["v Graphics card - open, 3 possible", "( ) GPU-2 Card two +900.00 EUR"] == hands.lines
        await hands.press("enter", "down", "space")
        assert {"gpu": "GPU-2"} == hands.choices
        await hands.press("escape")

        assert len(hands.lines) == 4

    drive(pc, act)


def test_find_ends_with_escape_while_typing(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("slash")
        await hands.type("mainb")
        assert ["> Mainboard - open, 2 possible"] == hands.lines
        await hands.press("escape")
        await hands.press("j")

        assert len(hands.lines) == 4
        assert hands.app.line_list.has_focus

    drive(pc, act)


def test_a_search_that_finds_nothing_says_so(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("slash")
        await hands.type("zz")
        await hands.press("enter")
        assert ["nothing holds `zz`"] == hands.lines
        await hands.press("space", "x", "r", "plus", "left", "question_mark", "escape", "escape")

        assert len(hands.lines) == 4
        assert {} == hands.choices

    drive(pc, act)


# ---------------------------------------------------------------- leaving


def test_q_quits_at_once_when_nothing_was_chosen(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("q")

        assert not hands.app.is_running or hands.app._exit

    drive(pc, act, choices={"cpu": "CPU-A"})


def test_q_asks_before_what_was_chosen_is_lost(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-A")
        await hands.press("q")
        assert hands.panel.splitlines() == [
            "quit?",
            "what was chosen is not saved",
            "y quit without saving  w save  esc leave it",
        ]
        await hands.press("escape")
        assert not hands.app._exit
        await hands.press("q")
        await hands.press("y")

        assert hands.app._exit

    drive(pc, act)


def test_f1_tells_every_key(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("f1")

        assert [key for key, _ in dialog_app.KEYS if key not in hands.panel] == []

    drive(pc, act)


# ---------------------------------------------------------------- small, slow, strange


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("  rule  One two three four", ["  rule  One two", "        three four"]),
        ("        one two three four", ["        one two", "        three four"]),
        ("one two three four five", ["one two three four", "five"]),
        ("  a = b  ->  c = d  ->  e = f", ["  a = b  ->  c = d", "  ->  e = f"]),
        ("  averylongrule  One two", ["  averylongrule", "  One two"]),
        ("", [""]),
    ],
)
def test_long_lines_of_a_panel_go_on_beneath_their_beginning(line: str, shown: list[str]) -> None:
    assert shown == [part.plain.rstrip() for part in wrapped(Text(line), 18, Console())]


def test_the_cursor_is_a_whole_bar_on_faint_lines_too(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")
        hands.go("board", "MB-I")
        strip = hands.app.line_list.render_line(hands.app.line_list.cursor)

        assert {(True, False)} == {
            (style.reverse, bool(style.dim)) for _, style, _ in strip if style is not None
        }

    drive(pc, act, choices={"cpu": "CPU-A"})


@pytest.mark.parametrize("size", [(80, 24), (40, 12)])
def test_everything_fits_a_small_terminal(pc: Configurator, size: tuple[int, int]) -> None:
    async def act(hands: Hands) -> None:
        await hands.open("board")
        await hands.press("end")
        assert len(hands.shown) == size[1]
        assert hands.app.line_list.size.height >= 5
        assert any("Power supply" in line for line in hands.shown)
        await hands.press("home", "down", "down", "down")
        hands.go("board", "MB-I")
        await hands.press("space")

        assert max(map(len, hands.shown)) <= size[0]
        assert any("esc leave it" in line for line in hands.shown)

    drive(pc, act, choices={"cpu": "CPU-A"}, size=size)


def test_the_screen_may_change_its_size_while_a_panel_is_open(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("f1")
        await hands.pilot.resize_terminal(30, 14)
        await hands.settle()
        await hands.press("escape")

        assert max(map(len, hands.shown)) <= 30
        assert "13 left   from 340.00 EUR" in hands.shown
        assert "power 0 W of 400 W" in hands.shown

    drive(pc, act)


def test_a_panel_that_is_too_long_scrolls(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.press("f1")
        assert not any("save as a scenario" in line for line in hands.shown)
        await hands.press("end")
        lines = hands.app.screen.query_one(VerticalScroll)
        for _ in range(400):
            if lines.scroll_y < lines.max_scroll_y:
                await hands.pilot.pause(0.005)
        await hands.settle()

        assert any("save as a scenario" in line for line in hands.shown)

    drive(pc, act, size=(80, 14))


def test_a_count_that_is_unknown_is_told_with_the_reason(
    pc: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "count", lambda _: Unknown("the time of 5 s is up"))
    monkeypatch.setattr(Session, "price", Unknown("the time of 5 s is up"))

    async def act(hands: Hands) -> None:
        assert (
            "more than can be counted (the time of 5 s is up)   price not known (the time of 5 s is up)"
            in hands.app.text_of("facts")
        )

    drive(pc, act)


@pytest.mark.parametrize(
    ("places", "told", "exact"),
    [
        (20, "100,000,000,000,000,000,000", "100,000,000,000,000,000,000"),
        (41, "about 1.0 x 10^41", f"{10**41:,}"),
    ],
)
def test_large_counts_are_told_in_short_and_on_request_in_full(places: int, told: str, exact: str) -> None:
    options = "\n".join(f"option o{n} : one of {{ a, b, c, d, e, f, g, h, i, j }}" for n in range(places))

    async def act(hands: Hands) -> None:
        assert hands.app.text_of("facts") == f"{told} left"
        await hands.press("n")
        assert hands.panel.splitlines() == ["how many are left", exact, "esc close"]

    drive(f'catalog big version "1"\n{options}', act)


def test_figures_are_not_broken_across_lines() -> None:
    facts = Facts("12 left", "from 3 EUR", ("power 1 W of 5 W", "bays 0 of 2"))

    assert [
        "12 left   from 3 EUR   power 1 W of 5 W   bays 0 of 2",
        "12 left   from 3 EUR\npower 1 W of 5 W\nbays 0 of 2",
        "12 left\nfrom 3 EUR\npower 1 W of 5 W\nbays 0 of 2",
    ] == [facts_lines(facts, width) for width in (80, 29, 10)]


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0"),
        (99, "99"),
        (100, "about 1.0 x 10^2"),
        (999, "about 9.9 x 10^2"),
        (1000, "about 1.0 x 10^3"),
        (25 * 10**9_999 + 7, "about 2.5 x 10^10000"),
        (10**10_000 - 1, "about 9.9 x 10^9999"),
    ],
    # Python does not write out all of these.
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_count_in_short_has_the_first_two_digits_and_a_power_of_ten(count: int, told: str) -> None:
    assert told == count_in_words(count, 100)


def test_the_screen_answers_while_a_question_takes_long(
    pc: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered, asked = Event(), []

    def slow(session: Session) -> Facts:
        asked.append(dict(session.choices))
        assert answered.wait(20)
        return find_figures(session)

    monkeypatch.setattr(dialog_app, "find_figures", slow)

    async def run() -> None:
        app = dialog_app.Dialog(pc.session(), "pc.pcat")
        async with app.run_test() as pilot:
            hands = Hands(app, pilot)

            async def quick() -> None:
                while app._steps.busy or app._lines.busy or not app.line_list.lines:
                    await pilot.pause(0.002)
                await pilot.pause()

            await quick()
            for name in ("CPU-A", "CPU-F", "CPU-I"):
                if not app.view.opened:
                    hands.go("cpu")
                    await pilot.press("space")
                    await quick()
                hands.go("cpu", name)
                await pilot.press("space")
                await quick()
            assert app.text_of("facts") == "…"
            assert {"cpu": "CPU-I"} == hands.choices
            answered.set()
            await hands.settle()

            # Of what came while the first was asked, only the last was asked at all.
            assert [{}, {"cpu": {"component": "CPU-I"}}] == asked
            assert app.text_of("facts").startswith("5 left")

    asyncio.run(run())


def test_an_unlimited_question_ends_once_nobody_wants_to_know(
    pc: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[dict[str, object]] = []

    def endless(session: Session) -> Facts:
        if not session.choices:
            limits = SearchLimits.within(session.seconds, session._now)
            with suppress(SearchLimitError):
                while True:
                    limits.check()
            ended.append(dict(session.choices))
        return find_figures(session)

    monkeypatch.setattr(lanes, "PATIENCE", 0)
    monkeypatch.setattr(dialog_app, "find_figures", endless)

    async def run() -> None:
        app = dialog_app.Dialog(pc.session(), "pc.pcat")
        async with app.run_test() as pilot:
            while not app._facts.busy:
                await pilot.pause(0.002)
            app._step(lambda: Taken(app.session.choose(cpu="CPU-I")))
            await Hands(app, pilot).settle()

            assert app.text_of("facts").startswith("5 left")

    asyncio.run(run())
    assert [{}] == ended


def test_escape_gives_up_a_step_that_takes_too_long(
    pc: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    going_on = Event()

    def slow(session: Session, move: Choose | Retract) -> Outcome:
        assert going_on.wait(20)
        return make_step(session, move)

    monkeypatch.setattr(dialog_app, "make_step", slow)

    async def act(hands: Hands) -> None:
        await hands.open("cpu")
        hands.go("cpu", "CPU-I")
        for key in ("space", "space", "escape"):
            await hands.pilot.press(key)
        assert hands.app.text_of("remark") == "given up"
        going_on.set()
        await hands.settle()

        assert {} == hands.choices

    drive(pc, act)


def test_keys_that_do_nothing_where_they_are_pressed_say_so(pc: Configurator) -> None:
    async def act(hands: Hands) -> None:
        await hands.choose("cpu", "CPU-I")
        await hands.press("x")
        assert hands.app.text_of("remark") == "chosen already"
        await hands.press("plus")

        assert hands.app.text_of("remark") == "here this key does nothing"

    drive(pc, act)


def test_a_mistake_of_ours_ends_the_dialog_and_is_not_swallowed(
    pc: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Session) -> Facts:
        raise ZeroDivisionError

    monkeypatch.setattr(dialog_app, "find_figures", broken)
    app = dialog_app.Dialog(pc.session(), "pc.pcat")
    app.run(headless=True)

    assert isinstance(app.failure, ZeroDivisionError)


STRANGE = """
catalog strange "[bold]Shop[/bold]\\\\" version "[1]" currency EUR
family thing "[red]Thing[/]" choose one {
  | sku        | name                | price [EUR] |
  |------------|---------------------|-------------|
  | [link]     | [@click=app.quit]   |        1.00 |
  | 2xA, B     | "a\u202eb\u0007c"         |        2.00 |
}
calc price "Price" in EUR = sum(price)
rule no-link: forbid thing = "[link]" because "[blink]{thing.name}[/blink]"
"""


def test_nothing_that_a_catalog_says_is_read_as_markup() -> None:
    async def act(hands: Hands) -> None:
        await hands.open("thing")
        assert hands.app.text_of("title").startswith("[bold]Shop[/bold]\\ [1]")
        assert [
            "v [red]Thing[/] 2xA, B a\ufffdb\ufffdc forced",
            "- [link] [@click=app.quit] not possible: no-link",
            "(!) 2xA, B a\ufffdb\ufffdc 0.00 EUR",
        ] == hands.lines
        hands.go("thing", "[link]")
        await hands.press("space")
        assert "[blink][@click=app.quit][/blink]" in hands.panel
        assert any("[blink]" in line for line in hands.shown)
        await hands.press("escape")
        await hands.choose("thing", "2xA, B")

        assert {"thing": "2xA, B"} == hands.choices

    drive(STRANGE, act)
