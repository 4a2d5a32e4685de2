"""Tests that the page on training without a sweep shows what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[1] / "docs" / "trainers.md").read_text(encoding="utf-8")


def test_the_example_prints_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    ((code, shown),) = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", PAGE, flags=re.DOTALL)
    exec(compile(code, "trainers.md", "exec"), {})
    assert capsys.readouterr().out == shown
