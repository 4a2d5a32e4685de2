"""Writers of trials to MLflow: directly into SQLite or PostgreSQL, or through MLflow's client."""
