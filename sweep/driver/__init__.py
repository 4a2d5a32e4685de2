"""Drives one sweep from its file to its answer."""
