"""Several tools' answers taken together."""
