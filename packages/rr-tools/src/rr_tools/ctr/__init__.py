"""Click-through models: how likely a user is to take an item."""
