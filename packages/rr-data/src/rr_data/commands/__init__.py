"""The commands of `rr-data`, one a file."""
