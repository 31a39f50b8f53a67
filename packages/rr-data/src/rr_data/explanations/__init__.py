"""Explanations: which feature of an item a review praises or blames, with what word, in which sentence."""
