"""The networks that can be trained, each for a whole pack at once."""
