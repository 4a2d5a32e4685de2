"""Runs sections of the lecture and writes their figures, the data behind them, and the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from threadpoolctl import threadpool_limits

from sweep.errors import ConfigError, ResultsError
from sweep.lecture.html_page import Part, page
from sweep.lecture.outcome import LectureSection, Outcome
from sweep.lecture.section_config import check_settings, read_settings, shipped_file
from sweep.lecture.section_registry import SECTIONS, find
from sweep.results.csv_text import as_csv
from trainers.errors import did_you_mean

FOLDER = Path("results/lecture")
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Result:
    """The outcome of a section and the files that were written.

    Args:
        section: section that was run.
        outcome: its outcome.
        files: paths of the written files, the PNG first.
    """

    section: LectureSection
    outcome: Outcome
    files: tuple[Path, ...]


def run_section(
    name: str,
    overrides: Sequence[str] = (),
    folder: Path = FOLDER,
    announce: Callable[[LectureSection], None] | None = None,
) -> Result:
    """Run one section and write its figure and data to ``folder/<section>``.

    Args:
        name: name of a section, or path of a YAML file for one.
        overrides: ``key=value`` items.
        folder: output folder.
        announce: called with the section before it runs.

    Raises:
        UsageError: if the section is unknown, or its settings are invalid.
        ResultsError: if the folder cannot be written.
    """
    section, file = _section_and_file(name)
    settings = check_settings(read_settings(file, overrides), section.settings)
    if announce is not None:
        announce(section)
    # One thread, so that measurements do not depend on other load.
    with threadpool_limits(limits=1):
        outcome = section.run(settings)
    return Result(section, outcome, _write(outcome, section.name, folder / section.name))


def run_all(folder: Path = FOLDER, announce: Callable[[LectureSection], None] | None = None) -> Path:
    """Run every section and write all of them to one page.

    Args:
        folder: output folder.
        announce: called with each section before it runs.

    Returns:
        Path of the page.

    Raises:
        ResultsError: if the folder cannot be written.
    """
    parts = [
        Part(result.section, result.outcome, shipped_file(result.section.name).read_text(encoding="utf-8"))
        for result in (run_section(name, (), folder, announce) for name in SECTIONS)
    ]
    path = folder / "index.html"
    _save({path: page(parts)})
    return path


def _section_and_file(name: str) -> tuple[LectureSection, Path]:
    """Find the section and its settings file from the name of a section or the path of a settings file."""
    path = Path(name)
    if path.suffix not in SUFFIXES:
        return find(name), shipped_file(name)
    given = read_settings(path).values.get("section")
    if not isinstance(given, str) or given not in SECTIONS:
        near = did_you_mean(given, SECTIONS) if isinstance(given, str) else ""
        raise ConfigError(
            f"{path}: `section` must be one of {', '.join(SECTIONS)}. Received: {given}.{near} "
            "It says which section of the lecture the file is for."
        )
    return SECTIONS[given], path


def _write(outcome: Outcome, name: str, folder: Path) -> tuple[Path, ...]:
    from sweep.reports.figures import draw_together

    picture = draw_together(outcome.panels)
    contents: dict[Path, str | bytes] = {
        folder / f"{name}.png": picture.png,
        folder / f"{name}.svg": picture.svg,
        **{folder / f"{key}.csv": as_csv(table) for key, table in outcome.data.items()},
    }
    _save(contents)
    return tuple(contents)


def _save(contents: dict[Path, str | bytes]) -> None:
    for path, content in contents.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        except OSError as error:
            raise ResultsError(f"`--output` must be a folder that can be written. {path}: {error.strerror}.") from None
