"""Names that hide others: inside assemblies, behind the name of an import, as what `for each` binds."""

from collections.abc import Iterator, Mapping

from configurator.catalog.draft import Draft, with_article
from configurator.catalog.loading import Module
from configurator.source import Span
from configurator.syntax.expressions import Name
from configurator.syntax.nodes import (
    AssemblyDeclaration,
    CalcDeclaration,
    FamilyDeclaration,
    Import,
    OptionDeclaration,
    RuleDeclaration,
    SlotDeclaration,
    Statement,
)

Known = Mapping[str, tuple[str, Span]]
"""What names stand for in some scope, and where each was declared."""


def tell_hidden_names(draft: Draft) -> None:
    """Warn where an import is named like something, hint where a name hides one from further out."""
    told: set[str] = set()
    for module in draft.loaded.modules:
        start = module.namespace
        names = {key.removeprefix(start): each for key, each in draft.names.items() if key.startswith(start)}
        for statement in module.file.statements:
            if isinstance(statement, Import) and statement.alias is not None:
                _tell_import(draft, module, statement.alias)
        # A file that is there several times hides the same names in each place.
        if module.path not in told:
            told.add(module.path)
            _tell_inside(draft, module.file.statements, names, f"product.{start}")


def _tell_inside(draft: Draft, statements: tuple[Statement, ...], known: Known, path: str) -> None:
    for statement in statements:
        match statement:
            case AssemblyDeclaration():
                _tell_assembly(draft, statement, known, path)
            case RuleDeclaration():
                _tell_loops(draft, statement, known, path)
            case _:
                pass


def _tell_loops(draft: Draft, rule: RuleDeclaration, known: Known, path: str) -> None:
    """`for each drive as cpu`: `cpu` is then a drive."""
    for loop in rule.loops:
        name = loop.alias.text
        if name in known and name != loop.path.names[-1].text:
            kind, declared = known[name]
            draft.hint(
                "W0706",
                f"inside `{rule.id.text}`, `{name}` is each `{loop.path.text}`, not the {kind} of that name",
                loop.alias.span,
                help=(f"the {kind} is declared at {declared.location}, and is `{path}{name}` here",),
            )


def _tell_import(draft: Draft, module: Module, alias: Name) -> None:
    key = module.namespace + alias.text
    draft.check_built_in(key, alias.span)
    if key in draft.names:
        kind, declared = draft.names[key]
        draft.warning(
            "W0704",
            f"`{key}` is the name of an import and of {with_article(kind)}",
            alias.span,
            help=(f"the {kind} is declared at {declared.location}: import the file `as` something else",),
        )


def _tell_assembly(draft: Draft, assembly: AssemblyDeclaration, known: Known, path: str) -> None:
    """Known are the names of the assembly or file just around it; their paths begin with `path`."""
    own = {name.text: (kind, name.span) for kind, name in _declared(assembly.items)}
    for name, (kind, span) in own.items():
        if name in known:
            other, declared = known[name]
            draft.hint(
                "W0706",
                f"inside `{assembly.name.text}`, the {kind} `{name}` hides the {other} of that name",
                span,
                help=(f"the {other} is declared at {declared.location}, and is `{path}{name}` here",),
            )
    _tell_inside(draft, assembly.items, own, f"{path}{assembly.name.text}.")


def _declared(statements: tuple[Statement, ...]) -> Iterator[tuple[str, Name]]:
    """What expressions can name, with its kind, as far as it is declared just here."""
    for statement in statements:
        match statement:
            case SlotDeclaration(name=name):
                yield "slot", name
            case FamilyDeclaration(name=name, cardinality=cardinality) if cardinality is not None:
                yield "slot", name
            case OptionDeclaration(name=name):
                yield "option", name
            case CalcDeclaration(name=name):
                yield "calc", name
            case AssemblyDeclaration(name=name):
                yield "assembly", name
            case _:
                pass
