"""End-to-end experiments, written against the public names of the five packages only."""
