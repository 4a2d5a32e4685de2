"""Writes and reads which trial of a population took over the state of which other, and what changed: `lineage.csv`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.analysis.objectives import Descent
from sweep.running.lineage import Lineage
from sweep.system.files import replacing

if TYPE_CHECKING:
    import pandas as pd

    from sweep.results.folder import ResultsFolder

LINEAGE = "lineage.csv"
COLUMNS = ("trial_id", "epoch", "donor_id", "hyperparameter", "old", "new")
"""One row per changed hyperparameter, or one without any where nothing changed."""


def write_lineage(folder: ResultsFolder) -> None:
    """Write the file from the event log, if the scheduler of the sweep lets trials take over from each other."""
    path = folder.path / LINEAGE
    if not folder.plan.demand.is_population:
        path.unlink(missing_ok=True)
        return
    lineage = Lineage.of(folder.log.read()[0])
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for trial in folder.plan.trials:
            for one in lineage.exploits_of(trial.id):
                for change in one.changed or (("", "", ""),):
                    writer.writerow((one.trial_id, one.at, one.donor, *change))


def read_descents(folder: Path, trials: pd.DataFrame, epochs: pd.DataFrame) -> tuple[Descent, ...]:
    """Return the stretches of the trials of a population, in the order of the table; none without a population.

    Args:
        folder: results folder.
        trials: one row per trial.
        epochs: one row per epoch of a trial.
    """
    try:
        with (folder / LINEAGE).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError):
        return ()
    taken: dict[str, dict[int, tuple[str, list[tuple[str, str]]]]] = {}
    for row in rows:
        parent, changed = taken.setdefault(row["trial_id"], {}).setdefault(int(row["epoch"]), (row["donor_id"], []))
        if row["hyperparameter"]:
            changed.append((row["hyperparameter"], row["new"]))
    ends = {str(trial): float(end) for trial, end in epochs.groupby("trial_id")["epoch"].max().items()}
    found = []
    for trial in map(str, trials["trial_id"]):
        starts = taken.get(trial, {})
        stops = [*starts, max(ends.get(trial, 0.0), *starts, 0.0)]
        found.append(Descent(trial, 0.0, float(stops[0])))
        for (start, (parent, changed)), stop in zip(starts.items(), stops[1:], strict=True):
            found.append(Descent(trial, float(start), float(stop), parent, tuple(changed)))
    return tuple(found)
