"""Thoughts, rankings and confidences, batch by batch."""
