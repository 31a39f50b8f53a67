"""From tuning rows to a reasoner, resumable."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeAlias

import datasets  # type: ignore[import-untyped]
import numpy as np
import torch
from accelerate import PartialState  # type: ignore[import-untyped]
from transformers import set_seed
from transformers.trainer_utils import get_last_checkpoint

from rr_data.interfaces import Trace
from rr_vlm.artifact import ReasonerCard, no_progress_bars, write_reasoner
from rr_vlm.backbones.embedded import EmbeddedOptions
from rr_vlm.backbones.options import PretrainedOptions
from rr_vlm.catalogue import Catalogue, PromptOptions
from rr_vlm.encoding import TOKEN, EncodedPrompt, PromptEncoder, blinded, targets
from rr_vlm.errors import ArtifactError, InputError
from rr_vlm.training.collator import Collator
from rr_vlm.training.sft_config import RvitConfig
from rr_vlm.training.sft_trainer import HistoryCallback, RvitTrainer, column, encoded_dataset, read_history
from rr_vlm.training.start import pad_token, start_encoder, start_model

Rows: TypeAlias = datasets.Dataset | Sequence[Mapping[str, Any]]
COLUMNS = ("prompt", "completion", "image_items", "user", "target", "eh_level")
HISTORY = "training.jsonl"
_ENCODED_AT_ONCE = 1024


def train(
    rows: Rows,
    *,
    catalogue: Catalogue,
    out: str | Path,
    tools: Sequence[str] = (),
    prompt: PromptOptions | None = None,
    backbone: EmbeddedOptions | PretrainedOptions | None = None,
    options: Mapping[str, Any] | None = None,
    name: str = "vlm",
    notes: Mapping[str, Any] | None = None,
    resume: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Tune a backbone on chain-of-thought rows and write a reasoner.

    Checkpoints stand in `<out>.training` until the reasoner is written. Under `accelerate launch` every process calls
    this with the same arguments: each sees its slice of the same stream, and the first one writes.

    Args:
        rows: "SFT rows" of the stable interfaces. A thought cites one item where the prompt shows evidence and none
            where it shows none; a row without a thought (`<answer>` alone) teaches the answer and the history.
        catalogue: the items.
        out: folder of the reasoner.
        tools: names of the tools that thoughts and evidence name, in the order of the thoughts.
        prompt: how the rows were written; queries will be written so.
        backbone: the size of an embedded one, or which pretrained one; by default embedded.
        options: arguments of `RvitConfig`, such as `max_steps`, `learning_rate`, `seed`, `curriculum`.
        name: of the reasoner.
        notes: what else the reasoner's card should say, such as the data's checksum.
        resume: continue from the last checkpoint of an interrupted run with the same arguments, if there is one.
        progress: called with (steps done, steps in all).

    Returns:
        `out`. `<out>/training.jsonl` holds losses, phase and learning rate by step.

    Raises:
        InputError: rows, tools and catalogue do not fit each other.
        ArtifactError: `out` is something else than a reasoner, or the run to resume had other arguments.
    """
    started = time.monotonic()
    out, prompt, backbone = Path(out), prompt or PromptOptions(), backbone or EmbeddedOptions()
    if out.exists() and not (out / "reasoner.json").is_file():
        raise ArtifactError(f"{out} exists and is not a reasoner: choose another folder or remove it")
    dataset = _dataset(rows)
    work = out.with_name(f"{out.name}.training")
    config = RvitConfig(output_dir=str(work), **(options or {}))
    processes = PartialState()
    fingerprint = _fingerprint(dataset, catalogue, config, tuple(tools), prompt, backbone)
    if processes.is_main_process:
        _prepare(work, fingerprint, resume=resume)
    processes.wait_for_everyone()
    set_seed(config.seed)
    encoder = start_encoder(backbone, _texts(dataset), catalogue, tools=tools, ranks=prompt.answers_shown)
    encoder, model = start_model(backbone, encoder, catalogue)
    encoded = _encode(dataset, encoder)
    rng = np.random.default_rng(config.seed)
    trainer = RvitTrainer(
        model=model,
        args=config,
        train_dataset=encoded_dataset([_example(row, encoder, rng) | {"eh_level": level} for row, level in encoded]),
        data_collator=Collator(pad_token(encoder), _pictures(catalogue)),
        processing_class=encoder.tokenizer,
        callbacks=[HistoryCallback(work / HISTORY, config.phases(), progress)] if processes.is_main_process else None,
    )
    with no_progress_bars():
        trainer.train(resume_from_checkpoint=get_last_checkpoint(str(work)) if resume else None)
    card = ReasonerCard(
        name=name,
        prompt=prompt,
        tools_alone=_tools_alone(dataset, encoded),
        tool_rates=_tool_rates(encoded, encoder),
        tokens_alone=_mean_tokens(encoded, shown=False),
        tokens_with_evidence=_mean_tokens(encoded, shown=True),
        training={
            "rows": len(encoded),
            "steps": trainer.state.global_step,
            "batch_size": config.train_batch_size * config.gradient_accumulation_steps * config.world_size,
            "options": dict(options or {}),
            "backbone": asdict(backbone),
            "seconds": round(time.monotonic() - started, 1),
            "notes": dict(notes or {}),
            "last": (read_history(work / HISTORY) or [{}])[-1],
        },
    )
    if processes.is_main_process:
        write_reasoner(out, model.eval(), encoder, catalogue, card)
        shutil.copy(work / HISTORY, out / HISTORY)
        shutil.rmtree(work)
    processes.wait_for_everyone()
    return out


