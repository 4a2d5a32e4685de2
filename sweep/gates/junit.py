"""Writes a check as JUnit XML, which CI servers show as a list of tests."""

from __future__ import annotations

from xml.etree import ElementTree

from sweep.gates.decision import Check


def junit(check: Check, strict: bool = False) -> str:
    """Format a check with one test case per gate and the evidence as its message.

    **Variant.** The format of Jenkins' schema (junit-10.xsd), which GitLab also reads; a gate that is too noisy to
    tell is ``skipped``, or with ``strict`` a failure.

    Args:
        check: result of the check.
        strict: whether a gate that is too noisy to tell is a failure.
    """
    noisy = check.count("too noisy")
    failures = check.count("fails") + (noisy if strict else 0)
    counts = {"tests": str(len(check.decisions)), "failures": str(failures), "errors": "0"}
    time = f"{check.seconds:.3f}"
    suites = ElementTree.Element("testsuites", {"name": "sweep check", "time": time, **counts})
    skipped = {"skipped": str(0 if strict else noisy)}
    suite = ElementTree.SubElement(suites, "testsuite", {"name": check.name, "time": time, **counts, **skipped})
    for decision in check.decisions:
        case = ElementTree.SubElement(
            suite, "testcase", {"name": decision.gate, "classname": f"sweep.{check.name}", "time": "0"}
        )
        if decision.verdict == "holds":
            ElementTree.SubElement(case, "system-out").text = decision.evidence
            continue
        kind = "failure" if decision.verdict == "fails" or strict else "skipped"
        told = ElementTree.SubElement(case, kind, {"type": decision.verdict, "message": decision.evidence})
        told.text = decision.evidence
    if said := "\n".join((*check.warnings, *check.notes)):
        ElementTree.SubElement(suite, "system-out").text = said
    ElementTree.indent(suites)
    text: str = ElementTree.tostring(suites, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
