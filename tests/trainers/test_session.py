"""All arms of a seed share data, split, initial weights and batch order, as the fingerprints of a session show."""

from trainers.data import DataSource, load
from trainers.pack import Pack, TrialSpec
from trainers.session import Session

# The same with NumPy 1.26 and 2.4.
IRIS_SEED_7 = {
    "data": "4f69fb6bdbb2385f",
    "split": "0ec48de58805d9f0",
    "init": "7122ef7c7c94b3ef",
    "batches": "30fce72ec7b28c0f",
}


def test_all_arms_of_a_seed_share_data_split_initial_weights_and_order() -> None:
    iris = load(DataSource("iris"))
    arms = [
        (TrialSpec("sgd", {"learning_rate": 0.1}, seed=7), 7),
        (TrialSpec("adam", {"learning_rate": 0.001}, seed=7), 32),
        (TrialSpec("rmsprop", {"learning_rate": 0.01}, seed=7), None),
    ]
    seen = [Session(Pack(iris, (trial,), batch_size=size)).fingerprints()[7] for trial, size in arms]
    assert seen[0] == seen[1] == seen[2]


def test_another_seed_changes_all_but_the_data() -> None:
    iris = load(DataSource("iris"))
    trials = tuple(TrialSpec("sgd", {"learning_rate": 0.1}, seed=seed) for seed in range(5))
    seen = Session(Pack(iris, trials)).fingerprints().values()
    assert {part: len({s[part] for s in seen}) for part in ("data", "split", "init", "batches")} == {
        "data": 1,
        "split": 5,
        "init": 5,
        "batches": 5,
    }


def test_fingerprints_are_pinned_across_machines_and_versions() -> None:
    trial = TrialSpec("sgd", {"learning_rate": 0.1}, seed=7)
    assert Session(Pack(load(DataSource("iris")), (trial,))).fingerprints()[7] == IRIS_SEED_7
