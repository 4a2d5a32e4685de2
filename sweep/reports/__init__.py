"""Tables, figures and pages built from the results of a sweep."""
