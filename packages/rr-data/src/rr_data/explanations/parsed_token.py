"""What we need of a parsed word. Satisfied by spaCy's tokens; English tags of Penn, relations of ClearNLP."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class ParsedToken(Protocol):
    """A word with its part of speech and its place in the sentence's tree."""

    @property
    def i(self) -> int:
        """Position in the document."""
        ...

    @property
    def is_sent_start(self) -> bool | None:
        """Does a sentence begin with it?"""
        ...

    @property
    def lower_(self) -> str:
        """The word in lower case."""
        ...

    @property
    def tag_(self) -> str:
        """Part of speech, such as `NN`, `JJ`, `VBD`."""
        ...

    @property
    def dep_(self) -> str:
        """Relation to the head, such as `nsubj`, `amod`."""
        ...

    @property
    def head(self) -> ParsedToken:
        """The word it depends on; itself at the root."""
        ...

    @property
    def children(self) -> Iterator[ParsedToken]:
        """The words that depend on it."""
        ...


def children(token: ParsedToken, *relations: str) -> list[ParsedToken]:
    """The words that depend on a word in one of some relations."""
    return [child for child in token.children if child.dep_ in relations]


def with_conjuncts(token: ParsedToken) -> list[ParsedToken]:
    """A word and what is joined to it: "nice, cheap and cute" for "nice"."""
    found = [token]
    for word in found:  # grows as the chain is followed
        found.extend(children(word, "conj"))
    return found


def first_conjunct(token: ParsedToken) -> ParsedToken:
    """The word that a chain of "and" and commas begins with: "nice" for "cute" in "nice, cheap and cute"."""
    while token.dep_ == "conj" and token.head.tag_[:2] == token.tag_[:2]:
        token = token.head
    return token
