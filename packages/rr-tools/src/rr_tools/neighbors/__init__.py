"""Neighbour and counting models, in SciPy."""
