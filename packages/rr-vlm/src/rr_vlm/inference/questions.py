"""P(yes) of questions about items; the questions about one user share the keys and values of their common beginning."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import EncodedPrompt, PromptEncoder
from rr_vlm.tokens.thought_tokens import ANSWER
from rr_vlm.tokens.tokenizer import IMAGE
from rr_vlm.training.collator import Collator

Ids = NDArray[np.int64]
Group = Sequence[EncodedPrompt]
MAX_TOKENS = 65_536
MAX_ROWS = 512


@torch.inference_mode()
def yes_probabilities(
    model: Deliberator, encoder: PromptEncoder, collator: Collator, groups: Sequence[Group]
) -> list[NDArray[np.float64]]:
    """Read the probability of yes right after `<answer>`, without a thought.

    Args:
        model: in evaluation mode.
        encoder: that encoded the prompts.
        collator: looks up pictures.
        groups: prompts about one user each; the more of their beginning is the same, the cheaper they are.

    Returns:
        One array [len(group)] a group.
    """
    answers = [np.empty(len(group)) for group in groups]
    for batch in _batches([_Shared.of(group, encoder) for group in groups]):
        shared = [part for _, _, part in batch]
        states = _states(model, encoder, collator, shared)
        yes = model.label_logits(states).softmax(dim=-1)[:, 1].double().numpy()
        start = 0
        for index, first, part in batch:
            answers[index][first : first + len(part.suffixes)] = yes[start : start + len(part.suffixes)]
            start += len(part.suffixes)
    return answers


@dataclass(frozen=True, eq=False)
class _Shared:
    """Prompts cut into their common beginning and what follows, `<answer>` included."""

    prefix: Ids
    prefix_images: Ids
    suffixes: list[Ids]
    suffix_images: list[Ids]

    @classmethod
    def of(cls, group: Group, encoder: PromptEncoder) -> _Shared:
        if not group:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64), [], [])
        image, answer = encoder.id(IMAGE), np.array([encoder.id(ANSWER)])
        cut = _common([_keys(prompt, image) for prompt in group])
        first = group[0]
        seen = int((first.input_ids[:cut] == image).sum()) // encoder.visual_tokens
        return cls(
            first.input_ids[:cut],
            first.image_items[:seen],
            [np.concatenate([prompt.input_ids[cut:], answer]) for prompt in group],
            [prompt.image_items[seen:] for prompt in group],
        )

    def part(self, first: int, stop: int) -> _Shared:
        return _Shared(self.prefix, self.prefix_images, self.suffixes[first:stop], self.suffix_images[first:stop])

    def __len__(self) -> int:
        return len(self.prefix) + max((len(suffix) for suffix in self.suffixes), default=0)


def _keys(prompt: EncodedPrompt, image: int) -> Ids:
    """Return token ids in which two pictures differ where their items do."""
    keys = prompt.input_ids.copy()
    places = np.flatnonzero(keys == image)
    if len(places) and len(prompt.image_items):
        keys[places] = -1 - np.repeat(prompt.image_items, len(places) // len(prompt.image_items))
    return keys


def _common(rows: Sequence[Ids]) -> int:
    """Return how many leading tokens all rows share; at least one is left to every row."""
    shortest = min(len(row) for row in rows) - 1
    table = np.stack([row[:shortest] for row in rows])
    differ = np.flatnonzero((table != table[0]).any(axis=0))
    return int(differ[0]) if len(differ) else shortest


def _batches(groups: Sequence[_Shared]) -> Iterator[list[tuple[int, int, _Shared]]]:
    """Cut groups to `MAX_ROWS` prompts and gather them by length: lists of (group, first prompt, part)."""
    parts = [
        (index, first, group.part(first, first + MAX_ROWS))
        for index, group in enumerate(groups)
        for first in range(0, len(group.suffixes), MAX_ROWS)
    ]
    batch: list[tuple[int, int, _Shared]] = []
    rows = 0
    for entry in sorted(parts, key=lambda entry: len(entry[2])):
        added = len(entry[2].suffixes)
        if batch and (rows + added) * len(entry[2]) > MAX_TOKENS:
            yield batch
            batch, rows = [], 0
        batch.append(entry)
        rows += added
    if batch:
        yield batch


def _states(model: Deliberator, encoder: PromptEncoder, collator: Collator, shared: Sequence[_Shared]) -> torch.Tensor:
    """[rows, width] hidden states at the last token of every prompt."""
    counts = torch.tensor([len(part.suffixes) for part in shared])
    suffixes = [suffix for part in shared for suffix in part.suffixes]
    images = [codes for part in shared for codes in part.suffix_images]
    if min(len(part.prefix) for part in shared) == 0:
        whole = [np.concatenate([part.prefix, suffix]) for part in shared for suffix in part.suffixes]
        shown = [np.concatenate([part.prefix_images, codes]) for part in shared for codes in part.suffix_images]
        states, _ = model.encode(**collator.prompts(whole, shown))
        return states[:, -1]
    begin = collator.prompts([part.prefix for part in shared], [part.prefix_images for part in shared])
    _, cache = model.encode(**begin, use_cache=True)
    rows = torch.repeat_interleave(torch.arange(len(shared)), counts)
    assert cache is not None
    cache.batch_select_indices(rows)
    lengths = torch.tensor([len(suffix) for suffix in suffixes])
    ids = torch.full((len(suffixes), int(lengths.max())), collator.pad_token)
    for row, suffix in enumerate(suffixes):
        ids[row, : len(suffix)] = torch.from_numpy(suffix)
    inside = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
    mask = torch.cat([begin["attention_mask"][rows], inside], dim=1)
    pixels = collator.prompts([np.zeros(1, np.int64)] * len(images), images)["pixel_values"]
    states, _ = model.encode(ids, mask, pixels, past_key_values=cache, use_cache=True)
    return states[torch.arange(len(suffixes)), lengths - 1]
