"""What pytest tells of verdicts, orders and configurations in an assertion that fails."""

import copy
import pickle
from pathlib import Path

import pytest
from pytest_runs import run, write_shop

from configurator.configuration.completion import Completed, NotCompletable
from configurator.configuration.model import Configuration
from configurator.configuration.validation import Invalid, question_of
from configurator.configurator import Configurator
from configurator.engines.engine import SearchLimits
from configurator.testing import pytest_answers
from configurator.testing.pytest_answers import SECTION, compared, told

CITY_BIKE = Path(__file__).resolve().parents[1] / "catalogs" / "city_bike.pcat"
HEADING = f" {SECTION} "
WEAK = {"cpu": "C-MAX", "psu": "P-100"}
CONFLICT = """\
  watts  C-MAX draws 170 W, P-100 gives 100 W.  catalogs/rules.pcat:1
         cpu = C-MAX and psu = P-100
"""
WAYS_OUT = """\
ways out (smallest change first)
  1  psu = P-500  +75.00 EUR
  2  cpu = C-ECO  -200.00 EUR
"""
PRELUDE = """\
import pytest
from configurator import Configurator, Invalid, Unrepairable, Valid, open_stock

WEAK = {"cpu": "C-MAX", "psu": "P-100"}
LINE = {"configuration": WEAK, "quantity": 1}

@pytest.fixture(scope="module")
def shop(): return Configurator.load("catalogs/shop.pcat")

"""


def reported(pytester: pytest.Pytester, test: str, *arguments: str) -> str:
    """What our section in the report of a failed test says; empty where there is none."""
    write_shop(pytester.path)
    pytester.makepyfile(test_reports=PRELUDE + test)
    result = run(pytester, "-p", "no:cacheprovider", *arguments, "test_reports.py")
    outcomes = result.parseoutcomes()
    assert {"failed": 1} == outcomes, result.stdout.str()
    _, found, rest = result.stdout.str().partition(HEADING)
    lines = rest.splitlines(keepends=True)[1:]
    end = next(at for at, line in enumerate([*lines, "==="]) if line.startswith(("===", "___", "---")))
    return "".join(lines[:end]) if found else ""


# ---------------------------------------------------------------- verdicts


@pytest.mark.parametrize(
    "assertion",
    [
        "verdict = shop.validate(WEAK)\n    assert verdict",
        "assert shop.validate(WEAK)",
        "assert shop.validate(WEAK).valid",
        "assert not isinstance(shop.validate(WEAK), Invalid)",
        "verdicts = [shop.validate(WEAK)]\n    assert all(verdicts)",
        "verdict = shop.validate(WEAK)\n    assert (\n        verdict\n        == 3\n    ), 'text'",
        "shop.verdict = shop.validate(WEAK)\n    assert shop.verdict",
    ],
)
def test_an_invalid_verdict_says_why_and_what_helps(pytester: pytest.Pytester, assertion: str) -> None:
    said = reported(pytester, f"def test_it(shop):\n    {assertion}\n")

    assert f"invalid\n{CONFLICT}{WAYS_OUT}" == said


def test_a_verdict_that_a_function_asserts_says_why(pytester: pytest.Pytester) -> None:
    test = (
        "def check(found): assert found\n"
        "def test_it(shop):\n    verdict = shop.validate({})\n    check(shop.validate(WEAK))\n"
    )

    assert f"invalid\n{CONFLICT}{WAYS_OUT}" == reported(pytester, test)


def test_a_verdict_in_a_unittest_says_why(pytester: pytest.Pytester) -> None:
    test = (
        "import unittest\n"
        "class TestShop(unittest.TestCase):\n"
        "    def test_it(self):\n"
        "        verdict = Configurator.load('catalogs/shop.pcat').validate(WEAK)\n"
        "        self.assertTrue(verdict)\n"
    )

    assert f"invalid\n{CONFLICT}{WAYS_OUT}" == reported(pytester, test)


