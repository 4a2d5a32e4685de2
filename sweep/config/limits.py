"""Configuration of the limits at which a sweep ends before all of its trials are trained."""

from __future__ import annotations

from pydantic import Field

from sweep.config.base_section import Section


class LimitsConfig(Section):
    """Limits at which no more trials begin, and those that are trained end; the first that is reached counts."""

    trials: int | None = Field(default=None, ge=1, examples=[500])
    """Trials that have ended, of all starts of the sweep."""

    epochs: int | None = Field(default=None, ge=1, examples=[10_000])
    """Epochs of all trials together, of all starts of the sweep."""

    minutes: float | None = Field(default=None, gt=0, examples=[30])
    """Minutes of training of this start."""

    target: bool = False
    """End at the first trial that reaches `trainer.target`."""

    no_improvement: int | None = Field(default=None, ge=1, examples=[20])
    """End after so many settings in a row that are not better than the best before them."""

    failures_in_a_row: int | None = Field(default=None, ge=1, examples=[5])
    """End after so many trials in a row that have FAILED."""

    failure_rate: float | None = Field(default=None, gt=0, lt=1, examples=[0.2])
    """End once more than this share of at least ten trials has FAILED."""
