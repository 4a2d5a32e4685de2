"""Plans, runs and compares many trainings of one network under different optimizers."""
