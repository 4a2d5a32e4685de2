"""Tests of the refusal to compare what was not trained under equal conditions."""

import pandas as pd
import pytest

from sweep.analysis.fingerprints import mismatches, require_equal_conditions
from sweep.errors import ComparisonError


def trials(**changes):
    rows = [
        {
            "trial_id": f"{arm}{seed}",
            "arm": arm,
            "seed": seed,
            "batch_size": batch,
            "epochs": 5,
            "fingerprint_data": "d",
            "fingerprint_split": f"s{seed}",
            "fingerprint_init": f"i{seed}",
            "fingerprint_batches": f"b{seed}.{batch}",
        }
        for arm, batch in (("adam", 32), ("sgd", 32), ("lion", 64))
        for seed in (0, 1)
    ]
    for trial_id, (column, value) in changes.items():
        next(row for row in rows if row["trial_id"] == trial_id)[f"fingerprint_{column}"] = value
    return pd.DataFrame(rows)


def test_equal_conditions_pass():
    assert mismatches(trials()) == ()
    require_equal_conditions(trials())


@pytest.mark.parametrize("part", ["split", "init"])
def test_another_split_or_start_of_the_same_seed_is_named(part):
    with pytest.raises(ComparisonError, match=r"of seed 1 must have the same.*trial `sgd1` \(sgd\).*odd") as caught:
        require_equal_conditions(trials(sgd1=(part, "odd")))
    assert caught.value.exit_code == 1


def test_other_data_are_refused_whatever_the_seed():
    with pytest.raises(ComparisonError, match=r"all trials must have the same data set.*`adam0`"):
        require_equal_conditions(trials(adam0=("data", "other")))


def test_batches_are_compared_among_those_of_the_same_size():
    found = mismatches(trials(sgd0=("batches", "odd")))
    assert [(each.part, each.seed) for each in found] == [("batches", 0)]
    assert mismatches(trials(lion0=("batches", "odd"))) == ()


def test_a_trial_that_has_not_run_has_no_fingerprint_to_compare():
    assert mismatches(trials(sgd0=("split", None))) == ()


@pytest.mark.parametrize(
    ("part", "column"),
    [
        ("data", "data.noise"),
        ("split", "data.validation"),
        ("split", "trainer.dtype"),
        ("init", "network.hidden"),
        ("batches", "data.examples"),
    ],
)
def test_what_a_dotted_key_varies_by_design_may_differ_with_it_alone(part, column):
    shared = {"arm": "a", "seed": 0, "batch_size": 8, "epochs": 2}
    rows = [
        {"trial_id": f"t{n}", **shared, column: value, f"fingerprint_{part}": value} for n, value in enumerate("xxyy")
    ]
    require_equal_conditions(pd.DataFrame(rows))
    rows[1][f"fingerprint_{part}"] = "other"
    with pytest.raises(ComparisonError):
        require_equal_conditions(pd.DataFrame(rows))
