"""Pairs of feature and opinion in a parsed sentence.

Four constructions count, with whatever is joined to them by "and":

| construction | example | feature | opinion |
|---|---|---|---|
| adjective before the noun | a cute **box** | box | cute |
| predicate | the **box** looks cute | box | cute |
| adverb or verb of the noun | the **card** arrived late, the **lid** leaks | card, lid | late, leaks |
| verb of liking | she loves the **design** | design | loves |
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rr_data.explanations.opinion_lexicon import OpinionLexicon
from rr_data.explanations.parsed_token import ParsedToken, children, first_conjunct, with_conjuncts
from rr_data.explanations.polarity_shift import is_excess, is_unsettled, negations
from rr_data.explanations.word_list import word_list

COPULAS: Final = word_list(
    """is are was were be been being 's 're \u2019s looks look looked seems seem seemed feels feel felt smells smell
    smelled tastes taste tasted sounds sound sounded stays stay stayed became becomes gets got arrived came"""
)
LIKING: Final = word_list(
    """love loves loved loving lovin like likes liked enjoy enjoys enjoyed adore adores adored appreciate appreciates
    appreciated recommend recommends recommended"""
)
LOATHING: Final = word_list("hate hates hated dislike dislikes disliked despise despises despised")
FAILING: Final = word_list(
    """break breaks broke fail fails failed leak leaks leaked crack cracks cracked rip rips ripped tear tears tore die
    dies died suck sucks sucked stink stinks stank fade fades faded peel peels peeled rust rusts rusted melted jammed
    disappoint disappoints disappointed"""
)
# Nouns of no feature: they stand for people, times, amounts, or for the item as such in a figure of speech.
NO_FEATURE: Final = word_list(
    """amazon anyone aunt baby bang bet birthday bit boy boyfriend boys brother bunch case children christmas couple
    cousin customer customers dad daughter daughters day days everyone everything fact family father friend friends
    girl girlfriend girls grandchildren granddaughter grandkids grandma grandmother grandson guy guys half hit
    holiday holidays hour hours husband idea issue issues kid kids kind ladies lady life lot lots luck man men
    minute minutes mom moment month months mother nephew niece night nothing number occasion one ones opinion others
    parent parents part parts people person place point problem problems reason recipient recipients relative review
    reviews sister something son sort star stars stuff teacher teenager thing things time times today tons trouble
    way ways week weeks wife woman women word words year years"""
)
_NOUNS: Final = ("NN", "NNS")
_ADJECTIVES: Final = ("JJ", "JJR", "JJS", "VBN", "VBG")
_ADVERBS: Final = ("RB", "RBR", "RBS")
_COMPARATIVES: Final = ("JJR", "RBR")
_SUBJECT: Final = ("nsubj", "nsubjpass")


@dataclass(frozen=True, slots=True)
class OpinionPair:
    """What is said of what.

    Attributes:
        feature: the noun as it stands in the sentence, in lower case.
        opinion: the word that praises or blames it, likewise.
        sentiment: 1 or -1, negation included.
    """

    feature: str
    opinion: str
    sentiment: int


def opinion_pairs(sentence: Iterable[ParsedToken], lexicon: OpinionLexicon) -> list[OpinionPair]:
    """The pairs of a sentence in the order of their features, each once.

    Left out are questions, wishes and conditions ("would be nice", "if it were cheap"), and negated comparatives
    ("no better card"), which praise or blame as the case may be.

    Args:
        sentence: the parsed words of one sentence.
        lexicon: which words praise and blame.
    """
    words = list(sentence)
    if _is_question(words):
        return []
    found: dict[tuple[str, str], OpinionPair] = {}
    for feature in filter(_is_feature, words):
        for opinion, polarity in _opinions(feature, lexicon):
            sentiment = _in_context(feature, opinion, polarity)
            if sentiment is not None:
                pair = OpinionPair(feature.lower_, opinion.lower_, sentiment)
                found.setdefault((pair.feature, pair.opinion), pair)
    return list(found.values())


def _is_question(words: Sequence[ParsedToken]) -> bool:
    return any(word.lower_ == "?" for word in words) or (len(words) > 0 and words[0].lower_ in ("who", "why"))


def _is_feature(word: ParsedToken) -> bool:
    text = word.lower_
    named = word.tag_ in _NOUNS and text.isalpha() and len(text) > 2 and text not in NO_FEATURE
    return named and word.dep_ not in ("compound", "npadvmod")


def _opinions(feature: ParsedToken, lexicon: OpinionLexicon) -> Iterator[tuple[ParsedToken, int | None]]:
    """Words said of a feature, with the polarity they have by themselves."""
    for modifier in children(feature, "amod"):
        yield from _rated(modifier, _ADJECTIVES, lexicon)
    for part in children(feature, "compound"):  # a capital at the start passes for a name: "Nice box"
        if part.is_sent_start:
            yield from _rated(part, ("NNP",), lexicon)
    noun = first_conjunct(feature)
    if noun.dep_ in _SUBJECT:
        yield from _said_of_subject(noun.head, lexicon)
    elif noun.dep_ == "dobj":
        yield noun.head, _liking(noun.head)


def _said_of_subject(verb: ParsedToken, lexicon: OpinionLexicon) -> Iterator[tuple[ParsedToken, int | None]]:
    if verb.lower_ in COPULAS:
        for predicate in children(verb, "acomp", "oprd"):
            yield from _rated(predicate, _ADJECTIVES, lexicon)
    elif verb.lower_ in FAILING:
        yield verb, -1
    elif verb.tag_ == "VBN":  # the passive: the gift was appreciated, the card is well made
        yield verb, _liking(verb)
    for adverb in children(verb, "advmod", "acomp"):
        yield from _rated(adverb, _ADVERBS, lexicon)


def _rated(
    first: ParsedToken, tags: Sequence[str], lexicon: OpinionLexicon
) -> Iterator[tuple[ParsedToken, int | None]]:
    for word in with_conjuncts(first):
        if word.tag_ in tags:
            yield word, lexicon.polarity(word.lower_)


def _liking(verb: ParsedToken) -> int | None:
    return 1 if verb.lower_ in LIKING else -1 if verb.lower_ in LOATHING else None


def _in_context(feature: ParsedToken, opinion: ParsedToken, polarity: int | None) -> int | None:
    """The polarity after negation and excess; None where there is no opinion."""
    excess = is_excess(opinion) and opinion.tag_ in (*_ADJECTIVES, *_ADVERBS)
    sentiment = -1 if excess else polarity  # too sweet, too small
    if sentiment is None or is_unsettled(feature, opinion):
        return None
    if negations(feature, opinion) % 2 == 0:
        return sentiment
    unclear = opinion.tag_ in _COMPARATIVES or (excess and polarity != -1)  # no better, not too small
    return None if unclear else -sentiment
