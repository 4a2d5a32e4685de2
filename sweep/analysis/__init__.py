"""Pure functions that compute the numbers in figures and reports from the tables of a sweep."""
