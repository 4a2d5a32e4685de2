"""Trains packs of networks together; knows nothing of sweeps, Ray or MLflow."""
