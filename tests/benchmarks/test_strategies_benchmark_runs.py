"""The measurement of strategies runs. No time is asserted."""

from strategies import STRATEGIES, measured, told


def test_every_strategy_is_measured_beside_bare_draws() -> None:
    lines = measured("lift", 3, 1)

    assert [name for name, _ in STRATEGIES] == [line.strategy for line in lines]
    assert all(0 < line.different <= 3 for line in lines)
    assert all("bare" in told(line) and "ratio" in told(line) for line in lines)
