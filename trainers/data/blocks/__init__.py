"""Data that do not fit the memory: their numbers lie in a file and are read by blocks of rows."""
