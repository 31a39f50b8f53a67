from __future__ import annotations

import pytest

from rr_data.explanations.opinion_pairs import opinion_pairs


def pairs(parser, lexicon, text: str) -> list[tuple[str, str, int]]:
    found = [pair for sentence in parser(text).sents for pair in opinion_pairs(sentence, lexicon)]
    return [(pair.feature, pair.opinion, pair.sentiment) for pair in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It came in a cute box.", [("box", "cute", 1)]),
        ("The box looks cute and sturdy.", [("box", "cute", 1), ("box", "sturdy", 1)]),
        ("The delivery was fast.", [("delivery", "fast", 1)]),
        ("I love the design.", [("design", "love", 1)]),
        ("I would recommend this product.", [("product", "recommend", 1)]),
        ("The cable works well.", [("cable", "well", 1)]),
        ("The handle broke after a week.", [("handle", "broke", -1)]),
        ("Great product and horrible packaging.", [("product", "great", 1), ("packaging", "horrible", -1)]),
        ("The cream has a terrible smell.", [("smell", "terrible", -1)]),
        ("Nice box, terrible smell.", [("box", "nice", 1), ("smell", "terrible", -1)]),
        ("I hate the color.", [("color", "hate", -1)]),
    ],
)
def test_constructions(parser, lexicon, text: str, expected: list[tuple[str, str, int]]) -> None:
    assert pairs(parser, lexicon, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The quality is not good.", [("quality", "good", -1)]),
        ("They do not sell good cards.", [("cards", "good", -1)]),
        ("I didn't like the smell.", [("smell", "like", -1)]),
        ("The smell is not bad.", [("smell", "bad", 1)]),
        ("The handle is too small.", [("handle", "small", -1)]),
        ("The syrup is too sweet.", [("syrup", "sweet", -1)]),
        ("The tin is just adorable too, an extra little pop.", [("tin", "adorable", 1)]),
        ("It came with fast delivery, never had a problem.", [("delivery", "fast", 1)]),
    ],
)
def test_negation_and_excess(parser, lexicon, text: str, expected: list[tuple[str, str, int]]) -> None:
    assert pairs(parser, lexicon, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Is the card nice?",
        "The card would be nice.",
        "I wish it had a good handle.",
        "I will buy it again if the price is good.",
        "You can't go wrong with good food.",
        "I could not find a better card.",
        "The handle is not too small.",
        "My lovely wife opened it on a good day.",
        "The card is green.",
        "Die Karte ist schön. 很好的卡片。",
        "",
        "!!! ... :-)",
    ],
)
def test_no_opinion(parser, lexicon, text: str) -> None:
    assert pairs(parser, lexicon, text) == []


def test_repeated_pair_counts_once(parser, lexicon) -> None:
    assert pairs(parser, lexicon, "A nice card, really a nice card") == [("card", "nice", 1)]
