"""Formulas and prose in plain letters, spelled as HTML."""

from __future__ import annotations

import re

import pytest

from sweep.lecture.formulas import formula
from sweep.lecture.section_registry import SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_no_formula_is_left_in_plain_letters(outcome_of, name):
    shown = " ".join(formula(text) for text in outcome_of(name).formulas)
    assert not re.search(r"\b(alpha|beta|epsilon|theta|kappa|sqrt|vhat|shat)\b(?!;)|[_^{}]", shown)
