"""Tables, figures and pages made of the results of a sweep."""
