"""How conventions cut texts into words, and n-grams."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from rr_eval.errors import InvalidArgumentError, MissingExtraError

Text = str | Sequence[str]
Words = Sequence[str]
_PLAIN = re.compile(r"[a-z0-9]+")


def spaced_words(text: str) -> list[str]:
    """Cut at white space and change nothing else, as P5 does; PETER's texts come in lower case and cut already.

    Example:
        >>> spaced_words("A light, warm coat.")
        ['A', 'light,', 'warm', 'coat.']
    """
    return text.split()


def plain_words(text: str) -> list[str]:
    """Lower case, letters and digits of ASCII only, as rouge-score does without stemming.

    Example:
        >>> plain_words("It's A-1!")
        ['it', 's', 'a', '1']
    """
    return _PLAIN.findall(text.lower())


def words_13a() -> Callable[[str], list[str]]:
    """Return sacreBLEU's default tokeniser, of mteval-v13a: case stays, signs become words.

    Raises:
        MissingExtraError: sacrebleu is not installed.
    """
    try:
        from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError("sacrebleu", "text") from None
    tokenizer: Callable[[str], str] = Tokenizer13a()  # type: ignore[no-untyped-call]
    return lambda text: tokenizer(text.rstrip()).split()


def cut(texts: Sequence[Text], into_words: Callable[[str], list[str]]) -> list[Words]:
    """Return each text's words; a list of words stays as it is."""
    return [into_words(text) if isinstance(text, str) else text for text in texts]


def check_pairs(texts: Sequence[Text], references: Sequence[Text]) -> None:
    """Check that there is a text, and one reference for each.

    Raises:
        InvalidArgumentError: there is none, or there are more or fewer.
    """
    if not len(texts) or len(texts) != len(references):
        received = f"{len(texts)} texts and {len(references)} references"
        raise InvalidArgumentError("texts, references", received, "as many, at least one")


def ngrams(words: Words, n: int) -> Counter[tuple[str, ...]]:
    """Count the n-grams of a text."""
    return Counter(zip(*(words[start:] for start in range(n)), strict=False))
