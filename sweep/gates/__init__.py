"""Decides whether a sweep keeps what its configuration demands, with the evidence for each decision."""
