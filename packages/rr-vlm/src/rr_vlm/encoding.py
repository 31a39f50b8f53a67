"""Prompts as token ids, with the positions that matter: history, evidence, thought, answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from rr_data.interfaces import item_code, item_token
from rr_vlm.errors import InputError
from rr_vlm.tokens.item_tokens import ItemTokens
from rr_vlm.tokens.thought_tokens import ANSWER, END_THINK, EVIDENCE, THINK, ThoughtTokens
from rr_vlm.tokens.tokenizer import IMAGE

Ids = NDArray[np.int64]
SEQUENTIAL, EXPLANATION = "sequential", "explanation"
# How `rr_data.interfaces.evidence_text` begins and names a tool; it stands at the end of the user's message.
_TOOLS = " Tools: "
_SAYS = re.compile(r"(\S+) says ([^;]*)")
# Between two items a comma says nothing, and costs as much as an item.
SEPARATOR = re.compile(r"(?<=>), (?=<item_)")
TOKEN = re.compile(r"<[^<>\s]+>")


@dataclass(frozen=True, eq=False)
class EncodedPrompt:
    """One prompt, with or without its completion.

    Attributes:
        input_ids: [T]; a completion ends with `<answer>`, the answer itself is not fed.
        image_items: item codes of the pictures, in order.
        history: positions of the history's items.
        evidence: positions of the items that tools proposed.
        slots: of each of these the index of (tool, rank): `tool * ranks + rank`.
        thought_start: position of `<think>`, T where there is no thought.
        answer: item code, -1 in a prompt alone and in other tasks than sequential.
        label: 1 or 0 where the answer is yes or no, else -1.
        text: token ids of an explanation with the end of text, the last of which is not fed; else empty.
    """

    input_ids: Ids
    image_items: Ids
    history: Ids
    evidence: Ids
    slots: Ids
    thought_start: int
    answer: int = -1
    label: int = -1
    text: Ids = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __len__(self) -> int:
        """Return T."""
        return len(self.input_ids)


@dataclass(frozen=True, eq=False)
class PromptEncoder:
    """Turns conversational messages into `EncodedPrompt`s.

    Attributes:
        tokenizer: with a chat template.
        items: where item tokens stand.
        thought: the thought vocabulary; its tools have evidence slots of their own, all others share one more.
        ranks: items of a tool's answer that are told apart; later ones count as the last.
        visual_tokens: tokens a picture takes.
    """

    tokenizer: PreTrainedTokenizerBase
    items: ItemTokens
    thought: ThoughtTokens
    ranks: int = 20
    visual_tokens: int = 1

    @property
    def n_slots(self) -> int:
        """The number of (tool, rank) slots."""
        return (len(self.thought.tools) + 1) * self.ranks

    def id(self, token: str) -> int:
        """Return the id of a token."""
        found: int = self.tokenizer.convert_tokens_to_ids(token)  # type: ignore[assignment]  # one token, one id
        return found

    def ids(self, tokens: Sequence[str]) -> list[int]:
        """Return the ids of tokens."""
        return [self.id(token) for token in tokens]

    def encode(
        self, prompts: Sequence[Sequence[Mapping[str, Any]]], images: Sequence[Sequence[int]]
    ) -> list[EncodedPrompt]:
        """Encode user messages, each up to where the assistant's message begins."""
        texts = [
            self.tokenizer.apply_chat_template([*map(dict, messages)], tokenize=False, add_generation_prompt=True)
            for messages in prompts
        ]
        expanded = [SEPARATOR.sub("", str(text)).replace(IMAGE, IMAGE * self.visual_tokens) for text in texts]
        if not expanded:
            return []
        rows = self.tokenizer(expanded, add_special_tokens=False)["input_ids"]
        return [
            self._prompt(
                np.array(ids, dtype=np.int64), _evidence_slots(messages, self.thought.tools, self.ranks), codes
            )
            for ids, messages, codes in zip(rows, prompts, images, strict=True)
        ]

    def encode_rows(self, rows: Mapping[str, Sequence[Any]]) -> list[EncodedPrompt]:
        """Encode a batch of SFT rows (columns `prompt`, `completion`, `image_items`, `target`, `task`, `label`).

        Without the last two columns every row is sequential.

        Raises:
            InputError: a completion does not fit its task or its prompt.
        """
        prompts = self.encode(rows["prompt"], rows["image_items"])
        tasks, labels = (rows.get(name) or [None] * len(prompts) for name in ("task", "label"))
        columns = zip(prompts, rows["completion"], rows["target"], tasks, labels, strict=True)
        return [
            self._complete(prompt, completion, int(target))
            if task in (None, SEQUENTIAL)
            else self._question(prompt, completion, int(target), task, label)
            for prompt, completion, target, task, label in columns
        ]

    def _prompt(self, ids: Ids, slots: Ids, image_items: Sequence[int]) -> EncodedPrompt:
        positions = self.items.positions(ids)
        cut = len(positions) - len(slots)
        if cut < 0:
            raise InputError(
                "prompt", "evidence with an item outside the catalogue", f"codes below {self.items.n_items}"
            )
        codes = np.array(image_items, dtype=np.int64)
        return EncodedPrompt(ids, codes, positions[:cut], positions[cut:], slots, thought_start=len(ids))

    def _question(
        self,
        prompt: EncodedPrompt,
        completion: Sequence[Mapping[str, Any]],
        target: int,
        task: str,
        label: int | None,
    ) -> EncodedPrompt:
        """Complete a question about the item `target`; the item is no part of the history that it stands in."""
        said = _text(completion)
        thought, marker, answer = said.partition(ANSWER)
        if not marker or (task == EXPLANATION) == (label is not None) or (task == EXPLANATION and not answer.strip()):
            allowed = f"a thought, {ANSWER} and an answer, with a label of 1 or 0 unless it is a text"
            raise InputError(f"completion of a row of {task!r}", f"{said!r} with label {label}", allowed)
        tokens = [*TOKEN.findall(thought), ANSWER]
        self._check_cited(tokens, prompt, said)
        words = np.empty(0, dtype=np.int64)
        if task == EXPLANATION:
            end = self.tokenizer.eos_token_id
            words = np.array([*self.tokenizer(answer, add_special_tokens=False)["input_ids"], end], dtype=np.int64)
        fed = np.concatenate([np.array(self.ids(tokens), dtype=np.int64), words[:-1]])
        own = prompt.input_ids[prompt.history] == self.id(item_token(target))
        return replace(
            prompt,
            input_ids=np.concatenate([prompt.input_ids, fed]),
            history=prompt.history[~own],
            thought_start=len(prompt) if tokens[0] == THINK else len(prompt) + len(fed),
            label=-1 if label is None else int(label),
            text=words,
        )

    def _check_cited(self, tokens: Sequence[str], prompt: EncodedPrompt, text: str) -> None:
        cited = sum(token.startswith("<item_") for token in tokens[:-1])
        if tokens[0] == THINK and cited != min(1, len(prompt.evidence)):
            allowed = "one cited item where the prompt shows evidence, none where it shows none"
            raise InputError("completion", repr(text), allowed)

    def _complete(self, prompt: EncodedPrompt, completion: Sequence[Mapping[str, Any]], target: int) -> EncodedPrompt:
        text = _text(completion)
        tokens = TOKEN.findall(text)
        if len(tokens) < 2 or tokens[-2] != ANSWER or item_code(tokens[-1]) != target:
            raise InputError("completion", repr(text), f"a thought, {ANSWER} and the token of target {target}")
        if not 0 <= target < self.items.n_items:
            raise InputError("target", target, f"item codes 0 to {self.items.n_items - 1}")
        self._check_cited(tokens, prompt, text)
        fed = np.array(self.ids(tokens[:-1]), dtype=np.int64)
        start = len(prompt) if tokens[0] == THINK else len(prompt) + len(fed)
        return replace(prompt, input_ids=np.concatenate([prompt.input_ids, fed]), thought_start=start, answer=target)


