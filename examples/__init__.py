"""Code of one's own in a sweep: networks, data and an optimizer."""
