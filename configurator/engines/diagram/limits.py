"""How large a diagram may become. What exceeds a limit is refused, before the memory is taken."""

from attrs import frozen

from configurator.errors import SearchLimitError


@frozen
class SizeLimits:
    """Sizes at which compiling gives up, so that memory stays within about 1 GB.

    Attributes:
        nodes: nodes of one layer before reduction.
        arcs: arcs of the whole diagram before reduction.
        entries: sums held for one layer while a sum is brought in.
        cells: cells of one table's rows, written out over classes.
        layer_bytes: what the arcs of one layer take while it is built: about a quarter of the peak.
    """

    nodes: int = 500_000
    arcs: int = 8_000_000
    entries: int = 10_000_000
    cells: int = 20_000_000
    layer_bytes: int = 400_000_000

    def check_nodes(self, nodes: int) -> None:
        """Raise `SearchLimitError` when a layer has too many nodes."""
        if nodes > self.nodes:
            raise SearchLimitError(f"a layer of the diagram needs more than {self.nodes:,} nodes")

    def check_arcs(self, arcs: int) -> None:
        """Raise `SearchLimitError` when there are too many arcs."""
        if arcs > self.arcs:
            raise SearchLimitError(f"the diagram needs more than {self.arcs:,} arcs")

    def check_layer(self, size: int) -> None:
        """Raise `SearchLimitError` when a layer takes too much memory to be built."""
        if size > self.layer_bytes:
            raise SearchLimitError(f"a layer of the diagram needs more than {self.layer_bytes:,} bytes")

    def check_entries(self, entries: int) -> None:
        """Raise `SearchLimitError` when a sum takes too many different values."""
        if entries > self.entries:
            raise SearchLimitError(f"a sum takes more than {self.entries:,} different values on the way")

    def check_cells(self, cells: int) -> None:
        """Raise `SearchLimitError` when a table is too large to be written out."""
        if cells > self.cells:
            raise SearchLimitError(f"a table has more than {self.cells:,} cells")


DEFAULT_SIZES = SizeLimits()
