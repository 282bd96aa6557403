"""The grammars as a page for people, `docs/reference/grammar.md`.

`python tests/documents/grammar_page.py` writes it. It reads the `.lark` files line by line, because their
sections, comments and order are what makes them readable, and a loaded grammar has lost all three.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import frozen

from configurator.syntax.vocabulary import OPERATOR_WORDS, STATEMENT_WORDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "grammar.md"
TITLES = {"pcat": "Files", "cell": "Cells of rule tables"}
IGNORED = {"BLANK"}

# What a keyword belongs to: the rules that own it, and where the language page speaks of them.
OWNERS = {
    "catalog_header": ("catalog", "head-of-a-file"),
    "scenarios_header": ("scenarios for", "head-of-a-file"),
    "import": ("import", "import"),
    "unit": ("unit", "unit"),
    "family": ("family", "family"),
    "attribute": ("attribute", "attribute"),
    "component": ("component", "component"),
    "source": ("from", "from"),
    "slot": ("slot", "slot"),
    "option": ("option", "option"),
    "assembly": ("assembly", "assembly"),
    "calc": ("calc", "calc"),
    "rule": ("rule", "rule"),
    "resource": ("resource", "resource"),
    "table": ("table", "table"),
    "default": ("default", "wishes-and-offers"),
    "prefer": ("prefer", "wishes-and-offers"),
    "objective": ("minimise, maximise", "wishes-and-offers"),
    "bundle": ("bundle", "wishes-and-offers"),
    "assembled": ("assembled", "assembled"),
    "scenario": ("scenario", "scenarios"),
    "choice": ("choices", "choices"),
    "expression": ("expressions", "expressions"),
    "heading": ("headings of tables", "tables-of-components"),
    "cell": ("cells of rule tables", "table"),
}

_SECTION = re.compile(r"// =+ (.+)")
_RULE = re.compile(r"\??(_?[a-z][a-z_]*)(?:\{(\w+)\})?: *(.*)")
_TERMINAL = re.compile(r"(_?[A-Z][A-Z_]*)(?:\.\d+)?: *(.*)")
_LABEL = re.compile(r"\s*->\s*\w+")
_WORD = re.compile(r"\w+")
_LOOKAHEAD = re.compile(r"\(\?[!=](?:\[[^\]]*\]|\\.|[^)])*\)")
_GROUP = re.compile(r"\(\?:([^()]*)\)|\[([^\]\\]+)\]")


@frozen
class Production:
    """A rule of a grammar.

    Attributes:
        lines: its alternatives as they are written, without labels for the tree.
        comment: what stands above it.
    """

    name: str
    parameter: str
    lines: tuple[str, ...]
    comment: str

    @property
    def title(self) -> str:
        """How it is called on the page: what a grammar leaves out of its trees is no matter here."""
        return self.name.strip("_")

    @property
    def symbols(self) -> tuple[str, ...]:
        """The rules and terminals that it speaks of, each once."""
        found = dict.fromkeys(_WORD.findall(" ".join(self.lines)))
        return tuple(name for name in found if name not in {self.name, self.parameter})


@frozen
class Section:
    """What stands under one title of a grammar."""

    title: str
    productions: tuple[Production, ...]


@frozen
class Grammar:
    """A grammar as it is written.

    Attributes:
        notes: what its first comment says, paragraph by paragraph.
        terminals: the pattern of each, as written.
    """

    name: str
    notes: tuple[str, ...]
    sections: tuple[Section, ...]
    terminals: Mapping[str, str]

    @property
    def productions(self) -> Mapping[str, Production]:
        """All rules by name."""
        return {rule.name: rule for section in self.sections for rule in section.productions}


# ---------------------------------------------------------------- reading


def read_grammar(name: str) -> Grammar:
    """The rules and terminals of `grammars/NAME.lark`, with sections and comments."""
    title, comment = "", list[str]()
    sections: dict[str, list[Production]] = {}
    terminals: dict[str, str] = {}
    text = (ROOT / "grammars" / f"{name}.lark").read_text(encoding="utf-8")
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            title, comment = heading[1], []
            sections[title] = []
        elif line.startswith("//"):
            comment.append(line.removeprefix("//").strip())
        elif not line.strip():
            comment = []
        elif rule := _RULE.match(line):
            production = Production(rule[1], rule[2] or "", (_bare(rule[3]),), " ".join(comment))
            sections[title].append(production)
        elif line.lstrip().startswith("|"):
            last = sections[title].pop()
            sections[title].append(_longer(last, _bare(line)))
        elif terminal := _TERMINAL.match(line):
            terminals[terminal[1]] = terminal[2]
        else:
            assert line.startswith("%ignore"), f"{name}.lark: not understood: {line}"
    kept = tuple(Section(title, tuple(rules)) for title, rules in sections.items() if rules)
    return Grammar(name, _notes(text), kept, terminals)


def _notes(text: str) -> tuple[str, ...]:
    """The comment at the top, without where to read more: the page is that place."""
    lines = [line.removeprefix("//").strip() for line in text.partition("\n// ==")[0].splitlines()]
    joined = "\n".join(lines).replace("\n* ", "\n\n* ")
    paragraphs = [" ".join(each.split()) for each in joined.split("\n\n")]
    return tuple(each for each in paragraphs if each and "docs/reference" not in each)


def _bare(alternatives: str) -> str:
    return " ".join(_LABEL.sub("", alternatives).split())


def _longer(rule: Production, line: str) -> Production:
    return Production(rule.name, rule.parameter, (*rule.lines, line), rule.comment)


def words_of(pattern: str) -> tuple[str, ...]:
    """The texts a terminal stands for, where they are few; none where it is a pattern."""
    if pattern.startswith('"'):
        return (pattern.strip('"'),)
    inside = re.sub(r"\\s\+", " ", _LOOKAHEAD.sub("", pattern.strip("/")))
    if group := _GROUP.fullmatch(inside):
        return tuple(group[1].split("|")) if group[1] else tuple(group[2])
    plain = inside.split("|")
    return tuple(plain) if all(re.fullmatch(r"[a-z ]+|[-<>!=]+", word) for word in plain) else ()


def keywords_of(grammar: Grammar) -> Iterator[tuple[str, str]]:
    """Each word of the language with its terminal."""
    for name, pattern in grammar.terminals.items():
        for word in words_of(pattern):
            if re.fullmatch(r"[a-z]+|×", word):
                yield word, name


# ---------------------------------------------------------------- writing


def grammar_page() -> str:
    """The whole page."""
    grammars = [read_grammar(name) for name in TITLES]
    parts = [_INTRODUCTION]
    for grammar in grammars:
        parts += _grammar_parts(grammar)
    parts += ["## Names and values\n", _NAMES_TOLD, _terminal_list(grammars)]
    parts += ["## Words\n", _WORDS_TOLD, _keyword_table(grammars)]
    return "\n".join(parts)


_INTRODUCTION = """\
# Grammar

