"""`configurator explain`."""

import re
from collections.abc import Mapping
from typing import Any

import click
from attrs import evolve
from rich.text import Text

from configurator.cli.asked_stock import AskedStock, stock_options
from configurator.cli.exit_codes import ExitCode
from configurator.cli.failures import SAYS_WHY, CommandError, next_step
from configurator.cli.inquiry import Answer, Inquiry
from configurator.cli.options import (
    answers,
    choice_arguments,
    limit_option,
    output_options,
    question_options,
)
from configurator.cli.reasons_told import price_lines, reason_lines, undecided_line
from configurator.cli.wording import GOOD, conflict_lines, not_possible, plural, signed
from configurator.cli.words import choices_in_words, read_wanted
from configurator.configuration.completion import NotCompletable
from configurator.configuration.reasons import Excluded, Possible, PriceLine, Why, WhyNot
from configurator.configuration.telling import value_in_words
from configurator.configurator import Configurator
from configurator.diagnostics.codes import CODES, GIVEN_UP, DiagnosticCode, render_page
from configurator.diagnostics.suggestion import did_you_mean
from configurator.engines.engine import Unknown
from configurator.serialization import conflicts_json, price_reason_json, reason_json

EXAMPLES = """\b
Examples:
  configurator explain catalogs/desktop_pc cpu=CPU-7800X3D board=MB-Z790-TUF
  configurator explain catalogs/desktop_pc cpu=CPU-14400F --why-not graphics=none
  configurator explain catalogs/bicycle lights=dynamo --why-price
  configurator explain E0301
  configurator explain W05
"""

_CODE = re.compile(r"[A-Za-z]\d{4}|[EeWwAa]\d{2}", re.ASCII)


@click.command("explain", epilog=EXAMPLES)
@click.argument("catalog", metavar="CATALOG|CODE")
@choice_arguments
@click.option("--why", metavar="PLACE=VALUE", help="Why the place has this value: forced, chosen, a default.")
@click.option("--why-not", metavar="PLACE=VALUE", help="Why the place cannot have this value.")
@click.option("--why-price", is_flag=True, help="Why the cheapest completion costs what it costs.")
@click.option(
    "--importance",
    metavar="A,B",
    help="Places whose choices matter most, most important first: conflicts of these are told first.",
)
@limit_option("How many conflicts to tell at most; 0 for all (the default).")
@stock_options()
@question_options
@output_options()
@answers("explain")
def explain(
    inquiry: Inquiry, catalog: str, choices: tuple[str, ...], file: str | None, **more: Any
) -> Answer:
    """Why: every minimal conflict of the choices, why a value, why not, why this price.

    Without one of the options, all smallest sets of rules and choices that cannot be together are told.
    With the code of a diagnostic in place of a catalog, what that code means; with its first two digits
    (`E03`), what codes begin so.
    CHOICE is `slot=SKU`, `slot=2xSKU`, `slot=none`, `slot=A,2xB`, or `slot+=SKU` for at least that.
    """
    asked_for = [name for name in ("why", "why_not", "why_price") if more[name]]
    if len(asked_for) > 1:
        names = " and ".join(f"`--{name.replace('_', '-')}`" for name in asked_for)
        raise CommandError(f"{names} are two questions", ExitCode.USAGE, "ask one at a time")
    if _CODE.fullmatch(catalog):
        if choices or file or asked_for or more["bundles"] or more["db"] or more["stock"]:
            raise CommandError(f"`{catalog}` is a code: it takes no choices and no questions", ExitCode.USAGE)
        return _explain_code(catalog.upper())
    wanted = read_wanted(choices, file, more["bundles"])
    given = wanted.choices
    stock = AskedStock.read(inquiry, more)
    by_rules = inquiry.load(catalog)
    asked = stock.under(by_rules)
    how = {
        "as_of": inquiry.day,
        "seconds": inquiry.settings.seconds,
        "only": more["only"],
        "bundles": wanted.bundles,
    }
    with inquiry.screen.waiting("looking for reasons"):
        match asked_for:
            case ["why"]:
                place, value = _place_and_value(more["why"])
                answer = _told_reason(asked.why(given, place, value, **how))
            case ["why_not"]:
                place, value = _place_and_value(more["why_not"])
                answer = _told_reason(asked.why_not(given, place, value, **how))
            case ["why_price"]:
                answer = _told_price(asked, given, how)
            case _:
                places = [part.strip() for part in (more["importance"] or "").split(",") if part.strip()]
                answer = _told_conflicts(inquiry, asked, given, places, how)
        answer = evolve(answer, result={**answer.result, **stock.told})
        return stock.refused(by_rules, given, how, answer)


