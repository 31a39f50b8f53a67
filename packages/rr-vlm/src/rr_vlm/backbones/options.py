"""Options of a pretrained backbone: which one, and what of it is tuned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rr_vlm.errors import InputError

SMOL = "smol"
PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


@dataclass(frozen=True, kw_only=True)
class PretrainedOptions:
    """A pretrained backbone and how it is tuned.

    With `lora_rank` above 0 the backbone is frozen and gets low-rank adapters (Hu et al., 2022) in every projection of
    its language model; item and thought tokens, the picture projector and the heads are trained in full. With 0
    everything but the vision tower is tuned.

    Attributes:
        name: `smol`, the id of an image-text-to-text model on the Hugging Face hub such as
            `llava-hf/llava-1.5-7b-hf` (`hub:` before it is allowed), or a folder that holds one.
        lora_rank: rank of the adapters; 0 for full tuning.
        lora_alpha: their scale.
        lora_dropout: on their input.
        quantization: `8bit` or `4bit` weights of the frozen backbone, by bitsandbytes, on a GPU; None for none.
        dtype: of the backbone's weights.
        attention: `eager` is the fastest on a processor with bfloat16 for prompts of about 100 tokens,
            `flash_attention_2` on a GPU with that package.
        dropout: on the hidden state before the item softmax.

    Example:
        >>> PretrainedOptions(name="hub:llava-hf/llava-1.5-7b-hf").source
        'llava-hf/llava-1.5-7b-hf'
    """

    name: str
    lora_rank: int = 16
    lora_alpha: int = 32
    lora_dropout: float = 0.05
    quantization: Literal["8bit", "4bit"] | None = None
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    attention: Literal["sdpa", "eager", "flash_attention_2"] = "sdpa"
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Check what can be checked without the backbone."""
        if not self.source or self.lora_rank < 0 or self.lora_alpha < 1:
            raise InputError("backbone", self, "a name, a lora_rank of 0 or more and a lora_alpha of 1 or more")
        if self.quantization not in (None, "8bit", "4bit") or self.dtype not in ("float32", "bfloat16", "float16"):
            received = f"quantization={self.quantization!r}, dtype={self.dtype!r}"
            raise InputError("backbone", received, "8bit, 4bit or None; float32, bfloat16 or float16")
        if self.attention not in ("sdpa", "eager", "flash_attention_2"):
            raise InputError("backbone.attention", self.attention, "sdpa, eager or flash_attention_2")
        if self.quantization and not self.lora_rank:
            raise InputError("backbone", f"quantization={self.quantization!r}, lora_rank=0", "adapters (lora_rank > 0)")

    @property
    def source(self) -> str:
        """The name without `hub:`."""
        return self.name.removeprefix("hub:")
