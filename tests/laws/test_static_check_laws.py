"""What the checks say of generated catalogs, judged by what the catalogs mean."""

from hypothesis import given
from hypothesis import strategies as st
from law_settings import examples

from configurator.configurator import Configurator
from configurator.diagnostics.codes import CODES
from configurator.diagnostics.diagnostic import Severity
from configurator.testing.made.catalogs import MadeCatalog, made_catalogs
from configurator.testing.made.products import DAY


@examples(60)
@given(made=made_catalogs(largest=60))
def test_every_finding_has_a_page_a_place_in_its_file_and_no_error(made: MadeCatalog) -> None:
    for found in Configurator.from_text(made.text(), files=made.files()).check_catalog():
        assert found.code in CODES
        assert found.severity is not Severity.ERROR
        assert found.span is not None
        assert 0 <= found.span.start <= found.span.end <= len(found.span.file.text)


@examples(60)
@given(made=made_catalogs(largest=60), data=st.data())
def test_rows_that_are_said_to_add_nothing_can_all_be_taken_away(
    made: MadeCatalog, data: st.DataObject
) -> None:
    text = with_another_row(made.text(), data)
    asked = Configurator.from_text(text, files=made.files())
    found = [each.span for each in asked.check_catalog() if each.code == "W0503" and each.span is not None]
    texts = {"catalog.pcat": text, **made.files()}
    for name in {span.file.name for span in found}:
        gone = {span.position.line for span in found if span.file.name == name}
        lines = texts[name].splitlines(keepends=True)
        texts[name] = "".join(line for number, line in enumerate(lines, start=1) if number not in gone)
    smaller = Configurator.from_text(texts.pop("catalog.pcat"), files=texts)

    assert [each.to_dict() for each in asked.configurations(as_of=DAY)] == [
        each.to_dict() for each in smaller.configurations(as_of=DAY)
    ]


def with_another_row(text: str, data: st.DataObject) -> str:
    """A row of some rule table once more, now and then with a cell that takes everything."""
    lines = text.splitlines(keepends=True)
    tables = [at for at, line in enumerate(lines) if line.startswith("table ")]
    rows = [at for table in tables for at in rows_below(lines, table)]
    if not rows:
        return text
    at = data.draw(st.sampled_from(rows))
    cells = lines[at].strip().strip("|").split("|")
    if data.draw(st.booleans()):
        cells[data.draw(st.integers(0, len(cells) - 1))] = " any "
    return "".join([*lines[: at + 1], f"|{'|'.join(cells)}|\n", *lines[at + 1 :]])


def rows_below(lines: list[str], table: int) -> list[int]:
    """The rows of a table, without heading and dashes."""
    end = next((at for at in range(table, len(lines)) if lines[at].startswith("}")), table)
    rows = [at for at in range(table, end) if lines[at].strip().startswith("|")]
    return [at for at in rows[1:] if set(lines[at].strip()) - set("|- ")]
