"""The planner's side: calibrated confidences and the paper's three bands, both from validation items alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from recipes.demo.settings import Settings
from recipes.demo.steps import Report, write_json
from recipes.demo.tuning import HIT_AT, asked
from recipes.demo.zoo import FINAL, load_tools
from rr_data.interfaces import PreparedDataset
from rr_planner import Costs, Ensemble, Isotonic, RankingLike, Route, calibrate_bands, save_policy
from rr_tools import RuntimeTool
from rr_vlm import VlmReasoner

PAPER_HORIZONS = (0.3, 0.7)
POLICY, CALIBRATION, REASONER, VOTE = "policy.json", "calibration.json", "reasoner", "majority vote"


def fit_router(
    data: PreparedDataset, settings: Settings, tools_folder: Path, tuned: Path, folder: Path, report: Report
) -> None:
    """Calibrate the confidences and choose the bands; writes the reasoner, the policy and what to expect of them."""
    torch.set_num_threads(settings.threads)
    tools = load_tools(settings, tools_folder, FINAL)
    batch, targets = asked(data, settings, "validation")
    evidence = {tool.name: tool.rank(batch, settings.k) for tool in tools}
    raw = Ensemble(VOTE, tools, depth=settings.k).rank(batch, settings.k)
    calibration = Isotonic.fit(confidence_of(raw), hits(raw, targets))
    vote = Ensemble(VOTE, tools, calibration=calibration, depth=settings.k).rank(batch, settings.k)
    report(1, 4)
    reasoner = VlmReasoner.load(tuned / "reasoner").calibrated(batch, targets)
    report(2, 4)
    reasoner = reasoner.calibrated(batch, targets, evidence)
    reasoner.save(folder / REASONER)
    report(3, 4)
    alone, both = reasoner.deliberate(batch, settings.k), reasoner.deliberate(batch, settings.k, evidence)
    found = calibrate_bands(
        evidence_horizon=batch.evidence_horizon,
        tool_confidence=confidence_of(vote)[None],
        tool_gain=hits(vote, targets)[None],
        reasoner_confidence=alone.confidence,
        reasoner_gain=hits(alone, targets),
        both_gain=hits(both, targets),
        costs=_costs(tools, reasoner),
        budget=settings.cost_budget,
        min_share=settings.min_share,
        horizons=PAPER_HORIZONS,
        tool_names=(VOTE,),
        seed=settings.seed,
    )
    save_policy(found.policy, folder / POLICY)
    write_json(folder / CALIBRATION, {"bands": found.to_dict(), VOTE: calibration.to_dict()})
    report(4, 4)


def expected_shares(folder: Path) -> list[float]:
    """Read the shares of the three routes on validation: tools, reasoner, both."""
    shares = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))["bands"]["shares"]
    return [shares[route.value] for route in Route]


def voting_tool(folder: Path, tools: Sequence[RuntimeTool], *, depth: int) -> Ensemble:
    """Return the tools' majority vote, which answers queries of low risk, with its calibrated confidence."""
    settings = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))[VOTE]
    return Ensemble(VOTE, tools, calibration=Isotonic.from_dict(settings), depth=depth)


def hits(ranking: RankingLike, targets: NDArray[np.int64]) -> NDArray[np.float64]:
    """[B] 1 where the target is among the first five."""
    found: NDArray[np.bool_] = (np.asarray(ranking.items)[:, :HIT_AT] == targets[:, None]).any(axis=1)
    return found.astype(np.float64)


def confidence_of(ranking: RankingLike) -> NDArray[np.float64]:
    """[B] the ranking's confidence, NaN where it has none."""
    known = ranking.confidence
    return np.full(len(ranking.items), np.nan) if known is None else np.asarray(known, dtype=np.float64)


def _costs(tools: Sequence[RuntimeTool], reasoner: VlmReasoner) -> Costs:
    """Count FLOPs in units of one answer with all tools consulted and the reasoner run once."""
    light = sum(tool.flops_per_query for tool in tools)
    unit = light + reasoner.flops_with_evidence
    return Costs(
        tools=light / unit, reasoner=reasoner.flops_per_query / unit, evidence=reasoner.flops_with_evidence / unit
    )
