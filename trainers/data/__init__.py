"""Training data: bundled sets, synthetic sets and user files, and their split into training and validation parts."""

from trainers.data.dataset import Dataset, DatasetShape
from trainers.data.part_sizes import training_examples
from trainers.data.source import DATASETS, DataSource, load, load_parts, shape
from trainers.data.split import (
    Split,
    require_parts,
    split,
    split_indices,
    split_of_seed,
    training_size,
)

__all__ = [
    "DATASETS",
    "DataSource",
    "Dataset",
    "DatasetShape",
    "Split",
    "load",
    "load_parts",
    "require_parts",
    "shape",
    "split",
    "split_indices",
    "split_of_seed",
    "training_examples",
    "training_size",
]