def prompts_about(
    items: Ids, first: EncodedPrompt, second: EncodedPrompt, tokens: ItemTokens
) -> list[EncodedPrompt] | None:
    """Make prompts about items out of two that are the same but about different items.

    Args:
        items: [N] item codes.
        first: a prompt without a completion.
        second: the same about another item.
        tokens: where item tokens stand.

    Returns:
        N prompts; None where more than the tokens of one item tells the two apart.
    """
    if len(first) != len(second) or len(first.image_items) != len(second.image_items):
        return None
    places, pictures = first.input_ids != second.input_ids, first.image_items != second.image_items
    own = np.unique(first.input_ids[places]) - tokens.offset
    if len(own) != 1 or own[0] < 0 or (first.image_items[pictures] != own[0]).any():
        return None
    return [
        replace(
            first,
            input_ids=np.where(places, tokens.offset + item, first.input_ids),
            image_items=np.where(pictures, item, first.image_items),
        )
        for item in items.tolist()
    ]


def targets(prompt: EncodedPrompt, encoder: PromptEncoder) -> tuple[Ids, Ids, Ids, Ids]:
    """Return what each position of a completed prompt should predict, -1 where nothing is asked.

    Returns:
        Four arrays [T]: the next item of the history; the next thought token, as an index of the thought vocabulary;
        the item that the thought cites next; the next word of the text. Tokens that the grammar forces are not asked.
    """
    next_item, next_thought, cited, word = (np.full(len(prompt), -1, dtype=np.int64) for _ in range(4))
    word[len(prompt) - len(prompt.text) :] = prompt.text
    after = prompt.history[prompt.history > 0]
    next_item[after - 1] = encoder.items.codes(prompt.input_ids[after])
    thought = np.arange(prompt.thought_start + 1, len(prompt))
    following = prompt.input_ids[thought]
    asked = ~np.isin(following, encoder.ids((THINK, EVIDENCE, END_THINK, ANSWER)))
    is_item = following >= encoder.items.offset
    cited[thought[asked & is_item] - 1] = encoder.items.codes(following[asked & is_item])
    next_thought[thought[asked & ~is_item] - 1] = following[asked & ~is_item] - encoder.id(THINK)
    return next_item, next_thought, cited, word


