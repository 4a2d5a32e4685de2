"""Runs copied into PostgreSQL are those that MLflow's client writes, and a batch arrives whole or not at all."""

from __future__ import annotations

import dataclasses

import pytest

from sweep.tracking.store import StoreError
from sweep.tracking.writers.mlflow import MlflowStore
from sweep.tracking.writers.postgresql import PostgresqlSink


@pytest.mark.usefixtures("known_tables")
def test_postgresql_in_bulk_gives_the_runs_that_the_client_gives(
    postgresql, fresh_record, open_parent, trials, by_trial, written_by_client
):
    expected = written_by_client(postgresql, open_parent, trials)
    store = MlflowStore(postgresql)
    store.open(dataclasses.replace(fresh_record, plan_hash="other" + fresh_record.plan_hash), {}, "a description")
    assert isinstance(store._sink, PostgresqlSink)
    store.write(trials)
    assert by_trial(postgresql, store) == expected
    assert len(expected) == 8
    store.close()


def runs_in(uri):
    import psycopg

    with psycopg.connect(uri.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT count(*) FROM runs").fetchone()[0]


def test_a_refused_value_leaves_nothing_of_its_batch_in_postgresql(
    postgresql, open_parent, make_result, described, children
):
    parent = open_parent(postgresql)
    before = runs_in(postgresql)
    sink = PostgresqlSink(postgresql, parent)
    good, bad = described(make_result), described(make_result, seed=1)
    # PostgreSQL has no NUL in a text.
    bad = dataclasses.replace(bad, tags={**bad.tags, "error": "\0"})
    with pytest.raises(StoreError) as error:
        sink.write([good, bad])
    assert error.value.permanent
    assert runs_in(postgresql) == before
    sink.write([good])
    sink.close()
    assert len(children(postgresql, parent)) == 1


def test_a_connection_that_the_database_ended_is_opened_again(
    postgresql, open_parent, make_result, described, children
):
    import psycopg

    parent = open_parent(postgresql)
    sink = PostgresqlSink(postgresql, parent)
    sink.write([described(make_result)])
    with psycopg.connect(postgresql.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", (sink._connection.info.backend_pid,))
    again = described(make_result, seed=1)
    with pytest.raises(StoreError) as error:
        sink.write([again])
    assert not error.value.permanent
    sink.write([again])
    sink.close()
    assert len(children(postgresql, parent)) == 2
