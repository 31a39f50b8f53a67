"""rr-planner's conformance kit, run against the reasoner; rr-tools' contract runs it against every tool."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import (
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    PreTrainedTokenizerFast,
)

import rr_tools
from rr_data.interfaces import build_traces, sft_rows
from rr_planner.testing import check_reasoner
from rr_vlm import Catalogue, EmbeddedOptions, PretrainedOptions, VlmReasoner, train

N_ITEMS, N_USERS = 40, 120
EMBEDDED = EmbeddedOptions(width=16, layers=1, heads=2, feed_forward=16, vision_width=4)
TOOLS = ("bpr", "sasrec")


@pytest.fixture(scope="session")
def sequences() -> rr_tools.TrainingData:
    """Users who walk around a ring of items, so that there is something to learn; each has a validation item."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(3, 12, size=N_USERS)
    starts = generator.integers(0, N_ITEMS, size=N_USERS)
    walks = [(start + np.arange(length)) % N_ITEMS for start, length in zip(starts, lengths, strict=True)]
    return rr_tools.TrainingData(
        items=np.concatenate(walks),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        n_items=N_ITEMS,
        validation=(starts + lengths) % N_ITEMS,
    )


def small_llava(folder: Path) -> PretrainedOptions:
    """Save a LLaVA of the smallest size, as if it came from the hub."""
    text = LlamaConfig(
        vocab_size=3, hidden_size=16, intermediate_size=16, num_hidden_layers=1, num_attention_heads=2, pad_token_id=0
    )
    tower = CLIPVisionConfig(
        hidden_size=8, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4
    )
    LlavaForConditionalGeneration(LlavaConfig(text_config=text, vision_config=tower)).save_pretrained(folder)
    core = Tokenizer(WordLevel({"<pad>": 0, "<unk>": 1, "</s>": 2}, unk_token="<unk>"))
    PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="<pad>", unk_token="<unk>", eos_token="</s>"
    ).save_pretrained(folder)
    return PretrainedOptions(name=str(folder), lora_rank=2)


@pytest.mark.parametrize("backbone", ["embedded", "hub"])
def test_the_reasoner_conforms_with_every_backbone(
    backbone: str, sequences: rr_tools.TrainingData, tmp_path: Path
) -> None:
    options = EMBEDDED if backbone == "embedded" else small_llava(tmp_path / "llava")
    width = EMBEDDED.vision_width if backbone == "embedded" else 16
    pictures = np.random.default_rng(0).random((N_ITEMS, 1, width)).astype(np.float32)
    folder = train(
        tuning_rows(sequences),
        catalogue=Catalogue(
            titles=[f"Film {item}" for item in range(N_ITEMS)],
            categories=[["drama" if item % 2 else "comedy"] for item in range(N_ITEMS)],
            pictures=pictures,
        ),
        out=tmp_path / "reasoner",
        tools=TOOLS,
        backbone=options,
        options={"max_steps": 3, "per_device_train_batch_size": 8},
    )
    check_reasoner(VlmReasoner.load(folder), n_items=N_ITEMS, tools=TOOLS)


def tuning_rows(sequences: rr_tools.TrainingData) -> list[dict[str, object]]:
    """Return the users' validation items as examples, every second one with the tools' answers in the prompt."""
    users = np.arange(N_USERS)
    levels = users % 3
    answers = {name: noisy_answers(sequences.validation, shift) for shift, name in enumerate(TOOLS)}
    rows: list[dict[str, object]] = []
    for shown in (True, False):
        chosen = users[users % 2 == shown]
        evidence = {name: answer[chosen] for name, answer in answers.items()} if shown else {}
        rows += sft_rows(
            users=chosen,
            histories=[sequences.sequence(user) for user in chosen],
            targets=sequences.validation[chosen],
            evidence_horizon=levels[chosen] / 2,
            eh_levels=levels[chosen],
            categories=[["drama" if item % 2 else "comedy"] for item in range(N_ITEMS)],
            seed=0,
            traces=build_traces(evidence, sequences.validation[chosen], levels[chosen]),
            answers=evidence,
        )
    return rows


def noisy_answers(targets: NDArray[np.int64], shift: int) -> NDArray[np.int64]:
    """Return five items around each target, [N, 5]."""
    return (targets[:, None] + np.arange(5) - shift) % N_ITEMS
