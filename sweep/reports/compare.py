"""Writes the comparison of two sweeps as Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sweep.analysis.contrast import Contrast, Pair, contrast, sentence
from sweep.analysis.markdown_text import cell, inline
from sweep.analysis.ranking import basis
from sweep.analysis.wording import bounds, difference, metric_name
from sweep.analysis.wording import value as spelled
from sweep.config import load_config
from sweep.errors import ComparisonError
from sweep.reports.collect import Findings, find_folder, gather
from sweep.reports.html_tables import Grid
from sweep.system.files import reported, write_text

OWN_KEYS = ("function", "command", "epochs")
"""Keys of `trainer` that decide what a training of the user's own does."""


@dataclass(frozen=True)
class Comparison:
    """Result of `compare_sweeps`.

    Args:
        sentence: the conclusion in one sentence.
        grid: one row per common setting.
        warnings: differences that may make the comparison misleading.
        markdown: path of the Markdown file.
    """

    sentence: str
    grid: Grid
    warnings: tuple[str, ...]
    markdown: Path


def compare_sweeps(
    first: str | Path,
    second: str | Path,
    *,
    root: str | Path = "results",
    anyway: bool = False,
    output: Path | None = None,
) -> Comparison:
    """Compare two finished sweeps over the settings and seeds that both have run.

    Args:
        first: folder or name of the first sweep.
        second: folder or name of the second sweep; differences are its gain over the first.
        root: folder that contains all results, searched for names.
        anyway: also compare trials that differ in data, split, initial weights or batches.
        output: file to write; default: a file in ``root`` named after both sweeps.

    Raises:
        ResultsError: if results are missing, or the file cannot be written.
        ComparisonError: if metrics differ, or trials differ in data, split, initial weights or batches.
    """
    ours, theirs = gather(find_folder(first, root)), gather(find_folder(second, root))
    names = _names(ours, theirs)
    ways = [(one.study.metric, one.study.mode, basis(one.study.by)) for one in (ours, theirs)]
    if ways[0] != ways[1]:
        ways_told = [f"{name} by {metric} ({mode}, {of})" for name, (metric, mode, of) in zip(names, ways, strict=True)]
        raise ComparisonError(
            f"two sweeps must compare by the same metric and epoch. Received: {' and '.join(ways_told)}. "
            "Run one of them again with the `metric` of the other; what is trained stays."
        )
    study = ours.study
    found = contrast(ours.trials, theirs.trials, study.metric, study.mode, (ours.settings, theirs.settings), study.by)
    if found.mismatch is not None and not anyway:
        unlike = found.mismatch.sentence.replace("all trials", f"the trials of {names[0]} (A) and {names[1]} (B)", 1)
        raise ComparisonError(f"{unlike} Make the sweeps alike, or give `--anyway` to compare them nevertheless.")
    grid, said = pairs_grid(found, names), sentence(found, *names)
    warnings = (*_warnings(found, names), *_trained_otherwise(ours, theirs, names))
    path = output or Path(root) / f"compare-{ours.folder.name}-{theirs.folder.name}.md"
    with reported(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, _markdown(ours, theirs, names, said, grid, warnings))
    return Comparison(said, grid, warnings, path)


def pairs_grid(found: Contrast, names: tuple[str, str]) -> Grid:
    """Build a table with one row per common setting, in the order of the first sweep."""
    columns = ("setting", names[0], names[1], "gain", "95 % interval", "p (Holm)", "seeds", "diverged")
    rows = tuple(_row(found, pair) for pair in found.pairs)
    note = f"Mean {metric_name(found.metric)} of the {basis(found.by)} over the common seeds; "
    note += f"gain is positive where {names[1]} is better."
    return Grid("pairs", "Common settings", columns, rows, (False, True, True, True, False, True, True, True), note)


