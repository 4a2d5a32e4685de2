"""A table in LaTeX escapes all that LaTeX reserves and has its numbers at the right."""

from __future__ import annotations

import pytest

from sweep.errors import UsageError
from sweep.reports.export import export, latex
from sweep.reports.html_tables import Grid


def test_every_letter_that_latex_reserves_is_escaped_once():
    grid = Grid("t", "", ("#",), ((r"\&%$#_{}~^",),), (False,))
    row = latex(grid).splitlines()[4]
    assert row == r"\textbackslash{}\&\%\$\#\_\{\}\textasciitilde{}\textasciicircum{} " + 2 * "\\"


def test_numbers_stand_at_the_right_and_rows_between_the_rules():
    grid = Grid("t", "", ("arm", "loss", "seed"), (("a", "0.5", "1"), ("b", "0.25", "2")), (False, True, True))
    end = 2 * "\\"
    assert latex(grid).splitlines() == [
        r"\begin{tabular}{lrr}",
        r"\toprule",
        f"arm & loss & seed {end}",
        r"\midrule",
        f"a & 0.5 & 1 {end}",
        f"b & 0.25 & 2 {end}",
        r"\bottomrule",
        r"\end{tabular}",
    ]


def test_another_format_is_refused_before_any_folder_is_looked_for(tmp_path):
    with pytest.raises(UsageError, match=r"`--to` must be csv, parquet or latex\. Received: `xlsx`"):
        export(tmp_path / "missing", "xlsx")
