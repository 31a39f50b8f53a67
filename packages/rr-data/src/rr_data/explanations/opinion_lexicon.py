"""Which words praise and which blame."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from rr_data.errors import MissingExtraError
from rr_data.explanations.word_list import word_list

EXTRA: Final = "explanations"
# Words about products on which the general lexicon is silent. A word that praises one product and blames another
# (light, thick, hot, loud) is on neither list: a wrong sentiment is worse than a missed sentence.
PRAISE: Final = word_list(
    """absorbent affordable authentic breathable colorful colourful compact comfy convenient cozy creamy crisp decent
    delish detailed durable educational effortless effortlessly fast fast-acting flavorful foldable functional genuine
    handy hydrating inexpensive instant instantly intuitive long-lasting lightweight moisturizing must-have odorless
    organized portable practical professional prompt promptly quick quicker quickly quickest realistic reasonable
    reasonably refreshing reliable reusable roomy silky simple simply smooth smoothly soft softer solid sparkly speedy
    spacious stunning sturdy stylish tasty timely trendy unbreakable unbeatable user-friendly versatile washable
    waterproof well-built well-made wonderful yummy"""
)
BLAME: Final = word_list(
    """bland brittle bulky cheaply chipped clumpy confusing cracked crooked deceptive drying expensive faded fiddly
    finicky fragile flimsy foul greasy gritty gummy incomplete incorrect incorrectly inaccurate itchy leaky loosely
    misleading mislabeled musty noisy oily outdated overpowering overpriced overrated pointless poorly pricey pricier
    rancid runny scratched scratchy shoddy slow slower slowly smelly smudgy soggy squeaky stale sticky stingy stinky
    tangled tedious torn unclear uncomfortable unreadable unreliable unusable watery wobbly wrinkled"""
)
# Positive or negative in the general lexicon, but said of a feature they state a fact.
NEUTRAL: Final = word_list(
    """ago alone certain christian dark dear different emergency empty extra free full hard heavy holy important intense
    interested killer legal like low lower lowest lucky main mature natural novel odd original please positive ready
    real sexual sharp sick significant stolen straight strange sure super tender tough true united unsure used various
    violent want warm war well-known whole wild worth yes"""
)


@dataclass(frozen=True)
class OpinionLexicon:
    """The polarity of words, by VADER's ratings and the lists above.

    Attributes:
        ratings: how much a lower-case word praises (above 0) or blames (below 0).
        threshold: ratings nearer to 0 say nothing.
    """

    ratings: Mapping[str, float]
    threshold: float = 0.75

    def polarity(self, word: str) -> int | None:
        """1 for praise, -1 for blame, None for a word that is neither or unknown.

        Example:
            >>> lexicon = OpinionLexicon({"great": 3.1, "free": 2.3, "hard": -0.4})
            >>> [lexicon.polarity(word) for word in ("great", "sturdy", "flimsy", "free", "blue")]
            [1, 1, -1, None, None]
        """
        return self._polarities.get(word)

    @cached_property
    def _polarities(self) -> dict[str, int]:
        rated = {word: 1 if rating > 0 else -1 for word, rating in self.ratings.items() if abs(rating) > self.threshold}
        known = rated | dict.fromkeys(PRAISE, 1) | dict.fromkeys(BLAME, -1)
        return {word: polarity for word, polarity in known.items() if word not in NEUTRAL}


def load_lexicon() -> OpinionLexicon:
    """VADER's lexicon (Hutto and Gilbert 2014, MIT licence), as its package carries it.

    Raises:
        MissingExtraError: without the extra `explanations`.
    """
    try:
        vader: Any = importlib.import_module("vaderSentiment.vaderSentiment")
    except ImportError as error:
        raise MissingExtraError("extracting explanations", EXTRA) from error
    return OpinionLexicon(dict(vader.SentimentIntensityAnalyzer().lexicon))
