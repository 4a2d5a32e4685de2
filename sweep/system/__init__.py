"""This machine and its files: limits, atomic writes, addresses, signals and the interpreter."""
