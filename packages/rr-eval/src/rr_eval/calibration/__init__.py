"""Whether a stated confidence is kept."""
