"""Configuration of reasoning-aware visual instruction tuning (R-VIT): TRL's, with the options of this package."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from trl import SFTConfig  # type: ignore[attr-defined]  # a lazy export

from rr_vlm.curriculum.phases import Curriculum
from rr_vlm.errors import InputError


@dataclass
class RvitConfig(SFTConfig):
    """TRL's `SFTConfig` with defaults that are right on a CPU, and the options of `RvitTrainer`.

    Attributes:
        answer_weight: weight of the answer's loss.
        thought_weight: weight of the thought's loss.
        history_weight: weight of the next-item loss at every item of the history. A sequence of 30 items teaches 30
            times instead of once, which is what makes two cores enough.
        label_weight: weight of the loss of yes or no (direct, ctr).
        text_weight: weight of the loss of explanations.
        curriculum: mixture over evidence-horizon levels, as the arguments of `rr_vlm.curriculum.Curriculum`.
    """

    answer_weight: float = field(default=1.0, metadata={"help": "Weight of the answer's loss."})
    thought_weight: float = field(default=0.3, metadata={"help": "Weight of the thought's loss."})
    history_weight: float = field(default=1.0, metadata={"help": "Weight of the next-item loss along the history."})
    label_weight: float = field(default=1.0, metadata={"help": "Weight of the loss of yes or no."})
    text_weight: float = field(default=1.0, metadata={"help": "Weight of the loss of explanations."})
    curriculum: dict[str, Any] = field(default_factory=dict, metadata={"help": "Arguments of Curriculum."})

    max_steps: int = 1500
    per_device_train_batch_size: int = 32
    learning_rate: float = 1e-3
    weight_decay: float = 0.01
    lr_scheduler_type: str = "cosine_with_min_lr"
    lr_scheduler_kwargs: dict[str, Any] | str | None = field(default_factory=lambda: {"min_lr": 1e-7})
    warmup_steps: float = 0.05
    logging_steps: float = 10
    save_strategy: str = "steps"
    save_steps: float = 250
    save_total_limit: int | None = 1
    bf16: bool = False
    gradient_checkpointing: bool = False
    activation_checkpointing: bool | None = False
    max_length: int | None = None
    remove_unused_columns: bool = False
    dataset_kwargs: dict[str, Any] | None = field(default_factory=lambda: {"skip_prepare_dataset": True})
    report_to: str | list[str] | None = "none"
    disable_tqdm: bool | None = True
    dataloader_pin_memory: bool = field(default_factory=torch.cuda.is_available)

    def __post_init__(self) -> None:
        """Check this package's options, then TRL's."""
        for name in ("answer_weight", "thought_weight", "history_weight", "label_weight", "text_weight"):
            if getattr(self, name) < 0:
                raise InputError(name, getattr(self, name), "0 or more")
        self.phases()
        super().__post_init__()

    def phases(self) -> Curriculum:
        """Return the curriculum.

        Raises:
            InputError: an unknown argument or a value that is not allowed.
        """
        return Curriculum.of(self.curriculum)
