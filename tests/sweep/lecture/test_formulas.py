"""Formulas and prose in plain letters, spelled as HTML."""

from __future__ import annotations

import re

import pytest

from sweep.lecture.formulas import formula, prose
from sweep.lecture.section_registry import SECTIONS


@pytest.mark.parametrize("name", SECTIONS)
def test_no_formula_is_left_in_plain_letters(outcome_of, name):
    shown = " ".join(formula(text) for text in outcome_of(name).formulas)
    assert not re.search(r"\b(alpha|beta|epsilon|theta|kappa|sqrt|vhat|shat)\b(?!;)|[_^{}]", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a_i < b", "a<sub>i</sub> &lt; b"),
        ("x^{t-1}", "x<sup>t&minus;1</sup>"),
        ("alphabet alpha", "alphabet &alpha;"),
        ("sum_i w_i", "&Sigma;<sub>i</sub> w<sub>i</sub>"),
        ("a ~ b", "a &asymp; b"),
    ],
)
def test_a_formula_has_its_symbols_scripts_and_nothing_that_html_reads(text, shown):
    assert formula(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`beta_1 - 1` of <b>", "<code>beta_1 - 1</code> of &lt;b&gt;"),
        ("heavy_ball at beta", "heavy_ball at &beta;"),
        ("1e+06 or 1e-08", "10<sup>6</sup> or 10<sup>&minus;8</sup>"),
    ],
)
def test_prose_leaves_code_and_names_alone(text, shown):
    assert prose(text) == shown
