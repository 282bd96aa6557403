"""`configurator analyze`: findings as text, JSON and annotations, and the exit code by level."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runs import Run, run

from configurator.authoring.analysis import analysis
from configurator.authoring.analysis.findings import Finding
from configurator.errors import SearchLimitError

CATALOG = """catalog parts currency EUR
family cpu "Processor" choose one {
  | sku | socket |
  | C-1 | A      |
  | C-2 | C      |
}
family board "Mainboard" choose one {
  | sku | socket |
  | B-1 | A      |
}
rule socket "They fit":
  require cpu.socket = board.socket
"""
VOID = """catalog void
option age "Age" : whole 0..99
rule old:
  require age > 50
rule young:
  require age < 20
"""


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog with one dead component."""
    monkeypatch.chdir(tmp_path)
    Path("parts.pcat").write_text(CATALOG)
    return "parts.pcat"


def test_findings_are_told_in_lines_with_who_is_to_blame(parts: str) -> None:
    assert Run(
        0,
        "A0801 dead component `C-2` is in no valid configuration   parts.pcat:5\n"
        "                     because of socket\n"
        "A0808 forced         `cpu` always holds `C-1`   parts.pcat:2\n"
        "                     because of socket\n"
        "A0806 weight         without one rule there would be more configurations: socket +1\n"
        "1 configuration: 1 warning, 2 hints (0.02 s)\n",
        "",
    ) == run("analyze", parts)


@pytest.mark.parametrize(("level", "code"), [("error", 0), ("warning", 1), ("hint", 1)])
def test_the_exit_code_follows_the_level(parts: str, level: str, code: int) -> None:
    assert code == run("analyze", parts, "--fail-level", level).code


def test_a_void_catalog_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "void.pcat"
    file.write_text(VOID)
    done = run("analyze", str(file))

    assert 1 == done.code
    assert [
        "cannot hold together: old, young",
        "enough to drop: young",
        "enough to drop: old",
        "0 configurations: 1 error (0.02 s)",
    ] == [line.strip() for line in done.out.splitlines()[1:]]


def test_json_tells_findings_weights_and_witnesses(parts: str) -> None:
    result = run("analyze", parts, "--json").result

    assert 1 == result["configurations"]
    assert ["A0801", "A0808", "A0806"] == [finding["code"] for finding in result["findings"]]
    assert {
        "code": "A0801",
        "kind": "dead component",
        "severity": "warning",
        "message": "`C-2` is in no valid configuration",
        "about": ["C-2"],
        "location": "parts.pcat:5:5",
        "because": ["socket"],
        "notes": [],
        "witness": None,
    } == result["findings"][0]
    assert [{"rule": "socket", "alone": 1, "witness": {"cpu": "C-2", "board": "B-1"}}] == result["weights"]
    assert {} == result["undecided"]


def test_annotations_name_file_line_and_level(parts: str) -> None:
    assert [
        "::warning file=parts.pcat,line=5,col=5,title=A0801 dead component::"
        "`C-2` is in no valid configuration%0Abecause of socket",
        "::notice file=parts.pcat,line=2,col=8,title=A0808 forced::"
        "`cpu` always holds `C-1`%0Abecause of socket",
        "::notice title=A0806 weight::without one rule there would be more configurations: socket +1",
    ] == run("analyze", parts, "--format", "github").out.splitlines()


def test_what_a_limit_kept_from_being_looked_for_is_no_clean_bill(
    parts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> Iterator[Finding]:
        raise SearchLimitError("the time was up")

    Path(parts).write_text(CATALOG.replace("  | C-2 | C      |\n", ""))
    monkeypatch.setattr(analysis, "redundant", stopped)

    assert [0, 4, 1] == [
        run("analyze", parts, "--fail-level", level).code for level in ("error", "warning", "hint")
    ]
