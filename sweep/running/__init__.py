"""Decides what trains next and records what happened; knows neither Ray nor MLflow."""