@pytest.mark.parametrize(
    ("assertion", "expected"),
    [
        (
            "assert not shop.validate({'cpu': 'C-ECO', 'psu': 'P-100'})",
            "valid\n  cpu  =  C-ECO\n  psu  =  P-100\n",
        ),
        ("assert shop.validate({'cpu': 'C-ECO'})", "incomplete, still open: psu\n"),
        (
            "assert shop.complete(WEAK)",
            f"not completable: no valid configuration keeps the choices\n{CONFLICT}{WAYS_OUT}",
        ),
        (
            "assert shop.repairs(WEAK, locked=['cpu', 'psu'])",
            f"not repairable, whatever is changed\n{CONFLICT}",
        ),
        ("assert not shop.conflicts(WEAK)", f"in conflict\n{CONFLICT}"),
        (
            "assert shop.check({'lines': [LINE]}, open_stock('memory:'))",
            f"line 1 of the order is invalid\n{CONFLICT}{WAYS_OUT}",
        ),
        (
            "assert shop.check({'lines': [{'configuration': {'cpu': 'C-ECO'}}]}, open_stock('memory:'))",
            "line 1 of the order is incomplete, still open: psu\n",
        ),
        (
            "assert shop.check({'lines': [{'configuration': {'cpu': 'C-ECO', 'psu': 'P-100'}}]},"
            " open_stock('memory:'))",
            "not available\n  C-ECO  wanted 1  free 0\n  P-100  wanted 1  free 0\n",
        ),
    ],
)
def test_every_kind_of_answer_says_what_it_can(
    pytester: pytest.Pytester, assertion: str, expected: str
) -> None:
    assert expected == reported(pytester, f"def test_it(shop):\n    {assertion}\n")


def test_a_report_about_scenarios_shows_those_that_failed(pytester: pytest.Pytester) -> None:
    said = reported(pytester, "def test_it(shop):\n    assert shop.test()\n")

    assert 'FAIL "too weak"' in said
    assert "watts  C-MAX draws 170 W, P-100 gives 100 W." in said


def test_three_answers_are_told_at_most(pytester: pytest.Pytester) -> None:
    every = "{}, {'cpu': 'C-ECO'}, {'psu': 'P-100'}, {'cpu': 'C-MAX', 'psu': 'P-500'}, {'psu': 'P-500'}"

    said = reported(
        pytester, f"def test_it(shop):\n    assert not [shop.validate(each) for each in [{every}]]\n"
    )

    assert [
        "incomplete, still open: cpu, psu",
        "incomplete, still open: psu",
        "incomplete, still open: cpu",
    ] == said.splitlines()


@pytest.mark.parametrize(
    "body",
    [
        "one, other = shop.validate(WEAK), shop.validate(dict(WEAK))\n    assert one.valid and other.valid",
        "assert shop.validate(WEAK).valid or shop.validate(WEAK).valid",
        "one = shop.validate(WEAK)\n    assert one.valid or (one and one)",
        "assert not [shop.validate(WEAK) for _ in range(9)]",
    ],
)
def test_the_same_verdict_is_told_once(pytester: pytest.Pytester, body: str) -> None:
    assert f"invalid\n{CONFLICT}{WAYS_OUT}" == reported(pytester, f"def test_it(shop):\n    {body}\n")


@pytest.mark.parametrize(
    "body",
    [
        "one, other = shop.validate({}), shop.validate(WEAK)\n    assert one.valid or other.valid",
        "one, other = shop.validate({}), shop.validate(WEAK)\n    assert one.valid == other",
        "assert shop.validate({}).valid or shop.validate(WEAK).valid",
    ],
)
def test_different_verdicts_of_an_assertion_are_told_one_after_the_other(
    pytester: pytest.Pytester, body: str
) -> None:
    said = reported(pytester, f"def test_it(shop):\n    {body}\n")

    assert f"incomplete, still open: cpu, psu\ninvalid\n{CONFLICT}{WAYS_OUT}" == said


