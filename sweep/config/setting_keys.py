"""Defines the order in which the hyperparameters of a setting appear in tables."""

from __future__ import annotations

from sweep.config.decay import NUMBERS as DECAY_NUMBERS
from sweep.config.spaces import HYPERPARAMETERS

SETTING_KEYS: tuple[str, ...] = (
    "optimizer",
    *HYPERPARAMETERS,
    "batch_size",
    "decay",
    *(f"decay_{number}" for number in DECAY_NUMBERS),
    "epochs",
)
"""Keys of a setting, in order."""
