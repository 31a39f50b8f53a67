"""The commands of `rr-tools`, one a file."""
