"""Models that say in words why a user may like an item."""
