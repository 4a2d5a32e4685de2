"""The runnable lecture on optimization algorithms: each section produces numbers, figures and the data behind them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sweep.lecture.run_sections import FOLDER, run_all, run_section
from sweep.lecture.section_registry import SECTIONS

__all__ = ["FOLDER", "SECTIONS", "run_all", "run_section", "show"]


def show(name: str | None, overrides: Sequence[str], folder: Path) -> None:
    """List the sections, or run one or all of them, and print the results.

    Args:
        name: name of a section, ``all``, or path of a section's YAML file; None lists the sections.
        overrides: ``key=value`` items, for a single section.
        folder: output folder.

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
