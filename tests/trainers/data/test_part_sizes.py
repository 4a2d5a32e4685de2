"""The training part has the size that a share leaves, and of each class its share of that."""

import numpy as np
import pytest

from trainers.data.part_sizes import class_shares, largest_share, training_examples
from trainers.errors import DataError


@pytest.mark.parametrize(
    ("examples", "validation", "left"), [(100, 0.07, 93), (1797, 0.2, 1437), (3, 0.01, 2), (3, 0.99, 1), (2, 0.5, 1)]
)
def test_a_share_is_rounded_up_and_each_part_has_an_example(examples, validation, left):
    assert training_examples(examples, validation) == left


def test_shares_of_classes_add_up_and_the_largest_remainders_come_first():
    # Quotas of 4 training examples: 2.4, 0.8 and 0.8.
    assert class_shares(np.array([6, 2, 2]), 4, "set") == [2, 1, 1]
    # Quotas of 38.1, 22.9 and 16.0: the one that is left goes to the second class.
    assert class_shares(np.array([50, 30, 21]), 77, "set") == [38, 23, 16]


@pytest.mark.parametrize(("examples", "fewest"), [(150, 3), (149, 3), (10, 2), (1797, 10)])
def test_the_largest_share_leaves_just_enough(examples, fewest):
    assert training_examples(examples, largest_share(examples, fewest)) == fewest


@pytest.mark.parametrize(
    ("counts", "size", "said"),
    [([5, 1], 3, "at least 2 examples, one for each part"), ([4, 4, 4], 2, "an example of each of 3 classes")],
)
def test_classes_without_an_example_in_a_part_are_refused(counts, size, said):
    with pytest.raises(DataError, match=said):
        class_shares(np.array(counts), size, "set")
