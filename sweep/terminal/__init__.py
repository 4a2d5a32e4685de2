"""Terminal output of a sweep: progress, leaderboard and summary."""
