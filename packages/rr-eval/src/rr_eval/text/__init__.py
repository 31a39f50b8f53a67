"""Metrics of generated texts, one reference a text. Scores are shares; papers print them times 100.

A text is a string, which each metric cuts into words as its convention says, or a list of words that are taken as they
are.
"""
