"""Exponentially weighted averages of a year of daily temperatures, with short, medium and long windows."""

from __future__ import annotations

import tracemalloc
from collections import deque
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sweep.lecture.labelled_lines import line, looks_by_label
from sweep.lecture.outcome import LectureSection, Outcome, short
from sweep.lecture.section_config import Beta
from sweep.lecture.temperatures import Series, read
from sweep.reports.graph_records import Curve, Curves, Guide
from trainers.averages import age_at, averages, delay, running, weights, window

SHOWN_WEIGHTS = 120


class Averages(Series):
    """Settings of the section."""

    betas: Annotated[tuple[Annotated[Beta, Field(gt=0.0)], ...], Field(strict=False, min_length=1)]
    """Share of the previous average that each day keeps."""

    streamed: Annotated[int, Field(ge=1000, le=10_000_000, examples=[200_000])]
    """Length of the stream that shows that memory use does not grow."""


def lag(values: NDArray[np.float64], beta: float) -> int:
    """Lag of an average in days, relative to an average in both directions, which has none.

    Args:
        values: (T,) series.
        beta: decay rate of the average.

    Returns:
        The shift, at most a quarter of the series, at which the two averages are closest.
    """
    average = averages(values, beta, corrected=True)
    both_ways = averages(average[::-1], beta, corrected=True)[::-1]
    begin = len(values) // 4
    distances = [
        float(np.mean((both_ways[begin - shift : len(values) - shift] - average[begin:]) ** 2))
        for shift in range(begin)
    ]
    return int(np.argmin(distances)) if distances else 0


def roughness(values: NDArray[np.float64]) -> float:
    """Standard deviation of the day-to-day changes."""
    return float(np.diff(values).std())


def peak_bytes(length: int, beta: float) -> int:
    """Peak memory, in bytes, of averaging a stream of ``length`` values."""
    tracemalloc.start()
    deque(running((float(i) for i in range(length)), beta), maxlen=1)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def run(settings: Averages) -> Outcome:
    """Average the series with each beta."""
    import pandas as pd

    series = read(settings)
    days = np.arange(1, len(series.values) + 1)
    smooth = {beta: averages(series.values, beta, corrected=True) for beta in settings.betas}
    lags = {beta: lag(series.values, beta) for beta in settings.betas}
    rough, longest = roughness(series.values), max(settings.betas)
    # A constant series is as smooth as its average.
    calmer = rough / max(roughness(smooth[longest]), 1e-9 * rough) if rough else 1.0
    few, many = peak_bytes(settings.streamed // 100, 0.9), peak_bytes(settings.streamed, 0.9)
    ages = np.arange(SHOWN_WEIGHTS)
    labels = {beta: f"beta = {beta:g}" for beta in settings.betas}
    left = {beta: beta ** window(beta) for beta in settings.betas}
    panels = looks_by_label(
        (
            Curves(
                series.name,
                "day",
                f"value ({settings.unit})",
                (
                    Curve("each day", 0, days, series.values, is_joined=False, tone="grey"),
                    *(line(labels[beta], days, average) for beta, average in smooth.items()),
                ),
            ),
            Curves(
                "What each value still weighs, by its age",
                "age of the value (days)",
                "share of the newest's weight",
                tuple(line(labels[beta], ages, weights(beta, SHOWN_WEIGHTS) / (1.0 - beta)) for beta in settings.betas),
                guides=(Guide("1/e", y=float(np.exp(-1.0))),),
            ),
        )
    )
    return Outcome(
        columns=(
            "beta",
            "window 1/(1-beta) (days)",
            "weight left after the window",
            "days to 1/e",
            "mean age (days)",
            "shift measured (days)",
            "day-to-day change",
        ),
        rows=(
            ("no average", "1", "", "", "0", "0", short(rough)),
            *(
                (
                    f"{beta:g}",
                    short(window(beta)),
                    f"{left[beta]:.3f}",
                    f"{age_at(beta):.1f}",
                    short(delay(beta)),
                    f"{lags[beta]}",
                    short(roughness(smooth[beta])),
                )
                for beta in settings.betas
            ),
        ),
        sentence=(
            f"With beta = {longest:g} the average is over about {short(window(longest))} days: it changes "
            f"{calmer:.0f} times less from day to day than the values, and runs "
            f"{lags[longest]} days behind them."
        ),
        formulas=(
            "v_t = beta v_{t-1} + (1 - beta) theta_t,  v_0 = 0",
            "v_t = (1 - beta) sum_k beta^k theta_{t-k}",
            "beta^{1 / (1 - beta)} ~ 1/e = 0.368",
        ),
        paragraphs=(
            "Each day the average keeps beta of itself and takes 1 - beta of the new value. Unrolled, a value of k "
            "days "
            "ago has the weight (1 - beta) beta^k: it fades and is never dropped. After 1/(1 - beta) days its weight "
            "has "
            f"fallen to about 1/e of the newest one's ({', '.join(f'{left[b]:.3f} for beta = {b:g}' for b in left)}), "
            "so the average is roughly over that many days.",
            "A larger beta gives a smoother line that comes later: it is made of older values. On a steady rise the "
            f"average runs exactly beta/(1 - beta) days behind, {short(delay(longest))} for beta = {longest:g}; on "
            "these "
            f"values, which turn, the shift that fits best is {lags[longest]} days.",
            f"It needs one number of memory and one line of code. Averaging {settings.streamed // 100:,} values of a "
            f"stream took {few / 1000:.1f} kB at the peak, averaging {settings.streamed:,} took {many / 1000:.1f} kB. "
            "That is why optimizers use it: they would otherwise have to keep the last gradients.",
        ),
        panels=panels,
        data={
            "averages": pd.DataFrame(
                {"day": days, "value": series.values, **{f"beta_{beta:g}": a for beta, a in smooth.items()}}
            ),
            "weights": pd.DataFrame(
                {"age": ages, **{f"beta_{beta:g}": weights(beta, SHOWN_WEIGHTS) for beta in settings.betas}}
            ),
            "memory": pd.DataFrame(
                {"values": [settings.streamed // 100, settings.streamed], "peak_bytes": [few, many]}
            ),
        },
    )


SECTION = LectureSection(
    "averages", "3-4", "Exponentially weighted averages", "What does beta do to a running average?", Averages, run
)
