"""Find the grammars and make parsers of them: the only place that knows of files and of parser tables.

The grammars `grammars/*.lark` are the reference. Building their LALR tables takes a second, so the tables
are shipped beside them as JSON (`grammars/*.json`, made by `python -m configurator.syntax.grammar`). A
table that is missing, was made from another grammar, or by another version of Lark is not used: then the
parser is built from the grammar, with the same result.

JSON rather than Lark's own `cache=True`, which unpickles (so, executes) a file of a predictable name in the
shared temporary directory.
"""

import hashlib
import json
import sys
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import chain
from pathlib import Path
from threading import Lock
from typing import Any

import lark
from lark import Lark
from lark.grammar import Rule
from lark.lexer import TerminalDef

START_RULES = {"pcat": ("file", "heading"), "cell": ("cell",)}
"""The grammars and the rules from which each can be parsed."""

_FORMAT = 1
# Python 3.11.7 changed the width of an unbounded pattern from 2**32 - 1 to 2**64. Lark only sorts by it, so
# one stand-in for "unbounded" keeps the shipped tables the same everywhere.
_WIDEST = 2**31

_parsers: dict[tuple[str, bool], Lark] = {}
_loading = Lock()


def load_parser(name: str, *, whole: bool = False) -> Lark:
    """The parser of a grammar in `START_RULES`, made on first use and then shared by all threads.

    Args:
        name: a grammar in `START_RULES`.
        whole: whether its trees hold every token, also those that the grammar leaves out; its branches
            then know no places, tokens do.
    """
    parser = _parsers.get((name, whole))
    if parser is None:
        with _loading:
            parser = _parsers.get((name, whole))
            if parser is None:
                parser = _parser_from_tables(name, whole=whole) or build_parser(name, whole=whole)
                _parsers[name, whole] = parser
    return parser


def grammar_text(name: str) -> str:
    """The text of a grammar, from an installed package, a zip file or a checkout."""
    return _resource(f"{name}.lark").read_text(encoding="utf-8")


def build_parser(name: str, *, strict: bool = False, whole: bool = False) -> Lark:
    """Build a parser from its grammar, in about a second.

    Args:
        name: a grammar in `START_RULES`.
        strict: refuse every conflict and every overlap of terminals; needs `interegular`.
        whole: see `load_parser`.

    Raises:
        lark.exceptions.LarkError: the grammar is not LALR(1), or `strict` found an ambiguity.
    """
    return Lark(
        grammar_text(name),
        parser="lalr",
        lexer="contextual",
        start=list(START_RULES[name]),
        propagate_positions=not whole,
        maybe_placeholders=False,
        keep_all_tokens=whole,
        strict=strict,
    )


