"""Writes the tables of a sweep for other tools as CSV, Parquet or LaTeX."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from sweep.errors import UsageError
from sweep.reports.collect import find_folder, gather
from sweep.reports.html_tables import Grid
from sweep.reports.levels_table import levels_grid
from sweep.results import load_results
from sweep.results.csv_text import write_csv
from sweep.results.frames import EPOCHS, LEADERBOARD, TRIALS
from sweep.system.files import replacing, write_text

Format: TypeAlias = Literal["csv", "parquet", "latex"]

SOURCES = (TRIALS, EPOCHS, LEADERBOARD)
"""Tables written by the run itself."""

ESCAPES = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def export(name: str | Path, to: Format, *, root: str | Path = "results") -> tuple[Path, ...]:
    """Write the tables into the results folder; for LaTeX, only the leaderboard of the report.

    Args:
        name: results folder, or the name of a sweep, whose newest results are used.
        to: output format.
        root: folder that contains all results, searched for a name.

    Returns:
        Paths of the files: ``trials``, ``epochs`` and ``leaderboard`` with the suffix ``.csv`` or ``.parquet``, or
        ``leaderboard.tex``.

    Raises:
        UsageError: if the format is unknown, or there are no results.
    """
    if to not in ("csv", "parquet", "latex"):
        raise UsageError(f"`--to` must be csv, parquet or latex. Received: `{to}`. Choose one of the three.")
    folder = find_folder(name, root)
    if to == "latex":
        path = folder / "leaderboard.tex"
        # Exported tables contain only trained results, without base rates, like the other formats.
        write_text(path, latex(levels_grid(replace(gather(folder), base_rates=()))))
        return (path,)
    result = load_results(folder)
    written = []
    for table in ("trials", "epochs", "leaderboard"):
        path = folder / f"{table}.{to}"
        written.append(path)
        if path.name not in SOURCES:
            frame = getattr(result, table)
            with replacing(path) as temporary:
                write_csv(frame, temporary) if to == "csv" else frame.to_parquet(temporary, index=False)
    return tuple(written)


def latex(grid: Grid) -> str:
    r"""Spell a table in LaTeX, with the rules of the package ``booktabs``.

    Args:
        grid: the table.

    >>> print(latex(Grid("t", "", ("arm", "share"), (("a_b", "98 %"),), (False, True))))
    \begin{tabular}{lr}
    \toprule
    arm & share \\
    \midrule
    a\_b & 98 \% \\
    \bottomrule
    \end{tabular}
    <BLANKLINE>
    """
    rows = [" & ".join("".join(ESCAPES.get(letter, letter) for letter in cell) for cell in row) for row in grid.rows]
    head = " & ".join("".join(ESCAPES.get(letter, letter) for letter in cell) for cell in grid.columns)
    kinds = "".join("r" if number else "l" for number in grid.numeric)
    lines = [rf"\begin{{tabular}}{{{kinds}}}", r"\toprule", rf"{head} \\", r"\midrule", *(rf"{row} \\" for row in rows),
             r"\bottomrule", r"\end{tabular}"]  # fmt: skip
    return "\n".join(lines) + "\n"
