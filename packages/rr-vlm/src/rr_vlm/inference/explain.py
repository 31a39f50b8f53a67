"""Explanations: words after `<answer>`, by beam search."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import EncodedPrompt, PromptEncoder
from rr_vlm.inference.batching import length_batches
from rr_vlm.tokens.thought_tokens import ANSWER
from rr_vlm.training.collator import Collator


@torch.inference_mode()
def write_texts(
    model: Deliberator,
    encoder: PromptEncoder,
    collator: Collator,
    prompts: Sequence[EncodedPrompt],
    *,
    max_words: int,
    beams: int,
) -> list[str]:
    """Write a text for each prompt; item and thought tokens are never written.

    Args:
        model: in evaluation mode.
        encoder: that encoded the prompts.
        collator: pads and looks up pictures.
        prompts: questions for an explanation.
        max_words: tokens after which a text is cut.
        beams: of the beam search; 1 is greedy.
    """
    texts = [""] * len(prompts)
    answer = np.array([encoder.id(ANSWER)])
    kept_out = [*range(encoder.items.offset, encoder.items.offset + encoder.items.n_items)]
    kept_out += encoder.ids(encoder.thought.names)
    backbone: Any = model.backbone
    for rows in length_batches([len(prompt) for prompt in prompts]):
        chosen = [prompts[row] for row in rows]
        batch = collator.prompts(
            [np.concatenate([prompt.input_ids, answer]) for prompt in chosen], [prompt.image_items for prompt in chosen]
        )
        length = 0 if model.config.projected and batch["pixel_values"] is not None else batch["input_ids"].shape[1]
        written = backbone.generate(
            **model.shown(batch["input_ids"], batch["pixel_values"]),
            attention_mask=batch["attention_mask"],
            max_new_tokens=max_words,
            num_beams=beams,
            do_sample=False,
            suppress_tokens=kept_out,
            pad_token_id=collator.pad_token,
            eos_token_id=encoder.tokenizer.eos_token_id,
        )
        decoded = encoder.tokenizer.batch_decode(written[:, length:], skip_special_tokens=True)
        for row, text in zip(rows, decoded, strict=True):
            texts[row] = text.strip()
    return texts
