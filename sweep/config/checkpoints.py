"""Configuration of the checkpoints from which trials go on after the death of a worker, a machine or the sweep."""

from __future__ import annotations

from pydantic import Field

from sweep.config.base_section import Section

MOST_SECONDS = 1e6
"""Longest time between checkpoints, about twelve days."""


class CheckpointConfig(Section):
    """Checkpoints from which trials go on after any death, in the results folder until the trials have ended."""

    every: float = Field(default=60.0, ge=0, le=MOST_SECONDS, allow_inf_nan=False, examples=[60])
    """Seconds between the checkpoints of a trial; 0 for none. One that takes long is written less often, so that
    checkpoints take 1 % of the training time at most."""
