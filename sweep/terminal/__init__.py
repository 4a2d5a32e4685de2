"""What a sweep shows in a terminal: its progress, its leaderboard and its summary."""
