"""vLLM on GPUs: the language model of a reasoner behind vLLM's scheduler; pictures enter as embeddings of our own.

vLLM knows no pointer head, so it answers alone: without tools' evidence, and without a thought. With a reasoner whose
adapters are merged the answers are those of the item softmax right after `<answer>`.
"""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM

from rr_vlm.backbones.merging import merge_adapters
from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import EncodedPrompt, PromptEncoder
from rr_vlm.errors import InputError, MissingExtraError
from rr_vlm.inference.rank import restrict, top_k
from rr_vlm.reasoner import Queries, VlmReasoner
from rr_vlm.tokens.thought_tokens import ANSWER


def export_language_model(model: Deliberator, encoder: PromptEncoder, out: Path) -> Path:
    """Write a model's language model, adapters merged, and its tokenizer as a causal language model of transformers.

    Raises:
        InputError: the backbone has no language model of its own to export.
    """
    body: Any = merge_adapters(model).backbone
    language = getattr(body.base_model, "language_model", None)
    if language is None:
        raise InputError("backbone", type(body).__name__, "one with a `language_model`, such as the LLaVA class")
    causal: Any = AutoModelForCausalLM.from_config(body.config.get_text_config())
    causal.resize_token_embeddings(len(encoder.tokenizer), mean_resizing=False)
    causal.base_model.load_state_dict(language.state_dict())
    causal.lm_head.load_state_dict(body.lm_head.state_dict())
    causal.save_pretrained(out)
    encoder.tokenizer.save_pretrained(out)
    return out


class VllmEngine:
    """Ranks and explains through vLLM.

    Args:
        reasoner: its prompts, catalogue and item softmax are used.
        folder: where the language model is exported to, and loaded from by vLLM.
        most: log-probabilities that vLLM returns a query; bounds `k` and the longest history of `rank` together.
        options: arguments of `vllm.LLM`, such as `tensor_parallel_size`, `dtype`, `gpu_memory_utilization`.

    Raises:
        MissingExtraError: vLLM is not installed (extra `vllm`, a GPU that it supports).
    """

    def __init__(self, reasoner: VlmReasoner, folder: str | Path, *, most: int = 100, **options: Any) -> None:
        """Export the language model and start vLLM."""
        if find_spec("vllm") is None:
            raise MissingExtraError("VllmEngine", "vllm", "vllm")
        import vllm  # type: ignore[import-not-found]  # noqa: PLC0415  (an extra)

        self._parts = reasoner.parts
        self._reasoner = reasoner
        self._most = most
        self._sampling = vllm.SamplingParams
        model, encoder = self._parts.model, self._parts.encoder
        self._llm = vllm.LLM(
            model=str(export_language_model(model, encoder, Path(folder))),
            enable_prompt_embeds=True,
            # Of the restricted and biased softmax, not of the raw one.
            logprobs_mode="processed_logprobs",
            max_logprobs=most,
            **options,
        )
        offset = encoder.items.offset
        self._items = [*range(offset, offset + encoder.items.n_items)]
        self._bias = dict(zip(self._items, model.item_bias.detach().float().tolist(), strict=True))

    def rank(self, queries: Queries, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rank the k best items [B, k] with log-probabilities, as `VlmReasoner.deliberate` does.

        Known items of a history are left out, so up to `k` and the longest history are asked of vLLM.

        Raises:
            InputError: that is more than `most`.
        """
        histories = [np.asarray(history, dtype=np.int64) for history in queries.histories]
        asked = k + max((len(set(history.tolist())) for history in histories), default=0)
        if asked > self._most:
            raise InputError("k", f"{k}, with the history {asked} items", f"at most {self._most}, see `most`")
        wanted = self._sampling(
            temperature=0.0, max_tokens=1, logprobs=asked, allowed_token_ids=self._items, logit_bias=self._bias
        )
        n_items, offset = len(self._items), self._items[0]
        log_probs = np.full((len(histories), n_items), -np.inf, dtype=np.float32)
        for row, output in enumerate(self._llm.generate(self._embedded(self._reasoner.encode(queries)), wanted)):
            for token, entry in output.outputs[0].logprobs[0].items():
                if offset <= token < offset + n_items:
                    log_probs[row, token - offset] = entry.logprob
        known = [history[(history >= 0) & (history < n_items)] for history in histories]
        return top_k(restrict(log_probs, known, queries.candidates), k)

    def write(self, prompts: Sequence[EncodedPrompt], *, max_words: int = 32) -> list[str]:
        """Write a text after each prompt, greedily."""
        end = self._parts.encoder.tokenizer.eos_token_id
        wanted = self._sampling(temperature=0.0, max_tokens=max_words, stop_token_ids=[end])
        outputs = self._llm.generate(self._embedded(prompts), wanted)
        written = [list(output.outputs[0].token_ids) for output in outputs]
        decoded = self._parts.encoder.tokenizer.batch_decode(written, skip_special_tokens=True)
        return [str(text).strip() for text in decoded]

    @torch.inference_mode()
    def _embedded(self, prompts: Sequence[EncodedPrompt]) -> list[dict[str, torch.Tensor]]:
        """Return each prompt and `<answer>` as embeddings [T, width], pictures in their places."""
        model, encoder = self._parts.model, self._parts.encoder
        answer = np.array([encoder.id(ANSWER)])
        made = []
        for prompt in prompts:
            ids = np.concatenate([prompt.input_ids, answer])
            batch = self._reasoner.collator.prompts([ids], [prompt.image_items])
            made.append({"prompt_embeds": model.embed(batch["input_ids"], batch["pixel_values"])[0]})
        return made
