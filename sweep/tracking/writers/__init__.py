"""Ways to write trials to MLflow: straight into SQLite or PostgreSQL, or by MLflow's client."""
