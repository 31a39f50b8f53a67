"""Everything about a demo run that a person may change."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

TOOLS = ("item-transition", "bpr", "sasrec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """How the VLM is tuned where not as ReasonRec: one of the paper's generative baselines, or an ablation.

    Attributes:
        preset: see `rr_vlm.preset`.
        uniform: draws rows without the curriculum.
        template: the one wording that is trained on; None is all ten.
        tools: whether rows with the tools' answers are trained on.
    """

    preset: str = "reasonrec"
    uniform: bool = False
    template: int | None = None
    tools: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A run of the agent.

    Attributes:
        out: folder of all results.
        images: a folder of pictures named by item id (or "covers": render them from title, year and genres).
        source: name of an rr-data source; `data` is its path, None the MovieLens-100k of the RecBole wheel.
        items: table of item titles and categories; None takes the source's own.
        seed: of ids, tools, evidence noise, training and random routing.
        threads: threads of one process.
        history: most recent items that the VLM reads.
        pictures: how many of these it also sees.
        width: of the embedded VLM's hidden states.
        stride: items between two windows over a training sequence.
        alone_every: of so many honest examples one is also written without evidence.
        evidence_top: items of each tool's answer that the VLM sees.
        evidence_from: share of a user's training sequence that honest tools are trained on.
        examples_per_user: honest evidence examples a user gives at most.
        steps: optimizer steps of the tuning.
        batch: examples in an optimizer step.
        learning_rate: peak of the cosine schedule.
        k: length of the stored rankings.
        cost_budget: most FLOPs a query that the agent may spend on validation, where "VLM with tools always" spends 1.
        min_share: least share of the queries that each of the three routes gets.
        cases: decisions shown in the report.
        tool_epochs: most epochs a tool is trained for; None leaves each tool its own default.
        tools: the light models.
        candidates: what a query ranks: the `catalogue`, its `stored` candidates (direct recommendation),
            or all items of the right one's `domain`.
        queries: most users whose validation or test item is asked for, drawn; None asks for all.
        sample: most windows, and most honest examples, that are tuned on, drawn; None takes all.
        variant: of the tuning.
    """

    out: Path = Path("out/demo")
    images: str = "covers"
    source: str = "recbole_atomic"
    data: Path | None = None
    items: Path | None = None
    seed: int = 7
    threads: int = 2
    history: int = 30
    pictures: int = 3
    width: int = 128
    stride: int = 5
    alone_every: int = 4
    evidence_top: int = 10
    evidence_from: float = 0.8
    examples_per_user: int = 12
    steps: int = 2000
    batch: int = 32
    learning_rate: float = 1e-3
    k: int = 20
    cost_budget: float = 1.2
    min_share: float = 0.05
    cases: int = 6
    tool_epochs: int | None = None
    tools: tuple[str, ...] = TOOLS
    candidates: Literal["catalogue", "stored", "domain"] = "catalogue"
    queries: int | None = None
    sample: int | None = None
    variant: Variant = Variant()

    def subset(self, *names: str) -> dict[str, Any]:
        """Return some settings as JSON values, for a step's fingerprint."""
        values = asdict(self)
        return {name: str(values[name]) if isinstance(values[name], Path) else values[name] for name in names}


def tiny(settings: Settings) -> Settings:
    """Return settings that exercise every line in a minute; its figures mean nothing."""
    return replace(settings, steps=30, examples_per_user=2, tool_epochs=2)
