"""The settings of a section: its shipped file, what each key means, and changes of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sweep.lecture.section_config import check_settings, read_settings, shipped_file
from sweep.lecture.section_registry import SECTIONS

CONFIGS = Path(__file__).parents[3] / "sweep" / "lecture" / "configs"


def test_each_section_has_a_file_in_the_folder_that_asks_a_question_and_nothing_else_lies_there():
    assert {path.stem for path in CONFIGS.iterdir()} == set(SECTIONS)
    for name in SECTIONS:
        assert shipped_file(name).read_bytes() == (CONFIGS / f"{name}.yaml").read_bytes()
        first, second, *_ = (CONFIGS / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert re.fullmatch(r"# .*\?", first)
        assert second == f"section: {name}"


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_of_a_settings_file_is_described(name):
    model = SECTIONS[name].settings
    assert [key for key, field in model.model_fields.items() if not field.description] == []
    assert check_settings(read_settings(shipped_file(name)), model)
