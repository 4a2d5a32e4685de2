"""Executes packs: in this process or on Ray."""
