"""Pure functions from the tables of a sweep to the numbers that its figures and reports show."""
