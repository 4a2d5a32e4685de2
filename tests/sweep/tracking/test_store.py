"""What a store did not take is told in one line, without its password."""

from __future__ import annotations

from sweep.tracking.store import StoreError


def test_the_reason_is_one_line_of_at_most_500_letters():
    error = StoreError("one\n  two\tthree " + "x" * 900, permanent=True)
    assert str(error).startswith("one two three xxx")
    assert len(str(error)) == 500
    assert error.permanent


def test_the_password_of_an_address_is_hidden():
    error = StoreError("no answer from postgresql://ada:hunter2@db/mlflow", permanent=False)
    assert "hunter2" not in str(error)
    assert "db/mlflow" in str(error)
    assert not error.permanent
