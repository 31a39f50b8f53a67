"""A small world that every test shares: 40 users on a circle of 30 items, two tools, tuned in seconds."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
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

from rr_data.interfaces import Sequences, build_traces, sft_rows
from rr_vlm import Catalogue, EmbeddedOptions, PromptOptions, VlmReasoner, encode_items, train

N_ITEMS, N_USERS, TOOLS = 30, 40, ("next-item", "noise")
TITLES = [f"Film {code}" for code in range(N_ITEMS)]
CATEGORIES = [["Drama"] if code % 2 else ["Comedy", "Crime"] for code in range(N_ITEMS)]
PROMPT = PromptOptions(history_length=6, pictures=1, answers_shown=4)
OPTIONS = {"max_steps": 150, "per_device_train_batch_size": 16, "learning_rate": 3e-3, "save_steps": 50, "seed": 3}


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def world():
    """Users walk the circle in steps of one: the next item is certain."""
    rng = np.random.default_rng(0)
    histories = [(rng.integers(N_ITEMS) + np.arange(8)) % N_ITEMS for _ in range(N_USERS)]
    targets = np.array([(history[-1] + 1) % N_ITEMS for history in histories])
    right = np.stack([np.append(target, rng.permutation(N_ITEMS)[:3]) for target in targets])
    wrong = np.stack([rng.permutation(N_ITEMS)[:4] for _ in targets])
    horizon = np.linspace(0, 1, N_USERS)
    return SimpleNamespace(
        histories=histories,
        targets=targets,
        answers={"next-item": right, "noise": wrong},
        horizon=horizon,
        levels=np.digitize(horizon, (0.3, 0.7)),
        pictures=rng.normal(size=(N_ITEMS, 1, 12)).astype(np.float32),
    )


@pytest.fixture(scope="session")
def rows(world):
    """Each query with evidence and alone, and the walk before it as a window without a thought."""
    common = {
        "users": np.arange(N_USERS),
        "histories": Sequences.of(world.histories),
        "targets": world.targets,
        "evidence_horizon": world.horizon,
        "eh_levels": world.levels,
        "categories": CATEGORIES,
        "history_length": PROMPT.history_length,
        "pictures": PROMPT.pictures,
        "answers_shown": PROMPT.answers_shown,
    }
    window = {
        "histories": Sequences.of([history[:-1] for history in world.histories]),
        "targets": [history[-1] for history in world.histories],
    }
    alone = build_traces({}, world.targets, world.levels)
    shown = build_traces(world.answers, world.targets, world.levels)
    return [
        *sft_rows(**common, seed=1, traces=shown, answers=world.answers),
        *sft_rows(**common, seed=2, traces=alone),
        *sft_rows(**{**common, **window}, seed=3),
    ]


@pytest.fixture(scope="session")
def catalogue(world):
    vectors = encode_items(TITLES, width=32, vision=world.pictures, sequences=world.histories).vectors
    return Catalogue(titles=TITLES, categories=CATEGORIES, pictures=world.pictures, vectors=vectors)


@pytest.fixture(scope="session")
def backbone():
    return EmbeddedOptions(width=32, layers=2, heads=2, feed_forward=64, dropout=0.0, vision_width=12)


@pytest.fixture(scope="session")
def tuned(rows, catalogue, backbone, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("tuned") / "vlm"
    return train(rows, catalogue=catalogue, out=out, tools=TOOLS, prompt=PROMPT, backbone=backbone, options=OPTIONS)


@pytest.fixture(scope="session")
def reasoner(tuned) -> VlmReasoner:
    return VlmReasoner.load(tuned)


@pytest.fixture
def queries(world):
    return SimpleNamespace(
        users=np.arange(N_USERS), histories=world.histories, evidence_horizon=world.horizon, candidates=None
    )


@pytest.fixture
def evidence(world):
    scores = -np.arange(4.0)[None].repeat(N_USERS, axis=0)
    return {name: SimpleNamespace(items=items, scores=scores) for name, items in world.answers.items()}


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
