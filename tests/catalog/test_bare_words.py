"""Bare words as values: which are known where columns of several families are spoken of together."""

import pytest

from configurator import Configurator
from configurator.configuration.enumeration import Count
from configurator.errors import CatalogError

SHOP = """catalog shop
family lamp choose one {
  attribute tier : one of { low, mid, high }
  | sku | tier |
  | L-1 | low  |
  | L-2 | mid  |
}
family shade choose one {
  attribute tier : one of { low, high, highest }
  | sku | tier    |
  | S-1 | low     |
  | S-2 | highest |
}
"""


@pytest.mark.parametrize(
    ("condition", "possible"),
    [("all(tier = low)", 1), ("any(tier = low)", 3), ("any(tier = highest)", 2), ("any(tier = high)", 0)],
)
def test_columns_with_different_lists_know_the_values_of_all_of_them(condition: str, possible: int) -> None:
    made = Configurator.from_text(f"{SHOP}rule r: require {condition}\n")

    assert Count(possible, combinations=4) == made.count()


def test_a_value_of_none_of_the_lists_is_refused() -> None:
    with pytest.raises(CatalogError, match="`hihg` is no value of `tier`") as raised:
        Configurator.from_text(f"{SHOP}rule r: require any(tier = hihg)\n")

    (finding,) = raised.value.diagnostics
    assert "it has: high, highest, low, mid" == finding.label
    assert ("did you mean `high`?",) == finding.help
