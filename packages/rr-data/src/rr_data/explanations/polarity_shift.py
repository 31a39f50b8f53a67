"""What turns an opinion round, or makes it no opinion at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from rr_data.explanations.parsed_token import ParsedToken, first_conjunct
from rr_data.explanations.word_list import word_list

NEGATIONS: Final = word_list("not n't n\u2019t nt never hardly barely no neither nor less least")
EXCESS: Final = frozenset({"too", "overly"})
MODALS: Final = frozenset({"would", "could", "should", "might", "'d", "\u2019d"})
# "Would make a great gift" and "would recommend" are praise all the same.
FIRM: Final = frozenset({"make", "recommend"})
# Whoever wants a good thing does not say that there is one.
WANTING: Final = word_list(
    """want wants wanted wanting wish wishes wished hope hoped hoping need needs needed expect expected expecting
    prefer preferred seeking searching"""
)
_CONDITIONS: Final = frozenset({"if", "unless", "whether", "how"})
# Relations that end a clause: beyond them stands another statement.
_BORDERS: Final = ("ROOT", "conj", "ccomp", "advcl", "relcl", "parataxis")
_COMPLETES: Final = ("acomp", "oprd", "advmod")
_OBJECTS: Final = ("dobj", "attr", "oprd")


def is_excess(opinion: ParsedToken) -> bool:
    """Is it too much of something, as in "too sweet"?"""
    return any(child.lower_ in EXCESS and child.i < opinion.i for child in opinion.children)


def negations(feature: ParsedToken, opinion: ParsedToken) -> int:
    """How many negations stand before an opinion, on itself, its feature, or the verb that binds them."""
    words = {word.i: word for word in (opinion, *_binding(feature, opinion))}
    found = {
        child.i
        for word in words.values()
        for child in word.children
        if child.lower_ in NEGATIONS and child.i < opinion.i
    }
    return len(found)


def is_unsettled(feature: ParsedToken, opinion: ParsedToken) -> bool:
    """Does it stand under a wish, a condition or the conditional mood, or after a negation of unclear reach?

    Of unclear reach is a negated verb whose preposition leads to the feature: "can't go wrong with great food".
    """
    above = list(_governors(feature))
    if any(word.dep_ == "ccomp" and word.head.lower_ in WANTING for word in above):
        return True
    for word in {word.i: word for word in (opinion, *above, *_predicate(opinion))}.values():
        marks = {child.lower_ for child in word.children if child.dep_ in ("aux", "mark", "advmod")}
        if word.lower_ in WANTING or marks & _CONDITIONS or (marks & MODALS and word.lower_ not in FIRM):
            return True
    if first_conjunct(feature).dep_ != "pobj":
        return False
    return any(word.lower_ == "without" or any(child.dep_ == "neg" for child in word.children) for word in above)


def _binding(feature: ParsedToken, opinion: ParsedToken) -> Iterator[ParsedToken]:
    """The words whose negation an opinion shares: its verb, or the feature it stands at and what that completes."""
    first = first_conjunct(opinion)
    if first.dep_ == "amod":
        yield feature
        noun = first_conjunct(feature)
        if noun.dep_ in _OBJECTS and noun.head.i < noun.i:
            yield noun.head
    yield from _predicate(opinion)


def _predicate(opinion: ParsedToken) -> Iterator[ParsedToken]:
    """The verb that an opinion completes."""
    first = first_conjunct(opinion)
    if first.dep_ in _COMPLETES:
        yield first.head


def _governors(word: ParsedToken) -> Iterator[ParsedToken]:
    """What a word hangs on, up to the verb of its clause."""
    while word.dep_ not in _BORDERS and word.head.i != word.i:
        word = word.head
        yield word
