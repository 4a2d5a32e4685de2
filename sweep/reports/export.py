"""Writes the tables of a sweep for other tools: CSV, Parquet, or LaTeX for a paper."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeAlias

from sweep.errors import UsageError
from sweep.reports.collect import find_folder, gather
from sweep.reports.html_tables import Grid, levels_grid
from sweep.results import load_results
from sweep.results.frames import EPOCHS, LEADERBOARD, TRIALS
from sweep.system.files import replacing, write_text

Format: TypeAlias = Literal["csv", "parquet", "latex"]

SOURCES = (TRIALS, EPOCHS, LEADERBOARD)
"""What a run has written itself."""

ESCAPES = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def export(name: str | Path, to: Format, *, root: str | Path = "results") -> tuple[Path, ...]:
    """Write the tables into the results folder: all of them, or for LaTeX the leaderboard of the report.

    Args:
        name: the folder, or the name of a sweep, whose newest results are taken.
        to: the kind of file.
        root: folder of all results, to find a name in.

    Returns:
        The files, ``trials``, ``epochs`` and ``leaderboard`` with the ending ``.csv`` or ``.parquet``, or
        ``leaderboard.tex``.

    Raises:
        UsageError: for another format, or without results.
    """
    if to not in ("csv", "parquet", "latex"):
        raise UsageError(f"`--to` must be csv, parquet or latex. Received: `{to}`. Choose one of the three.")
    folder = find_folder(name, root)
    if to == "latex":
        path = folder / "leaderboard.tex"
        # A table for other tools holds what was trained alone, as the others do.
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
                frame.to_csv(temporary, index=False) if to == "csv" else frame.to_parquet(temporary, index=False)
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
