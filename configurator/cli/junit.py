"""What came of scenarios as JUnit XML, which build servers read."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from configurator.authoring.scenarios.outcomes import ScenarioOutcome
from configurator.authoring.scenarios.telling import details, in_short
from configurator.cli.scenario_suites import RunSuite


def junit_xml(suites: Iterable[RunSuite], seconds: float) -> str:
    """A `testsuite` for each file, a `testcase` for each scenario; what could not be loaded is an error.

    An undecided scenario is an error, too: nobody knows whether it would pass.
    """
    root = ET.Element("testsuites", name="configurator", time=f"{seconds:.3f}")
    for run in suites:
        suite = ET.SubElement(root, "testsuite", name=_clean(run.suite.path), time=f"{run.seconds:.3f}")
        if run.report is None:
            _broken(suite, run)
        for outcome in run.outcomes:
            _case(suite, run.suite.path, outcome)
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        element.set("tests", str(len(cases)))
        for kind, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            element.set(kind, str(sum(case.find(tag) is not None for case in cases)))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _broken(suite: ET.Element, run: RunSuite) -> None:
    case = ET.SubElement(suite, "testcase", classname=_clean(run.suite.path), name="loads", time="0.000")
    told = "\n".join(f"{each.code}: {each.message} {each.location}".rstrip() for each in run.suite.broken)
    error = ET.SubElement(case, "error", type="not loaded", message=_clean(told.partition("\n")[0]))
    error.text = _clean(told)


def _case(suite: ET.Element, path: str, outcome: ScenarioOutcome) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        classname=_clean(path),
        name=_clean(outcome.title),
        file=_clean(outcome.scenario.span.file.name),
        line=str(outcome.scenario.span.position.line),
        time=f"{outcome.seconds:.3f}",
    )
    match outcome.state:
        case "skipped":
            ET.SubElement(case, "skipped", message="todo")
        case "failed" | "undecided" as state:
            bad = [each for each in outcome.expectations if each.state != "passed"]
            kind = "failure" if state == "failed" else "error"
            element = ET.SubElement(case, kind, type=state, message=_clean(in_short(outcome)))
            element.text = _clean("\n".join(line for each in bad for line in details(each)))
        case _:
            pass


def _clean(text: str) -> str:
    """The text without characters that XML does not know."""
    return "".join(char if char in "\t\n" or char >= " " else "\N{REPLACEMENT CHARACTER}" for char in text)
