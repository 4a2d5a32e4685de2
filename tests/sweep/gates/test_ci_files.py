"""What CI servers read is valid by the schemas that others publish for it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parents[3]


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
