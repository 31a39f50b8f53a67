"""Floating-point operations of one query, counted from the shapes."""

from __future__ import annotations

from transformers import PreTrainedConfig


def query_flops(
    text: PreTrainedConfig, *, n_items: int, n_thoughts: int, tokens: int, decided: int, slots: int, item_softmaxes: int
) -> float:
    """Count the matrix products of one query (a multiply and an add are two operations).

    Left out as small: normalisation, softmaxes, the picture projector and the pointer head.

    Args:
        text: configuration of a Llama-class language model.
        n_items: rows of the item softmax.
        n_thoughts: rows of the thought softmax.
        tokens: of the prompt, up to and including `<think>`.
        decided: tokens after it, with cached keys and values.
        slots: decisions among thought tokens.
        item_softmaxes: how often the catalogue is scored.
    """
    width, hidden = text.hidden_size, text.intermediate_size
    heads, shared = text.num_attention_heads, text.num_key_value_heads
    head = getattr(text, "head_dim", None) or width // heads
    projections = 2 * width * head * (heads + 2 * shared) + 2 * heads * head * width
    per_token = projections + 3 * 2 * width * hidden
    # Scores and weighted values: two products over all keys. The kernel computes the whole square in the prompt.
    attended = tokens * tokens + sum(tokens + step for step in range(1, decided + 1))
    attention = 2 * 2 * heads * head * attended
    layers = text.num_hidden_layers * (per_token * (tokens + decided) + attention)
    return float(layers + item_softmaxes * 2 * width * n_items + 2 * width * n_thoughts * slots)
