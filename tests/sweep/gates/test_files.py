"""What CI servers read is valid by the schemas that others publish for it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
import yaml

from sweep.gates.decision import Check, Decision
from sweep.gates.formats import github_annotations, markdown
from sweep.gates.junit import junit

ROOT = Path(__file__).parents[3]
CHECK = Check(
    "ci",
    "ci.yaml",
    (
        Decision("val_loss <= 1 & more", "holds", "Adam ends at 0.5."),
        Decision("a | b", "fails", 'SGD ends at "2", 5 % <worse>.'),
        Decision("noisy, or: not", "too noisy", "One seed."),
    ),
    ("The baseline is old.",),
    ("A note.",),
    3,
    9,
    1.5,
    True,
)


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("action.yml", "github-actions"),
        ("examples/ci/github.yml", "github-workflows"),
        ("examples/ci/gitlab.yml", "gitlab-ci"),
    ],
)
def test_the_ci_files_are_valid(file, schema):
    vendored = files(pytest.importorskip("check_jsonschema")) / "builtin_schemas" / "vendor" / f"{schema}.json"
    rules = json.loads(vendored.read_text(encoding="utf-8"))
    # YAML 1.1 takes the key `on` for true.
    text = (ROOT / file).read_text(encoding="utf-8").replace("\non:", '\n"on":')
    validator = jsonschema.validators.validator_for(rules)(rules)
    content = yaml.safe_load(text)
    assert [error.message for error in validator.iter_errors(content)] == []
    (first, *_) = [key for key in content if key in ("runs", "jobs", "training")]
    wrong = {**content, first: {**content[first], "runs-on": 3, "using": 3, "script": 3, "x": {"steps": 3}}}
    assert list(validator.iter_errors(wrong))


def test_the_junit_file_reads_as_three_cases_with_their_evidence():
    root = ElementTree.fromstring(junit(CHECK))
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
    strict = ElementTree.fromstring(junit(CHECK, strict=True)).find("testsuite")
    assert (strict.get("failures"), strict.get("skipped")) == ("2", "0")
    assert len(strict.findall("testcase/failure")) == 2


def test_the_summary_is_one_table_whatever_is_in_it():
    rows = [line for line in markdown(CHECK).splitlines() if line.startswith("|")]
    assert len(rows) == 5
    assert all(row.replace("\\|", "").count("|") == 4 for row in rows)
    assert "Of 3 gates 1 holds, 1 fails, 1 is too noisy to tell." in markdown(CHECK)


def test_annotations_are_escaped_as_githubs_toolkit_does():
    assert github_annotations(CHECK) == [
        '::error file=ci.yaml,title=fails%3A a | b::SGD ends at "2", 5 %25 <worse>.',
        "::warning file=ci.yaml,title=too noisy%3A noisy%2C or%3A not::One seed.",
        "::warning file=ci.yaml::The baseline is old.",
    ]
    assert github_annotations(CHECK, strict=True)[1].startswith("::error ")
