"""A feature that alone predicts the target is named, and one that is merely good, or unique in each row, is not."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from trainers.data.dataset import classification, regression
from trainers.data.leaks import duplicates_across, leaks, rows_with_targets
from trainers.data.table_schema import MISSING, FeatureColumn, TableSchema

DRAW = np.random.default_rng(5)
NOISE = DRAW.normal(size=1000)


def classes(column, labels, others=NOISE):
    count = int(np.max(labels)) + 1
    inputs = np.column_stack([others[: len(labels)], column])
    return classification("t", inputs, np.asarray(labels), [f"c{n}" for n in range(count)], ["noise", "leak"])


def numbers(column, targets, others=NOISE):
    return regression("t", np.column_stack([others[: len(targets)], column]), np.asarray(targets), ["noise", "leak"])


def categories(codes, dataset_of, targets, encoding="one_hot", names=None):
    """A data set of one column of categories."""
    width = int(np.nanmax(codes)) + 1
    column = FeatureColumn(name="kind", encoding=encoding, categories=names or tuple(map(str, range(width))))
    plain = dataset_of(np.zeros(len(targets)), targets)
    rows = np.asarray(codes, dtype=np.float64)[:, np.newaxis]
    return replace(plain, inputs=rows, feature_names=("kind",), schema=TableSchema(columns=(column,)))


def flip(labels, share, draw=DRAW):
    """Wrong labels in so many of the rows."""
    changed = np.array(labels)
    rows = draw.choice(len(labels), round(share * len(labels)), replace=False)
    changed[rows] = 1 - changed[rows]
    return changed


def test_a_threshold_on_a_number_is_a_rule_and_its_share_is_given():
    values = np.arange(1000.0)
    (found,) = leaks(classes(values, (values >= 600).astype(int)))
    assert found == (
        "`leak` alone predicts the target: it is right in 100 % of the rows, the most frequent class in 60 %."
    )
    (found,) = leaks(classes(values, flip(values >= 600, 0.004).astype(int)))
    assert "right in 99.6 %" in found


def test_a_rule_that_is_wrong_in_more_than_a_hundredth_of_the_rows_is_no_leak():
    values = np.arange(1000.0)
    assert leaks(classes(values, flip(values >= 600, 0.008).astype(int)))
    assert not leaks(classes(values, flip(values >= 600, 0.012).astype(int)))


def test_right_in_99_percent_says_nothing_where_one_class_has_nearly_all_rows():
    # 40 of 1000 rows are of the second class, of which the rule misses 9: right in 99.1 %.
    labels = np.zeros(1000, dtype=int)
    labels[:40] = 1
    weak, strong = labels.astype(float), labels.astype(float)
    weak[:9] = 0.0
    strong[:7] = 0.0
    assert not leaks(classes(weak, labels))
    # A fifth of the errors of the most frequent class is the most that counts.
    assert leaks(classes(strong, labels))


def test_numbers_between_two_limits_are_a_rule_and_many_changes_of_class_are_none():
    values = np.arange(1000.0)
    assert leaks(classes(values, ((values > 300) & (values < 500)).astype(int)))
    assert not leaks(classes(values, (values // 100 % 2).astype(int)))
    three = np.digitize(values, [200, 700])
    assert leaks(classes(values, three))


def test_numbers_that_repeat_are_tried_as_categories():
    codes = DRAW.integers(0, 40, 1000)
    # No few intervals divide odd numbers from even ones.
    (found,) = leaks(classes(codes.astype(float), codes % 2))
    assert found.startswith("`leak` alone")


def test_an_identifier_of_each_row_predicts_nothing_but_that_of_a_group_does():
    labels = DRAW.integers(0, 2, 1000)
    own = DRAW.permutation(1000)
    assert not leaks(categories(own, classes, labels))
    assert not leaks(classes(own.astype(float), labels))
    patients = np.repeat(DRAW.permutation(500), 2)
    ill = DRAW.integers(0, 2, 500)[patients]
    (found,) = leaks(categories(patients, classes, ill))
    assert found.startswith("`kind` alone predicts the target: it is right in 100 %")
    # Two rows of a patient that differ predict each other wrongly.
    assert not leaks(categories(patients, classes, np.tile([0, 1], 500)))


def test_an_identifier_that_numbers_rows_in_the_order_of_the_target_is_a_leak():
    assert leaks(classes(np.arange(400.0), np.repeat([0, 1], 200)))


def test_a_cell_that_is_missing_where_the_class_is_another_is_a_leak():
    labels = DRAW.integers(0, 2, 500)
    boats = np.where(labels == 1, DRAW.normal(size=500), np.nan)
    column = FeatureColumn(name="boat", encoding="number", has_missing=True)
    plain = classes(np.zeros(500), labels)
    dataset = replace(
        plain, inputs=boats[:, np.newaxis], feature_names=("boat",), schema=TableSchema(columns=(column,))
    )
    assert leaks(dataset)[0].startswith("`boat`")
    codes = np.where(labels == 1, 0.0, 1.0)
    assert leaks(categories(codes, classes, labels, names=("yes", MISSING)))


def test_few_rows_of_a_class_are_too_few_to_say():
    values = np.arange(100.0)
    assert not leaks(classes(values, (values >= 86).astype(int)))
    assert leaks(classes(values, (values >= 85).astype(int)))
    assert leaks(classes(np.arange(20.0), np.repeat([0, 1], 10))) == ()


def test_a_numeric_target_is_predicted_by_its_copy_and_by_anything_that_grows_with_it():
    y = DRAW.normal(size=1000)
    for column in (-3 * y + 1, np.exp(3 * y), y + DRAW.normal(0, 0.01, 1000)):
        (found,) = leaks(numbers(column, y))
        assert found.startswith("`leak` alone predicts the target: their rank correlation is 0.99") or "1.0000" in found
    # A correlation of 0.995.
    assert not leaks(numbers(y + DRAW.normal(0, 0.1, 1000), y))


def test_a_correlation_by_value_counts_unless_one_outlier_makes_it():
    y = np.where(DRAW.random(1000) < 0.5, 0.0, DRAW.normal(5, 1, 1000))
    rounded = y + np.where(y == 0, DRAW.uniform(0, 1e-3, 1000), 0)
    (found,) = leaks(numbers(rounded, y))
    assert "their correlation is 1.0000" in found
    outlier = DRAW.normal(size=1000)
    target = DRAW.normal(size=1000)
    outlier[3] = target[3] = 1e6
    assert np.corrcoef(outlier, target)[0, 1] > 0.999
    assert not leaks(numbers(outlier, target))


def test_categories_predict_numbers_by_the_mean_of_the_other_rows():
    codes = DRAW.integers(0, 300, 1000)
    height = DRAW.normal(size=300)
    assert leaks(categories(codes, numbers, height[codes]))
    assert not leaks(categories(codes, numbers, height[codes] + DRAW.normal(0, 0.2, 1000)))
    # The mean of the others falls as a row's own target rises, also where the category says nothing.
    assert not leaks(categories(np.zeros(1000), numbers, DRAW.normal(size=1000)))
    assert not leaks(categories(DRAW.permutation(1000), numbers, DRAW.normal(size=1000)))


def test_a_number_that_few_rows_have_is_not_judged():
    y = DRAW.normal(size=100)
    column = FeatureColumn(name="late", encoding="number", has_missing=True)
    plain = numbers(np.zeros(100), y, NOISE)
    for known, is_found in ((60, True), (40, False)):
        cells = np.where(np.arange(100) < known, y, np.nan)
        schema = TableSchema(columns=(column,))
        dataset = replace(plain, inputs=cells[:, np.newaxis], feature_names=("late",), schema=schema)
        assert bool(leaks(dataset)) is is_found


def test_a_date_of_several_parts_is_named_once():
    y = DRAW.normal(size=200)
    column = FeatureColumn(name="day", encoding="date", parts=("year", "month"))
    plain = numbers(np.zeros(200), y)
    dataset = replace(
        plain,
        inputs=np.column_stack([y, y]),
        feature_names=("day.year", "day.month"),
        schema=TableSchema(columns=(column,)),
    )
    (found,) = leaks(dataset)
    assert found.startswith("`day` alone")


@pytest.mark.parametrize("share", [0.0, 0.3])
def test_rows_of_the_held_out_part_that_are_trained_on_are_counted(share):
    rows = DRAW.normal(size=(200, 4))
    rows[DRAW.random((200, 4)) < share] = np.nan
    held_out = np.concatenate([rows[:7], rows[:1], DRAW.normal(size=(20, 4))])
    # NaN has a sign, which is no difference.
    held_out[np.isnan(held_out)] = -np.nan
    assert duplicates_across(rows, held_out) == 8


def test_a_row_with_another_target_is_no_duplicate_and_the_sign_of_zero_is_no_difference():
    data = classification("t", np.array([[0.0, 1.0], [0.0, 2.0]]), np.array([0, 1]), ["a", "b"], ["x", "z"])
    train = rows_with_targets(data)
    assert train.tolist() == [[0.0, 1.0, 0.0], [0.0, 2.0, 1.0]]
    assert duplicates_across(train, np.array([[0.0, 1.0, 1.0]])) == 0
    assert duplicates_across(train, np.array([[-0.0, 1.0, 0.0]])) == 1
    assert duplicates_across(train, np.empty((0, 3))) == 0


def test_a_hundred_thousand_rows_of_fifty_columns_take_seconds():
    draw = np.random.default_rng(0)
    inputs = draw.normal(size=(100_000, 50))
    inputs[:, 25:] = draw.integers(0, 50, size=(100_000, 25))
    labels = (inputs[:, 0] + draw.normal(size=100_000) > 0).astype(int)
    data = classification("large", inputs, labels, ["a", "b"], [f"x{n}" for n in range(50)])
    rows = rows_with_targets(data)
    start = time.process_time()
    assert leaks(data) == ()
    assert duplicates_across(rows[:80_000], rows[70_000:]) == 10_000
    assert time.process_time() - start < 10
