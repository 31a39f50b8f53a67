"""With which options the reasoner is measured. Chosen on held-out validation items; the test items had no say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class VlmSettings:
    """A tuning of the embedded reasoner.

    Attributes:
        steps: optimizer steps at most.
        passes: over the rows, at most: a small dataset gets fewer steps, or it is learned by heart.
        batch: rows in a step.
        window_draws: how often each window over the training items stands among the rows, in wordings of its own: it
            is a fifth of the work of an example with tools' answers, and takes more passes to be learned.
        learning_rate: peak of the cosine schedule.
        history: most recent items that are read.
        shown: items of each tool's answer that are read.
        held_out: share of the users whose validation item is kept from tuning: for choices and for calibration.
        missing: share of the tools' answers that are dropped from an example.
        wrong: share of them that belong to another example.
        wrong_without_fusion: the same where the learned fusion is silent: only there is a wrong tool hard to tell.
        without_fusion: share of the examples that lack the answer of the learned fusion, which is never another's.
        strangers: share of the examples in which a tool without a name of its own speaks too, mostly of another user.
        alone_every: of so many examples with tools' answers one is also shown without.
        template: the one wording that is trained on; None is all ten.
        curriculum: arguments of `rr_vlm.Curriculum`.
        start: what item tokens start from: `behaviour and text`, or `nothing`.
        tools: whether rows with the tools' answers are trained on.
    """

    steps: int = 3200
    passes: int = 3
    batch: int = 64
    window_draws: int = 4
    learning_rate: float = 1e-3
    history: int = 15
    shown: int = 20
    held_out: float = 0.1
    missing: float = 0.1
    wrong: float = 0.15
    wrong_without_fusion: float = 0.3
    without_fusion: float = 0.25
    strangers: float = 0.3
    alone_every: int = 1
    template: int | None = None
    curriculum: Mapping[str, Any] = field(default_factory=dict)
    start: str = "behaviour and text"
    tools: bool = True

    def steps_for(self, rows: int) -> int:
        """Return how many steps so many rows are tuned for.

        Example:
            >>> VlmSettings().steps_for(50_000), VlmSettings().steps_for(7_000)
            (2344, 329)
        """
        return min(self.steps, -(-self.passes * rows // self.batch))


UNIFORM = "uniform sampling"
REASONREC = VlmSettings()
VARIANTS: Mapping[str, VlmSettings] = {
    "reasonrec": REASONREC,
    UNIFORM: replace(REASONREC, curriculum={"uniform": True}),
    "one template": replace(REASONREC, template=0),
    "random item tokens": replace(REASONREC, start="nothing"),
    "no tools": replace(REASONREC, tools=False),
}
"""The reasoner, and what it is compared with at equal budget (ablations), each different in one thing."""
