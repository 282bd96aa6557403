"""What is declared inside assemblies, as long as it is not written out for their instances."""

from attrs import field, frozen

from configurator.catalog.loading import Module
from configurator.catalog.structure import ProductOption, Slot
from configurator.source import Span


@frozen
class Home:
    """Whose inside begins with a prefix.

    Attributes:
        assembly: the key of the assembly.
        outer: prefixes of the instances around it of the assemblies inside which it is declared, the nearest
            first.
    """

    assembly: str
    outer: tuple[str, ...]


@frozen(eq=False)
class PlacedAssembly:
    """A place for instances of an assembly, as declared.

    Attributes:
        key: its declared path.
        assembly: the key of the assembly.
    """

    key: str
    title: str
    assembly: str
    minimum: int
    maximum: int
    repeated: bool
    span: Span


Member = Slot | ProductOption | PlacedAssembly


@frozen(eq=False)
class Assembly:
    """What is declared inside an assembly.

    Attributes:
        key: its declared path.
        module: the file in which it is declared.
        around: keys of the assemblies inside which it is declared, the nearest first.
        members: its own slots, options and places for assemblies, as written.
    """

    key: str
    module: Module
    around: tuple[str, ...]
    span: Span
    members: list[Member] = field(factory=list)
