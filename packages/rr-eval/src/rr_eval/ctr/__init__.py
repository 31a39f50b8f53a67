"""Metrics of click-through predictions: labels 0 and 1 against probabilities."""
