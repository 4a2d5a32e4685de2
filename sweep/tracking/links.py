"""Builds the dashboard link of a sweep on an MLflow server."""

from __future__ import annotations

from urllib.parse import quote

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets
from sweep.tracking.addresses import ask_server
from sweep.tracking.views import experiment_page


def experiment_url(uri: str, experiment: str) -> str:
    """Return the page of an experiment, or a search for its name if the experiment is not found.

    Args:
        uri: address of a server.
        experiment: its name.
    """
    base = without_secrets(uri).rstrip("/")
    by_name = f"{base}/#/experiments?experimentSearchFilter={quote(experiment)}"
    try:
        response = ask_server(uri, "experiments/get-by-name", {"experiment_name": experiment})
    except TrackingError:
        return by_name
    if response.status_code != 200:
        return by_name
    return experiment_page(base, str(response.json()["experiment"]["experiment_id"]), None)
