"""Data to train on: bundled sets, synthetic sets and files of the user, and their split into two parts."""

from trainers.data.dataset import Dataset, DatasetShape
from trainers.data.source import DATASETS, DataSource, load, shape
from trainers.data.split import Split, split, training_examples

__all__ = [
    "DATASETS",
    "DataSource",
    "Dataset",
    "DatasetShape",
    "Split",
    "load",
    "shape",
    "split",
    "training_examples",
]
