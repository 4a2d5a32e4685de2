"""The lecture on optimization algorithms, runnable: each section ends in numbers, a picture and the data behind it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sweep.lecture.run_sections import FOLDER, run_all, run_section
from sweep.lecture.section_registry import SECTIONS

__all__ = ["FOLDER", "SECTIONS", "run_all", "run_section", "show"]


def show(name: str | None, overrides: Sequence[str], folder: Path) -> None:
    """List the sections, or run one, or all of them, and print what was found.

    Args:
        name: a section, ``all``, or the path of a section's YAML file; None lists.
        overrides: ``key=value`` each, for one section.
        folder: where to write.

    Raises:
        SweepError: see `run_section` and `run_all`.
    """
    from sweep.errors import UsageError
    from sweep.lecture.printing import print_path, print_result, print_sections, print_start

    if name is None:
        print_sections(SECTIONS.values())
    elif name == "all":
        if overrides:
            raise UsageError(
                f"`all` takes no changes, as each section has its own keys. Received: {overrides[0]}. "
                "Name the section to change."
            )
        print_path("\npage", run_all(folder, print_start))
    else:
        print_result(run_section(name, overrides, folder, print_start))
