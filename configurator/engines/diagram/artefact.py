"""A compiled diagram as a file: arrays in numpy's own format, everything else as JSON among them. No pickle.

A file may come from anywhere, so nothing in it is believed: sizes are read before anything is unpacked, and
every number that is used as a position is checked, so that a damaged file is refused and never
answers wrongly out of an array's bounds.
"""

import json
import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from typing import Any

import numpy as np
from attrs import frozen
from numpy.lib import format as npy
from numpy.typing import NDArray

from configurator.csp.variables import Variable
from configurator.engines.diagram.compiled import CompiledDiagram, SideSum
from configurator.engines.diagram.decisions import Decision, DecisionWeights, SingleDecision
from configurator.engines.diagram.layers import VOID, Diagram, Layer
from configurator.engines.diagram.multiset_vectors import MultisetShape
from configurator.engines.diagram.multisets import MultisetDecision
from configurator.engines.diagram.whole import Whole, whole
from configurator.engines.engine import NO_LIMITS, SearchLimits
from configurator.errors import ArtefactError

FORMAT = 1
"""Goes up when the same arrays would mean something else."""
LARGEST_FILE = 1 << 30
"""Bytes a file may unpack to."""

Key = Mapping[str, str]
"""What a compiled diagram belongs to: texts by name, such as a catalog's digest."""

_SIGNS_OF_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What reading a file meets that is none of ours."""

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER = re.compile(
    rb"\{'descr': '(<i4|<i8|\|u1)', 'fortran_order': False, 'shape': \(([0-9]{1,18}),\), \} *\n"
)
_MEMBERS = ("about", "classes", "starts", "labels", "targets", "weights")


@frozen(eq=False)
class Artefact:
    """A compiled diagram with the key of what it was compiled from."""

    key: Key
    compiled: CompiledDiagram


def write_artefact(artefact: Artefact) -> bytes:
    """The file's content. Equal diagrams give equal bytes."""
    compiled = artefact.compiled
    layers = compiled.diagram.layers
    weights = [w for side in compiled.side_sums for w in side.weights]
    big = any(part.dtype == object for w in weights for part in (w.values, w.atoms) if part is not None)
    about = {
        "format": FORMAT,
        "key": dict(artefact.key),
        "variables": [[variable.name, variable.size] for variable in compiled.variables],
        "decisions": [_decision_as_json(decision) for decision in compiled.decisions],
        "void": compiled.diagram.void,
        "nodes": [layer.nodes for layer in layers],
        "sums": [
            {
                "upper": str(side.upper),
                "weights": [
                    {
                        "unreachable": str(w.unreachable),
                        "values": [str(number) for number in w.values.tolist()] if big else len(w.values),
                        "atoms": None if w.atoms is None else _atoms_as_json(w.atoms, written=big),
                    }
                    for w in side.weights
                ],
            }
            for side in compiled.side_sums
        ],
    }
    small = [] if big else [part for w in weights for part in (w.values, w.atoms) if part is not None]
    arrays = {
        "about": np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), np.uint8),
        "classes": _joined([decision.class_of for decision in compiled.decisions], np.int32),
        "starts": _joined([layer.start for layer in layers], np.int32),
        "labels": _joined([layer.label for layer in layers], np.int32),
        "targets": _joined([layer.target for layer in layers], np.int32),
        "weights": _joined(small, np.int64),
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in arrays.items():
            member = zipfile.ZipInfo(f"{name}.npy")  # of the year 1980, whenever it is written
            member.compress_type = zipfile.ZIP_DEFLATED
            stream = BytesIO()
            npy.write_array(stream, array, allow_pickle=False)
            archive.writestr(member, stream.getvalue())
    return file.getvalue()


def fingerprint(compiled: CompiledDiagram, limits: SearchLimits = NO_LIMITS) -> str:
    """A short text that two diagrams share exactly if they are the same arrays: same order, same ranks."""
    limits.check()
    return sha256(write_artefact(Artefact({}, compiled))).hexdigest()[:16]


def read_artefact(content: bytes) -> Artefact:
    """A compiled diagram from a file's content.

    Raises:
        ArtefactError: the content is none, is damaged, or is of another format.
    """
    try:
        arrays = _arrays(content)
        about = json.loads(arrays["about"].tobytes())
        form = about["format"]
        _expect(form == FORMAT, f"it is of format {form!r}, this version reads {FORMAT}")
        return Artefact({str(k): str(v) for k, v in about["key"].items()}, _compiled(about, arrays))
    except ArtefactError:
        raise
    except _SIGNS_OF_DAMAGE as error:
        raise ArtefactError(f"it is damaged ({type(error).__name__})") from error


# ---------------------------------------------------------------- writing


def _joined(parts: Sequence[NDArray[Any]], kind: type[np.signedinteger[Any]]) -> NDArray[Any]:
    return np.concatenate([*parts, np.zeros(0, kind)]).astype(kind)


def _decision_as_json(decision: Decision) -> dict[str, object]:
    match decision:
        case MultisetDecision(variables=variables, shape=shape):
            return {
                "variables": list(variables),
                "positions": shape.positions,
                "kinds": shape.kind_of.tolist(),
                "atoms": len(decision.class_of),
            }
        case SingleDecision(variable=variable):
            return {"variables": [variable], "atoms": len(decision.class_of)}
        case _:
            raise AssertionError(decision)


def _atoms_as_json(atoms: Whole, *, written: bool) -> object:
    return [str(number) for number in atoms.tolist()] if written else len(atoms)


# ---------------------------------------------------------------- reading


