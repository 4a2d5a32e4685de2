"""Every error that a user of sweeps can meet, each one sentence with the way out."""

from __future__ import annotations

from sweep.errors.masking import hide_secrets


class SweepError(Exception):
    """Base of all errors of this project; its text is one sentence for the user.

    ``exit_code`` is what the command line ends with. An address in the text is shown without its password.
    """

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(hide_secrets(message))


class UsageError(SweepError):
    """The configuration or the environment is wrong: nothing was started and nothing was lost."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file, or an override of it, breaks a rule."""


class DataError(UsageError):
    """The data set that the configuration names cannot be used."""


class ResourceError(UsageError):
    """The plan asks for more than this machine or cluster has."""


class TrackingError(UsageError):
    """The MLflow store cannot be reached or written."""


class ResultsError(UsageError):
    """The results folder cannot be read or written."""


class ScoreError(UsageError):
    """The table of times that is to be scored breaks a rule."""


class AnalysisError(UsageError):
    """What was asked of finished trials cannot be computed from them, or needs a package that is not installed."""


class BaselineError(UsageError):
    """The baseline that a sweep is to be compared with is missing, damaged, or of something else."""


class ComparisonError(SweepError):
    """The trials were not trained under equal conditions, so that comparing them would mislead."""
