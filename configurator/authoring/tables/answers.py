"""What came of a spreadsheet that was to be taken back: what changes, or why nothing does."""

from collections.abc import Mapping
from typing import Literal, NoReturn

from attrs import field, frozen

from configurator.diagnostics.diagnostic import Diagnostic
from configurator.errors import CatalogError


@frozen
class TableChange:
    """One thing that is different.

    Attributes:
        table: the name of the family or rule table.
        kind: what happened.
        row: the SKU, or in a rule table the number of the row, from 1, as the catalog has it now.
        column: its heading; empty for whole rows.
        before: the cell, or the whole row, as it is now; empty for what is added.
        after: the same as the sheet has it; empty for what is removed.
    """

    table: str
    kind: Literal["changed", "added", "removed"]
    row: str
    column: str
    before: str
    after: str


@frozen(eq=False)
class TablesImported:
    """Sheets that can be taken back.

    Attributes:
        changes: what is different, in the order of the catalog; empty where nothing is.
        files: the new content of each file that changes, by path.
        reordered: tables whose rows stand in another order in the sheet; the catalog's order is kept.
        merged: tables that have changed in the catalog since they were exported.
        diagnostics: what is found in the changed catalog, and does not keep it from loading.
        digest: of the catalog as it will be.
    """

    changes: tuple[TableChange, ...]
    files: Mapping[str, bytes] = field(repr=False)
    reordered: tuple[str, ...]
    merged: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = field(repr=False)
    digest: str

    def or_raise(self) -> "TablesImported":
        """Itself."""
        return self


@frozen(eq=False)
class TablesRefused:
    """Sheets that cannot be taken back: nothing changes.

    Attributes:
        diagnostics: why, with the place in the sheet wherever there is one.
    """

    diagnostics: tuple[Diagnostic, ...]

    def or_raise(self) -> NoReturn:
        """For those who like exceptions better.

        Raises:
            CatalogError: always, with the diagnostics.
        """
        raise CatalogError(self.diagnostics)
