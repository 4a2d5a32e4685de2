"""What stands in an event log is read back as it was, and what is damaged is told and never used."""

from __future__ import annotations

import os
import random
import zlib
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweep.errors import ResultsError
from sweep.running import event_log
from sweep.running.event_log import EventLog, Record, decode, encode

RECORDS = [
    Record("start", {"start": "ab", "seconds": 1.5}),
    Record("report", {"number": 0, "names": ["loss"]}, {"values": np.arange(6.0).reshape(3, 2)}),
    Record("report", {"number": 1}, {"values": np.zeros((500, 4)), "epochs": np.arange(500)}),
    Record("end", {"at_once": False}),
]


def content_of(records=RECORDS) -> bytes:
    return event_log.HEADER.pack(event_log.MAGIC, 1, 0)[:-4] + _checksum() + b"".join(map(encode, records))


def _checksum() -> bytes:
    return event_log.LENGTH.pack(zlib.crc32(event_log.HEADER.pack(event_log.MAGIC, 1, 0)[:-4]))


def same(one: Record, other: Record) -> bool:
    return (
        (one.kind, dict(one.facts)) == (other.kind, dict(other.facts))
        and one.arrays.keys() == other.arrays.keys()
        and all(
            np.array_equal(one.arrays[name], other.arrays[name]) and one.arrays[name].dtype == other.arrays[name].dtype
            for name in one.arrays
        )
    )


@pytest.fixture
def log(tmp_path):
    with closing(EventLog(tmp_path / "events")) as log:
        yield log


def test_records_come_back_in_their_order_over_several_starts(tmp_path):
    for record in RECORDS:
        with closing(EventLog(tmp_path / "events")) as each:
            each.append([record])
    records, problems = EventLog(tmp_path / "events").read()
    assert problems == []
    assert len(records) == len(RECORDS)
    assert all(map(same, records, RECORDS))
    assert len(EventLog(tmp_path / "events").files()) == len(RECORDS)


def test_nothing_is_made_before_something_has_happened(log, tmp_path):
    log.append([])
    assert log.read() == ([], [])
    assert not (tmp_path / "events").exists()


@pytest.mark.parametrize("kept", range(0, 40))
def test_a_record_that_was_cut_off_is_dropped_and_told(kept):
    whole = len(content_of(RECORDS[:-1]))
    last = encode(RECORDS[-1])
    found = list(decode(content_of(RECORDS[:-1]) + last[: min(kept, len(last) - 1)], Path("x.log")))
    assert all(map(same, found[:3], RECORDS[:3]))
    said = [f"The last {kept:,} bytes of `x.log` are no whole record; its trials are trained again."] if kept else []
    assert found[3:] == said
    assert whole > 16


@given(st.integers(0, 2**32 - 1))
def test_damage_is_always_told_and_no_record_is_ever_other_than_it_was(seed):
    chance = random.Random(seed)
    content = bytearray(content_of())
    kind = chance.choice(["bit", "cut", "zeros", "drop", "insert"])
    place = chance.randrange(len(content))
    if kind == "bit":
        content[place] ^= 1 << chance.randrange(8)
    elif kind == "cut":
        del content[place:]
    elif kind == "zeros":
        content[place : place + 64] = bytes(len(content[place : place + 64]))
    elif kind == "drop":
        del content[place : place + chance.randint(1, 64)]
    else:
        content[place:place] = chance.randbytes(chance.randint(1, 64))
    if bytes(content) == content_of():
        return
    found = list(decode(bytes(content), Path("x.log")))
    records = [one for one in found if isinstance(one, Record)]
    whole = [sum(map(len, map(encode, RECORDS[:n]))) + 16 for n in range(len(RECORDS) + 1)]
    # A file that ends exactly between two records was never longer, as far as it can tell.
    assert len(records) < len(found) or len(content) in whole or not content
    for record in records:
        assert any(same(record, original) for original in RECORDS)


def test_a_log_of_a_newer_version_is_refused(log, monkeypatch):
    monkeypatch.setattr(event_log, "VERSION", 2)
    log.append(RECORDS)
    monkeypatch.setattr(event_log, "VERSION", 1)
    with pytest.raises(ResultsError, match=r"version 1 or older\. Received: version 2"):
        log.read()


def test_what_a_full_disk_took_in_part_is_taken_back(log, monkeypatch):
    log.append(RECORDS[:2])

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultsError, match="No space left"):
        log.append(RECORDS[2:])
    monkeypatch.undo()
    log.append(RECORDS[3:])
    records, problems = log.read()
    assert problems == []
    assert [record.kind for record in records] == ["start", "report", "end"]


def test_an_array_of_many_numbers_is_compressed():
    zeros = Record("report", {}, {"values": np.zeros((1000, 10))})
    assert len(encode(zeros)) < 1000


def test_clearing_deletes_the_files_of_all_starts(log, tmp_path):
    with closing(EventLog(tmp_path / "events")) as earlier:
        earlier.append(RECORDS)
    log.append(RECORDS)
    log.clear()
    assert log.read() == ([], [])
    log.append(RECORDS[:1])
    assert len(log.read()[0]) == 1
