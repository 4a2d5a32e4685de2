"""What a section ends in: a table, a sentence, formulas, paragraphs and data; and numbers as its text spells them."""

from __future__ import annotations

import pytest

from sweep.lecture.section_registry import SECTIONS
from sweep.reports.graph_records import Curves


@pytest.mark.parametrize("name", SECTIONS)
def test_it_ends_in_a_table_a_sentence_formulas_paragraphs_and_data(outcome_of, name):
    outcome = outcome_of(name)
    assert {len(row) for row in outcome.rows} == {len(outcome.columns)}
    assert outcome.sentence.endswith(".")
    assert all(text.endswith((".", ".)")) for text in outcome.paragraphs)
    assert len(outcome.formulas) >= 2
    assert all(len(table) for table in outcome.data.values())
    for panel in outcome.panels:
        assert panel.title
        assert panel.x_label
        assert not isinstance(panel, Curves) or panel.y_label