def make_tables(name: str) -> str:
    """The tables of a grammar as JSON text, one state per line.

    Lark numbers states in the order of a set; here they are numbered by a walk from the start, so
    that the same grammar always gives the same text.
    """
    data, memo = build_parser(name).memo_serialize([TerminalDef, Rule])
    table = data["parser"]["parser"]
    rules, rule_number = _sorted_members(memo, "Rule", _rule_key)
    terminals, _ = _sorted_members(memo, "TerminalDef", lambda terminal: terminal["name"])
    states, state_number = _numbered_states(table)
    content: dict[str, Any] = {
        "format": _FORMAT,
        "lark": lark.__version__,
        "grammar": _digest(grammar_text(name)),
        "start": {start: state_number[state] for start, state in table["start_states"].items()},
        "end": {start: state_number[state] for start, state in table["end_states"].items()},
        "ignore": sorted(data["parser"]["lexer_conf"]["ignore"]),
        "terminals": [_packed_terminal(terminal) for terminal in terminals],
        "rules": [_packed_rule(rule) for rule in rules],
        "states": [_packed_actions(actions, state_number, rule_number) for actions in states],
    }
    lines = (f"{json.dumps(key)}: {_dump_value(value)}" for key, value in content.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main() -> None:
    """Write the tables of every grammar beside it, in the checkout."""
    for name in START_RULES:
        path = Path(str(_resource(f"{name}.lark"))).with_suffix(".json")
        path.write_text(make_tables(name), encoding="utf-8")
        sys.stdout.write(f"{path}\n")


def _resource(name: str) -> Traversable:
    # In a wheel the folder lies inside the package, in a checkout beside it.
    inside = files("configurator") / "grammars"
    folder: Traversable = inside if inside.is_dir() else Path(__file__).resolve().parents[2] / "grammars"
    return folder / name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# ---------------------------------------------------------------- from Lark's form to ours


def _sorted_members(memo: dict[int, Any], kind: str, key: Any) -> tuple[list[Any], dict[int, int]]:
    """Members of one kind in a stated order, and the place of each by Lark's number."""
    members = sorted(
        ((number, member) for number, member in memo.items() if member["__type__"] == kind),
        key=lambda pair: key(pair[1]),
    )
    return [member for _, member in members], {number: i for i, (number, _) in enumerate(members)}


def _rule_key(rule: dict[str, Any]) -> tuple[str, tuple[str, ...], int]:
    return rule["origin"]["name"], tuple(symbol["name"] for symbol in rule["expansion"]), rule["order"]


def _numbered_states(table: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """States breadth first from the start states, symbols in order of their names."""
    named = {
        state: {table["tokens"][token]: action for token, action in sorted(actions.items())}
        for state, actions in table["states"].items()
    }
    order = [table["start_states"][start] for start in sorted(table["start_states"])]
    numbers = {state: i for i, state in enumerate(order)}
    for state in order:
        for symbol in sorted(named[state]):
            kind, target = named[state][symbol]
            if kind == 0 and target not in numbers:
                numbers[target] = len(order)
                order.append(target)
    return [named[state] for state in order], numbers


def _packed_actions(
    actions: dict[str, Any], state_number: dict[int, int], rule_number: dict[int, int]
) -> list[str | int]:
    """Symbol, action, symbol, action ...: a state to shift to, or `-1 - rule` to reduce by."""
    return list(
        chain.from_iterable(
            (symbol, state_number[target] if kind == 0 else -1 - rule_number[target["@"]])
            for symbol, (kind, target) in sorted(actions.items())
        )
    )


def _packed_terminal(terminal: dict[str, Any]) -> list[Any]:
    pattern = terminal["pattern"]
    width = [min(edge, _WIDEST) for edge in pattern.get("_width") or ()]
    return [
        terminal["name"],
        terminal["priority"],
        pattern["__type__"],
        pattern["value"],
        sorted(pattern["flags"]),
        pattern["raw"],
        width,
    ]


def _packed_rule(rule: dict[str, Any]) -> list[Any]:
    options = rule["options"]
    return [
        rule["origin"]["name"],
        [
            [symbol["name"], symbol["filter_out"]] if symbol["__type__"] == "Terminal" else symbol["name"]
            for symbol in rule["expansion"]
        ],
        rule["alias"],
        rule["order"],
        options["expand1"],
        options["template_source"],
    ]


def _dump_value(value: Any) -> str:
    if not isinstance(value, list):
        return json.dumps(value, sort_keys=True)
    return "[\n" + ",\n".join(json.dumps(item, separators=(",", ":")) for item in value) + "\n]"


# ---------------------------------------------------------------- and back


def _parser_from_tables(name: str, *, whole: bool = False) -> Lark | None:
    try:
        content = json.loads(_resource(f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    fresh = (
        isinstance(content, dict)
        and content.get("format") == _FORMAT
        and content.get("lark") == lark.__version__
        and content.get("grammar") == _digest(grammar_text(name))
    )
    return _restored(content, whole=whole) if fresh else None


def _restored(content: dict[str, Any], *, whole: bool) -> Lark:
    terminals = [_unpacked_terminal(packed) for packed in content["terminals"]]
    rules = [_unpacked_rule(packed, whole=whole) for packed in content["rules"]]
    memo = dict(enumerate(terminals + rules))
    rule_references = [{"@": len(terminals) + i} for i in range(len(rules))]
    symbols: dict[str, int] = {}
    states = {
        i: {
            symbols.setdefault(symbol, len(symbols)): (0, action)
            if action >= 0
            else (1, rule_references[-1 - action])
            for symbol, action in zip(packed[::2], packed[1::2], strict=True)
        }
        for i, packed in enumerate(content["states"])
    }
    starts = sorted(content["start"])
    data = {
        "__type__": "Lark",
        "options": {
            "parser": "lalr",
            "lexer": "contextual",
            "start": starts,
            "propagate_positions": not whole,
            "maybe_placeholders": False,
        },
        "rules": rule_references,
        "parser": {
            "__type__": "ParsingFrontend",
            "lexer_conf": {
                "__type__": "LexerConf",
                "g_regex_flags": 0,
                "ignore": content["ignore"],
                "lexer_type": "contextual",
                "terminals": [{"@": i} for i in range(len(terminals))],
                "use_bytes": False,
            },
            "parser_conf": {
                "__type__": "ParserConf",
                "parser_type": "lalr",
                "rules": rule_references,
                "start": starts,
            },
            "parser": {
                "tokens": {number: symbol for symbol, number in symbols.items()},
                "states": states,
                "start_states": content["start"],
                "end_states": content["end"],
            },
        },
    }
    # What Lark's own stand-alone parsers call; it has no public name and no types.
    parser: Lark = Lark._load_from_dict(data, memo)  # type: ignore[no-untyped-call]  # noqa: SLF001 - see above
    return parser


def _unpacked_terminal(packed: list[Any]) -> dict[str, Any]:
    name, priority, kind, value, flags, raw, width = packed
    pattern = {"__type__": kind, "value": value, "flags": flags, "raw": raw}
    if kind == "PatternRE":
        pattern["_width"] = width
    return {"__type__": "TerminalDef", "name": name, "priority": priority, "pattern": pattern}


def _unpacked_rule(packed: list[Any], *, whole: bool) -> dict[str, Any]:
    origin, expansion, alias, order, expand1, template_source = packed
    return {
        "__type__": "Rule",
        "origin": {"__type__": "NonTerminal", "name": origin},
        "expansion": [
            {"__type__": "NonTerminal", "name": symbol}
            if isinstance(symbol, str)
            else {"__type__": "Terminal", "name": symbol[0], "filter_out": symbol[1]}
            for symbol in expansion
        ],
        "alias": alias,
        "order": order,
        "options": {
            "__type__": "RuleOptions",
            "keep_all_tokens": whole,
            "expand1": expand1,
            "priority": None,
            "template_source": template_source,
            "empty_indices": (),
        },
    }


if __name__ == "__main__":
    main()
