"""The evidence-horizon curriculum: the mixture of levels that a step draws from (paper, section 3.2, Fig. 2B)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_vlm.errors import InputError

Mixture = tuple[float, float, float]


class Phase(StrEnum):
    """The three phases of the curriculum."""

    WARM_UP = "warm-up"
    PROGRESSIVE = "progressive"
    COLD_START = "cold-start"


@dataclass(frozen=True, kw_only=True)
class Curriculum:
    """Shares of the evidence-horizon levels (low, medium, high) over the course of training.

    With progress p = step / max_steps:

    * warm-up, p < `warm_up_until`: `warm_up`, mostly users with a low horizon (many interactions);
    * progressive, p < `cold_start_from`: from `warm_up` to `progressive` piecewise linearly; the medium level reaches
      its final share half way, the high level at the end, the low level takes the rest;
    * cold-start: `cold_start`, mostly users with a high horizon.

    No share is ever zero, so warm users are never forgotten. `uniform=True` turns the curriculum off (the paper's
    ablation): rows are drawn evenly whatever their level.

    Attributes:
        warm_up: shares (low, medium, high) of the first phase.
        progressive: shares at the end of the second phase.
        cold_start: shares of the last phase.
        warm_up_until: progress at which warm-up ends.
        cold_start_from: progress at which the last phase begins; the paper's last 5 % of the steps.
        uniform: draw rows evenly instead.
    """

    warm_up: Mixture = (0.80, 0.15, 0.05)
    progressive: Mixture = (0.40, 0.35, 0.25)
    cold_start: Mixture = (0.25, 0.25, 0.50)
    warm_up_until: float = 0.15
    cold_start_from: float = 0.95
    uniform: bool = False

    def __post_init__(self) -> None:
        """Check shares and boundaries."""
        for name in ("warm_up", "progressive", "cold_start"):
            shares = getattr(self, name)
            if len(shares) != 3 or min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
                raise InputError(f"curriculum.{name}", shares, "three positive shares that sum to 1")
        if not 0 <= self.warm_up_until < self.cold_start_from <= 1:
            received = f"warm_up_until={self.warm_up_until}, cold_start_from={self.cold_start_from}"
            raise InputError("curriculum", received, "0 <= warm_up_until < cold_start_from <= 1")

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> Curriculum:
        """Build from plain values.

        Raises:
            InputError: an unknown argument or a value that is not allowed.
        """
        try:
            return cls(**arguments)
        except TypeError as error:
            raise InputError("curriculum", dict(arguments), "the arguments of rr_vlm.Curriculum") from error

    def phase(self, step: int, max_steps: int) -> Phase:
        """Return the phase of optimizer step `step` (0-based) of `max_steps`."""
        progress = _progress(step, max_steps)
        if progress < self.warm_up_until:
            return Phase.WARM_UP
        return Phase.PROGRESSIVE if progress < self.cold_start_from else Phase.COLD_START

    def mixture(self, step: int, max_steps: int) -> Mixture:
        """Return the shares (low, medium, high) that optimizer step `step` (0-based) of `max_steps` draws.

        Raises:
            InputError: `step` lies outside 0..max_steps-1.

        Example:
            >>> curriculum = Curriculum()
            >>> curriculum.mixture(0, 1000), curriculum.mixture(999, 1000)
            ((0.8, 0.15, 0.05), (0.25, 0.25, 0.5))
        """
        phase = self.phase(step, max_steps)
        if phase is Phase.WARM_UP:
            return self.warm_up
        if phase is Phase.COLD_START:
            return self.cold_start
        along = (_progress(step, max_steps) - self.warm_up_until) / (self.cold_start_from - self.warm_up_until)
        medium = self.warm_up[1] + min(1.0, 2 * along) * (self.progressive[1] - self.warm_up[1])
        high = self.warm_up[2] + along * (self.progressive[2] - self.warm_up[2])
        return (1 - medium - high, medium, high)

    def plan(self, max_steps: int) -> CurriculumPlan:
        """Lay out the whole curriculum for plotting before training."""
        steps = range(max_steps)
        return CurriculumPlan(
            steps=np.arange(max_steps),
            shares=np.array([self.mixture(step, max_steps) for step in steps]).reshape(max_steps, 3),
            phases=tuple(self.phase(step, max_steps) for step in steps),
        )


@dataclass(frozen=True, eq=False)
class CurriculumPlan:
    """A curriculum, step by step.

    Attributes:
        steps: [S] int, optimizer steps from 0.
        shares: [S, 3] float, the shares of low, medium and high horizon; rows sum to 1.
        phases: S phases.
    """

    steps: NDArray[np.int64]
    shares: NDArray[np.float64]
    phases: tuple[Phase, ...]

    def boundaries(self) -> dict[Phase, int]:
        """Return the first step of each phase that occurs."""
        first: dict[Phase, int] = {}
        for step, phase in enumerate(self.phases):
            first.setdefault(phase, step)
        return first


def _progress(step: int, max_steps: int) -> float:
    if not 0 <= step < max_steps:
        raise InputError("step", step, f"0 to {max_steps - 1}")
    return step / max_steps
