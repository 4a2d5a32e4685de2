"""A pack of two trials and its reports, made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sweep.planning.packing import PlannedPack
from sweep.records import Arm, Trial
from sweep.running.reports import Report
from trainers.loop import Ended

TRIALS = (
    Trial("t0", Arm("a", "adam", {"optimizer": "adam"}), 3),
    Trial("t1", Arm("b", "sgd", {"optimizer": "sgd"}), 4),
)


@pytest.fixture
def trials():
    return TRIALS


@pytest.fixture
def pack():
    return PlannedPack(TRIALS, (), 16, 2, 1.0)


@pytest.fixture
def make_report():
    """A report of one epoch of both trials, or of those that are named."""

    def make(number, epoch, losses, ended=(), *, rows=(0, 1), node=""):
        return Report(
            ("loss", "steps"),
            np.full(len(rows), epoch, dtype=np.int64),
            np.array(rows, dtype=np.int64),
            np.array([[loss, 10.0 * epoch] for loss in losses]),
            tuple(Ended(*end) for end in ended),
            100.0,
            100.0 + epoch,
            number,
            len(ended) == 2,
            {3: {"split": "s3"}, 4: {"split": "s4"}} if number == 0 else {},
            node,
        )

    return make
