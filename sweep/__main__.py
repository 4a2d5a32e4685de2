"""Lets ``python -m sweep`` do what the command ``sweep`` does."""

from sweep.cli import main

main()
