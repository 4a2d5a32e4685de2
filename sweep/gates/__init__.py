"""Evaluates the gates of a configuration on a sweep's results, with evidence for each decision."""
