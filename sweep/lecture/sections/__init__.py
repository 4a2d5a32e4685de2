"""The sections of the lecture, one per file."""
