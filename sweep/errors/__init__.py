"""Exceptions for users of sweeps; each message is one sentence that says how to fix the problem."""

from __future__ import annotations

from sweep.errors.masking import hide_secrets


class SweepError(Exception):
    """Base class of all errors of this project; the message is one sentence for the user.

    ``exit_code`` is the exit code of the command line. Passwords in addresses are masked in the message.
    """

    exit_code = 1

    def __init__(self, message: str = "") -> None:
        super().__init__(hide_secrets(message))


class UsageError(SweepError):
    """The configuration or environment is invalid; nothing was started."""

    exit_code = 2


class ConfigError(UsageError):
    """A configuration file, or an override of it, breaks a rule."""


class DataError(UsageError):
    """The data set that the configuration names cannot be used."""


class ResourceError(UsageError):
    """The sweep needs resources that this machine or cluster does not have."""


class TrackingError(UsageError):
    """The MLflow store cannot be reached or written."""


class ResultsError(UsageError):
    """The results folder cannot be read or written."""


class ScoreError(UsageError):
    """The table of times to score is invalid."""


class AnalysisError(UsageError):
    """An analysis cannot be computed from the finished trials, or needs a package that is not installed."""


class BaselineError(UsageError):
    """The baseline of a sweep is missing, damaged, or not comparable."""


class ComparisonError(SweepError):
    """The trials were not trained under equal conditions and must not be compared."""
