"""The deliberator: an image-text-to-text backbone that answers with a distribution over item tokens (section 3.2)."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn.functional import cross_entropy, dropout, log_softmax, nll_loss
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.cache_utils import Cache
from transformers.initialization import no_init_weights
from transformers.utils import SAFE_WEIGHTS_NAME
from transformers.utils.generic import ModelOutput

from rr_vlm.backbones.registry import build_backbone
from rr_vlm.pointer import PointerHead


class DeliberatorConfig(PreTrainedConfig):
    """What a `Deliberator` is built from.

    Attributes:
        backbone: its kind in `rr_vlm.backbones.registry`.
        backbone_config: the backbone's own configuration.
        base: arguments of `PretrainedOptions` where only what differs from a pretrained backbone is kept, else None.
        image_token: id of `<image>`.
        projected: whether picture features lie in the language model's space already.
        n_items: items of the catalogue.
        item_offset: id of the token of item 0; the others follow.
        thought_offset: id of the first thought token; the others follow.
        n_thoughts: thought tokens.
        n_slots: (tool, rank) pairs that evidence can come from.
        n_ranks: of these pairs each tool has so many.
        head_width: of the pointer head.
        head_dropout: on the hidden state before the item softmax.
        no_yes: ids of the words that answer the direct and the ctr task.
    """

    model_type = "rr_deliberator"
    backbone: str = "embedded"
    backbone_config: dict[str, Any] | None = None
    base: dict[str, Any] | None = None
    image_token: int = -1
    projected: bool = False
    pad_token_id: int | None = None
    eos_token_id: int | None = None
    n_items: int = 0
    item_offset: int = 0
    thought_offset: int = 0
    n_thoughts: int = 0
    n_slots: int = 1
    n_ranks: int = 1
    head_width: int = 64
    head_dropout: float = 0.2
    no_yes: tuple[int, int] = (0, 0)


@dataclass
class DeliberatorOutput(ModelOutput):
    """The losses of one batch.

    Those of answers, labels and texts count each row once, so that a mixture weighs its tasks by their rows; the others
    are means over their own targets.

    Attributes:
        answer: of the answer under the final distribution (sequential).
        thought: of the thought tokens.
        history: of the next item at every item of the history.
        label: of yes or no (direct, ctr).
        text: of the words of an explanation, a mean over the words of the batch.
    """

    answer: torch.Tensor | None = None
    thought: torch.Tensor | None = None
    history: torch.Tensor | None = None
    label: torch.Tensor | None = None
    text: torch.Tensor | None = None


class Deliberator(PreTrainedModel):
    """A backbone with an item softmax tied to its item embeddings, a pointer head over evidence, and thought tokens."""

    config_class = DeliberatorConfig
    config: DeliberatorConfig
    base_model_prefix = "backbone"

    def __init__(self, config: DeliberatorConfig, backbone: PreTrainedModel | None = None) -> None:
        """Build the heads, and the backbone where none is given, with random weights."""
        super().__init__(config)
        self.backbone = backbone or build_backbone(config.backbone, config.backbone_config or {})
        self.item_bias = nn.Parameter(torch.zeros(config.n_items))
        self.pointer = PointerHead(self.width, config.head_width, config.n_slots, config.n_ranks)
        with nullcontext() if backbone is None else no_init_weights():
            self.post_init()

    def save_pretrained(  # type: ignore[override]  # every option of the parent goes through
        self, save_directory: str | os.PathLike[str], **kwargs: Any
    ) -> None:
        """Write the folder; of an adapted backbone only what was trained, its base is known by name."""
        if self.config.base is None:
            super().save_pretrained(save_directory, **kwargs)
            return
        folder = Path(save_directory)
        folder.mkdir(parents=True, exist_ok=True)
        self.config.save_pretrained(folder)
        trained = {name: value.detach().contiguous() for name, value in self.named_parameters() if value.requires_grad}
        save_file(trained, folder / SAFE_WEIGHTS_NAME, metadata={"format": "pt"})

    @property
    def width(self) -> int:
        """Width of the hidden states."""
        return int(self.backbone.config.get_text_config().hidden_size)

    @torch.no_grad()
    def start_items(self, vectors: torch.Tensor) -> None:
        """Set the item embeddings to `vectors` [n_items, width], brought to the scale of the other embeddings."""
        rows: torch.Tensor = self.backbone.get_input_embeddings().weight  # type: ignore[assignment]  # an embedding's
        start = self.config.item_offset
        rows[start : start + self.config.n_items] = vectors.to(rows) * (rows[:start].float().std() * self.width**0.5)

    @torch.no_grad()
    def start_thoughts(self, words: Sequence[Sequence[int]]) -> None:
        """Set the embedding of each thought token to the mean of those of its words.

        Args:
            words: [n_thoughts] ids of the words of each thought token; none leaves it as it is.
        """
        rows: torch.Tensor = self.backbone.get_input_embeddings().weight  # type: ignore[assignment]  # an embedding's
        for token, spelled in enumerate(words, start=self.config.thought_offset):
            if spelled:
                rows[token] = rows[list(spelled)].float().mean(dim=0).to(rows)

    def encode(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        pixel_values: torch.Tensor | None = None,
        past_key_values: Cache | None = None,
        use_cache: bool = False,
        position_ids: torch.Tensor | None = None,
    ) -> tuple[torch.Tensor, Cache | None]:
        """Run the backbone without its head.

        Args:
            input_ids: [B, T].
            attention_mask: [B, past + T], 0 at padding.
            pixel_values: pictures or cached features, one row for every `<image>` in order, or None.
            past_key_values: keys and values of what came before.
            use_cache: return them.
            position_ids: [B, T] places of the tokens, where padding stands between them and what came before.

        Returns:
            Hidden states [B, T, width], and the cache.
        """
        output = self.backbone.base_model(
            **self.shown(input_ids, pixel_values),
            attention_mask=attention_mask,
            past_key_values=past_key_values,
            use_cache=use_cache,
            position_ids=position_ids,
        )
        return output.last_hidden_state.float(), output.past_key_values

    def embed(self, input_ids: torch.Tensor, pixel_values: torch.Tensor | None) -> torch.Tensor:
        """Return the embeddings [B, T, width] of tokens [B, T] with pictures in the places of `<image>`."""
        embedded: torch.Tensor = self.backbone.get_input_embeddings()(input_ids)
        if pixel_values is None:
            return embedded
        shown = pixel_values
        if not self.config.projected:
            body: Any = self.backbone.base_model
            shown = torch.cat([*body.get_image_features(pixel_values=pixel_values).pooler_output])
        return embedded.masked_scatter((input_ids == self.config.image_token).unsqueeze(-1), shown.to(embedded))

    def shown(self, input_ids: torch.Tensor, pixel_values: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """Return tokens and pictures as the backbone takes them; it knows no place for features it did not make."""
        if pixel_values is None:
            return {"input_ids": input_ids}
        if not self.config.projected:
            return {"input_ids": input_ids, "pixel_values": pixel_values}
        return {"inputs_embeds": self.embed(input_ids, pixel_values)}

    def item_logits(self, states: torch.Tensor) -> torch.Tensor:
        """Score the catalogue: states [..., width] to logits [..., n_items]."""
        return dropout(states, self.config.head_dropout, self.training) @ self.item_rows().T + self.item_bias

    def item_log_probs(self, states: torch.Tensor, evidence: Evidence) -> torch.Tensor:
        """Answer from states [B, width] at the deciding position and evidence: [B, n_items] log-probabilities."""
        log_probs = log_softmax(self.item_logits(states), dim=-1)
        if not evidence.slots.shape[1]:
            return log_probs
        mixed: torch.Tensor = self.pointer(log_probs, states, evidence.states, evidence.items, evidence.slots)
        return mixed

    def item_rows(self) -> torch.Tensor:
        """Return the item embeddings [n_items, width]."""
        return self._rows(self.config.item_offset, self.config.n_items)

    def thought_logits(self, states: torch.Tensor) -> torch.Tensor:
        """Score the thought vocabulary: states [..., width] to logits [..., n_thoughts]."""
        return states @ self._rows(self.config.thought_offset, self.config.n_thoughts).T

    def label_logits(self, states: torch.Tensor) -> torch.Tensor:
        """Score no and yes: states [..., width] to logits [..., 2]."""
        return states @ self._output_rows()[list(self.config.no_yes)].float().T

    def word_logits(self, states: torch.Tensor) -> torch.Tensor:
        """Score every token that is not an item: states [..., width] to logits [..., item_offset]."""
        return states @ self._output_rows()[: self.config.item_offset].float().T

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        pixel_values: torch.Tensor | None,
        history_targets: torch.Tensor,
        thought_targets: torch.Tensor,
        evidence_targets: torch.Tensor,
        evidence_positions: torch.Tensor,
        evidence_slots: torch.Tensor,
        answer: torch.Tensor,
        label: torch.Tensor | None = None,
        text_targets: torch.Tensor | None = None,
    ) -> DeliberatorOutput:
        """Compute the losses of a batch; only target positions meet a head, and only the rows they need.

        Args:
            input_ids: [B, T], padded on the left; the last position is `<answer>`.
            attention_mask: [B, T].
            pixel_values: of all pictures of the batch, or None.
            history_targets: [B, T] item code that comes after a position, -1 elsewhere.
            thought_targets: [B, T] index in the thought vocabulary that comes after a position, -1 elsewhere.
            evidence_targets: [B, T] item code that the thought cites after a position, -1 elsewhere.
            evidence_positions: [B, E] positions of the tools' items in `input_ids`.
            evidence_slots: [B, E] their (tool, rank) index, -1 where there is none.
            answer: [B] item codes, -1 in rows of other tasks than sequential.
            label: [B] 1 or 0 (direct, ctr), -1 in other rows; None where there are no such rows.
            text_targets: [B, T] id of the word that comes after a position, -1 elsewhere; None likewise.
        """
        states, _ = self.encode(input_ids, attention_mask, pixel_values)
        evidence = Evidence.gather(states, input_ids, evidence_positions, evidence_slots, self.config.item_offset)
        return DeliberatorOutput(
            answer=self._answer_loss(states[:, -1], evidence, answer),
            thought=self._thought_loss(states, thought_targets, evidence_targets, evidence),
            history=self._history_loss(states, history_targets),
            label=self._label_loss(states[:, -1], label),
            text=self._text_loss(states, text_targets),
        )

    def _answer_loss(self, states: torch.Tensor, evidence: Evidence, answer: torch.Tensor) -> torch.Tensor:
        rows = torch.nonzero(answer >= 0).squeeze(1)
        if not len(rows):
            return states.sum() * 0.0
        log_probs = self.item_log_probs(states[rows], evidence.take(rows))
        return nll_loss(log_probs, answer[rows], reduction="sum") / len(answer)

    def _label_loss(self, states: torch.Tensor, label: torch.Tensor | None) -> torch.Tensor:
        if label is None or not (label >= 0).any():
            return states.sum() * 0.0
        asked = label >= 0
        return cross_entropy(self.label_logits(states[asked]), label[asked], reduction="sum") / len(label)

    def _text_loss(self, states: torch.Tensor, targets: torch.Tensor | None) -> torch.Tensor:
        if targets is None or not (targets >= 0).any():
            return states.sum() * 0.0
        chosen = targets >= 0
        share = chosen.any(dim=1).float().mean()
        return cross_entropy(self.word_logits(states[chosen]), targets[chosen]) * share

    def _history_loss(self, states: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        chosen = targets >= 0
        if not chosen.any():
            return states.sum() * 0.0
        return cross_entropy(self.item_logits(states[chosen]), targets[chosen])

    def _thought_loss(
        self, states: torch.Tensor, tokens: torch.Tensor, cited: torch.Tensor, evidence: Evidence
    ) -> torch.Tensor:
        chosen = tokens >= 0
        loss = states.sum() * 0.0
        if chosen.any():
            loss = loss + cross_entropy(self.thought_logits(states[chosen]), tokens[chosen])
        rows, places = torch.nonzero(cited >= 0, as_tuple=True)
        if len(rows):
            log_probs = self.item_log_probs(states[rows, places], evidence.take(rows))
            loss = loss + nll_loss(log_probs, cited[rows, places])
        return loss

    def _output_rows(self) -> torch.Tensor:
        weight: torch.Tensor = self.backbone.get_output_embeddings().weight
        return weight

    def _rows(self, start: int, count: int) -> torch.Tensor:
        weight: torch.Tensor = self.backbone.get_input_embeddings().weight  # type: ignore[assignment]  # an embedding's
        return weight[start : start + count].float()


@dataclass(frozen=True, eq=False)
class Evidence:
    """The tools' answers as the model sees them.

    Attributes:
        states: [B, E, width] hidden states at the items.
        items: [B, E] item codes, 0 where there is none.
        slots: [B, E] index of (tool, rank), -1 where there is none.
    """

    states: torch.Tensor
    items: torch.Tensor
    slots: torch.Tensor

    @classmethod
    def gather(
        cls, states: torch.Tensor, input_ids: torch.Tensor, positions: torch.Tensor, slots: torch.Tensor, offset: int
    ) -> Evidence:
        """Pick the evidence out of a batch by its positions [B, E]."""
        index = positions.unsqueeze(-1).expand(-1, -1, states.shape[-1])
        items = (input_ids.gather(1, positions) - offset).masked_fill(slots < 0, 0)
        return cls(states.gather(1, index), items, slots)

    def take(self, rows: torch.Tensor) -> Evidence:
        """Return the evidence of some rows."""
        return Evidence(self.states[rows], self.items[rows], self.slots[rows])
