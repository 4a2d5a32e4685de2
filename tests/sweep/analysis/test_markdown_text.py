"""Names of the user's become neither HTML nor links, nor end a cell or a block of code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sweep
from sweep.analysis.markdown_text import cell, fenced, inline

HOSTILE = "<script>alert(1)</script>|`x`\n# heading\n![i](http://host/i.png)"


@pytest.mark.parametrize("spell", [inline, cell])
def test_a_hostile_name_stays_text_on_its_line(spell):
    text = spell(HOSTILE)
    assert not re.search(r"<[A-Za-z/!?]", text)
    assert "\n" not in text
    assert "](" not in text


def test_a_cell_ends_neither_at_a_pipe_nor_within_code():
    assert cell("a|b`c") == r"a\|b\`c"


def test_a_comparison_stays_as_it_is():
    assert inline("`lr < 0.1` and 3 <4") == "`lr < 0.1` and 3 <4"


def test_no_line_ends_a_block_of_code():
    first, *_, last = fenced("a\n````\n<script>").splitlines()
    assert first == last == "`````"


def test_every_value_of_the_report_is_spelled_for_markdown():
    template = (Path(sweep.__file__).parent / "reports/templates/page.md.jinja").read_text(encoding="utf-8")
    ours = re.compile(r"grid\(\w+\)|\"---:\".*|loop\.index|folder|graph\.name|columns\.rows\|length")
    values = [value.strip() for value in re.findall(r"\{\{(.*?)\}\}", template)]
    assert values
    spelled = re.compile(r"\| (inline|cell|fenced(\(.*\))?)$")
    assert [value for value in values if not spelled.search(value) and not ours.fullmatch(value)] == []
