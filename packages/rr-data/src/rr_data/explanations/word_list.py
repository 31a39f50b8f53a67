"""Word lists as text."""

from __future__ import annotations


def word_list(text: str) -> frozenset[str]:
    """The words of a text that spaces and line ends separate.

    Example:
        >>> sorted(word_list("nice cute"))
        ['cute', 'nice']
    """
    return frozenset(text.split())
