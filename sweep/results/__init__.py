"""Writes a sweep's results folder as trials end, creates its tables, and reads them as data frames."""

from sweep.results.folder import ResultsFolder, require_writable
from sweep.results.frames import SweepResult, load_results
from sweep.results.leaderboard import leaderboard

__all__ = ["ResultsFolder", "SweepResult", "leaderboard", "load_results", "require_writable"]
