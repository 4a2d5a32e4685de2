"""Bias correction: an average initialized at 0 starts too low, which a division corrects."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Beta
from sweep.lecture.temperatures import Series, read
from sweep.reports.graph_records import Curve, Curves, Guide
from trainers.averages import averages, window


class BiasCorrection(Series):
    """Settings of the section."""

    beta: Beta
    """Share of the previous average that each day keeps."""

    merged_at: float = Field(gt=0.0, lt=1.0, examples=[0.01])
    """The two averages count as merged once their relative difference is below this."""


def merged(plain: NDArray[np.float64], corrected: NDArray[np.float64], share: float) -> int | None:
    """First day from which two averages (T,) differ by less than a share of the corrected one; None if never."""
    difference = np.abs(corrected - plain)
    apart = np.flatnonzero((difference >= share * np.abs(corrected)) & (difference > 0.0))
    first = int(apart[-1]) + 2 if apart.size else 1
    return first if first <= len(plain) else None


def run(settings: BiasCorrection) -> Outcome:
    """Average the series with and without bias correction."""
    import pandas as pd

    series, beta = read(settings), settings.beta
    plain, corrected = averages(series.values, beta), averages(series.values, beta, corrected=True)
    days = np.arange(1, len(plain) + 1)
    together = merged(plain, corrected, settings.merged_at)
    # beta^t < share
    predicted = 1 if beta == 0.0 else math.floor(math.log(settings.merged_at) / math.log(beta)) + 1
    # Where both averages are 0 the ratio is undefined, and the formula is used instead.
    faded = beta ** days.astype(np.float64)
    gap = 1.0 - np.divide(plain, corrected, out=1.0 - faded, where=corrected != 0.0)
    shown = [day for day in dict.fromkeys((1, 2, 5, 10, round(window(beta)), predicted)) if 1 <= day <= len(plain)]
    guides = (Guide("merged", x=together),) if together is not None else ()
    when = f"on day {together}" if together is not None else f"not within {len(plain)} days"
    early = f"{plain[0]:.2f} instead of {corrected[0]:.2f}"
    return Outcome(
        columns=("day t", f"value ({settings.unit})", "plain v", "corrected v / (1 - beta^t)", "plain too low by"),
        rows=tuple(
            (
                f"{day}",
                f"{series.values[day - 1]:.2f}",
                f"{plain[day - 1]:.2f}",
                f"{corrected[day - 1]:.2f}",
                f"{gap[day - 1]:.1%}",
            )
            for day in sorted(shown)
        ),
        sentence=(
            f"With beta = {beta:g} the plain average starts at {early} and merges with the corrected one to within "
            f"{settings.merged_at:.0%} {when}; beta^t says day {predicted}."
        ),
        formulas=("v_t = beta v_{t-1} + (1 - beta) theta_t,  v_0 = 0", "vhat_t = v_t / (1 - beta^t)"),
        paragraphs=(
            "The average begins at v_0 = 0, and at first that 0 is most of it: after t values the weights of the "
            "values "
            f"sum to 1 - beta^t only. On the first day this is {1 - beta:.2g}, and the average stands at {early}.",
            "Dividing by that sum makes the weights sum to 1 from the first day on, and the result a proper average of "
            f"what has been seen. As beta^t fades, so does the correction: below {settings.merged_at:.0%} "
            f"from day {predicted} on by the formula, {when} in the series.",
            "In a long training the first steps hardly matter, which is why momentum usually leaves the correction "
            "out. "
            f"Adam's second average has beta = 0.999 and would be off by more than 1 % for "
            f"{short(math.log(0.01) / math.log(0.999))} steps, so Adam corrects both.",
        ),
        panels=looks_by_label(
            (
                Curves(
                    f"The first {min(len(plain), 4 * round(window(beta)))} days, beta = {beta:g}",
                    "day",
                    f"value ({settings.unit})",
                    (
                        Curve("each day", 0, days, series.values, is_joined=False, tone="grey"),
                        line("plain average", days, plain),
                        line("with bias correction", days, corrected),
                    ),
                    x_limits=(0, min(len(plain), 4 * round(window(beta)))),
                ),
                Curves(
                    "How much too low the plain average is",
                    "day",
                    "share of the corrected average",
                    (line("measured", days, gap), line("beta^t", days, faded)),
                    guides=(Guide(f"{settings.merged_at:.0%}", y=settings.merged_at), *guides),
                    y_scale="log",
                ),
            )
        ),
        data={"averages": pd.DataFrame({"day": days, "value": series.values, "plain": plain, "corrected": corrected})},
    )


SECTION = LectureSection(
    "bias-correction", "5", "Bias correction", "How long does an average that begins at 0 lag?", BiasCorrection, run
)
