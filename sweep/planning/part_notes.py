"""Notes for the plan on the sizes of the training and validation parts, and on seeds that are folds."""

from __future__ import annotations

from collections.abc import Sequence

from sweep.config import SweepConfig
from sweep.config.holdout import holdout_of
from sweep.records import Setting
from trainers.data import DatasetShape
from trainers.data.holdout import Folds


def fold_notes(config: SweepConfig) -> list[str]:
    """Describe the draws of folds that the seeds are; empty for any other validation part."""
    holdout = holdout_of(config.network_data.validation)
    if not isinstance(holdout, Folds):
        return []
    seeds = len(config.selection_seeds)
    draws, rest = divmod(seeds, holdout.count)
    if not draws:
        said = f"the {seeds} seeds are {seeds} of {holdout.count} folds"
    else:
        said = f"the {seeds} seeds are {draws} draw{'s' * (draws > 1)} of {holdout.count} folds"
        said += f" and {rest} of another" * bool(rest)
    return [f"{said}; intervals are wider than of independent seeds, as folds share training examples"]


def part_notes(config: SweepConfig, shape: DatasetShape, examples: int, asked: Sequence[Setting]) -> list[str]:
    """Describe effects of the sizes of the training and validation parts, but not of the default batch size."""
    notes = []
    is_given = any("batch_size" in space.domains for space in config.spaces)
    sizes = {setting["batch_size"] for setting in asked} if is_given else set()
    if too_large := sorted(size for size in sizes if isinstance(size, int) and size > examples):
        named = ", ".join(map(str, too_large))
        notes.append(f"batch_size {named} is full, as there are only {examples:,} examples to train on")
    held_out, classes = shape.examples - examples, max(shape.outputs, 2)
    if shape.task != "regression" and not shape.positions and held_out < classes:
        notes.append(f"the {held_out} examples to validate on are fewer than the {classes} classes: some have none")
    return notes
