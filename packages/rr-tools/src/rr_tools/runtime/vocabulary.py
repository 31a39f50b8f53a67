"""Words and their codes: how a text is cut into words, and how words become a text again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rr_tools.errors import InvalidDataError

SPECIAL = ("<pad>", "<bos>", "<eos>", "<unk>")
PAD, BOS, EOS, UNK = range(len(SPECIAL))
_WORD = re.compile(r"\w+(?:['\u2019\-]\w+)*|[^\w\s]")  # an apostrophe, straight or curved, and a hyphen join
_SPACE_BEFORE_SIGN = re.compile(r" (?=[.,;:!?)\]}%…])")
_SPACE_AFTER_SIGN = re.compile(r"(?<=[(\[{]) ")


def words_of(text: str) -> list[str]:
    """Cut a text into lower-case words; every sign is a word of its own.

    Example:
        >>> words_of("Didn't fit, sadly!")
        ["didn't", 'fit', ',', 'sadly', '!']
    """
    return _WORD.findall(text.lower())


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that a model knows.

    Attributes:
        words: by code; the first four are `<pad>`, `<bos>`, `<eos>` and `<unk>`.

    Example:
        >>> vocabulary = Vocabulary((*SPECIAL, "a", "gift", "."))
        >>> vocabulary.codes("A nice gift.", most=3)
        [4, 3, 5]
        >>> vocabulary.text([4, 5, 6])
        'a gift.'
    """

    words: tuple[str, ...]
    _codes: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the words.

        Raises:
            InvalidDataError: the special words do not come first, or a word occurs twice.
        """
        if self.words[: len(SPECIAL)] != SPECIAL:
            raise InvalidDataError(f"a vocabulary begins with {', '.join(SPECIAL)}, not with {self.words[:4]}")
        codes = {word: code for code, word in enumerate(self.words)}
        if len(codes) != len(self.words):
            raise InvalidDataError("a word stands twice in the vocabulary")
        object.__setattr__(self, "_codes", codes)

    def __len__(self) -> int:
        """Return the number of words, special ones included."""
        return len(self.words)

    def codes(self, text: str, *, most: int) -> list[int]:
        """Return the codes of a text's first `most` words; `<unk>` for those that are not known."""
        return [self._codes.get(word, UNK) for word in words_of(text)[:most]]

    def first_known(self, text: str) -> int:
        """Return the code of the first word of a text that is known, else `<unk>`; `<pad>` for an empty text."""
        codes = [self._codes.get(word, UNK) for word in words_of(text)]
        return next((code for code in codes if code != UNK), UNK if codes else PAD)

    def text(self, codes: Iterable[int]) -> str:
        """Write words with spaces between them, and none before a full stop and its like."""
        spaced = " ".join(self.words[code] for code in codes)
        return _SPACE_AFTER_SIGN.sub("", _SPACE_BEFORE_SIGN.sub("", spaced))
