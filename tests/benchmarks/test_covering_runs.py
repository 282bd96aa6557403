"""The benchmark of covering samples, on small models: tools get the same model. No time is asserted."""

from pathlib import Path

import pytest
from covering import measure, plain, shipped
from feature_models import read_feature_model

SMALL = """features
\tShop
\t\tmandatory
\t\t\tPayment
\t\t\t\talternative
\t\t\t\t\tCard
\t\t\t\t\tBill
\t\toptional
\t\t\t"Gift wrap"
constraints
\t"Gift wrap" => !Bill
"""


def test_sizes_of_all_tools_are_told_for_a_model_without_constraints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("allpairspy")
    pytest.importorskip("covertable")

    measure(plain("3^4", (3,) * 4), 2, 0, 20.0)

    head, our_line, *peers = capsys.readouterr().out.splitlines()
    assert head == "3^4 (t = 2): 4 factors, 12 levels; 54 sets covered, 0 impossible, 0 open"
    assert our_line.split()[:3] == ["configurator", "9", "rows"]
    assert all(line.endswith("complete") for line in peers)


def test_the_bicycle_can_be_given_to_other_tools_and_the_kitchen_cannot() -> None:
    assert shipped("bicycle").conditions is not None
    assert shipped("kitchen").conditions is None


def test_a_feature_model_is_read(tmp_path: Path) -> None:
    path = tmp_path / "shop.uvl"
    path.write_text(SMALL, encoding="utf-8")

    problem = read_feature_model(path)

    assert [v.name for v in problem.variables] == ["Shop", "Payment", "Card", "Bill", "Gift wrap"]
