"""A database that does not answer, or that belongs to no server, is refused by name and without its password."""

from __future__ import annotations

import pytest

from sweep.errors import TrackingError
from sweep.tracking import check_store


def test_a_database_without_a_server_is_refused():
    with pytest.raises(TrackingError, match="must be a database that answers") as error:
        check_store("postgresql://ada:secret@127.0.0.1:1/mlflow")
    assert "secret" not in str(error.value)


def test_a_database_without_a_server_before_it_is_refused(postgresql):
    with pytest.raises(TrackingError, match=r"`tracking.store` needs a server at `tracking.uri`"):
        check_store(postgresql, None, postgresql)
