"""Grid search: every combination of the listed values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from sweep.config.distributions import Distribution
from sweep.planning.space import Subspace
from sweep.records import Setting


def grid(subspace: Subspace) -> Iterator[Setting]:
    """Yield every combination, with the last dimension changing fastest.

    Args:
        subspace: dimension -> values to try.

    Raises:
        ValueError: if a dimension is a distribution.

    >>> list(grid({"optimizer": ("sgd",), "learning_rate": (0.1, 0.2)}))
    [{'optimizer': 'sgd', 'learning_rate': 0.1}, {'optimizer': 'sgd', 'learning_rate': 0.2}]
    """
    choices = []
    for name, domain in subspace.items():
        if isinstance(domain, Distribution):
            raise ValueError(f"`{name}` must be a list of values for a grid. Received: {domain}.")
        choices.append(domain)
    for values in product(*choices):
        yield dict(zip(subspace, values, strict=True))
