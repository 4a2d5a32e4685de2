"""Operating-system services: resource limits, atomic writes, storage addresses, signals and processes."""
