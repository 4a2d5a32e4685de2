"""Reads the files that people have: text, Parquet, Feather, JSON, ARFF, Excel and NumPy, packed or behind a URL."""

from trainers.data.files.load import load_file
from trainers.data.files.location import local_path
from trainers.data.files.missing import missing_file
from trainers.data.files.reading import read_table
from trainers.data.files.table import FileOptions, Table

__all__ = ["FileOptions", "Table", "load_file", "local_path", "missing_file", "read_table"]
