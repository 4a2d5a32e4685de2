"""Training data: bundled sets, synthetic sets and user files, and their split into training and validation parts."""

from trainers.data.dataset import Dataset, DatasetShape
from trainers.data.source import DATASETS, DataSource, load, shape
from trainers.data.split import Split, require_parts, split, training_examples

__all__ = [
    "DATASETS",
    "DataSource",
    "Dataset",
    "DatasetShape",
    "Split",
    "load",
    "require_parts",
    "shape",
    "split",
    "training_examples",
]