def test_verdicts_with_the_same_conflicts_about_other_choices_are_both_told(
    pytester: pytest.Pytester,
) -> None:
    write_shop(pytester.path)
    shop = pytester.path / "catalogs" / "shop.pcat"
    test = (
        "def test_it():\n"
        "    one = Configurator.load('catalogs/shop.pcat').validate(WEAK)\n"
        "    other = Configurator.load('cheaper.pcat').validate(WEAK)\n"
        "    assert one == other\n    assert one.valid or other.valid\n"
    )
    text = shop.read_text(encoding="utf-8").replace("129.00", "128.00").replace('"rules', '"catalogs/rules')
    (pytester.path / "cheaper.pcat").write_text(text, encoding="utf-8")

    said = reported(pytester, test)

    assert f"invalid\n{CONFLICT}{WAYS_OUT}invalid\n{CONFLICT}{WAYS_OUT.replace('75', '74')}" == said


@pytest.mark.parametrize(
    "body",
    [
        "verdict = shop.validate(WEAK)\n    assert 1 == 2",
        "verdict = shop.validate(WEAK)\n    assert 1 == 2, 'no verdict'",
        "verdict, f = shop.validate(WEAK), lambda: 0\n    f.verdict = 1\n    assert f.verdict == 2",
        "verdict = shop.validate(WEAK)\n    raise ValueError",
        "verdict = shop.validate(WEAK)\n    pytest.fail('no')",
    ],
)
def test_what_took_no_part_is_not_told(pytester: pytest.Pytester, body: str) -> None:
    assert "" == reported(pytester, f"def test_it(shop):\n    {body}\n")


def test_an_assertion_of_the_library_itself_tells_nothing_of_its_insides(
    pytester: pytest.Pytester,
) -> None:
    # An alien thing in the place of an answer breaks a promise inside.
    test = "def test_it(shop):\n    from configurator.configuration.validation import question_of\n"
    test += "    verdict = shop.validate(WEAK)\n    verdict.__class__._asked.__set__(verdict, 3)\n"

    assert "" == reported(pytester, f"{test}    question_of(verdict)\n")


def test_the_section_stands_in_junit_xml(
    pytester: pytest.Pytester,
) -> None:
    reported(pytester, "def test_it(shop):\n    assert shop.validate(WEAK)\n", "--junitxml=out.xml")

    told = (pytester.path / "out.xml").read_text(encoding="utf-8")
    assert WAYS_OUT.rstrip() in told


# ---------------------------------------------------------------- ways out


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configurator:
    write_shop(tmp_path)
    monkeypatch.chdir(tmp_path)
    return Configurator.load("catalogs/shop.pcat")


def test_ways_out_are_looked_for_within_limits(shop: Configurator) -> None:
    verdict = shop.validate(WEAK)
    assert isinstance(verdict, Invalid)

    said = "".join(f"{line}\n" for line in told(verdict, SearchLimits.within(0.0)))

    assert said.startswith(f"invalid\n{CONFLICT}ways out are not known: ")


