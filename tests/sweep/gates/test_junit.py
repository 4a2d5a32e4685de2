"""A check as JUnit XML, read back by an XML parser."""

from __future__ import annotations

from xml.etree import ElementTree

from sweep.gates.junit import junit


def test_the_junit_file_reads_as_three_cases_with_their_evidence(ci_check):
    root = ElementTree.fromstring(junit(ci_check))
    (suite,) = root.findall("testsuite")
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    cases = suite.findall("testcase")
    assert [case.get("name") for case in cases] == ["val_loss <= 1 & more", "a | b", "noisy, or: not"]
    assert cases[1].find("failure").get("message") == 'SGD ends at "2", 5 % <worse>.'
    assert cases[2].find("skipped").get("message") == "One seed."
    strict = ElementTree.fromstring(junit(ci_check, strict=True)).find("testsuite")
    assert (strict.get("failures"), strict.get("skipped")) == ("2", "0")
    assert len(strict.findall("testcase/failure")) == 2
