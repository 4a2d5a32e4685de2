"""Disables MLflow's console output, telemetry, warnings and long retries."""

from __future__ import annotations

import os
import warnings

SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DISABLE_AGENT_HINT": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    # MLflow logs a database error with its traceback before it raises; the writer reports it in one sentence.
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
    # The writer itself retries.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
}


def silence_mlflow() -> None:
    """Prepare the process for ``import mlflow``; a variable that the user has set keeps its value."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    # MLflow's own models use what SQLAlchemy 2.1 deprecates; no user of a sweep can do anything about it.
    warnings.filterwarnings("ignore", message="The ``noload`` loader strategy is deprecated")
    # Its own classes of models have type hints that it warns of when it is imported, in colour.
    warnings.filterwarnings("ignore", message=".*type hint .*is inferred as AnyType")
