"""Load every catalog that comes with the installed library and ask it something."""

import sys
from pathlib import Path

import configurator
from configurator import Accepted, Configurator, Incomplete, open_stock, parse_stock
from configurator.catalog_files import shipped_catalogs

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Stop with an assertion at the first thing that is not as in the checkout."""
    home = Path(configurator.__file__).parent
    assert not home.is_relative_to(ROOT), f"{home} is the checkout, not the installed package"
    assert configurator.__version__[0].isdigit(), configurator.__version__
    expected = tuple(sorted(path.name for path in (ROOT / "catalogs").iterdir() if path.is_dir()))
    assert shipped_catalogs() == expected, shipped_catalogs()
    for name in shipped_catalogs():
        loaded = Configurator.load(f"package:{name}")
        assert isinstance(loaded.validate(), Incomplete), name
        sys.stdout.write(f"{loaded.catalog.name} {loaded.catalog.version}: {loaded.digest}\n")
    stock_file = home / "catalogs" / "desktop_pc" / "stock.csv"
    with open_stock("memory:") as stock:
        stock.import_counts(parse_stock(stock_file.read_text(encoding="utf-8"), stock_file.name))
        pc = Configurator.load("package:desktop_pc")
        completed = pc.complete({"usage": "office"}, seconds=60)
        assert isinstance(completed, configurator.Completed), completed
        answer = configurator.accept(pc, completed.configuration, stock, order="SO-1")
        assert isinstance(answer, Accepted), answer


if __name__ == "__main__":
    main()