def _row(found: Contrast, pair: Pair) -> tuple[str, ...]:
    made = pair.comparison
    has = bool(made.seeds)
    interval = bounds(found.metric, made.difference.low, made.difference.high, made.difference.confidence)
    return (
        pair.arm,
        spelled(found.metric, pair.first) if has else "none",
        spelled(found.metric, pair.second) if has else "none",
        difference(found.metric, made.difference.value) if has else "none",
        interval.removeprefix("95 % CI ") if has else "none",
        f"{made.adjusted_p_value:.2g}" if np.isfinite(made.adjusted_p_value) else "none",
        str(len(made.seeds)),
        # The comparison was computed in the opposite direction.
        f"{len(made.second_diverged)} and {len(made.first_diverged)}",
    )


def _names(ours: Findings, theirs: Findings) -> tuple[str, str]:
    """Labels of the two sweeps: their names, or their folders if the names are equal."""
    first, second = ours.subject.name, theirs.subject.name
    return (first, second) if first != second else (ours.folder.name, theirs.folder.name)


def _warnings(found: Contrast, names: tuple[str, str]) -> list[str]:
    warnings = []
    if found.mismatch is not None:
        warnings.append(f"The sweeps were not trained under equal conditions: {found.mismatch.sentence}")
    elif not found.has_fingerprints:
        warnings.append("Not all trials hold fingerprints, so that nothing shows that both sweeps saw the same.")
    for key, (ours, theirs) in found.changed.items():
        warnings.append(
            f"{names[0]} trains for {ours} {key}, {names[1]} for {theirs}: settings that differ in it alone are paired."
        )
    for name, count in zip(names, found.alone, strict=True):
        if count:
            warnings.append(f"{count:,} settings that only {name} has tried are not compared.")
    return warnings


def _trained_otherwise(ours: Findings, theirs: Findings, names: tuple[str, str]) -> Iterator[str]:
    """Yield differences that affect all trials of a sweep but are not part of a setting."""
    first, second = (load_config(one.folder / "config.yaml") for one in (ours, theirs))
    for key in ("backend", "dtype", "weight_decay", "loss", *OWN_KEYS):
        one, other = getattr(first.trainer, key, None), getattr(second.trainer, key, None)
        # The number of epochs of our networks is a part of their settings.
        if one != other and not (key == "epochs" and (first.own is None or second.own is None)):
            yield (
                f"{names[0]} trained with `trainer.{key}: {one}`, {names[1]} with `trainer.{key}: {other}`, so that a "
                "difference need not come of the settings."
            )
    is_own = first.own is not None and second.own is not None
    if is_own and type(first.own) is type(second.own) and ours.plan_hash != theirs.plan_hash:
        told = f"{names[0]} and {names[1]} ran different code, or stopped at another target"
        yield f"{told}, so that a difference need not come of the settings."
    if first.network != second.network:
        told = f"{names[0]} and {names[1]} trained different networks"
        yield f"{told}, so that a difference need not come of the settings."


def _markdown(
    ours: Findings, theirs: Findings, names: tuple[str, str], said: str, grid: Grid, warnings: tuple[str, ...]
) -> str:
    lines = [f"# {inline(names[0])} and {inline(names[1])}", "", inline(said), ""]
    lines += [f"- **warning**: {inline(warning)}" for warning in warnings] + ([""] if warnings else [])
    lines += [f"## {grid.heading}", "", f"| {' | '.join(map(cell, grid.columns))} |"]
    lines.append(f"|{'|'.join(' ---: ' if number else ' --- ' for number in grid.numeric)}|")
    lines += [f"| {' | '.join(map(cell, row))} |" for row in grid.rows]
    lines += ["", inline(grid.note), ""]
    lines += [
        f"- {inline(name)}: {inline(findings.sentence)}" for name, findings in zip(names, (ours, theirs), strict=True)
    ]
    lines += [f"- `{inline(findings.folder.as_posix())}`, plan `{findings.plan_hash}`" for findings in (ours, theirs)]
    return "\n".join(lines) + "\n"
