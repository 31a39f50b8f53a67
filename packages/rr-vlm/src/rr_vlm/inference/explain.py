"""Explanations: words after `<answer>`, by beam search or as what several samples agree on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import EncodedPrompt, PromptEncoder
from rr_vlm.inference.batching import length_batches
from rr_vlm.inference.consensus import consensus
from rr_vlm.tokens.thought_tokens import ANSWER
from rr_vlm.training.collator import Collator

TEMPERATURE, SEED = 0.7, 0  # of samples


@torch.inference_mode()
def write_texts(
    model: Deliberator,
    encoder: PromptEncoder,
    collator: Collator,
    prompts: Sequence[EncodedPrompt],
    *,
    max_words: int,
    beams: int,
    samples: int,
) -> list[str]:
    """Write a text for each prompt; item and thought tokens are never written.

    Args:
        model: in evaluation mode.
        encoder: that encoded the prompts.
        collator: pads and looks up pictures.
        prompts: questions for an explanation.
        max_words: tokens after which a text is cut.
        beams: of the beam search; 1 is greedy.
        samples: 1, or how many texts are sampled, of which the one is chosen that the others agree with most. A prompt
            gets the same ones whatever it comes with.
    """
    texts = [""] * len(prompts)
    answer = np.array([encoder.id(ANSWER)])
    kept_out = [*range(encoder.items.offset, encoder.items.offset + encoder.items.n_items)]
    kept_out += encoder.ids(encoder.thought.names)
    backbone: Any = model.backbone
    drawing = {"do_sample": True, "temperature": TEMPERATURE, "top_k": 0, "num_return_sequences": samples}
    one_by_one: Iterable[NDArray[np.int64]] = np.arange(len(prompts))[:, None]
    for rows in length_batches([len(prompt) for prompt in prompts]) if samples == 1 else one_by_one:
        chosen = [prompts[row] for row in rows]
        batch = collator.prompts(
            [np.concatenate([prompt.input_ids, answer]) for prompt in chosen], [prompt.image_items for prompt in chosen]
        )
        length = 0 if model.config.projected and batch["pixel_values"] is not None else batch["input_ids"].shape[1]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(SEED)
            written = backbone.generate(
                **model.shown(batch["input_ids"], batch["pixel_values"]),
                attention_mask=batch["attention_mask"],
                max_new_tokens=max_words,
                suppress_tokens=kept_out,
                pad_token_id=collator.pad_token,
                eos_token_id=encoder.tokenizer.eos_token_id,
                **(drawing if samples > 1 else {"do_sample": False, "num_beams": beams}),
            )
        decoded = encoder.tokenizer.batch_decode(written[:, length:], skip_special_tokens=True)
        for place, row in enumerate(rows):
            texts[row] = consensus([text.strip() for text in decoded[samples * place : samples * (place + 1)]])
    return texts
