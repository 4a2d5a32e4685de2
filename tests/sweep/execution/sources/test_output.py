"""What a trial prints is kept in a file: all of it, or its beginning and its end."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from sweep.execution.sources.output import FIRST_BYTES, LAST_BYTES, Output


@pytest.fixture
def output(tmp_path):
    made = Output(tmp_path / "t" / "output.log")
    yield made
    made.close()


def text_of(path):
    return path.read_text(errors="replace")


def test_what_is_printed_is_in_the_file_while_the_trial_runs(output, tmp_path):
    os.write(output.handle, b"hello\n")
    until = time.monotonic() + 5
    path = tmp_path / "t" / "output.log"
    while not path.read_bytes() and time.monotonic() < until:
        time.sleep(0.01)
    assert path.read_bytes() == b"hello\n"


def test_all_that_was_printed_is_in_the_file_at_the_end(output, tmp_path):
    os.write(output.handle, "ä b\n".encode() * 1000)
    os.write(output.handle, b"\xff end")
    output.close()
    assert (tmp_path / "t" / "output.log").read_bytes() == "ä b\n".encode() * 1000 + b"\xff end"


def lines(count):
    """Lines of 16 bytes."""
    return b"".join(b"line %010d\n" % number for number in range(count))


@pytest.mark.parametrize("megabytes", [1, 7])
def test_of_megabytes_the_beginning_and_the_end_are_kept(output, tmp_path, megabytes):
    count = megabytes * 2**16
    printed = lines(count)
    with os.fdopen(os.dup(output.handle), "wb") as stream:
        stream.write(printed)
    output.close_handle()
    output._thread.join()
    output.close()
    kept = (tmp_path / "t" / "output.log").read_bytes()
    left_out = len(printed) - FIRST_BYTES - LAST_BYTES
    note = f"\n... {left_out:,} bytes left out ...\n".encode()
    assert kept == printed[:FIRST_BYTES] + note + printed[-LAST_BYTES:]


def test_the_file_is_never_much_larger_than_its_limit(output, tmp_path):
    path = tmp_path / "t" / "output.log"
    for _ in range(40):
        os.write(output.handle, bytes(65536))
        assert path.stat().st_size < FIRST_BYTES + LAST_BYTES + 100


def test_the_last_lines_are_those_with_words_in_one_line(output):
    os.write(output.handle, b"one\n\n  two   words \n\nthree\n\n")
    output.close()
    assert output.last_lines() == "one | two words | three"
    assert output.last_lines(count=1) == "three"
    assert output.last_lines(characters=4) == "hree"


def test_the_last_lines_may_begin_before_the_part_that_is_kept_of_the_beginning_ends(output):
    os.write(output.handle, b"x" * (FIRST_BYTES - 4) + b"\nno data\n")
    output.close()
    assert output.last_lines(count=1) == "no data"


def test_a_trial_that_has_printed_nothing_has_no_last_lines(output):
    output.close()
    assert (output.last_lines(), output.tail(100)) == ("", "")


def test_the_tail_is_the_end_with_what_was_added(output):
    os.write(output.handle, b"printed\n")
    output.close_handle()
    output._thread.join()
    output.append("Traceback\n")
    assert output.tail(100) == "printed\nTraceback\n"
    assert output.tail(6) == "eback\n"


def test_an_earlier_attempt_is_replaced(tmp_path):
    for text in (b"a long first attempt", b"second"):
        made = Output(tmp_path / "output.log")
        os.write(made.handle, text)
        made.close()
    assert (tmp_path / "output.log").read_bytes() == b"second"


def test_a_process_that_keeps_the_output_open_is_not_waited_for(tmp_path):
    made = Output(tmp_path / "output.log")
    with subprocess.Popen(["sleep", "1000"], stdout=made.handle) as holder:
        os.write(made.handle, b"printed\n")
        begin = time.monotonic()
        made.close()
        assert time.monotonic() - begin < 2
        assert (tmp_path / "output.log").read_bytes() == b"printed\n"
        holder.kill()
    made._thread.join(5)
    assert not made._thread.is_alive()
