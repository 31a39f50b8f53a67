import dataclasses
import logging
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from rr_vlm import ArtifactError, Catalogue, InputError, PretrainedOptions, PromptOptions, VlmReasoner, train
from rr_vlm.backbones.pretrained import pretrained_backbone, pretrained_tokenizer
from rr_vlm.tokens.thought_tokens import ThoughtTokens
from rr_vlm.training.start import start_encoder, start_model

TOOLS = ("next-item", "noise")
PROMPT = PromptOptions(history_length=6, pictures=1, answers_shown=4)
SHORT = {"max_steps": 3, "per_device_train_batch_size": 8, "save_steps": 2, "logging_steps": 1, "seed": 1}


@pytest.fixture
def pixels(catalogue):
    pictures = np.random.default_rng(0).normal(size=(30, 3, 8, 8)).astype(np.float32)
    return Catalogue(titles=catalogue.titles, categories=catalogue.categories, pictures=pictures)


def tune(rows, catalogue, out, **options):
    return train(rows, catalogue=catalogue, out=out, tools=TOOLS, prompt=PROMPT, options=SHORT, **options)


@pytest.mark.parametrize("rank", [4, 0])
def test_llava_with_pixels_is_trained_saved_loaded_ranks_and_explains(
    rows, pixels, llava, queries, evidence, tmp_path, rank
):
    options = PretrainedOptions(name=str(llava), lora_rank=rank)
    out = tune(rows, pixels, tmp_path / "vlm", backbone=options)
    reasoner = VlmReasoner.load(out)
    answer = reasoner.deliberate(queries, 5, evidence)
    assert answer.items.shape == (40, 5)
    one = SimpleNamespace(histories=queries.histories[:1], evidence_horizon=queries.evidence_horizon[:1])
    assert isinstance(reasoner.explain(one, [3], [5], max_words=4)[0], str)
    reasoner.save(tmp_path / "copy")
    again = VlmReasoner.load(tmp_path / "copy")
    np.testing.assert_allclose(again.scores(queries), reasoner.scores(queries), atol=1e-5)


@pytest.mark.parametrize("rank", [4, 0])
def test_thought_tokens_start_from_the_words_of_their_names(pixels, llava, rank):
    options = PretrainedOptions(name=str(llava), lora_rank=rank)
    encoder = start_encoder(options, (), pixels, tools=("drama", "film"), ranks=4)
    encoder, model = start_model(options, encoder, pixels)
    words = encoder.tokenizer("use drama", add_special_tokens=False)["input_ids"]
    vectors = model.backbone.get_input_embeddings()(torch.tensor([encoder.id("<use_drama>"), *words]))
    assert torch.allclose(vectors[0], vectors[1:].mean(dim=0))


def test_adapters_keep_the_backbone_and_train_the_new_rows(rows, pixels, llava, tmp_path):
    out = tune(rows, pixels, tmp_path / "vlm", backbone=PretrainedOptions(name=str(llava), lora_rank=4))
    saved = load_file(out / "model.safetensors")
    assert any("lora_A" in name for name in saved)
    assert any("modules_to_save" in name and "multi_modal_projector" in name for name in saved)
    assert not any("vision_tower" in name for name in saved)
    base = pretrained_backbone(PretrainedOptions(name=str(llava)), vocabulary=10)
    model = VlmReasoner.load(out)._model
    rows_of = next(value for name, value in saved.items() if "trainable_tokens_delta" in name)
    words = len(base.get_input_embeddings().weight)
    embeddings = model.backbone.get_input_embeddings().weight
    assert torch.equal(embeddings[-len(rows_of) :], rows_of)
    assert torch.equal(embeddings[:words], base.get_input_embeddings().weight[:words])
    assert torch.equal(model.item_logits(torch.ones(1, 16)), torch.ones(1, 16) @ embeddings[-30:].T + model.item_bias)


