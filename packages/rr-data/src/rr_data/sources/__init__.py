"""Readers of raw formats, one file each."""
