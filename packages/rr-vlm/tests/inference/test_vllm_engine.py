"""vLLM is not run here: a stub answers from the exported model as vLLM is documented to."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from rr_vlm import InputError, VllmEngine
from rr_vlm.errors import MissingExtraError
from rr_vlm.inference import vllm_engine


class StubLLM:
    def __init__(self, model, *, enable_prompt_embeds, logprobs_mode, max_logprobs, **options):
        assert enable_prompt_embeds
        assert logprobs_mode == "processed_logprobs"
        self.model, self.most, self.options = AutoModelForCausalLM.from_pretrained(model).eval(), max_logprobs, options

    @torch.inference_mode()
    def generate(self, prompts, wanted):
        return [SimpleNamespace(outputs=[self.one(prompt["prompt_embeds"], wanted)]) for prompt in prompts]

    def one(self, embeds, wanted):
        ids = self.model.generate(
            inputs_embeds=embeds[None], max_new_tokens=wanted.max_tokens, do_sample=False,
            eos_token_id=getattr(wanted, "stop_token_ids", None), pad_token_id=0,
        )  # fmt: skip
        if not hasattr(wanted, "allowed_token_ids"):
            return SimpleNamespace(token_ids=ids[0].tolist())
        assert wanted.logprobs <= self.most
        logits = self.model(inputs_embeds=embeds[None]).logits[0, -1]
        kept = torch.full_like(logits, float("-inf"))
        kept[wanted.allowed_token_ids] = logits[wanted.allowed_token_ids]
        for token, bias in wanted.logit_bias.items():
            kept[token] += bias
        values, tokens = kept.log_softmax(dim=-1).topk(wanted.logprobs)
        pairs = zip(tokens.tolist(), values.tolist(), strict=True)
        return SimpleNamespace(logprobs=[{token: SimpleNamespace(logprob=value) for token, value in pairs}])


@pytest.fixture
def vllm(monkeypatch):
    module = ModuleType("vllm")
    module.LLM, module.SamplingParams = StubLLM, SimpleNamespace
    monkeypatch.setitem(sys.modules, "vllm", module)
    monkeypatch.setattr(vllm_engine, "find_spec", lambda name: object())


def test_it_ranks_as_the_item_softmax_after_answer_does(reasoner, queries, vllm, tmp_path):
    engine = VllmEngine(reasoner, tmp_path / "language", tensor_parallel_size=2)
    assert engine._llm.options == {"tensor_parallel_size": 2}
    items, scores = engine.rank(queries, 5)
    model, encoder = reasoner.parts.model, reasoner.parts.encoder
    for row, prompt in enumerate(reasoner.encode(queries)[:6]):
        ids = np.append(prompt.input_ids, encoder.id("<answer>"))
        batch = reasoner.collator.prompts([ids], [prompt.image_items])
        with torch.inference_mode():
            logits = model.item_logits(model.encode(**batch)[0][:, -1])[0].numpy()
        logits[queries.histories[row]] = -np.inf
        assert items[row].tolist() == np.argsort(-logits, kind="stable")[:5].tolist()
        assert scores[row, 0] <= 0
    texts = engine.write(reasoner.encode(queries)[:2], max_words=3)
    assert len(texts) == 2
    with pytest.raises(InputError, match="most"):
        engine.rank(queries, 99)


def test_without_vllm_the_error_says_how_to_install_it(reasoner, monkeypatch, tmp_path):
    monkeypatch.setattr(vllm_engine, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'rr-vlm\[vllm\]'"):
        VllmEngine(reasoner, tmp_path / "language")
    assert not list(tmp_path.iterdir())
