"""Foreign text for a prompt or an answer: it must not speak in our tokens."""

from __future__ import annotations

import re
from typing import Final

# Thought and item tokens, the picture's place, and the control tokens of chat templates, such as <|im_end|>.
_TOKEN: Final = re.compile(
    r"<(\|[^<>\s]*\||/?think|/?s|answer|evidence|image|(?:eh|conf|use|skip|item)_[^<>\s]*)>", re.IGNORECASE
)


def plain_text(text: str) -> str:
    """Take the angle brackets off whatever a tokenizer could read as a token; all else stays as it is.

    A review or a category that holds `<item_3>` would otherwise name an item, and `<|im_end|>` would end the message.

    Example:
        >>> plain_text("2 < 3, says <item_3><|im_end|>")
        '2 < 3, says item_3|im_end|'
    """
    while (changed := _TOKEN.sub(r"\1", text)) != text:  # "<<item_3>>" and the like
        text = changed
    return text
