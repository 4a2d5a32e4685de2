"""The table of a report names machine, packages and fingerprints, each start by itself."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd

from sweep.reports.environment_table import environment, fingerprints


def test_of_one_start_each_package_has_a_row_and_nothing_is_numbered():
    found = SimpleNamespace(environments=({"python": "3.11", "machine.cores": "8", "packages": "ray=2.9 numpy=2.1"},))
    assert environment(found) == (("Python", "3.11"), ("cores", "8"), ("ray", "2.9"), ("numpy", "2.1"))


def test_of_several_starts_each_is_numbered():
    found = SimpleNamespace(environments=({"python": "3.11"}, {"python": "3.12", "packages": "ray=2.9"}))
    assert environment(found) == (("Python (start 1)", "3.11"), ("Python (start 2)", "3.12"), ("ray (start 2)", "2.9"))


def test_split_and_weights_are_told_by_seed_and_missing_fingerprints_left_out():
    trials = pd.DataFrame(
        {
            "seed": [0, 0, 1],
            "fingerprint_data": ["d", "d", "d"],
            "fingerprint_split": ["s0", "s0", "s1"],
            "fingerprint_init": ["", None, "i1"],
            "fingerprint_batches": ["b0", "b1", "b1"],
        }
    )
    assert fingerprints(SimpleNamespace(plan_hash="abc", trials=trials)) == (
        ("plan", "abc"),
        ("data", "d"),
        ("split of seed 0", "s0"),
        ("split of seed 1", "s1"),
        ("init of seed 1", "i1"),
        ("batches", "2 different orders, by seed, batch size and epochs"),
    )
    assert fingerprints(SimpleNamespace(plan_hash="", trials=trials[["seed"]])) == ()
