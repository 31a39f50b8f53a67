"""Configurations of the one trainer: ReasonRec and the paper's generative baselines, with what sets them apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from rr_data.interfaces import PromptTemplate, templates
from rr_vlm.errors import InputError

# A sentence of its own that tells the evidence horizon.
_HORIZON = re.compile(r"(?<=[.?])[^.?]*\{evidence_horizon\}\.")


@dataclass(frozen=True, kw_only=True)
class Preset:
    """How rows are written and how they are tuned on.

    Attributes:
        name: of the preset.
        pictures: pictures of a history; 0 for text alone.
        horizon: whether prompts tell the evidence horizon.
        thoughts: whether rows have thoughts and may show tools' answers.
        training: arguments of `RvitConfig` that the preset sets.
        differences: what its namesake does otherwise.
    """

    name: str
    pictures: int
    horizon: bool
    thoughts: bool
    training: Mapping[str, Any] = field(default_factory=dict)
    differences: tuple[str, ...] = ()

    def wordings(self, task: str) -> tuple[PromptTemplate, ...]:
        """Return the wordings of a task that the preset uses, for `rr_data`'s `wordings=`.

        Without the horizon these are the templates that tell it in a sentence of its own, less that sentence.

        Example:
            >>> preset("p5").wordings("ctr")[3].text
            'Would {user} ({user_desc}) likely click on {item} {photo}?'
        """
        every = templates(task)
        if self.horizon or task == "explanation":
            return every
        cut = [PromptTemplate(task, one.index, _HORIZON.sub("", one.text)) for one in every]
        return tuple(one for one in cut if "evidence_horizon" not in one.fields)

    def prompt(self, tasks: tuple[str, ...] = ("sequential", "direct", "ctr", "explanation")) -> dict[str, Any]:
        """Return arguments of `PromptOptions` by which queries are written as the rows are."""
        plain = {} if self.horizon else {task: self.wordings(task)[0].text for task in tasks}
        return {"pictures": self.pictures, "wordings": plain}


_UNIFORM = {"curriculum": {"uniform": True}, "thought_weight": 0.0}
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        one.name: one
        for one in (
            Preset(name="reasonrec", pictures=3, horizon=True, thoughts=True),
            Preset(
                name="p5",
                pictures=0,
                horizon=False,
                thoughts=False,
                training=_UNIFORM,
                differences=(
                    "P5 (Geng et al., 2022) is a T5 encoder-decoder; this is a decoder of the backbone you name",
                    "P5 writes item ids in sub-word tokens and searches them with beams; here an item is one token",
                    "P5 pretrains on five task families with its own prompts; here on the four tasks of rr-data",
                    "P5 predicts the answer alone; `history_weight=0` does so too",
                ),
            ),
            Preset(
                name="vip5",
                pictures=3,
                horizon=False,
                thoughts=False,
                training=_UNIFORM,
                differences=(
                    "as P5, with a few visual tokens a picture (`vision_features(tokens=...)`) from a frozen tower",
                    "VIP5 (Geng et al., 2023) tunes bottleneck adapters in T5; here LoRA with a pretrained backbone, "
                    "and everything with an embedded one",
                    "VIP5 redraws direct negatives at test time; rr-data stores candidate lists",
                ),
            ),
            Preset(
                name="unimp",
                pictures=3,
                horizon=False,
                thoughts=False,
                training=_UNIFORM,
                differences=(
                    "UniMP (Wei et al., 2024) crosses pictures into OpenFlamingo by cross-attention; here they are "
                    "tokens of the prompt",
                    "UniMP adds a contrastive and a focal loss; here the losses of this trainer",
                    "there is no planner, no thought and no tool, as in UniMP",
                ),
            ),
        )
    }
)


def preset(name: str) -> Preset:
    """Return a preset.

    Raises:
        InputError: there is no such preset; the message names the nearest.

    Example:
        >>> preset("vip5").pictures, preset("p5").pictures
        (3, 0)
    """
    if name not in PRESETS:
        nearest = get_close_matches(name, PRESETS, n=1, cutoff=0)[0]
        raise InputError("preset", repr(name), f"one of {sorted(PRESETS)}; nearest is {nearest!r}")
    return PRESETS[name]
