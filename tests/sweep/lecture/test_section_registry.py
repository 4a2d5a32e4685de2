"""The list of sections: its order, and names that are not in it."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from sweep.cli import app
from sweep.errors import UsageError
from sweep.lecture.section_registry import SECTIONS, find


def test_without_a_section_they_are_listed():
    result = CliRunner().invoke(app, ["lecture"])
    assert result.exit_code == 0
    assert [name for name in SECTIONS if name not in result.output] == []
    assert "sweep lecture all" in " ".join(result.output.split())


def test_sections_are_in_the_order_of_the_lectures_numbers():
    numbers = [int(section.number.split("-")[0]) for section in SECTIONS.values()]
    assert numbers == sorted(numbers)
    assert [find(name).name for name in SECTIONS] == list(SECTIONS)


def test_a_name_that_is_no_section_is_refused_with_the_nearest_one():
    with pytest.raises(UsageError, match=r"^`momentun` is not a section of the lecture\. Did you mean `momentum`\?"):
        find("momentun")
    with pytest.raises(UsageError, match=r"Did you mean `all`\?"):
        find("alll")