def test_in_half_precision_what_is_tuned_stays_single(rows, pixels, llava, queries, evidence, tmp_path):
    options = PretrainedOptions(name=str(llava), lora_rank=4, dtype="bfloat16", attention="eager", lora_dropout=0.0)
    mixed = {**SHORT, "bf16": True, "use_cpu": True}
    out = train(
        rows, catalogue=pixels, out=tmp_path / "vlm", tools=TOOLS, prompt=PROMPT, options=mixed, backbone=options
    )
    assert {value.dtype for value in load_file(out / "model.safetensors").values()} == {torch.float32}
    reasoner = VlmReasoner.load(out)
    assert reasoner._model.backbone.dtype == torch.bfloat16
    alone, merged = reasoner.scores(queries, evidence), reasoner.merged().scores(queries, evidence)
    known = np.isfinite(alone)
    np.testing.assert_allclose(alone[known], merged[known], atol=0.1)  # bfloat16 has three digits


def test_merged_it_answers_the_same_and_can_grow(rows, pixels, llava, queries, evidence, tmp_path):
    out = tune(rows, pixels, tmp_path / "vlm", backbone=PretrainedOptions(name=str(llava), lora_rank=4))
    reasoner = VlmReasoner.load(out)
    merged = reasoner.merged()
    merged.save(tmp_path / "merged")
    again = VlmReasoner.load(tmp_path / "merged")
    assert not any("lora_" in name for name, _ in again._model.named_parameters())
    for one in (merged, again):
        np.testing.assert_allclose(one.scores(queries, evidence), reasoner.scores(queries, evidence), atol=1e-4)
    grown = reasoner.with_items(["Film 30"], [["Drama"]], pictures=np.zeros((1, 3, 8, 8), dtype=np.float32))
    assert grown.n_items == 31
    assert 30 in grown.deliberate(queries, 31).items[0]


def test_an_interrupted_run_with_adapters_resumes_to_the_same_weights(
    rows, pixels, llava, tmp_path, caplog, monkeypatch
):
    backbone = PretrainedOptions(name=str(llava), lora_rank=2)
    whole = tune(rows, pixels, tmp_path / "whole", backbone=backbone)

    def stop(done, total):
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(rows, pixels, tmp_path / "cut", backbone=backbone, progress=stop)
    monkeypatch.setattr(logging.getLogger("transformers"), "propagate", True)
    resumed = tune(rows, pixels, tmp_path / "cut", backbone=backbone, resume=True)
    assert "missing keys" not in caplog.text  # the base is left out of a checkpoint on purpose
    first, second = (load_file(path / "model.safetensors") for path in (whole, resumed))
    for name, value in first.items():
        torch.testing.assert_close(value, second[name], atol=1e-6, rtol=0, msg=name)


def test_new_tokens_stand_in_one_block_and_are_never_cut(llava):
    tokenizer, items = pretrained_tokenizer(
        PretrainedOptions(name=str(llava)), thought=ThoughtTokens.of(TOOLS), n_items=12
    )
    assert tokenizer.convert_tokens_to_ids("<item_0>") == items.offset == len(tokenizer) - 12
    ids = tokenizer("film <item_11><item_1>, <think><eh_low>", add_special_tokens=False).input_ids
    assert tokenizer.convert_ids_to_tokens(ids) == ["film", "<item_11>", "<item_1>", "<unk>", "<think>", "<eh_low>"]


def test_what_cannot_be_used_is_refused(tmp_path, llava, monkeypatch):
    with pytest.raises(ArtifactError, match=r"no-such/model.*'smol'"):
        pretrained_backbone(PretrainedOptions(name="hub:no-such/model"), vocabulary=10)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(InputError, match="GPU"):
        pretrained_backbone(PretrainedOptions(name=str(llava), quantization="4bit"), vocabulary=10)
    for wrong in (
        {"lora_rank": -1},
        {"dtype": "int8"},
        {"quantization": "2bit"},
        {"quantization": "4bit", "lora_rank": 0},
    ):
        with pytest.raises(InputError):
            dataclasses.replace(PretrainedOptions(name="x"), **wrong)