def _arrays(content: bytes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST_FILE:
            raise ArtefactError(f"it unpacks to more than {LARGEST_FILE:,} bytes")
        arrays = {}
        for name in _MEMBERS:
            arrays[name] = _array(archive.read(f"{name}.npy"))
        return arrays


def _array(content: bytes) -> NDArray[Any]:
    """An array from exactly the form in which we write it: numpy's own reader believes more than that."""
    _expect(content[: len(_MAGIC)] == _MAGIC)
    length = int.from_bytes(content[len(_MAGIC) : len(_MAGIC) + 2], "little")
    begin = len(_MAGIC) + 2 + length
    header = _HEADER.fullmatch(content[len(_MAGIC) + 2 : begin])
    if header is None:
        raise ArtefactError("it is damaged (an array has another form)")
    array = np.frombuffer(content[begin:], np.dtype(header[1].decode()))
    _expect(len(array) == int(header[2]))
    return array


def _compiled(about: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> CompiledDiagram:
    variables = tuple(Variable(str(name), int(size)) for name, size in about["variables"])
    classes = _Reader(arrays["classes"])
    decisions = tuple(_decision(found, classes, variables) for found in about["decisions"])
    classes.finish()
    settled = sorted(variable for decision in decisions for variable in decision.variables)
    _expect(settled == list(range(len(variables))))
    diagram = VOID if about["void"] else _diagram(about["nodes"], decisions, arrays)
    weights = _Reader(arrays["weights"])
    sums = tuple(_side_sum(found, decisions, variables, weights) for found in about["sums"])
    weights.finish()
    return CompiledDiagram(variables, decisions, diagram, sums)


def _decision(found: dict[str, Any], classes: "_Reader", variables: Sequence[Variable]) -> Decision:
    scope = tuple(int(variable) for variable in found["variables"])
    _expect(all(0 <= variable < len(variables) for variable in scope))
    class_of = classes.take(int(found["atoms"])).astype(np.int32)
    _expect(bool((class_of >= -1).all()))
    labels = np.unique(class_of[class_of >= 0])
    _expect(len(labels) == 0 or int(labels[-1]) == len(labels) - 1)
    if "kinds" not in found:
        (variable,) = scope
        _expect(len(class_of) == variables[variable].size)
        return SingleDecision.of(variable, class_of)
    kinds = np.array(found["kinds"], np.int32)
    shape = MultisetShape(int(found["positions"]), kinds)
    _expect(shape.positions == len(scope) > 0 and all(variables[v].size == len(kinds) for v in scope))
    _expect(len(kinds) > 0 and kinds[0] == -1 and bool((kinds >= -1).all()))
    _expect(len(np.unique(kinds[kinds >= 0])) == shape.kinds and len(class_of) == shape.atoms)
    return MultisetDecision.of(scope, shape, class_of)


def _diagram(nodes: list[int], decisions: Sequence[Decision], arrays: dict[str, NDArray[Any]]) -> Diagram:
    _expect(len(nodes) == len(decisions))
    starts, labels, targets = (_Reader(arrays[name]) for name in ("starts", "labels", "targets"))
    layers = []
    for amount, following, decision in zip(nodes, [*nodes[1:], 1], decisions, strict=True):
        start = starts.take(amount + 1).astype(np.int64)
        degree = np.diff(start)
        _expect(start[0] == 0 and bool((degree > 0).all()))
        label, target = (
            labels.take(int(start[-1])).astype(np.int32),
            targets.take(int(start[-1])).astype(np.int32),
        )
        _expect(bool((label >= 0).all() and (label < decision.classes).all()))
        _expect(bool((target >= 0).all() and (target < following).all()))
        source = np.repeat(np.arange(amount, dtype=np.int32), degree)
        keys = source.astype(np.int64) * decision.classes + label
        _expect(bool((np.diff(keys) > 0).all()))
        met = np.zeros(following, np.bool_)
        met[target] = True
        _expect(bool(met.all()))
        layers.append(Layer(start, source, label, target))
    for reader in (starts, labels, targets):
        reader.finish()
    _expect(not nodes or nodes[0] == 1)
    return Diagram(tuple(layers))


def _side_sum(
    found: dict[str, Any], decisions: Sequence[Decision], variables: Sequence[Variable], weights: "_Reader"
) -> SideSum:
    read = []
    for decision, of in zip(decisions, found["weights"], strict=True):
        values, atoms = weights.numbers(of["values"]), None
        if of["atoms"] is not None:
            atoms = weights.numbers(of["atoms"])
            _expect(len(atoms) == len(decision.class_of))
        _expect(len(values) == variables[decision.variables[0]].size)
        read.append(DecisionWeights(values, int(of["unreachable"]), atoms))
    return SideSum(tuple(read), int(found["upper"]))


class _Reader:
    """An array read from its beginning to its end."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array
        self.at = 0

    def take(self, amount: int) -> NDArray[Any]:
        """The next numbers."""
        _expect(0 <= amount <= len(self.array) - self.at)
        self.at += amount
        return self.array[self.at - amount : self.at]

    def numbers(self, found: Any) -> Whole:
        """So many of the next numbers, or numbers written out because they are large."""
        if isinstance(found, list):
            return whole([int(text) for text in found])
        return self.take(int(found)).astype(np.int64)

    def finish(self) -> None:
        """Nothing may be left."""
        _expect(self.at == len(self.array))


def _expect(holds: bool, reason: str = "it is damaged (its parts do not fit together)") -> None:
    if not holds:
        raise ArtefactError(reason)
