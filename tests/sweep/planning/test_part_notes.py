"""The plan says which draws of folds the seeds are, and what small parts mean."""

import pytest

from sweep.config import SweepConfig
from sweep.planning.part_notes import fold_notes, part_notes
from trainers.data import DatasetShape


def config(validation, seeds=3, **space):
    given = {"data": {"name": "iris", "validation": validation}, "optimizers": {"sgd": {"learning_rate": 0.1}}}
    return SweepConfig.model_validate({**given, "seeds": seeds, **({"space": space} if space else {})})


@pytest.mark.parametrize(
    ("seeds", "said"),
    [
        (10, "the 10 seeds are 2 draws of 5 folds;"),
        (5, "the 5 seeds are 1 draw of 5 folds;"),
        (7, "the 7 seeds are 1 draw of 5 folds and 2 of another;"),
        (3, "the 3 seeds are 3 of 5 folds;"),
    ],
)
def test_seeds_are_draws_of_folds(seeds, said):
    (note,) = fold_notes(config({"folds": 5}, seeds))
    assert note.startswith(said)
    assert note.endswith("intervals are wider than of independent seeds, as folds share training examples")


def test_a_share_has_no_folds():
    assert fold_notes(config(0.2)) == []


def test_a_batch_larger_than_the_training_part_and_fewer_examples_than_classes_are_told():
    shape = DatasetShape(12, 4, 3, "multiclass")
    notes = part_notes(config(0.1, batch_size=[8, 64]), shape, 10, [{"batch_size": 8}, {"batch_size": 64}])
    assert notes == [
        "batch_size 64 is full, as there are only 10 examples to train on",
        "the 2 examples to validate on are fewer than the 3 classes: some have none",
    ]
