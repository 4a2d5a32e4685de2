"""Checks whether a database has the schema of the installed MLflow, another version, or another program."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection

from sweep.errors import TrackingError
from sweep.errors.masking import without_secrets
from sweep.tracking.internals import schema_revisions

VERSION_TABLE = "alembic_version"
OWN_TABLES = frozenset({"experiments", "runs", "metrics", "params"})
"""Tables that MLflow has had from its first version on."""

REVISION_PATTERN = re.compile(r"[0-9a-f]{12}")
"""Format of MLflow's revision ids; other formats belong to other programs."""


def check_revision(uri: str, revisions: Collection[str], tables: Collection[str], named: str) -> None:
    """Refuse a database whose schema is not that of the installed MLflow; an empty one is accepted.

    Args:
        uri: its address.
        revisions: content of its table ``alembic_version``.
        tables: names of its tables.
        named: origin of the address, as the start of a sentence.

    Raises:
        TrackingError: if the schema differs, with a suitable fix.
    """
    heads, known = schema_revisions()
    others = set(tables) - {VERSION_TABLE}
    shown = without_secrets(uri)
    said = f"({', '.join(sorted(revisions)) or 'without a revision'})"
    is_foreign = bool(others) and not others >= {"experiments", "runs"}
    if is_foreign or not all(REVISION_PATTERN.fullmatch(revision) for revision in revisions):
        raise TrackingError(
            f"{named} must be a database of MLflow or an empty one, and this one belongs to another program {said}. "
            f"Received: {shown!r}. Give another database, such as the new file `sqlite:///mlflow.db`."
        )
    if not known:
        # MLflow itself reports whether it can open the database.
        return
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
