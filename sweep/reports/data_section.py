"""The section of a report on its data: rows, columns, encodings, classes, missing values, parts and leaks."""

from __future__ import annotations

from collections.abc import Callable

from sweep.analysis.wording import counted, listing
from sweep.reports.graph_records import Graph, Shares
from sweep.reports.html_tables import Grid
from trainers.data.summary import DataSummary
from trainers.data.table_schema import ColumnSummary

TASKS = {"binary": "two classes", "multiclass": "several classes", "regression": "a number"}

ENCODINGS = {
    "number": "number",
    "one_hot": "one-hot",
    "ordinal": "ordinal",
    "target": "mean target",
    "date": "date parts",
}

MOST_BARS = 20

MOST_NAMES = 12
"""Names in one sentence; the table has all."""


def data_facts(data: DataSummary) -> tuple[tuple[str, str], ...]:
    """Name and text of each fact on the data, in the order of the section."""
    facts = [("rows", f"{data.rows:,}{_parts(data)}")]
    if data.held_out_by:
        facts.append(("held out by", data.held_out_by))
    features = [column for column in data.columns if column.role == "feature"]
    if data.columns:
        inputs = f", {counted(data.features, 'input')} of the network" if data.features != len(features) else ""
        facts.append(("columns", f"{len(data.columns)}, of which {counted(len(features), 'feature')}{inputs}"))
    else:
        facts.append(("features", f"{data.features:,}"))
    facts += _target(data)
    encoded = [column for column in features if column.encoding not in (None, "number")]
    if encoded:
        facts.append(("encoded", _named(encoded, _encoding)))
    left_out = [column for column in data.columns if column.role == "left out"]
    if left_out:
        facts.append(("left out", _named(left_out, lambda column: column.reason or "")))
    if data.columns:
        missing = [column for column in data.columns if column.missing]
        facts.append(("missing", _named(missing, lambda column: _share(column.missing, data.rows)) or "none"))
    facts.append(("leaks seen", " ".join(data.leaks) or "no feature predicts the target alone"))
    again = f"{counted(data.duplicates, 'held-out row')} also in the training part" if data.duplicates else "none seen"
    facts.append(("duplicates across parts", again))
    return tuple(facts)


def _parts(data: DataSummary) -> str:
    known = [(name, rows) for name, rows in data.parts.items() if rows]
    return f": {listing([f'{rows:,} for {name}' for name, rows in known])}" if known else ""


def _target(data: DataSummary) -> list[tuple[str, str]]:
    column = next((column.name for column in data.columns if column.role == "target"), "")
    name = f"`{column}`: " if column else ""
    if data.target is None:
        count = len(data.classes)
        what = TASKS.get(data.task, data.task) if not count else f"{count} classes"
        if count:
            largest, smallest = max(data.classes, key=lambda one: one[1]), min(data.classes, key=lambda one: one[1])
            whole = sum(rows for _, rows in data.classes) or 1
            what += (
                f", from {largest[0]} ({100 * largest[1] / whole:.3g} %) to {smallest[0]} "
                f"({100 * smallest[1] / whole:.3g} %)"
            )
        return [("target", f"{name}{what}")]
    low, middle, high = data.target.quartiles
    return [
        (
            "target",
            f"{name}a number from {data.target.minimum:.6g} to {data.target.maximum:.6g}, mean {data.target.mean:.6g}, "
            f"quartiles {low:.6g}, {middle:.6g} and {high:.6g}",
        )
    ]


def _named(columns: list[ColumnSummary], say: Callable[[ColumnSummary], str]) -> str:
    shown = [f"`{column.name}` ({said})" if (said := say(column)) else f"`{column.name}`" for column in columns]
    more = [f"{len(shown) - MOST_NAMES:,} more"] if len(shown) > MOST_NAMES else []
    return listing([*shown[:MOST_NAMES], *more]) if shown else ""


def _encoding(column: ColumnSummary) -> str:
    return ENCODINGS.get(column.encoding or "", column.encoding or "")


def _share(rows: int, of: int) -> str:
    return f"{100 * rows / of:.2g} %" if of else f"{rows:,}"


def columns_grid(data: DataSummary) -> Grid | None:
    """One row per column of the table; None for data without named columns."""
    if not data.columns:
        return None
    rows = tuple(
        (
            column.name,
            column.role,
            _encoding(column),
            "" if column.categories is None else f"{column.categories:,}",
            f"{column.missing:,}",
            _share(column.missing, data.rows) if column.missing else "",
            f"{column.distinct:,}",
            column.reason or "",
        )
        for column in data.columns
    )
    heads = ("Column", "Role", "Encoding", "Categories", "Missing", "Missing (share)", "Distinct", "Reason")
    numeric = (False, False, False, True, True, True, True, False)
    # Arrays have no categories, and a table may have no gaps.
    kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
    return Grid(
        "columns",
        "Columns of the data",
        tuple(heads[place] for place in kept),
        tuple(tuple(row[place] for place in kept) for row in rows),
        tuple(numeric[place] for place in kept),
        kept=("row",),
    )


def data_graph(data: DataSummary) -> Graph | None:
    """Bars of the classes and of the missing values of each column; None if there is neither."""
    panels = []
    if data.classes:
        is_pool = sum(rows for _, rows in data.classes) < data.rows
        title = f"Rows of each class{' outside of the test part' if is_pool else ''}"
        panels.append(_bars(title, "share of the rows (%)", list(data.classes), None))
    missing = [(column.name, column.missing) for column in data.columns if column.missing]
    if missing:
        panels.append(_bars("Missing values of each column", "share of the rows (%)", missing, data.rows))
    if not panels:
        return None
    return Graph("data", "Data", "", tuple(panels))


def _bars(title: str, x_label: str, counts: list[tuple[str, int]], whole: int | None) -> Shares:
    total = (sum(rows for _, rows in counts) if whole is None else whole) or 1
    shown = sorted(counts, key=lambda one: -one[1])[:MOST_BARS]
    if len(counts) > MOST_BARS:
        title += f": the {MOST_BARS} largest of {len(counts):,}"
    lengths = tuple(100 * rows / total for _, rows in shown)
    return Shares(title, x_label, tuple(name for name, _ in shown), lengths, tuple(f"{rows:,}" for _, rows in shown))
