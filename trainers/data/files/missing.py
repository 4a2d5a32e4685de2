"""Tells what a user may have meant by the path of a file that is not there."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainers.data.files.formats import has_known_ending
from trainers.errors import DataError, did_you_mean


def missing_file(path: Path, folders: Sequence[Path]) -> DataError:
    """Make the error for a missing file, with the searched folders and the most similar name.

    Args:
        path: as given by the user.
        folders: searched for a relative path.
    """
    places = [path.parent] if path.is_absolute() else [folder / path.parent for folder in dict.fromkeys(folders)]
    known = [place for place in places if place.is_dir()]
    neighbours = [entry.name for place in known for entry in place.iterdir() if has_known_ending(entry.name)]
    looked = "" if path.is_absolute() else f" It is neither in {' nor in '.join(f'`{place}`' for place in places)}."
    if len(places) == 1:
        looked = looked.replace("neither in", "not in")
    way_out = did_you_mean(path.name, neighbours) or " Check the path."
    if not known:
        folder = f"`{path.parent}` either" if path.parent != Path() else "of it"
        looked, way_out = f"{looked} There is no folder {folder}.", " Check the path."
    return DataError(f"the data file must exist. Received: `{path}`.{looked}{way_out}")
