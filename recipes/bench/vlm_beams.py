"""The usual way to rank with a generative recommender: beam search for an item's identifier, constrained to a trie.

Identifiers are four tokens out of 256 each, as in TIGER (Rajput et al., 2023). They are drawn at random: the model has
not learnt to write them, which changes what is found and not what it costs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rr_planner import QueryBatch
from rr_vlm import VlmReasoner
from rr_vlm.tokens.thought_tokens import ANSWER

BEAMS, LEVELS, CODES = 20, 4, 256
USERS_AT_ONCE = 16
Trie = dict[int, "Trie"]


@torch.inference_mode()
def beam_search(reasoner: VlmReasoner, asked: QueryBatch) -> NDArray[np.int64]:
    """[B, BEAMS, LEVELS] the identifiers found, best first, by `generate` of transformers."""
    parts, trie = reasoner.parts, identifiers(reasoner.n_items)
    answer = np.array([parts.encoder.id(ANSWER)])
    backbone: Any = parts.model.backbone
    found = []
    for first in range(0, len(asked), USERS_AT_ONCE):
        some = asked.take(np.arange(first, min(first + USERS_AT_ONCE, len(asked))))
        prompts = reasoner.encode(some)
        batch = reasoner.collator.prompts(
            [np.concatenate([prompt.input_ids, answer]) for prompt in prompts],
            [prompt.image_items for prompt in prompts],
        )
        length = batch["input_ids"].shape[1]
        written = backbone.generate(
            **parts.model.shown(batch["input_ids"], batch["pixel_values"]),
            attention_mask=batch["attention_mask"],
            max_new_tokens=LEVELS,
            min_new_tokens=LEVELS,
            num_beams=BEAMS,
            num_return_sequences=BEAMS,
            do_sample=False,
            prefix_allowed_tokens_fn=lambda _, ids, length=length: list(below(trie, ids[length:].tolist())),
            pad_token_id=reasoner.collator.pad_token,
        )
        found.append(written[:, length:].reshape(len(some), BEAMS, LEVELS).numpy())
    return np.concatenate(found)


def identifiers(n_items: int, *, seed: int = 0) -> Trie:
    """A trie of as many identifiers as there are items, at most a few of which are equal."""
    drawn = np.random.default_rng(seed).integers(CODES, size=(n_items, LEVELS))
    root: Trie = {}
    for identifier in drawn.tolist():
        node = root
        for token in identifier:
            node = node.setdefault(token, {})
    return root


def below(trie: Trie, tokens: list[int]) -> Trie:
    """What may follow some tokens."""
    for token in tokens:
        trie = trie[token]
    return trie
