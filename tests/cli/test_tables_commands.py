"""Tables as a spreadsheet on the command line."""

from pathlib import Path

import pytest
from command_runs import run

pytest.importorskip("python_calamine", reason="the extra `excel` is not installed")
pytest.importorskip("xlsxwriter", reason="the extra `excel` is not installed")


BIKE = """\
catalog bike "Bike" version "1" currency EUR
unit inch
option support : yesno
family wheel "Wheel" choose one {
  | sku | size [inch] | price [EUR] |
  |-----|-------------|-------------|
  | W14 |          14 |       12.00 |
  | W16 |          16 |       13.50 |
  | W18 |          18 |       15.00 |
}
table support-wheel allow {
  | support | wheel    |
  | yes     | W14, W16 |
  | no      | W18      |
}
rule small: wheel.size > 14 inch excludes wheel.price > 20 EUR
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a catalog of its own, and tables exported into `sheets` and `bike.xlsx`."""
    (tmp_path / "bike.pcat").write_text(BIKE)
    monkeypatch.chdir(tmp_path)
    assert run("tables", "export", "bike.pcat", "-o", "bike.xlsx", "-q").out == "written: bike.xlsx\n"
    assert run("tables", "export", "bike.pcat", "--csv", "-o", "sheets", "-q").out == "written: sheets\n"
    return tmp_path


def change(folder: Path, old: str, new: str, name: str = "wheel") -> None:
    file = folder / "sheets" / f"{name}.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_what_comes_back_unchanged_changes_nothing(folder: Path) -> None:
    before = (folder / "bike.pcat").read_bytes()

    for file in ("bike.xlsx", "sheets"):
        told = run("tables", "import", "bike.pcat", file, "-q")

        assert (0, "nothing to change: the spreadsheet brings nothing new\n", "") == (
            told.code,
            told.out,
            told.error,
        )
    assert before == (folder / "bike.pcat").read_bytes()


def test_the_workbook_has_the_name_of_the_catalog_unless_told(folder: Path) -> None:
    assert run("tables", "export", "bike.pcat", "-q").code == 0
    assert list(folder.glob("*.xlsx")) == [folder / "bike.xlsx"] or len(list(folder.glob("*.xlsx"))) == 2


def test_an_export_says_how_it_comes_back(folder: Path) -> None:
    del folder
    told = run("tables", "export", "bike.pcat", "-o", "b.xlsx")

    assert told.error == "bring changes back with `configurator tables import bike.pcat b.xlsx`\n"


def test_a_changed_cell_is_written(folder: Path) -> None:
    before = (folder / "bike.pcat").read_text()
    change(folder, "W16,16,13.50", "W16,16,14.5")

    told = run("tables", "import", "bike.pcat", "sheets", "-q")

    assert told.out == (
        "changed: 1 cell, 0 rows added, 0 rows removed in bike.pcat\n"
        "  wheel  W16  price [EUR]: 13.50 -> 14.50\n"
    )
    assert before.replace("13.50", "14.50") == (folder / "bike.pcat").read_text()


def test_a_dry_run_writes_nothing_and_shows_the_difference(folder: Path) -> None:
    before = (folder / "bike.pcat").read_bytes()
    change(folder, "W16,16,13.50", "W16,16,14.5")

    told = run("tables", "import", "bike.pcat", "sheets", "--dry-run", "--diff", "-q")

    lines = told.out.splitlines()
    assert lines[0] == "would change: 1 cell, 0 rows added, 0 rows removed in bike.pcat"
    assert ["-", "+"] == [line[0] for line in lines if "W16 |" in line]
    assert before == (folder / "bike.pcat").read_bytes()


def test_json_has_every_change_and_the_digest_to_come(folder: Path) -> None:
    change(folder, "W16,16,13.50", "W16,16,14.5")

    told = run("tables", "import", "bike.pcat", "sheets", "--json").result
    after = run("check", "bike.pcat", "--json").result["catalogs"][0]["digest"]

    assert {
        "changes": [
            {
                "table": "wheel",
                "kind": "changed",
                "row": "W16",
                "column": "price [EUR]",
                "before": "13.50",
                "after": "14.50",
            }
        ],
        "files": ["bike.pcat"],
        "reordered": [],
        "merged": [],
        "digest": after,
        "dry_run": False,
    } == told


def test_what_does_not_fit_is_refused_with_its_place(folder: Path) -> None:
    change(folder, "W16,16,13.50", "W16,16,cheap")

    told = run("tables", "import", "bike.pcat", "sheets", "-q")

    assert told.code == 1
    assert told.out == (
        "error[E0502]: `cheap` is no number in column `price [EUR]`\n"
        " --> sheets/wheel.csv:3:8\n"
        "  |\n"
        "3 | W16,16,cheap\n"
        "  |        ^^^^^\n"
        "\n"
        "refused: 1 finding; nothing was changed\n"
    )


def test_refusals_are_diagnostics_in_json(folder: Path) -> None:
    change(folder, "W16,16,13.50", "W16,16,cheap")

    told = run("tables", "import", "bike.pcat", "sheets", "--json")

    assert (1, "no", ["E0502"]) == (
        told.code,
        told.envelope["status"],
        [each["code"] for each in told.envelope["diagnostics"]],
    )


def test_another_order_of_rows_is_told(folder: Path) -> None:
    change(folder, "W14,14,12.00\nW16,16,13.50\n", "W16,16,13.50\nW14,14,12.00\n")

    told = run("tables", "import", "bike.pcat", "sheets")

    assert told.out == "nothing to change: the spreadsheet brings nothing new\n"
    assert (
        "the rows of `wheel` stand in another order in the sheet; the catalog's order is kept" in told.error
    )


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (
            ("export", "bike.pcat", "--family", "wheels"),
            2,
            "error: the catalog has no family with a table `wheels`\n  = help: did you mean `wheel`?\n",
        ),
        (
            ("export", "bike.pcat", "--table", "wheel"),
            2,
            "error: the catalog has no rule table `wheel`\n  = help: it has: support-wheel\n",
        ),
        (
            ("export", "bike.pcat", "-o", "no/such/folder.xlsx"),
            6,
            "error: `no/such/folder.xlsx` cannot be written: no such file or directory\n",
        ),
        (
            ("import", "bike.pcat", "no.xlsx"),
            6,
            "error: `no.xlsx` cannot be read: no such file or directory\n",
        ),
        (
            ("import", "bike.pcat", "bike.pcat"),
            6,
            "error: `bike.pcat` is not an .xlsx workbook\n"
            "  = help: save it as .xlsx in a spreadsheet program\n",
        ),
        (
            ("import", "package:bicycle", "bike.xlsx"),
            2,
            "error: a catalog that comes with this library is not changed\n"
            "  = help: copy the catalog, and import into the copy\n",
        ),
    ],
)
def test_what_cannot_be_done_says_what_to_do(
    folder: Path, words: tuple[str, ...], code: int, error: str
) -> None:
    del folder
    told = run("tables", *words, "-q")

    assert (code, error) == (told.code, told.error)