def blinded(prompt: EncodedPrompt, encoder: PromptEncoder, rng: np.random.Generator) -> Ids:
    """Return the token ids to feed in tuning: `input_ids` with the confidence and the tool choices drawn at random.

    A training thought says how near the tools came to the target. An answer tuned on reading it would take the target
    from there, and would miss it on new queries, where the thought is the model's own guess. Fed at random, each choice
    is learned as what the *prompt* says of it, and the answer learns to rest on the prompt and the cited evidence.
    """
    ids = prompt.input_ids.copy()
    _, *slots = encoder.thought.slots(encoder.thought.tools)
    choice_of = {encoder.id(token): encoder.ids(slot) for slot in slots for token in slot}
    for place in range(prompt.thought_start, len(ids)):
        if int(ids[place]) in choice_of:
            ids[place] = rng.choice(choice_of[int(ids[place])])
    return ids


def _text(completion: Sequence[Mapping[str, Any]]) -> str:
    return "".join(part["text"] for message in completion for part in message["content"] if part["type"] == "text")


def shows_tools(messages: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a prompt shows what tools said."""
    parts = [part for message in messages for part in message["content"]]
    return bool(parts) and parts[-1]["type"] == "text" and _TOOLS in parts[-1]["text"]


def _evidence_slots(messages: Sequence[Mapping[str, Any]], tools: Sequence[str], ranks: int) -> Ids:
    parts = [part for message in messages for part in message["content"]]
    _, marker, tail = parts[-1]["text"].rpartition(_TOOLS) if parts and parts[-1]["type"] == "text" else ("", "", "")
    slots: list[int] = []
    for name, answer in _SAYS.findall(tail) if marker else ():
        tool = tools.index(name) if name in tools else len(tools)
        shown = len(TOKEN.findall(answer))
        slots += [tool * ranks + min(rank, ranks - 1) for rank in range(shown)]
    return np.array(slots, dtype=np.int64)
