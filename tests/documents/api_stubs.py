"""Public names as signatures, made from the source: what `docs/reference/{api,testing}.md` show.

`python tests/documents/api_stubs.py NAME …` prints them, for pasting.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 100


def stub_of(name: str, home: str) -> str:
    """The signature of a public class or function: fields, properties and methods without their bodies."""
    file = ROOT.joinpath(*home.split(".")).with_suffix(".py")
    if home == "configurator":
        file = ROOT / "configurator" / "__init__.py"
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name == name:
            return "\n".join(_class(node) if isinstance(node, ast.ClassDef) else _function(node, "")) + "\n"
    raise LookupError(f"{home} defines no {name}")


def _class(node: ast.ClassDef) -> Iterator[str]:
    bases = [ast.unparse(base) for base in node.bases]
    yield f"class {node.name}({', '.join(bases)}):" if bases else f"class {node.name}:"
    members = [line for member in node.body for line in _member(member)]
    yield from members or ["    ..."]


def _member(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation) if not name.startswith("_"):
            yield f"    {name}: {_type(annotation)}"
        # The cases of a suite and the steps of a machine are not called by hand.
        case ast.FunctionDef(name=name) if not name.startswith(("_", "test_")) and not _is_step(node):
            yield from _function(node, "    ")
        case _:
            pass


def _is_step(node: ast.FunctionDef) -> bool:
    called = {ast.unparse(each.func) for each in node.decorator_list if isinstance(each, ast.Call)}
    return bool(called & {"rule", "initialize", "invariant", "precondition"})


def _function(node: ast.FunctionDef, indent: str) -> Iterator[str]:
    yield from (f"{indent}@{ast.unparse(decorator)}" for decorator in node.decorator_list)
    arguments = list(_arguments(node.args))
    result = f" -> {_type(node.returns)}: ..." if node.returns else ": ..."
    line = f"{indent}def {node.name}({', '.join(arguments)}){result}"
    if len(line) <= WIDTH:
        yield line
        return
    yield f"{indent}def {node.name}("
    yield from (f"{indent}    {argument}," for argument in arguments)
    yield f"{indent}){result}"


def _arguments(arguments: ast.arguments) -> Iterator[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    required = len(positional) - len(arguments.defaults)
    for at, argument in enumerate(positional):
        yield _argument(argument, arguments.defaults[at - required] if at >= required else None)
        if at + 1 == len(arguments.posonlyargs):
            yield "/"
    if arguments.vararg:
        yield f"*{_argument(arguments.vararg, None)}"
    elif arguments.kwonlyargs:
        yield "*"
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield _argument(argument, default)
    if arguments.kwarg:
        yield f"**{_argument(arguments.kwarg, None)}"


def _argument(argument: ast.arg, default: ast.expr | None) -> str:
    told = argument.arg if argument.annotation is None else f"{argument.arg}: {_type(argument.annotation)}"
    return told if default is None else f"{told} = {ast.unparse(default)}"


def _type(annotation: ast.expr) -> str:
    """An annotation without the quotes that only keep Python from looking too early."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    import configurator
    import configurator.testing

    homes = {**configurator._HOMES, **configurator.testing._HOMES}
    for wanted in sys.argv[1:] or configurator.__all__:
        if wanted != "__version__":
            sys.stdout.write(stub_of(wanted, homes.get(wanted, "configurator")) + "\n")
