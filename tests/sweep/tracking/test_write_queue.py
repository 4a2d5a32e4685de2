"""The bounded queue and the file of what is not written yet."""

from __future__ import annotations

import resource
import signal
import threading
import time

from sweep.tracking.trial_runs import trial_run
from sweep.tracking.write_queue import BoundedQueue, PendingFile


def test_a_full_queue_refuses_after_the_given_time(make_result):
    queue = BoundedQueue(capacity=40)
    assert queue.put(make_result(epochs=4), 0.0)
    started = time.monotonic()
    assert not queue.put(make_result(epochs=4), 0.05)
    assert 0.04 < time.monotonic() - started < 1


def test_a_result_larger_than_the_queue_is_let_in_alone(make_result):
    queue = BoundedQueue(capacity=1)
    assert queue.put(make_result(), 0.0)
    assert not queue.put(make_result(), 0.0)


def test_taking_makes_room(make_result):
    queue = BoundedQueue(capacity=40)
    queue.put(make_result(seed=1), 0.0)
    threading.Timer(0.05, queue.take, (1,)).start()
    assert queue.put(make_result(seed=2), 5.0)


def test_a_batch_ends_when_it_holds_enough_numbers(make_result):
    queue = BoundedQueue(capacity=10_000)
    for seed in range(5):
        queue.put(make_result(seed=seed, epochs=4), 0.0)
    # A result of 4 epochs holds 7 * 4 numbers and one for itself.
    assert [result.trial.seed for result in queue.take(30)] == [0, 1]
    assert [result.trial.seed for result in queue.take(1000)] == [2, 3, 4]


def test_a_closed_and_empty_queue_gives_nothing(make_result):
    queue = BoundedQueue(capacity=100)
    queue.put(make_result(), 0.0)
    queue.close()
    assert len(queue.take(100)) == 1
    assert queue.take(100) == []


def runs(make_result, count):
    return [trial_run(make_result(seed=seed), "val_accuracy", "max") for seed in range(count)]


def test_the_pending_file_gives_back_exactly_what_it_was_given(tmp_path, make_result):
    pending = PendingFile(tmp_path / "pending.jsonl")
    given = runs(make_result, 3)
    pending.append(given[:2])
    pending.append(given[2:])
    seen = []
    assert pending.drain(lambda chunk: seen.extend(chunk) or [], most_numbers=1) == 0
    assert seen == given
    assert not pending.path.exists()


def test_the_pending_file_keeps_what_is_still_unwritten(tmp_path, make_result):
    pending = PendingFile(tmp_path / "pending.jsonl")
    given = runs(make_result, 3)
    pending.append(given)
    assert pending.drain(lambda chunk: [run for run in chunk if run.name.endswith("s1")], 10_000) == 1
    seen = []
    pending.drain(lambda chunk: seen.extend(chunk) or [], 10_000)
    assert seen == [given[1]]


def test_a_line_torn_by_a_crash_is_ignored(tmp_path, make_result):
    pending = PendingFile(tmp_path / "pending.jsonl")
    pending.append(runs(make_result, 2))
    text = pending.path.read_text()
    pending.path.write_text(text[:-20])
    seen = []
    assert pending.drain(lambda chunk: seen.extend(chunk) or [], 10_000) == 0
    assert len(seen) == 1


def test_a_full_disk_raises_nothing_and_spoils_no_line(tmp_path, make_result):
    pending = PendingFile(tmp_path / "pending.jsonl")
    given = runs(make_result, 3)
    pending.append(given[:1])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        # The file may grow by a part of a line alone.
        resource.setrlimit(resource.RLIMIT_FSIZE, (pending.path.stat().st_size + 20, before[1]))
        pending.append(given[1:2])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert "File too large" in pending.problem
    pending.append(given[2:])
    seen = []
    assert pending.drain(lambda chunk: seen.extend(chunk) or [], 10_000) == 0
    assert seen == [given[0], given[2]]


def test_results_that_come_shortly_after_each_other_are_taken_together(make_result):
    queue = BoundedQueue(capacity=10_000)
    queue.put(make_result(seed=0), 0.0)
    threading.Timer(0.05, queue.put, (make_result(seed=1), 0.0)).start()
    started = time.monotonic()
    assert [result.trial.seed for result in queue.take(1000, gather_seconds=0.2)] == [0, 1]
    assert time.monotonic() - started > 0.15


def test_gathering_ends_when_there_is_enough_or_no_more(make_result):
    queue = BoundedQueue(capacity=100)
    queue.put(make_result(seed=0), 0.0)
    queue.put(make_result(seed=1), 0.0)
    started = time.monotonic()
    assert len(queue.take(1000, gather_seconds=30)) == 2
    queue.put(make_result(seed=2), 0.0)
    threading.Timer(0.05, queue.close).start()
    assert len(queue.take(1000, gather_seconds=30)) == 1
    assert time.monotonic() - started < 5
