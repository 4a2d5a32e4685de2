"""Delivers to MLflow, and to the URL of the results, what a sweep could not deliver before; nothing is trained."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sweep.analysis.wording import counted
from sweep.config import load_config
from sweep.driver.notes import tracking_notes
from sweep.driver.run import run
from sweep.errors import UsageError
from sweep.reports.collect import find_folder
from sweep.results.frames import CONFIG


@dataclass(frozen=True)
class Delivery:
    """What a delivery has done.

    Args:
        lines: what was delivered and what is missing, one sentence each.
        complete: whether nothing is missing.
    """

    lines: tuple[str, ...]
    complete: bool


def deliver(name: str, root: Path, uri: str | None = None) -> Delivery:
    """Deliver what is missing of a sweep.

    Args:
        name: results folder, or name of the sweep.
        root: folder of all results.
        uri: address of the MLflow store, where it is not that of the sweep's file: its password is never kept there.

    Raises:
        ResultsError: if there is no such sweep, or another process writes it.
        TrackingError: if the store does not answer.
        UsageError: if the sweep is recorded nowhere but in its folder.
    """
    folder = find_folder(name, root, "`sweep sync`")
    config = load_config(folder / CONFIG, [] if uri is None else [f"tracking.uri={uri}"])
    if not config.tracking.enabled and "://" not in str(config.results):
        raise UsageError(
            f"`sweep sync` needs a sweep that is recorded in MLflow or at a URL. Received: `{folder}`, whose "
            "`tracking.enabled` is false. Run its file with `tracking.enabled=true`."
        )
    result = run(config, train=False)
    lines = []
    if result.tracked is not None:
        there, added = result.tracked.skipped, counted(result.tracked.written, "trial")
        lines = [f"{added} written to MLflow, {there:,} were there before.", *tracking_notes(result.tracked)]
    if result.undelivered:
        lines.append("Something is still to be delivered; `sweep sync` tries again.")
    return Delivery(tuple(lines), not result.undelivered)
