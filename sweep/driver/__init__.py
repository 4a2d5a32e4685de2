"""Runs one sweep from its configuration to its results."""
