"""Looks for features that alone predict the target, and for rows that stand in two parts of the data."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainers.data.dataset import Dataset, Floats
from trainers.data.table_schema import MISSING

MOST_ERRORS = 0.01
"""Share of wrong predictions up to which a feature predicts the classes alone."""

LEAST_GAIN = 5.0
"""By how much the errors of the most frequent class must exceed those of the feature: 95 % right is no gain by 99 %."""

FEWEST_OTHERS = 15
"""With fewer rows outside of the most frequent class, an unrelated number may divide the classes by chance."""

LEAST_CORRELATION = 0.999
"""Correlation from which a number predicts a numeric target alone."""

LEAST_RANK_CORRELATION = 0.9
"""A correlation by value counts only with this one by rank, since a single outlier in both makes any two numbers
correlate."""

FEWEST_PAIRS = 20
"""Fewer numbers may be in one order by chance."""

MOST_ROWS = 10_000
"""Rows that rules on numbers are fitted to, evenly spaced."""

MOST_EXAMINED = 200_000
"""Rows of a larger set that are looked at, evenly spaced."""

EXAMINED_NUMBERS = 2**24
"""Numbers of data that are read by blocks that are looked at, 128 MB."""

CUTS = 256
"""Intervals of equally many rows; a number whose intervals are not nearly pure has no rule of a few intervals."""

SCREEN = 0.03
"""Share of wrong predictions by those intervals up to which the exact rule is fitted."""


def leaks(dataset: Dataset) -> tuple[str, ...]:
    """Find features that alone predict the target, which is often known only because the target is.

    Classes: a rule on one feature is right in 99 % of the rows, with at most a fifth of the errors of the most frequent
    class. A rule on categories predicts each row from the *other* rows of its category (leave-one-out), so that
    an identifier of one row each predicts nothing, and one that several rows share, such as a patient, is found. A rule
    on numbers divides them into one interval more than there are classes, too few to fit by chance; numbers
    that repeat are also tried as categories. A missing cell is a category, or a number above all others.

    Numbers: |Pearson's r| or |Spearman's rank correlation| is 0.999, over the rows that have the number if these are at
    least half of all; of categories, r of the mean target of the other rows of the category.

    Args:
        dataset: the examples to train and validate on, 30 or more; of more than 200,000 those are looked at.

    Returns:
        A sentence for each such column, in the order of the columns; empty if there is none.

    >>> draw = np.random.default_rng(0)
    >>> fare = draw.normal(size=200)
    >>> from trainers.data.dataset import classification
    >>> leaks(classification("t", fare[:, None], (fare > 1).astype(int), ["no", "yes"], ["fare"]))
    ('`fare` alone predicts the target: it is right in 100 % of the rows, the most frequent class in 82.5 %.',)
    """
    if dataset.examples < 2 * FEWEST_OTHERS:
        return ()
    dataset = _examined(dataset)
    judge = _class_sentence if dataset.task != "regression" else _number_sentence
    found: dict[str, str] = {}
    for name, numbers, is_category in _columns(dataset):
        if name not in found and (sentence := judge(dataset, name, numbers, is_category)):
            found[name] = sentence
    return tuple(found.values())


def _examined(dataset: Dataset) -> Dataset:
    """The rows that are looked at, in memory."""
    stored, most = dataset.stored, MOST_EXAMINED
    if stored is not None:
        most = min(most, max(EXAMINED_NUMBERS // stored.shape[1], 2 * FEWEST_OTHERS))
    if dataset.examples > most:
        dataset = dataset.rows(np.arange(0, dataset.examples, -(-dataset.examples // most)))
    return dataset if dataset.stored is None else replace(dataset, inputs=dataset.stored[:])


def duplicates_of(dataset: Dataset, train: NDArray[np.int64], held_out: NDArray[np.int64], test: Dataset | None) -> int:
    """Count the rows of the held-out parts of a data set that are also in its training part; see `duplicates_across`.

    **Variant.** Of data that are read by blocks, rows are compared by hashes of 64 bits, of which two of a billion
    different rows agree by chance with a probability of 3 %.

    Args:
        dataset: the examples to train and validate on.
        train: indices of the training part.
        held_out: of the validation part.
        test: the test part; None without one.
    """
    if dataset.stored is None:
        rows = rows_with_targets(dataset)
        found = duplicates_across(rows[train], rows[held_out])
        return found if test is None else found + duplicates_across(rows[train], rows_with_targets(test))
    known = _row_hashes(dataset)
    parts = [known[held_out]] if test is None else [known[held_out], _row_hashes(test)]
    return sum(int(np.isin(part, known[train]).sum()) for part in parts)


def _row_hashes(dataset: Dataset) -> NDArray[np.uint64]:
    """A hash of each row with its target, (N,)."""
    assert dataset.stored is not None
    found, at = np.empty(dataset.examples, dtype=np.uint64), 0
    for rows in dataset.stored.in_blocks():
        targets = dataset.targets[at : at + len(rows)].astype(np.float64)
        # One bit pattern for each number, as in `_hashes`.
        plain = np.column_stack([rows, targets]) + 0.0
        plain[np.isnan(plain)] = np.nan
        state = np.zeros(len(rows), dtype=np.uint64)
        for numbers in plain.T:
            # The finalizer of SplitMix64, whose every bit depends on all bits of the number.
            state ^= np.ascontiguousarray(numbers).view(np.uint64)
            state += np.uint64(0x9E3779B97F4A7C15)
            state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state ^= state >> np.uint64(31)
        found[at : at + len(rows)] = state
        at += len(rows)
    return found


def duplicates_across(train_rows: NDArray[Any], held_out_rows: NDArray[Any]) -> int:
    """Count the rows of a held-out part that are also in the training part.

    Args:
        train_rows: (n, K) numbers of each row, its target included; missing numbers are NaN and equal each other.
        held_out_rows: (m, K) likewise.

    Returns:
        The number of held-out rows, at most m; a row that stands there twice counts twice.

    >>> duplicates_across(np.array([[1.0, np.nan], [2.0, 0.0]]), np.array([[1.0, np.nan], [2.0, 1.0]]))
    1
    """
    known = set(_hashes(train_rows))
    return sum(row in known for row in _hashes(held_out_rows))


def rows_with_targets(dataset: Dataset) -> Floats:
    """Return each row of a data set with its target as the last number, (N, F + 1)."""
    return np.column_stack([dataset.inputs, dataset.targets.astype(np.float64)])


def _hashes(rows: NDArray[Any]) -> Iterator[bytes]:
    # One bit pattern for each number: -0.0 becomes 0.0, and every NaN the same one.
    plain = np.ascontiguousarray(rows, dtype=np.float64) + 0.0
    plain[np.isnan(plain)] = np.nan
    for row in plain:
        yield hashlib.blake2b(row, digest_size=16).digest()


def _columns(dataset: Dataset) -> Iterator[tuple[str, Floats, bool]]:
    """The name, the N numbers or codes, and whether they are codes of categories, of each stored column."""
    if dataset.schema is None:
        for place, name in enumerate(dataset.feature_names):
            yield name, dataset.inputs[:, place], False
        return
    place = 0
    for column in dataset.schema.columns:
        is_category = column.encoding not in ("number", "date")
        for _ in column.stored:
            numbers = dataset.inputs[:, place]
            if is_category and MISSING not in column.categories:
                # A code that is missing is that of no category.
                numbers = np.where(np.isnan(numbers), -1.0, numbers)
            yield column.name, numbers, is_category
            place += 1


def _class_sentence(dataset: Dataset, name: str, numbers: Floats, is_category: bool) -> str:
    labels = dataset.targets.astype(np.int64)
    counts = np.bincount(labels)
    others = len(labels) - counts.max()
    if others < FEWEST_OTHERS:
        return ""
    most = min(MOST_ERRORS, others / len(labels) / LEAST_GAIN)
    values, codes = np.unique(numbers, return_inverse=True)
    # Where no number repeats, there is no category that holds another row.
    wrong = _category_errors(codes, labels) if is_category or len(values) < len(numbers) else 1.0
    if wrong > most and not is_category:
        wrong = _interval_errors(codes, labels, len(counts))
    if wrong > most:
        return ""
    right, usual = _per_cent(1 - wrong), _per_cent(counts.max() / len(labels))
    return (
        f"`{name}` alone predicts the target: it is right in {right} of the rows, the most frequent class in {usual}."
    )


def _category_errors(codes: NDArray[np.int64], labels: NDArray[np.int64]) -> float:
    """Share of the rows whose class is not the most frequent one of the other rows of their category.

    A tie is an error. A row without others is predicted as the most frequent class of all.
    """
    width = int(labels.max()) + 1
    pairs, counts = np.unique(codes * width + labels, return_counts=True)
    # The pairs of each category stand together, its most frequent class last.
    order = np.lexsort((counts, pairs // width))
    category, label, counts = pairs[order] // width, pairs[order] % width, counts[order]
    is_last = np.append(category[1:] != category[:-1], True)
    start = np.flatnonzero(np.append(True, is_last[:-1]))
    size = np.add.reduceat(counts, start)
    last = np.flatnonzero(is_last)
    second = np.where(last > start, counts[np.maximum(last - 1, 0)], 0)
    # Without one of its rows the most frequent class of a category must still be the most frequent.
    stays = (counts[last] - 1 > second) & (size > 1)
    alone = size == 1
    usual = int(np.bincount(labels).argmax())
    right = counts[last][stays].sum() + (label[last][alone] == usual).sum()
    return 1.0 - float(right) / len(labels)


def _interval_errors(ranks: NDArray[np.int64], labels: NDArray[np.int64], classes: int) -> float:
    """Share of the rows that one interval more than there are classes gets wrong; 1 if that is clearly too many.

    A missing number ranks above all others.
    """
    if len(ranks) > MOST_ROWS:
        chosen = np.argsort(ranks)[:: -(-len(ranks) // MOST_ROWS)]
        ranks, labels = np.unique(ranks[chosen], return_inverse=True)[1], labels[chosen]
    cuts = ranks * CUTS // (int(ranks.max()) + 1)
    pure = np.zeros(CUTS, dtype=np.int64)
    pairs, counts = np.unique(cuts * classes + labels, return_counts=True)
    np.maximum.at(pure, pairs // classes, counts)
    if pure.sum() < (1 - SCREEN) * len(labels):
        return 1.0
    from sklearn.tree import DecisionTreeClassifier

    # Ranks are whole numbers that a tree's float32 holds exactly.
    tree = DecisionTreeClassifier(max_leaf_nodes=classes + 1, random_state=0)
    column = ranks[:, np.newaxis].astype(np.float32)
    return 1.0 - float(tree.fit(column, labels).score(column, labels))


def _number_sentence(dataset: Dataset, name: str, numbers: Floats, is_category: bool) -> str:
    targets = dataset.targets.astype(np.float64)
    if is_category:
        codes = np.unique(numbers, return_inverse=True)[1]
        sizes = np.bincount(codes)
        many = sizes[codes] > 1
        means = (np.bincount(codes, weights=targets)[codes] - targets)[many] / (sizes[codes][many] - 1)
        numbers, targets, present = means, targets[many], int(many.sum())
        rows = len(codes)
    else:
        step = -(-len(numbers) // MOST_ROWS)
        numbers, targets = numbers[::step], targets[::step]
        rows, known = len(numbers), ~np.isnan(numbers)
        numbers, targets, present = numbers[known], targets[known], int(known.sum())
    if present < max(FEWEST_PAIRS, rows / 2):
        return ""
    by_value, by_rank = _correlation(numbers, targets), _correlation(_ranks(numbers), _ranks(targets))
    if not is_category:
        # The mean of the other rows falls as the row's own target rises, so that only its positive correlation counts.
        by_value, by_rank = abs(by_value), abs(by_rank)
    if by_rank >= LEAST_CORRELATION:
        return f"`{name}` alone predicts the target: their rank correlation is {by_rank:.4f}."
    if by_value >= LEAST_CORRELATION and by_rank >= LEAST_RANK_CORRELATION:
        return f"`{name}` alone predicts the target: their correlation is {by_value:.4f}."
    return ""


def _ranks(numbers: Floats) -> Floats:
    """Ranks from 1, the mean of its ranks for a number that repeats."""
    _, codes, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[codes], dtype=np.float64)


def _correlation(first: Floats, second: Floats) -> float:
    """Pearson's correlation coefficient; 0 for a constant."""
    one, other = first - first.mean(), second - second.mean()
    # Scaled first, so that squares of large numbers do not overflow.
    one, other = (part / (np.abs(part).max(initial=0.0) or 1.0) for part in (one, other))
    size = float(np.sqrt((one @ one) * (other @ other)))
    return float(one @ other) / size if size else 0.0


def _per_cent(share: float) -> str:
    # 99.96 % is not shown as 100 %.
    text = f"{100 * share:.1f}"
    return f"{100 * share:.2f} %" if text == "100.0" and share < 1 else f"{float(text):g} %"
