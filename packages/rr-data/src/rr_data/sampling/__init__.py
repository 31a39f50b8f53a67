"""Items that a user has not seen: candidates to rank against, negatives of clicks."""
