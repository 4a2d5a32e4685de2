"""The networks that can be trained, each for all trials of a pack at once."""