def test_a_mistake_while_looking_for_ways_out_is_told_in_their_place(
    shop: Configurator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pytest_answers, "repairs", lambda *_, **__: 1 // 0)
    verdict = shop.validate(WEAK)
    assert isinstance(verdict, Invalid)

    *_, last = told(verdict, SearchLimits.within(5))

    assert "ways out are not known: ZeroDivisionError: integer division or modulo by zero" == last


def test_a_verdict_made_by_hand_tells_its_conflicts_alone(shop: Configurator) -> None:
    verdict = shop.validate(WEAK)
    assert isinstance(verdict, Invalid)

    said = "".join(f"{line}\n" for line in told(Invalid(verdict.conflicts), SearchLimits.within(5)))

    assert f"invalid\n{CONFLICT}" == said


def test_answers_know_what_they_answer_but_neither_compare_nor_keep_it(shop: Configurator) -> None:
    verdict, completion = shop.validate(WEAK), shop.complete(WEAK)
    assert isinstance(verdict, Invalid)
    pickled = pickle.loads(pickle.dumps(completion))  # noqa: S301 - what was written here

    assert question_of(verdict) is not None
    assert question_of(completion) is not None
    assert question_of(copy.deepcopy(completion)) is question_of(completion)
    assert question_of(pickled) is None
    assert verdict == Invalid(verdict.conflicts)
    assert NotCompletable() == completion == pickled
    assert "question" not in repr(verdict).lower()


# ---------------------------------------------------------------- configurations


def configuration(shop: Configurator, **choices: str) -> Configuration:
    (found,) = shop.configurations(choices)
    return found


def test_two_configurations_differ_place_by_place(shop: Configurator) -> None:
    left = configuration(shop, cpu="C-ECO", psu="P-100")
    right = configuration(shop, cpu="C-ECO", psu="P-500")

    expected = [
        "configurations are equal; 1 of 2 places differ",
        "       left   right",
        "  psu  P-100  P-500",
    ]
    assert expected == compared(left, right)


def test_inside_of_assemblies_single_places_differ() -> None:
    bicycle = Configurator.load(CITY_BIKE)
    bags: tuple[list[dict[str, str]], ...] = ([{"capacity": "B20"}, {}], [{"capacity": "B20"}])
    one, other = (bicycle.complete({"bag": each, "basket": None}) for each in bags)
    assert isinstance(one, Completed)
    assert isinstance(other, Completed)

    expected = [
        "configurations are equal; 4 of 9 places differ",
        "                   left     right",
        "  bag[1].capacity  B10      B20",
        "  bag[1].material  leather  cotton",
        "  bag[2].capacity  B20      (no such place)",
        "  bag[2].material  cotton   (no such place)",
    ]
    assert expected == compared(one.configuration, other.configuration)


def test_a_configuration_and_a_dict_are_never_equal_and_that_is_said(shop: Configurator) -> None:
    found = configuration(shop, cpu="C-ECO", psu="P-100")

    expected = [
        "a configuration and a mapping of another kind",
        "A configuration equals configurations alone; what `.to_dict()` gives equals a dict.",
    ]
    assert expected == compared(found, found.to_dict()) == compared({}, found)


@pytest.mark.parametrize("other", [1, "text", {"a": 1}, None])
def test_of_anything_else_pytest_speaks_itself(other: object) -> None:
    assert compared(other, other) is None
    assert compared(other, 2) is None


def test_pytest_shows_how_configurations_differ(pytester: pytest.Pytester) -> None:
    write_shop(pytester.path)
    pytester.makepyfile(
        PRELUDE + "def test_it(shop):\n"
        "    first, second, *_ = shop.configurations()\n"
        "    assert first == second\n"
    )

    result = run(pytester, "-k", "test_it")

    result.stdout.fnmatch_lines(
        ["E * assert configurations are equal; 1 of 2 places differ", "E * psu  P-100  P-500"]
    )


# ---------------------------------------------------------------- what is odd


@pytest.mark.parametrize(
    "test",
    [
        "from unittest import mock\n\ndef test_odd(shop):\n    x = mock.Mock(spec=list)\n    assert x == 3\n",
        "from unittest import mock\n\ndef test_odd(shop):\n    x = mock.Mock(spec=dict)\n    assert x == 3\n",
        "class Odd(list):\n    def __getitem__(self, at): raise RuntimeError\n\n"
        "def test_odd(shop):\n    x = Odd([1])\n    assert x == 3\n",
        "def test_odd(shop):\n    exec('x = 1\\nassert x == 2', {})\n",
    ],
    ids=["no real list", "no real dict", "a list that cannot be cut", "no source"],
)
def test_an_assertion_about_something_odd_fails_as_any_other(pytester: pytest.Pytester, test: str) -> None:
    assert "" == reported(pytester, test)


def test_what_cannot_be_told_is_said_and_costs_nothing_else(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no words")

    monkeypatch.setattr(pytest_answers, "told", broken)

    found = reported(pytester, "def test_verdict(shop):\n    assert shop.validate(WEAK)\n")

    assert "what took part could not be told: RuntimeError: no words\n" == found


def test_repairs_tell_the_ways_out(pytester: pytest.Pytester) -> None:
    found = reported(
        pytester, "def test_repair(shop):\n    assert isinstance(shop.repairs(WEAK), Unrepairable)\n"
    )

    assert f"repairable\n{WAYS_OUT}" == found
