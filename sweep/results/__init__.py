"""The results folder of a sweep: written as trials end, merged into tables, and read back as data frames."""

from sweep.results.folder import ResultsFolder, require_writable
from sweep.results.frames import SweepResult, load_results
from sweep.results.leaderboard import leaderboard

__all__ = ["ResultsFolder", "SweepResult", "leaderboard", "load_results", "require_writable"]
