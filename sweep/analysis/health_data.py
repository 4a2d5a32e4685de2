"""Checks the data of a sweep for what makes results look better than they are: leaks and duplicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweep.analysis.health_card import Card
from sweep.analysis.wording import counted


def data_cards(leaks: Sequence[str], duplicates: int, held_out: int) -> Iterator[Card]:
    """Warn of features that alone predict the target, and of held-out rows that are trained on.

    Args:
        leaks: sentences on such features.
        duplicates: number of held-out rows that are also in the training part.
        held_out: number of rows of the validation and test parts.
    """
    for leak in leaks:
        yield Card(
            "leak",
            "serious",
            leak,
            "If it is known only once the target is, leave it out by `data.drop`: the numbers here say nothing of new "
            "rows.",
        )
    if duplicates:
        share = f" ({100 * duplicates / held_out:.2g} %)" if held_out else ""
        rows, are = (counted(duplicates, "held-out row"), "is" if duplicates == 1 else "are")
        yield Card(
            "duplicates",
            "warning",
            f"{rows}{share} {are} also in the training part, inputs and target.",
            "Drop duplicates, or keep the rows of one origin together by `data.validation: {group: ...}`.",
        )