<!-- Written by tests/documents/grammar_page.py from grammars/*.lark; a test compares. -->

How the [language](language.md) is written, exactly. The grammars themselves are `grammars/pcat.lark` for
files and `grammars/cell.lark` for the cells of rule tables; this page is made from them.

| Sign | Means |
|---|---|
| `"word"` | this word or sign |
| `NAME` | a [name or value](#names-and-values) of this kind |
| `a?` | perhaps |
| `a*` | any number of times, also not at all |
| `a+` | at least once |
| `a \\| b` | one of the two |
| `( … )` | together |
| `list{a}` | [a list](#list) of `a` |

Blanks, line ends and comments may stand between any two words and signs; only a table row is bound to its
line. What is allowed beyond the grammar, and what a mistake is called, stands in [the language](language.md)
and in [diagnostics](diagnostics.md).
"""

_NAMES_TOLD = """\
What a sign in capitals stands for, as a regular expression.
"""

_WORDS_TOLD = """\
Every word of the language, what it belongs to, and what else may be called so. Attributes and values are the
columns of tables and what stands in them; whatever a statement declares (a family, an option, a calc) is not
called by a word that begins statements. Every word ends at a word boundary: `familycpu` is one word.
"""


def _grammar_parts(grammar: Grammar) -> Iterator[str]:
    rules = grammar.productions
    users = {name: [rule.title for rule in rules.values() if name in rule.symbols] for name in rules}
    for number, section in enumerate(grammar.sections, start=1):
        yield f"## {TITLES[grammar.name]}, {number}: {section.title}\n"
        if number == 1:
            yield "\n".join(_laid_out(grammar.notes))
        for rule in section.productions:
            yield f"### {rule.title}\n"
            if rule.comment:
                yield f"{rule.comment}\n"
            yield f"```ebnf\n{_written(rule, grammar)}\n```\n"
            used = [rules[name].title for name in rule.symbols if name in rules]
            told = [
                f"{word}: {_linked(names)}"
                for word, names in (("Uses", used), ("Used by", users[rule.name]))
                if names
            ]
            if told:
                yield f"{'. '.join(told)}.\n"


def _laid_out(notes: Iterable[str]) -> Iterator[str]:
    """Paragraphs with an empty line after each, and one after the last point of a list."""
    bullet = False
    for note in notes:
        bullet = note.startswith("* ")
        yield note if bullet else f"{note}\n"
    if bullet:
        yield ""


def _linked(names: Iterable[str]) -> str:
    return ", ".join(f"[{name}](#{name})" for name in names)


def _written(rule: Production, grammar: Grammar) -> str:
    """A rule with the words in place of their terminals, its alternatives below each other."""
    head = f"{rule.title}{{{rule.parameter}}}" if rule.parameter else rule.title
    lines = [_spelled(line, grammar) for line in rule.lines]
    rest = "".join(f"\n{' ' * len(head)} {line}" for line in lines[1:])
    return f"{head} = {lines[0]}{rest}"


def _spelled(line: str, grammar: Grammar) -> str:
    def piece(found: re.Match[str]) -> str:
        name = found[0]
        words = words_of(grammar.terminals.get(name, "/./"))
        if not words:
            return name if name.isupper() else name.strip("_")
        several = " | ".join(f'"{word}"' for word in words)
        alone = len(words) == 1 or line in {name, f"| {name}"}
        return several if alone else f"({several})"

    return _WORD.sub(piece, line)


def _terminal_list(grammars: Iterable[Grammar]) -> str:
    # Not a table: a pattern may look like a link, and its bars would end cells.
    patterns = {name: pattern for grammar in grammars for name, pattern in grammar.terminals.items()}
    shown = [(name, pattern.strip("/")) for name, pattern in patterns.items() if not words_of(pattern)]
    lines = [f"{name:<8} = /{pattern}/" for name, pattern in shown if name not in IGNORED]
    return "\n".join(["```text", *lines, "```", ""])


# ---------------------------------------------------------------- words and their owners


def owners_of(grammar: Grammar) -> Mapping[str, tuple[str, ...]]:
    """For each terminal the rules of `OWNERS` it can be met in, not counting what other owners hold."""
    rules = grammar.productions
    found: dict[str, list[str]] = {}
    for owner in OWNERS:
        if owner not in rules:
            continue
        seen, waiting = {owner}, [owner]
        while waiting:
            for symbol in rules[waiting.pop()].symbols:
                if symbol in grammar.terminals:
                    found.setdefault(symbol, []).append(owner)
                elif symbol in rules and symbol not in seen and symbol not in OWNERS:
                    seen.add(symbol)
                    waiting.append(symbol)
    return {name: tuple(dict.fromkeys(owners)) for name, owners in found.items()}


def keyword_owners(grammars: Iterable[Grammar]) -> dict[str, dict[str, None]]:
    """Each word with what it belongs to, sorted by word."""
    told: dict[str, dict[str, None]] = {}
    for grammar in grammars:
        owners = owners_of(grammar)
        for word, terminal in keywords_of(grammar):
            told.setdefault(word, {}).update(dict.fromkeys(owners.get(terminal, ())))
    return dict(sorted(told.items()))


def _keyword_table(grammars: Iterable[Grammar]) -> str:
    lines = ["| Word | Belongs to | May also name |", "|---|---|---|"]
    for word, owners in keyword_owners(grammars).items():
        places = ", ".join(f"[{OWNERS[owner][0]}](language.md#{OWNERS[owner][1]})" for owner in owners)
        lines.append(f"| `{word}` | {places} | {_free(word)} |")
    return "\n".join(lines) + "\n"


def _free(word: str) -> str:
    if word in OPERATOR_WORDS:
        return "nothing"
    return "attributes and values" if word in STATEMENT_WORDS else "anything"


if __name__ == "__main__":
    PAGE.write_text(grammar_page(), encoding="utf-8")
