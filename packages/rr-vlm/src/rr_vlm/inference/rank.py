"""Deciding thoughts and ranking the whole catalogue, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import log_softmax

from rr_data.interfaces import Trace
from rr_vlm.deliberator import Deliberator, Evidence
from rr_vlm.encoding import EncodedPrompt, PromptEncoder
from rr_vlm.inference.batching import length_batches
from rr_vlm.tokens.thought_tokens import ANSWER, END_THINK, EVIDENCE, THINK
from rr_vlm.tokens.tokenizer import IMAGE
from rr_vlm.training.collator import Collator

NO_ITEM = -1
LIFT = 1.5


@dataclass(frozen=True, eq=False)
class Decided:
    """What the model decided for B queries.

    Attributes:
        log_probs: [B, n_items] float32, over the whole catalogue, seen items included.
        traces: B thoughts.
        confidence: [B] expectation over the thought's confidence bins.
    """

    log_probs: NDArray[np.float32]
    traces: tuple[Trace, ...]
    confidence: NDArray[np.float64]


@torch.inference_mode()
def decide(
    model: Deliberator,
    encoder: PromptEncoder,
    collator: Collator,
    prompts: Sequence[EncodedPrompt],
    *,
    tools: Sequence[str],
    tools_alone: Sequence[str],
    tool_rates: Mapping[str, float],
) -> Decided:
    """Think slot by slot, among allowed tokens only, then answer in one pass over item tokens.

    The confidence bin is the one that holds the expectation over the bins: right answers are rare, so the most probable
    bin is nearly always the lowest. For the same reason a tool is used where it is `LIFT` times as likely to help
    as it usually is, or likelier than not.

    Args:
        model: in evaluation mode.
        encoder: that encoded the prompts.
        collator: pads and looks up pictures.
        prompts: with or without evidence.
        tools: that a thought names where evidence is shown.
        tools_alone: that a thought names where none is shown.
        tool_rates: by tool, the share of tuning thoughts that use it.
    """
    made = _Decisions(len(prompts), encoder, tool_rates)
    shown = np.array([len(prompt.evidence) > 0 for prompt in prompts], dtype=bool)
    for with_evidence, named in ((False, tools_alone), (True, tools)):
        group = np.flatnonzero(shown == with_evidence)
        for chosen in length_batches([len(prompts[index]) for index in group]):
            rows = group[chosen]
            made.think(rows, _Thinking.begin(model, encoder, collator, [prompts[row] for row in rows]), named)
    return made.all()


@torch.inference_mode()
def decide_both(
    model: Deliberator,
    encoder: PromptEncoder,
    collator: Collator,
    alone: Sequence[EncodedPrompt],
    shown: Sequence[EncodedPrompt],
    *,
    tools: Sequence[str],
    tools_alone: Sequence[str],
    tool_rates: Mapping[str, float],
) -> tuple[Decided, Decided]:
    """Decide every query without and with evidence; what both prompts begin with is computed once.

    Args:
        model: in evaluation mode.
        encoder: that encoded the prompts.
        collator: pads and looks up pictures.
        alone: prompts without evidence.
        shown: the same with evidence.
        tools: see `decide`.
        tools_alone: see `decide`.
        tool_rates: see `decide`.
    """
    variants = (alone, shown)
    made = tuple(_Decisions(len(alone), encoder, tool_rates) for _ in variants)
    for rows in length_batches([len(prompt) for prompt in shown]):
        cuts = [_common(alone[row].input_ids, shown[row].input_ids) for row in rows]
        prefix = _Prefix.run(model, collator, [alone[row] for row in rows], cuts, encoder)
        for prompts, decisions in zip(variants, made, strict=True):
            chosen = [prompts[row] for row in rows]
            has_evidence = np.array([len(prompt.evidence) > 0 for prompt in chosen])
            for with_evidence, named in ((False, tools_alone), (True, tools)):
                group = np.flatnonzero(has_evidence == with_evidence)
                if len(group):
                    part = prefix.take(group)
                    thinking = _Thinking.continued(model, encoder, collator, [chosen[index] for index in group], part)
                    decisions.think(rows[group], thinking, named)
    return made[0].all(), made[1].all()


class _Decisions:
    """What has been decided so far, of a number of queries."""

    def __init__(self, count: int, encoder: PromptEncoder, tool_rates: Mapping[str, float]) -> None:
        self._encoder = encoder
        self._tool_rates = tool_rates
        self._log_probs = np.zeros((count, encoder.items.n_items), dtype=np.float32)
        self._traces: list[Trace | None] = [None] * count
        self._confidence = np.zeros(count)

    def think(self, rows: NDArray[np.int64], thinking: _Thinking, named: Sequence[str]) -> None:
        """Decide the slots of a thought that names some tools, and answer, for the queries `rows`."""
        level, bin_slot, *choices = self._encoder.thought.slots(named)
        thinking.choose(level, _most_probable)
        bins = thinking.choose(bin_slot, _expected)
        for tool, slot in zip(named, choices, strict=True):
            thinking.choose(slot, partial(_likelier, rate=self._tool_rates.get(tool, 1.0)))
        thinking.feed([EVIDENCE])
        if thinking.has_evidence:
            thinking.cite()
        thinking.feed([END_THINK, ANSWER])
        self._log_probs[rows] = thinking.answer().numpy()
        self._confidence[rows] = _expectation(bins).numpy()
        for row, tokens in zip(rows, thinking.tokens, strict=True):
            self._traces[row] = Trace.from_tokens(tokens[:-1])

    def all(self) -> Decided:
        """Return them, once every query is decided."""
        return Decided(self._log_probs, tuple(trace for trace in self._traces if trace is not None), self._confidence)


@dataclass(frozen=True, eq=False)
class _Prefix:
    """The common beginnings of a batch: keys and values, their mask, their lengths, pictures seen."""

    cache: Any
    mask: torch.Tensor
    cuts: NDArray[np.int64]
    images: NDArray[np.int64]

    @classmethod
    def run(
        cls,
        model: Deliberator,
        collator: Collator,
        prompts: Sequence[EncodedPrompt],
        cuts: Sequence[int],
        encoder: PromptEncoder,
    ) -> _Prefix:
        image = encoder.id(IMAGE)
        ids = [prompt.input_ids[:cut] for prompt, cut in zip(prompts, cuts, strict=True)]
        images = [int((row == image).sum()) // encoder.visual_tokens for row in ids]
        shown = [prompt.image_items[:seen] for prompt, seen in zip(prompts, images, strict=True)]
        batch = collator.prompts(ids, shown)
        _, cache = model.encode(**batch, use_cache=True)
        return cls(cache, batch["attention_mask"], np.array(cuts), np.array(images))

    def take(self, rows: NDArray[np.int64]) -> _Prefix:
        """Return some rows, with keys and values of their own."""
        cache = deepcopy(self.cache)
        cache.batch_select_indices(torch.from_numpy(rows))
        return _Prefix(cache, self.mask[torch.from_numpy(rows)], self.cuts[rows], self.images[rows])


def _common(first: NDArray[np.int64], second: NDArray[np.int64]) -> int:
    """Return how many leading tokens two rows share, at least 1 and less than either has."""
    shortest = min(len(first), len(second)) - 1
    differ = np.flatnonzero(first[:shortest] != second[:shortest])
    return max(1, int(differ[0]) if len(differ) else shortest)


@torch.inference_mode()
def last_states(
    model: Deliberator, encoder: PromptEncoder, collator: Collator, prompts: Sequence[EncodedPrompt]
) -> NDArray[np.float32]:
    """Return [B, width] hidden states at `<think>` after each prompt."""
    states = np.zeros((len(prompts), model.width), dtype=np.float32)
    think = np.array([encoder.id(THINK)])
    for rows in length_batches([len(prompt) for prompt in prompts]):
        batch = collator.prompts(
            [np.concatenate([prompts[row].input_ids, think]) for row in rows],
            [prompts[row].image_items for row in rows],
        )
        states[rows] = model.encode(**batch)[0][:, -1].numpy()
    return states


class _Thinking:
    """One batch in the middle of its thought: keys and values so far, the last hidden state, tokens decided."""

    def __init__(
        self,
        model: Deliberator,
        encoder: PromptEncoder,
        mask: torch.Tensor,
        cache: Any,
        last: torch.Tensor,
        evidence: Evidence,
        place: torch.Tensor,
    ) -> None:
        self._model = model
        self._encoder = encoder
        self._mask = mask
        self._cache = cache
        self._last = last
        self._evidence = evidence
        self._place = place
        self.tokens: list[list[str]] = [[THINK] for _ in range(len(last))]

    @classmethod
    def begin(
        cls, model: Deliberator, encoder: PromptEncoder, collator: Collator, prompts: Sequence[EncodedPrompt]
    ) -> _Thinking:
        think = np.array(encoder.ids([THINK]))
        batch = collator.prompts(
            [np.concatenate([prompt.input_ids, think]) for prompt in prompts],
            [prompt.image_items for prompt in prompts],
        )
        length = batch["input_ids"].shape[1]
        states, cache = model.encode(**batch, use_cache=True)
        located = collator.evidence(
            [prompt.evidence + (length - len(prompt) - 1) for prompt in prompts], [prompt.slots for prompt in prompts]
        )
        positions, slots = located["evidence_positions"], located["evidence_slots"]
        evidence = Evidence.gather(states, batch["input_ids"], positions, slots, encoder.items.offset)
        place = torch.full((len(prompts), 1), length)
        return cls(model, encoder, batch["attention_mask"], cache, states[:, -1], evidence, place)

    @classmethod
    def continued(
        cls,
        model: Deliberator,
        encoder: PromptEncoder,
        collator: Collator,
        prompts: Sequence[EncodedPrompt],
        prefix: _Prefix,
    ) -> _Thinking:
        """Begin after keys and values of the prompts' beginnings; padding stands between these and what follows."""
        think = np.array(encoder.ids([THINK]))
        batch = collator.prompts(
            [np.concatenate([prompt.input_ids[cut:], think]) for prompt, cut in zip(prompts, prefix.cuts, strict=True)],
            [prompt.image_items[seen:] for prompt, seen in zip(prompts, prefix.images, strict=True)],
        )
        inside = batch["attention_mask"]
        length, start = inside.shape[1], prefix.mask.shape[1]
        places = start + (inside.cumsum(dim=1) - 1).clamp(min=0)
        mask = torch.cat([prefix.mask, inside], dim=1)
        states, cache = model.encode(
            batch["input_ids"], mask, batch["pixel_values"], prefix.cache, use_cache=True, position_ids=places
        )
        located = collator.evidence(
            [prompt.evidence + (length - len(prompt) - 1) for prompt in prompts], [prompt.slots for prompt in prompts]
        )
        positions, slots = located["evidence_positions"], located["evidence_slots"]
        evidence = Evidence.gather(states, batch["input_ids"], positions, slots, encoder.items.offset)
        return cls(model, encoder, mask, cache, states[:, -1], evidence, places[:, -1:] + 1)

    @property
    def has_evidence(self) -> bool:
        """Tell whether the prompts show evidence."""
        return self._evidence.slots.shape[1] > 0

    def choose(self, allowed: Sequence[str], pick: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
        """Let `pick` decide a slot from the probabilities [B, len(allowed)] of its tokens; return them."""
        columns = [self._encoder.thought.names.index(token) for token in allowed]
        probabilities = self._model.thought_logits(self._last)[:, columns].softmax(dim=-1)
        self._append([[allowed[index]] for index in pick(probabilities).tolist()])
        return probabilities

    def cite(self) -> None:
        """Cite the most probable of the items shown as evidence."""
        log_probs = self._model.item_log_probs(self._last, self._evidence)
        shown = log_probs.gather(1, self._evidence.items).masked_fill(self._evidence.slots < 0, float("-inf"))
        codes = self._evidence.items.gather(1, shown.argmax(dim=1, keepdim=True)).squeeze(1).tolist()
        self._append([[f"<item_{code}>"] for code in codes])

    def feed(self, tokens: Sequence[str]) -> None:
        """Append tokens that the grammar forces."""
        self._append([list(tokens) for _ in self.tokens])

    def answer(self) -> torch.Tensor:
        """Return [B, n_items] log-probabilities of the answer."""
        if not self.has_evidence:
            return log_softmax(self._model.item_logits(self._last), dim=-1)
        return self._model.item_log_probs(self._last, self._evidence)

    def _append(self, tokens: Sequence[list[str]]) -> None:
        for row, added in zip(self.tokens, tokens, strict=True):
            row.extend(added)
        ids = torch.tensor([self._encoder.ids(added) for added in tokens])
        self._mask = torch.cat([self._mask, torch.ones_like(ids)], dim=1)
        places = self._place + torch.arange(ids.shape[1])
        states, self._cache = self._model.encode(
            ids, self._mask, past_key_values=self._cache, use_cache=True, position_ids=places
        )
        self._place = places[:, -1:] + 1
        self._last = states[:, -1]


def _most_probable(probabilities: torch.Tensor) -> torch.Tensor:
    return probabilities.argmax(dim=-1)


def _expectation(bins: torch.Tensor) -> torch.Tensor:
    """[B] expected confidence from the probabilities [B, n] of n equal bins, taken at their middles."""
    n = bins.shape[1]
    return bins.double() @ ((torch.arange(n, dtype=torch.float64) + 0.5) / n)


def _expected(bins: torch.Tensor) -> torch.Tensor:
    """[B] the bin that holds the expected confidence."""
    return (_expectation(bins) * bins.shape[1]).long().clamp(max=bins.shape[1] - 1)


def _likelier(choice: torch.Tensor, *, rate: float) -> torch.Tensor:
    """[B] 0 (use) where the first of two probabilities clearly exceeds the rate, or one half, else 1 (skip)."""
    return (choice[:, 0] < min(LIFT * rate, 0.5)).long()


def restrict(
    log_probs: NDArray[np.float32], histories: Sequence[NDArray[np.int64]], candidates: NDArray[np.int64] | None
) -> NDArray[np.float32]:
    """Keep the items that may be recommended and renormalise.

    Args:
        log_probs: [B, n_items].
        histories: B arrays of known item codes; without candidates these items are left out.
        candidates: [B, C] item codes to choose from whatever the history holds, or None; unknown codes are ignored.

    Returns:
        [B, n_items] log-probabilities, -inf for items left out.
    """
    n_items = log_probs.shape[1]
    if candidates is None:
        allowed = np.ones(log_probs.shape, dtype=bool)
        for row, history in enumerate(histories):
            allowed[row, history] = False
    else:
        allowed = np.zeros(log_probs.shape, dtype=bool)
        known = (candidates >= 0) & (candidates < n_items)
        rows, places = np.nonzero(known)
        allowed[rows, candidates[rows, places]] = True
    kept = np.where(allowed, log_probs, -np.inf)
    peak = np.max(kept, axis=1, keepdims=True, initial=-np.finfo(np.float32).max)
    total = peak + np.log(np.exp(kept - peak).sum(axis=1, keepdims=True).clip(min=1e-30))
    restricted: NDArray[np.float32] = (kept - total).astype(np.float32)
    return restricted


def top_k(scores: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the best k items and scores [B, k], best first; equal scores by item code; padded with -1 and -inf."""
    size, n_items = scores.shape
    items, best = np.full((size, k), NO_ITEM, dtype=np.int64), np.full((size, k), -np.inf, dtype=np.float32)
    # Few of a catalogue are sorted: those that are no worse than the k-th best.
    least = np.partition(scores, n_items - k, axis=1)[:, n_items - k, None] if n_items > k else -np.inf
    rows, codes = np.nonzero((scores >= least) & (scores > -np.inf))
    found = scores[rows, codes]
    order = np.lexsort((-found, rows))
    place = np.arange(len(rows)) - np.searchsorted(rows, rows)
    order, place, rows = order[place < k], place[place < k], rows[place < k]
    items[rows, place], best[rows, place] = codes[order], found[order]
    return items, best