# ---------------------------------------------------------------- a code


def _explain_code(code: str) -> Answer:
    area = code[:3]
    known = {each: page for each, page in CODES.items() if each.startswith(area)}
    if code == area and known:
        titles = [{"code": each, "title": page.title} for each, page in known.items()]
        lines = tuple(f"{each}  {page.title}" for each, page in known.items())
        return Answer("yes", ExitCode.YES, {"area": area, "codes": titles}, lines)
    if code in GIVEN_UP:
        told = {"code": code, "given_up": GIVEN_UP[code]}
        return Answer("yes", ExitCode.YES, told, (f"{code} is given up. {GIVEN_UP[code]}",))
    found = CODES.get(code)
    if found is None:
        help_lines = did_you_mean(code, CODES) if code != area else ()
        help_lines += (f"`configurator explain {area}` lists the codes that begin so",) if known else ()
        raise CommandError(f"there is no code `{code}`", ExitCode.USAGE, *help_lines)
    return Answer("yes", ExitCode.YES, _code_json(found), tuple(render_page(found).rstrip().splitlines()))


def _code_json(code: DiagnosticCode) -> dict[str, Any]:
    return {
        "code": code.id,
        "title": code.title,
        "explanation": code.explanation,
        "wrong": code.wrong,
        "right": code.right,
    }


# ---------------------------------------------------------------- conflicts


def _told_conflicts(
    inquiry: Inquiry, asked: Configurator, given: Mapping[str, Any], places: list[str], how: dict[str, Any]
) -> Answer:
    limit = inquiry.settings.limit or None
    found = asked.conflicts(given, limit=limit, importance=places, **how)
    result = conflicts_json(found)
    if isinstance(found, Unknown):
        return _undecided(found, result)
    if not found.conflicts:
        line = Text.assemble(("possible", GOOD), ": nothing speaks against the choices")
        return Answer("yes", ExitCode.YES, result, (line,))
    told = conflict_lines(asked.catalog, given, found.conflicts)
    head = not_possible(len(given), found.conflicts, len(how["bundles"]))
    told_all = plural(len(found.conflicts), "conflict")
    notes = () if found.complete else (f"{told_all} told, and there are more",)
    return Answer("no", ExitCode.NO, result, (head, "", *told), notes)


def _undecided(found: Unknown, result: dict[str, Any]) -> Answer:
    return Answer("unknown", ExitCode.UNKNOWN, result, (undecided_line(found),), (next_step(found),))


# ---------------------------------------------------------------- why, why not


def _place_and_value(word: str) -> tuple[str, Any]:
    ((place, value),) = choices_in_words([word]).items()
    return place, value


def _told_reason(found: Why | WhyNot) -> Answer:
    result = reason_json(found)
    if isinstance(found, Unknown):
        return _undecided(found, result)
    return Answer("yes", ExitCode.YES, result, tuple(reason_lines(found)))


# ---------------------------------------------------------------- why this price


def _told_price(asked: Configurator, given: Mapping[str, Any], how: dict[str, Any]) -> Answer:
    found = asked.why_price(given, **how)
    result = price_reason_json(found)
    if isinstance(found, Unknown):
        return _undecided(found, result)
    told = price_lines(found, lambda line: _why_not_cheaper(asked, given, line, how))
    if isinstance(found, NotCompletable):
        return Answer("no", ExitCode.NO, result, told, (SAYS_WHY,))
    return Answer("yes", ExitCode.YES, result, told)


def _why_not_cheaper(
    asked: Configurator, given: Mapping[str, Any], line: PriceLine, how: dict[str, Any]
) -> str:
    """Why what is cheapest in a place by itself is not there, in a few words."""
    if line.cheaper is None:
        return ""
    name = f"{value_in_words(line.cheaper.value)} ({line.cheaper.amount.text})"
    found = asked.why_not(given, line.place, line.cheaper.value, **how)
    match found:
        case Excluded(conflict=conflict):
            blamed = [*conflict.rules, *(place for place in conflict.choices if place != line.place)]
            blamed += [f"bundle {name}" for name in conflict.bundles]
            return f"not {name}: {', '.join(blamed) or conflict.message}"
        case Possible(price_delta=delta) if delta is not None:
            return f"not {name}: {signed(delta)} in all"
        case _:
            return f"not {name}"
