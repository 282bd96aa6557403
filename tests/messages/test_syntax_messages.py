"""What people read when a catalog cannot be read: exact texts, one pair of files per case.

`syntax/<case>.pcat` is the catalog, `syntax/<case>.expected` what is printed about it.
"""

from pathlib import Path

import pytest

from configurator.diagnostics.codes import CODES
from configurator.diagnostics.rendering import render_text
from configurator.source import SourceFile
from configurator.syntax.parser import parse_catalog

CASES = sorted((Path(__file__).parent / "syntax").glob("*.pcat"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_message(case: Path) -> None:
    result = parse_catalog(SourceFile(case.name, case.read_text(encoding="utf-8")))

    assert case.with_suffix(".expected").read_text(encoding="utf-8") == render_text(result.diagnostics) + "\n"
    assert result.file is None


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_messages_keep_the_house_style(case: Path) -> None:
    for finding in parse_catalog(SourceFile(case.name, case.read_text(encoding="utf-8"))).diagnostics:
        for line in (finding.message, finding.label, *finding.help):
            assert not line[:1].isupper(), line
            assert not line.endswith("."), line
        assert finding.code in CODES


def test_every_syntax_code_has_a_case() -> None:
    told = {
        finding.code
        for case in CASES
        for finding in parse_catalog(SourceFile(case.name, case.read_text(encoding="utf-8"))).diagnostics
    }

    assert {code for code in CODES if code.startswith("E01")} <= told
