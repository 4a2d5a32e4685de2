"""Health check of population based training: values that are not those of the setting that a trial began with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sweep.analysis.health_card import Card
from sweep.analysis.objectives import Descent
from sweep.analysis.wording import counted, listing


def changed_on_the_way(descents: Sequence[Descent]) -> Iterator[Card]:
    """Say how many trainings went on from the state of others, so that their values are not of one setting."""
    taken = [one for one in descents if one.parent]
    if not taken:
        return
    trials, all_trials = {one.trial for one in taken}, {one.trial for one in descents}
    names = list(dict.fromkeys(name for one in taken for name, _ in one.changed))
    changed = f", and changed {listing(names)} there" if names else ""
    yield Card(
        "population",
        "warning",
        f"{len(trials):,} of {counted(len(all_trials), 'training')} went on from the state of others{changed}: their "
        "values are those of a line of descent, not of the setting that they began with and are ranked by.",
        "Read the changes in the family tree and in `lineage.csv`; to compare settings, train them without `pbt`.",
    )
