"""The sources of training: what a worker runs when it is given a pack."""
