"""Training sources: what a worker runs to train a pack."""
