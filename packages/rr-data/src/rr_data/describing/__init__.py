"""Parts of the description of a prepared dataset, and of its page."""
