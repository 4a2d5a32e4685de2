"""The sections of the lecture, each in its own file."""