def _dataset(rows: Rows) -> datasets.Dataset:
    dataset = rows if isinstance(rows, datasets.Dataset) else datasets.Dataset.from_list([dict(row) for row in rows])
    missing = [column for column in COLUMNS if column not in dataset.column_names]
    if missing or not len(dataset):
        raise InputError("rows", f"{len(dataset)} rows without {missing}", f"rows with the columns {list(COLUMNS)}")
    return dataset


def _fingerprint(dataset: datasets.Dataset, catalogue: Catalogue, config: RvitConfig, *settings: object) -> str:
    digest = hashlib.sha256(repr(settings).encode())
    digest.update(json.dumps(config.to_dict(), sort_keys=True, default=str).encode())
    digest.update("\n".join(catalogue.titles).encode())
    for name in ("user", "target", "eh_level"):
        digest.update(column(dataset, name).tobytes())
    return digest.hexdigest()


def _prepare(work: Path, fingerprint: str, *, resume: bool) -> None:
    """Make the working folder ready: what an interrupted run left stays only where it is resumed."""
    mark = work / "run.json"
    if resume and mark.is_file():
        if json.loads(mark.read_text())["fingerprint"] != fingerprint:
            raise ArtifactError(f"{work} holds a run with other rows or options: resume with the same, or start anew")
        return
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    mark.write_text(json.dumps({"fingerprint": fingerprint}))


def _texts(dataset: datasets.Dataset) -> Iterator[str]:
    """Yield what prompts and completions say."""
    for batch in dataset.select_columns(["prompt", "completion"]).iter(_ENCODED_AT_ONCE):
        for messages in (*batch["prompt"], *batch["completion"]):
            yield from (part["text"] or "" for message in messages for part in message["content"])


def _encode(dataset: datasets.Dataset, encoder: PromptEncoder) -> list[tuple[EncodedPrompt, int]]:
    encoded: list[tuple[EncodedPrompt, int]] = []
    for batch in dataset.iter(_ENCODED_AT_ONCE):
        encoded += zip(encoder.encode_rows(batch), batch["eh_level"], strict=True)
    return encoded


def _example(row: EncodedPrompt, encoder: PromptEncoder, rng: np.random.Generator) -> dict[str, Any]:
    history, thought, cited, words = targets(row, encoder)
    return {
        "input_ids": blinded(row, encoder, rng),
        "image_items": row.image_items,
        "history_targets": history,
        "thought_targets": thought,
        "evidence_targets": cited,
        "text_targets": words,
        "evidence_positions": row.evidence,
        "evidence_slots": row.slots,
        "answer": row.answer,
        "label": row.label,
    }


def _pictures(catalogue: Catalogue) -> torch.Tensor | None:
    return None if catalogue.pictures is None else torch.from_numpy(np.asarray(catalogue.pictures, dtype=np.float32))


def _tools_alone(dataset: datasets.Dataset, encoded: Sequence[tuple[EncodedPrompt, int]]) -> tuple[str, ...]:
    """Return the tools that the first thought without evidence names."""
    for index, (row, _) in enumerate(encoded):
        if row.answer >= 0 and not len(row.evidence) and row.thought_start < len(row):
            text = dataset[index]["completion"][0]["content"][0]["text"]
            tokens = TOKEN.findall(text)[:-2]
            return tuple(tool for tool, _ in Trace.from_tokens(tokens).tools)
    return ()


def _tool_rates(encoded: Sequence[tuple[EncodedPrompt, int]], encoder: PromptEncoder) -> dict[str, float]:
    """Return by tool the share of thoughts that use it, among those that name it."""
    thoughts = [row.input_ids[row.thought_start :] for row, _ in encoded if row.answer >= 0]
    fed = np.concatenate([np.empty(0, dtype=np.int64), *thoughts])
    rates = {}
    for tool in encoder.thought.tools:
        used, skipped = ((fed == encoder.id(f"<{choice}_{tool}>")).sum() for choice in ("use", "skip"))
        rates[tool] = float(used / max(1, used + skipped))
    return rates


def _shows(row: EncodedPrompt) -> bool | None:
    """Tell whether a sequential row shows evidence; None in other tasks."""
    return bool(len(row.evidence)) if row.answer >= 0 else None


def _mean_tokens(encoded: Sequence[tuple[EncodedPrompt, int]], *, shown: bool) -> int:
    lengths = [min(row.thought_start, len(row) - 1) for row, _ in encoded if _shows(row) == shown]
    return round(float(np.mean(lengths))) if lengths else 0
