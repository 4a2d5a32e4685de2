"""Tests that the page on metrics has the table of the declarations, and that its examples run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest
import yaml

from sweep import load_config, plan

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
FILE, OWN_METRIC = re.findall(r"^```yaml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
OWN_CODE, PYTHON = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)


def test_the_table_is_that_of_the_declarations() -> None:
    made = runpy.run_path(str(ROOT / "docs" / "site" / "metrics.py"))["filled"](TEXT)
    assert made == TEXT, "run `python docs/site/metrics.py`"


def test_the_files_are_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    Path("file.yaml").write_text(FILE, encoding="utf-8")
    assert load_config("file.yaml").metric.columns == ("val_f1", "val_roc_auc", "train_f1", "val_log_loss")
    Path("my_metric.py").write_text(OWN_CODE, encoding="utf-8")
    both = {**yaml.safe_load(FILE), **yaml.safe_load(OWN_METRIC)}
    Path("file.yaml").write_text(yaml.safe_dump(both), encoding="utf-8")
    assert plan(load_config("file.yaml")).demand.columns == ("val_share_of_first",)


def test_the_python_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    exec(PYTHON, {})
    (shown,) = re.findall(r"^```text\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert capsys.readouterr().out == shown
