"""What is in force when: both ends inclusive, a day of the catalog's time zone."""

from datetime import UTC, date, datetime

import pytest

from configurator.configuration.enumeration import Count
from configurator.configuration.validation import Incomplete, Invalid
from configurator.configurator import Configurator

CATALOG = """catalog t timezone "Europe/Berlin"
family a choose one {
  component "OLD" effective until 2026-06-30 { x = 1 }
  component "NEW" "New one" effective from 2026-07-01 { x = 2 }
  component "MAY" effective from 2026-05-01 until 2026-05-31 { x = 3 }
}
option b : yesno
rule summer effective from 2026-06-01 until 2026-08-31: require b = yes
table july forbid effective from 2026-07-01 until 2026-07-31 {
  | b  | a   |
  |----|-----|
  | yes | NEW |
}
resource r effective until 2026-05-15 { supply a.x demand 2 }
"""


@pytest.mark.parametrize(
    ("day", "listed"),
    [
        (date(2026, 4, 30), []),
        (date(2026, 5, 15), [("MAY", False), ("MAY", True)]),
        (date(2026, 5, 16), [("OLD", False), ("OLD", True), ("MAY", False), ("MAY", True)]),
        (date(2026, 5, 31), [("OLD", False), ("OLD", True), ("MAY", False), ("MAY", True)]),
        (date(2026, 6, 1), [("OLD", True)]),
        (date(2026, 6, 30), [("OLD", True)]),
        (date(2026, 7, 1), []),
        (date(2026, 8, 1), [("NEW", True)]),
        (date(2026, 8, 31), [("NEW", True)]),
        (date(2026, 9, 1), [("NEW", False), ("NEW", True)]),
    ],
)
def test_components_rules_tables_and_resources_count_on_their_days(
    day: date, listed: list[tuple[str, bool]]
) -> None:
    found = Configurator.from_text(CATALOG).configurations(as_of=day)

    assert listed == [(configuration["a"], configuration["b"]) for configuration in found]


def test_choosing_what_is_not_in_force_is_invalid_with_the_days_as_evidence() -> None:
    verdict = Configurator.from_text(CATALOG).validate({"a": "NEW"}, as_of=date(2026, 6, 30))

    assert isinstance(verdict, Invalid)
    (conflict,) = verdict.conflicts
    assert conflict.message == "New one (NEW) can be chosen from 2026-07-01, not on 2026-06-30"
    assert ("NEW",) == conflict.not_in_force
    assert ("a",) == conflict.choices
    assert conflict.rules == ()
    assert conflict.locations == ("catalog.pcat:4:13",)


def test_nothing_can_be_counted_with_what_is_not_in_force() -> None:
    counted = Configurator.from_text(CATALOG).count({"a": "NEW"}, as_of=date(2026, 6, 30))

    assert isinstance(counted, Count)
    assert counted.value == 0


def test_rules_may_name_what_is_not_in_force() -> None:
    text = CATALOG + 'rule odd: a = "NEW" requires b = yes\n'

    assert isinstance(Configurator.from_text(text).validate({}, as_of=date(2026, 5, 31)), Incomplete)


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2026, 6, 30, 21, 59, tzinfo=UTC), date(2026, 6, 30)),
        (datetime(2026, 6, 30, 22, 0, tzinfo=UTC), date(2026, 7, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_is_a_day_of_the_catalogs_time_zone(now: datetime, today: date) -> None:
    assert today == Configurator.from_text(CATALOG, clock=lambda: now).today()


def test_without_a_time_zone_today_is_a_day_in_utc() -> None:
    now = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)

    assert date(2026, 6, 30) == Configurator.from_text("catalog t", clock=lambda: now).today()


def test_questions_without_a_day_are_asked_for_today() -> None:
    hot = Configurator.from_text(CATALOG, clock=lambda: datetime(2026, 6, 30, 12, tzinfo=UTC))
    cold = Configurator.from_text(CATALOG, clock=lambda: datetime(2026, 6, 30, 22, 30, tzinfo=UTC))

    assert [("OLD", True)] == [(c["a"], c["b"]) for c in hot.configurations()]
    assert [] == list(cold.configurations())


def test_period_columns_say_the_same_as_component_statements() -> None:
    text = """catalog t
family a choose one {
  | sku | valid_from | valid_until |
  |-----|------------|-------------|
  | A   |            | 2026-06-30  |
  | B   | 2026-07-01 |             |
  | C   |            |             |
}
"""
    asked = Configurator.from_text(text)

    assert ["A", "C"] == [found["a"] for found in asked.configurations(as_of=date(2026, 6, 30))]
    assert ["B", "C"] == [found["a"] for found in asked.configurations(as_of=date(2026, 7, 1))]
