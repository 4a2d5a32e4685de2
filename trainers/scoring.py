"""Computes the metrics that are asked besides those of every trial, from the outputs of a tile after an epoch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from trainers.errors import UserCodeError
from trainers.metrics import Predicted
from trainers.scores import scores_of
from trainers.session import Session
from trainers.tile import Part, Tile

Array = NDArray[Any]
Floats = NDArray[np.float64]

BLOCK_NUMBERS = 2**22
"""Outputs that are converted to float64 at once, 32 MB."""


def is_due(session: Session) -> bool:
    """Whether the metrics are computed after the current epoch."""
    pack = session.pack
    return bool(pack.asked.names) and (session.epoch % pack.asked.every == 0 or session.epoch == pack.epochs)


def score(
    session: Session, tile: Tile, rows: Sequence[int], parts: Sequence[Part] = get_args(Part)
) -> tuple[Floats, dict[int, UserCodeError]]:
    """Compute the metrics that are asked of some trials of a tile.

    Args:
        session: the training.
        tile: one of its tiles, after an epoch.
        rows: rows of the tile.
        parts: the parts of the data whose metrics are computed.

    Returns:
        (len(rows), M) float64, NaN where a metric is undefined, and index into ``rows`` -> the first error of a metric
        of the user's own.

    Raises:
        UserCodeError: if a metric of the user's own cannot be imported.
    """
    asked = session.pack.asked
    found = np.full((len(rows), len(asked.names)), np.nan)
    failed: dict[int, UserCodeError] = {}
    if not rows:
        return found, failed
    for part in parts:
        names = asked.of_part(part)
        if not names:
            continue
        outputs = tile.outputs(part)
        for members, predicted in _predictions(session, tile, rows, outputs, part):
            for name in names:
                found[members, asked.names.index(name)], errors = asked.score(name, predicted)
                failed = {**{members[at]: error for at, error in errors.items()}, **failed}
    return found, failed


def _predictions(
    session: Session, tile: Tile, rows: Sequence[int], outputs: Array, part: Part
) -> Iterator[tuple[list[int], Predicted]]:
    """Yield indices into ``rows`` with the predictions of these trials, which share a seed; without NaN or infinity."""
    pack = session.pack
    by_seed: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        by_seed.setdefault(pack.trials[tile.trials[row]].seed, []).append(index)
    size = max(1, BLOCK_NUMBERS // outputs[0].size)
    for seed, members in by_seed.items():
        parts = session.splits[seed]
        targets = parts.train_targets if part == "train" else parts.val_targets
        if pack.task == "regression":
            targets = targets.astype(np.float64) * parts.target_scale + parts.target_mean
        for start in range(0, len(members), size):
            block = members[start : start + size]
            raw = outputs[[rows[index] for index in block]].astype(np.float64)
            is_finite = np.asarray(np.isfinite(raw).all(axis=(1, 2)))
            if not is_finite.any():
                continue
            found = scores_of(raw[is_finite], pack.task, parts.target_mean, parts.target_scale)
            kept = [index for index, sound in zip(block, is_finite.tolist(), strict=True) if sound]
            yield kept, Predicted(targets=targets, outputs=found, task=pack.task)
