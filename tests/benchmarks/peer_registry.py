"""Which peers there are: every module of the folder `peers` that can be imported."""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import peers
from attrs import field, frozen
from peers.peer import Session


@frozen
class Peers:
    """Who is there, by name in alphabetical order, and who is not, by module with the reason."""

    present: Mapping[str, type[Session]]
    absent: Mapping[str, str] = field(factory=dict)


@cache
def find_peers() -> Peers:
    """Import every module of this folder."""
    present: dict[str, type[Session]] = {}
    absent: dict[str, str] = {}
    for found in pkgutil.iter_modules(peers.__path__):
        if found.name == "peer":
            continue
        try:
            module = import_module(f"peers.{found.name}")
        except ImportError as error:
            absent[found.name] = str(error)
        else:
            present.update({session.name: session for session in module.PEERS})
    return Peers(dict(sorted(present.items())), absent)


def versions_of(session: type[Session]) -> str:
    """The distributions with their versions, as in "numpy 2.4.6"."""
    told = []
    for distribution in session.distributions:
        try:
            told.append(f"{distribution} {version(distribution)}")
        except PackageNotFoundError:
            told.append(distribution)
    return ", ".join(told)
