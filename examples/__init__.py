"""Custom code in a sweep: networks, data and an optimizer."""
