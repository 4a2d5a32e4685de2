"""A journal of an earlier version becomes records, and goes only once they are on the disk."""

from __future__ import annotations

from contextlib import closing

import numpy as np
import pytest
from pyarrow import parquet

from sweep.errors import ResultsError
from sweep.records import TrialResult
from sweep.running.event_log import EventLog
from sweep.running.old_journal import convert_journal
from sweep.running.replay import replay
from sweep.running.trial_rows import to_table


@pytest.fixture
def journal(tmp_path, trials):
    folder = tmp_path / "journal"
    folder.mkdir()
    for number, trial in enumerate(trials):
        result = TrialResult(
            trial, "COMPLETED", {"epoch": np.array([1.0]), "loss": np.array([0.5 + number])}, {"split": "s"}, 1.0, 2.0
        )
        parquet.write_table(to_table([result]), folder / f"part-00000{number}.parquet")
    return folder


def test_every_result_is_taken_over_once(journal, tmp_path, trials):
    with closing(EventLog(tmp_path / "events")) as log:
        assert convert_journal(journal, log) == []
        assert not journal.exists()
        assert convert_journal(journal, log) == []
        results = replay(log.read()[0], trials)
    assert [(one.trial, one.status, one.epochs["loss"].tolist()) for one in results] == [
        (trials[0], "COMPLETED", [0.5]),
        (trials[1], "COMPLETED", [1.5]),
    ]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_taken_over(journal, tmp_path, trials):
    (journal / "part-000000.parquet").write_bytes(b"PAR1 and no more")
    with closing(EventLog(tmp_path / "events")) as log:
        (said,) = convert_journal(journal, log)
        assert [one.trial for one in replay(log.read()[0], trials)] == [trials[1]]
    assert said.startswith(f"`{journal / 'part-000000.parquet'}` cannot be read (")
    assert said.endswith("); its trials are trained again.")


def test_a_journal_that_could_not_be_copied_stays(journal, tmp_path, monkeypatch):
    def full(log, records):
        raise ResultsError("no space left")

    monkeypatch.setattr(EventLog, "append", full)
    with closing(EventLog(tmp_path / "events")) as log, pytest.raises(ResultsError, match="no space left"):
        convert_journal(journal, log)
    assert len(list(journal.glob("part-*.parquet"))) == 2
