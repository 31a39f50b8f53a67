"""Tiny pretrained models of transformers in folders of their own."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

WORDS = ("the", "user", "film", "drama", "comedy", "says", "next", "item", "horizon", "yes", "no", "good", "great")


def tokenizer() -> PreTrainedTokenizerFast:
    """A word-level tokenizer that knows nothing of items."""
    vocabulary = {word: index for index, word in enumerate(["<pad>", "<unk>", "</s>", "<image>", *sorted(set(WORDS))])}
    core = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token="<pad>",
        unk_token="<unk>",
        eos_token="</s>",
        additional_special_tokens=["<image>"],
    )


@pytest.fixture(scope="session")
def llava(tmp_path_factory) -> Path:
    """LLaVA-1.5's own class with its CLIP tower: pictures of 8 x 8 pixels, four visual tokens each."""
    folder = tmp_path_factory.mktemp("llava")
    words = tokenizer()
    torch.manual_seed(0)
    text = LlamaConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        max_position_embeddings=512, pad_token_id=0, eos_token_id=2, bos_token_id=None,
    )  # fmt: skip
    tower = CLIPVisionConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4
    )
    config = LlavaConfig(text_config=text, vision_config=tower, image_token_index=3, image_seq_length=4)
    LlavaForConditionalGeneration(config).save_pretrained(folder)
    pixels = CLIPImageProcessorPil(size={"shortest_edge": 8}, crop_size={"height": 8, "width": 8})
    processor = LlavaProcessor(
        pixels, words, patch_size=4, vision_feature_select_strategy="default", num_additional_image_tokens=1
    )
    processor.save_pretrained(folder)
    return folder
