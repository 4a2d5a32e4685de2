"""Tells whether a database has the tables of the installed MLflow, of another MLflow, or of another program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection
from importlib.util import find_spec
from pathlib import Path

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets

VERSION_TABLE = "alembic_version"
OWN_TABLES = frozenset({"experiments", "runs", "metrics", "params"})
"""Tables that MLflow has had from its first version on."""

REVISION_PATTERN = re.compile(r"[0-9a-f]{12}")
"""How MLflow's revisions look; a program that names its own otherwise is another one."""


def check_revision(uri: str, revisions: Collection[str], tables: Collection[str], named: str) -> None:
    """Refuse a database whose schema is not that of the installed MLflow; an empty one has none.

    Args:
        uri: its address.
        revisions: what its table ``alembic_version`` holds.
        tables: names of its tables.
        named: what gave the address, as it begins a sentence.

    Raises:
        TrackingError: one sentence with the way out that fits.
    """
    heads, known = _read_scripts()
    others = set(tables) - {VERSION_TABLE}
    shown = without_secrets(uri)
    said = f"({', '.join(sorted(revisions)) or 'without a revision'})"
    is_foreign = bool(others) and not others >= {"experiments", "runs"}
    if is_foreign or not all(REVISION_PATTERN.fullmatch(revision) for revision in revisions):
        raise TrackingError(
            f"{named} must be a database of MLflow or an empty one, and this one belongs to another program {said}. "
            f"Received: {shown!r}. Give another database, such as the new file `sqlite:///mlflow.db`."
        )
    if revisions and not set(revisions) <= known:
        raise TrackingError(
            f"{named} was set up by a newer MLflow than the installed one {said}. Received: {shown!r}. "
            "Upgrade MLflow here with `pip install -U mlflow`, or give a new file."
        )
    if (revisions or others) and not set(revisions) & heads:
        raise TrackingError(
            f"{named} was set up by an older MLflow than the installed one {said}. Received: {shown!r}. "
            f"Back it up and run `mlflow db upgrade {shlex.quote(shown)}`, or give a new file."
        )


def schema_heads() -> set[str]:
    """Newest schema revisions of the installed MLflow, read from its migration scripts without importing it."""
    return _read_scripts()[0]


def _read_scripts() -> tuple[set[str], set[str]]:
    """The newest revisions of the installed MLflow, and all that it knows."""
    package = find_spec("mlflow")
    if package is None or package.origin is None:
        raise TrackingError("`tracking` needs MLflow, which is not installed. Run `pip install mlflow`.")
    scripts = (Path(package.origin).parent / "store" / "db_migrations" / "versions").glob("*.py")
    revisions: set[str] = set()
    replaced: set[str] = set()
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision = [\"'](\w+)[\"']", text, re.MULTILINE))
        replaced.update(re.findall(r"^down_revision = [\"'](\w+)[\"']", text, re.MULTILINE))
    return revisions - replaced, revisions
