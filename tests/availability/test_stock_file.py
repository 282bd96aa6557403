import pytest
from hypothesis import given
from hypothesis import strategies as st

from configurator.availability.stock_file import parse_stock
from configurator.errors import StockFileError


def error_of(text: str) -> str:
    with pytest.raises(StockFileError) as caught:
        parse_stock(text, "stock.csv")
    return str(caught.value)


def test_counts_come_in_the_order_of_the_file() -> None:
    counts = parse_stock("sku,on_hand\nGPU-2,3\nCPU-1,12\n", "stock.csv")

    assert [("GPU-2", 3), ("CPU-1", 12)] == list(counts.items())


@pytest.mark.parametrize(
    "text",
    [
        "\N{BOM}sku,on_hand\r\nA,1\r\nB,0\r\n",
        "on_hand,shelf,sku\n1,x,A\n0,y,B",
        "sku;on_hand\nA;1\nB;0\n",
        "sku;note;on_hand\nA;one, two, three;1\nB;;0\n",
        "\n sku , on_hand \n\n A , 1 \n\n B,0\n\n",
        'sku,note,on_hand\nA,"two\nlines",+1\nB,"a ""quote""",000\n',
    ],
)
def test_spreadsheets_differ_in_form(text: str) -> None:
    counts = parse_stock(text, "stock.csv")

    assert {"A": 1, "B": 0} == counts


def test_a_header_alone_counts_nothing() -> None:
    assert {} == parse_stock("sku,on_hand\n", "stock.csv")


@pytest.mark.parametrize("text", ["", "\N{BOM}", "\n\n", "  \n , \n"])
def test_an_empty_file_is_told(text: str) -> None:
    assert "stock.csv: the file is empty; its first line should be `sku,on_hand`" == error_of(text)


def test_a_missing_column_is_told_with_those_found() -> None:
    assert "stock.csv:1: there is no column `on_hand` among `sku`, `count`" == error_of("sku,count\nA,1\n")


@pytest.mark.parametrize("written", ["on hand", "On_Hand", "onhand"])
def test_a_column_with_another_spelling_is_suggested(written: str) -> None:
    wanted = f"stock.csv:1: there is no column `on_hand` among `sku`, `{written}`; is it `{written}`?"
    assert wanted == error_of(f"sku,{written}\nA,1\n")


def test_a_doubled_column_is_told() -> None:
    assert "stock.csv:1: there is more than one column `sku`" == error_of("sku,on_hand,sku\nA,1,B\n")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("A", "the row has 1 cells, the header 2"),
        ("A,1,2", "the row has 3 cells, the header 2"),
        (",1", "the SKU is empty"),
        ("A\tB,1", "the SKU `A\\tB` holds a character that cannot be printed"),
        ("A,", "`A` has no count; write 0 when there is none"),
        ("A,-3", "the count `-3` of `A` is below 0"),
        ("A,2.5", "the count `2.5` of `A` is not a whole number"),
        ("A,12.0", "the count `12.0` of `A` is not a whole number"),
        ('A,"2,5"', "the count `2,5` of `A` is not a whole number"),
        ("A,many", "the count `many` of `A` is not a number"),
        ("A,1e6", "the count `1e6` of `A` is not a number"),
        ("A,١٢", "the count `١٢` of `A` is not a number"),
        ("A,1000000000001", "the count `1000000000001` of `A` is above 1000000000000"),
        ("A," + "9" * 5000, "the count `" + "9" * 40 + "…` of `A` is above 1000000000000"),
    ],
)
def test_a_bad_row_is_told_with_its_line(row: str, message: str) -> None:
    assert f"stock.csv:3: {message}" == error_of(f"sku,on_hand\nfirst,1\n{row}\n")


def test_a_sku_counted_twice_is_told_with_both_lines() -> None:
    assert "stock.csv:4: `A` is counted twice, first on line 2" == error_of("sku,on_hand\nA,1\nB,1\nA,1\n")


def test_all_mistakes_are_told_at_once_the_first_with_the_place() -> None:
    wanted = "stock.csv:2: the count `x` of `A` is not a number; line 4: the SKU is empty"
    assert wanted == error_of("sku,on_hand\nA,x\nB,1\n,1\n")


def test_many_mistakes_are_cut_short() -> None:
    rows = "\n".join(f"A{number},x" for number in range(9))

    assert error_of(f"sku,on_hand\n{rows}\n").endswith(
        "; line 6: the count `x` of `A4` is not a number; and 4 more"
    )


def test_lines_are_counted_past_cells_with_line_ends() -> None:
    wanted = "stock.csv:4: the count `x` of `B` is not a number"
    assert wanted == error_of('sku,note,on_hand\nA,"two\nlines",1\nB,,x\n')


def test_an_open_quote_is_told_where_its_row_begins() -> None:
    assert "stock.csv:2: the row cannot be read (unexpected end of data)" == error_of(
        'sku,on_hand\n"A,1\nB,2\n'
    )


@given(text=st.text(alphabet=st.sampled_from("skuon_had,;\n\r\"'\0AB12-. \N{BOM}")) | st.text())
def test_no_text_brings_another_error(text: str) -> None:
    for content in (text, f"sku,on_hand\n{text}"):
        try:
            counts = parse_stock(content, "stock.csv")
        except StockFileError:
            continue
        assert all(count >= 0 for count in counts.values())
