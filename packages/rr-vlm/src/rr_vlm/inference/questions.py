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
PACKED = 4  # more are fewer copies of the prefix, and more keys that a token must not see


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
    images = [codes for part in shared for codes in part.suffix_images]
    if min(len(part.prefix) for part in shared) == 0:
        whole = [np.concatenate([part.prefix, suffix]) for part in shared for suffix in part.suffixes]
        shown = [np.concatenate([part.prefix_images, codes]) for part in shared for codes in part.suffix_images]
        states, _ = model.encode(**collator.prompts(whole, shown))
        return states[:, -1]
    begin = collator.prompts([part.prefix for part in shared], [part.prefix_images for part in shared])
    _, cache = model.encode(**begin, use_cache=True)
    packs = _Packs.of(shared, collator.pad_token)
    assert cache is not None
    cache.batch_select_indices(packs.groups)
    pixels = collator.prompts([np.zeros(1, np.int64)] * len(images), images)["pixel_values"]
    states, _ = model.encode(
        packs.ids,
        packs.mask(begin["attention_mask"], model.backbone.dtype),
        pixels,
        past_key_values=cache,
        use_cache=True,
        position_ids=packs.positions(begin["input_ids"].shape[1]),
    )
    return states[packs.rows, packs.ends]


@dataclass(frozen=True, eq=False)
class _Packs:
    """Suffixes side by side in rows, `PACKED` in each at most: a row has the keys and values of its prefix once.

    A token sees the prefix and its own suffix, not the suffixes beside it.
    """

    ids: torch.Tensor  # [R, slots * length]
    groups: torch.Tensor  # [R] the prefix of each row
    rows: torch.Tensor  # [N] the row of each suffix
    ends: torch.Tensor  # [N] the place of its last token there
    length: int

    @classmethod
    def of(cls, shared: Sequence[_Shared], pad_token: int) -> _Packs:
        suffixes = [suffix for part in shared for suffix in part.suffixes]
        lengths = np.array([len(suffix) for suffix in suffixes])
        length, slots = int(lengths.max()), min(PACKED, max(len(part.suffixes) for part in shared))
        counts = np.array([len(part.suffixes) for part in shared])
        packs = -(-counts // slots)
        within = np.concatenate([np.arange(count) for count in counts])
        rows = np.repeat(np.cumsum(packs) - packs, counts) + within // slots
        starts = within % slots * length
        ids = np.full((int(packs.sum()), slots * length), pad_token, dtype=np.int64)
        for suffix, row, start in zip(suffixes, rows.tolist(), starts.tolist(), strict=True):
            ids[row, start : start + len(suffix)] = suffix
        groups = np.repeat(np.arange(len(shared)), packs)
        return cls(
            ids=torch.from_numpy(ids),
            groups=torch.from_numpy(groups),
            rows=torch.from_numpy(rows),
            ends=torch.from_numpy(starts + lengths - 1),
            length=length,
        )

    def positions(self, past: int) -> torch.Tensor:
        """[R, slots * length] places, as if each suffix followed the prefix alone."""
        return past + (torch.arange(self.ids.shape[1]) % self.length).expand(self.ids.shape)

    def mask(self, prefix: torch.Tensor, dtype: torch.dtype) -> torch.Tensor:
        """[R, 1, slots * length, past + slots * length] 0 where a token sees another, else the lowest number.

        Args:
            prefix: [groups, past] 0 at padding.
            dtype: of the hidden states.
        """
        place = torch.arange(self.ids.shape[1])
        own = (place[:, None] // self.length == place // self.length) & (place[:, None] >= place)
        past = prefix[self.groups, None, :].bool().expand(-1, len(place), -1)
        seen = torch.cat([past, own.expand(len(self.ids), -1, -1)], dim=2)
        return torch.zeros(seen.shape, dtype=dtype).masked_fill_(~seen, torch.finfo(dtype).min)[:, None]
