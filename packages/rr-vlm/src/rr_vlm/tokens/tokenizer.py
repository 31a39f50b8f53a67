"""A word-level tokenizer built offline, for the embedded backbone."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import WordLevel
from transformers import PreTrainedTokenizerFast

from rr_vlm.tokens.item_tokens import ItemTokens
from rr_vlm.tokens.thought_tokens import ThoughtTokens

PAD, UNKNOWN, STOP, IMAGE = "<pad>", "<unk>", "<stop>", "<image>"
SPECIAL = (PAD, UNKNOWN, STOP, IMAGE)
_WORD = r"<[^<>\s]+>|[0-9]|[^\W\d_]+|[^\w\s]|_"
# Between two items a comma says nothing, and costs as much as an item.
_SEPARATOR = r"(?<=>), (?=<item_)"
# The paper's format: User: x_v \n x_q <STOP> Assistant: [thought] -> y <STOP>
CHAT_TEMPLATE = (
    "{%- for message in messages -%}"
    "{%- if message['role'] == 'user' -%}User: {% else -%}Assistant: {% endif -%}"
    "{%- for part in message['content'] -%}"
    "{%- if part['type'] == 'image' -%}<image>{%- else -%}{{ part['text'] }}{%- endif -%}"
    "{%- endfor -%}"
    "{%- if message['role'] == 'user' -%}<stop>{%- endif -%}"
    "{%- endfor -%}"
    "{%- if add_generation_prompt -%}Assistant: {% endif -%}"
)


def build_tokenizer(
    texts: Iterable[str], *, thought: ThoughtTokens, n_items: int, max_words: int = 20_000
) -> tuple[PreTrainedTokenizerFast, ItemTokens]:
    """Build a tokenizer that knows the words of `texts`, every digit, the thought tokens and one token an item.

    Args:
        texts: prompts, titles, categories.
        thought: the thought vocabulary.
        n_items: items of the catalogue.
        max_words: the most frequent words are kept; other words become `<unk>`.

    Returns:
        The tokenizer, with the chat template `User: ...<stop>Assistant: ...`, and where its item tokens stand.

    Example:
        >>> tokenizer, items = build_tokenizer(["Next item of user_1?"], thought=ThoughtTokens.of([]), n_items=2)
        >>> tokenizer.tokenize("Item 12: <item_0>, <item_1>, shoe?")
        ['item', '1', '2', '<unk>', '<item_0>', '<item_1>', '<unk>', '<unk>', '?']
    """
    counts: Counter[str] = Counter()
    pattern = re.compile(_WORD)
    for text in texts:
        counts.update(word for word in pattern.findall(text.lower()) if len(word) < 3 or word[0] != "<")
    words = [*"0123456789", *(word for word, _ in counts.most_common(max_words) if not word.isdigit())]
    names = [*SPECIAL, *thought.names, *dict.fromkeys(words)]
    items = ItemTokens(len(names), n_items)
    vocabulary = {name: index for index, name in enumerate([*names, *items.names()])}
    core = Tokenizer(WordLevel(vocabulary, unk_token=UNKNOWN))
    core.normalizer = normalizers.Sequence([normalizers.Replace(Regex(_SEPARATOR), ""), normalizers.Lowercase()])
    core.pre_tokenizer = pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        unk_token=UNKNOWN,
        eos_token=STOP,
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
    )
    return tokenizer, items
