"""RouteLLM's measures of a router (Ong et al., 2024): performance gap recovered, its average, call threshold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rr_eval.errors import InvalidArgumentError
from rr_eval.routing.cost_quality import CostQualityCurve


def performance_gap_recovered(curve: CostQualityCurve) -> NDArray[np.float64]:
    """Return PGR [P]: how much of the way from the weak to the strong system's quality each point goes.

    Raises:
        InvalidArgumentError: the strong system is not better than the weak one, so there is no gap.
    """
    weak, strong = curve.quality[0], curve.quality[-1]
    if not strong > weak:
        raise InvalidArgumentError(
            "curve", f"quality {weak:g} weak, {strong:g} strong", "a strong system that is better"
        )
    return np.asarray((curve.quality - weak) / (strong - weak))


def apgr(curve: CostQualityCurve) -> float:
    """Return the average PGR over shares of calls to the strong system; random routing has 0.5.

    The integral of PGR over the share, by trapezoids; the paper sums it over ten steps.

    Raises:
        InvalidArgumentError: the strong system is not better than the weak one.

    Example:
        >>> from rr_eval import cost_quality_curve
        >>> apgr(cost_quality_curve([4, 3, 2, 1], weak=[0, 0, 1, 1], strong=[1, 1, 1, 1]))
        0.75
    """
    recovered = performance_gap_recovered(curve)
    return float(np.sum(np.diff(curve.share) * (recovered[1:] + recovered[:-1]) / 2))


def call_performance_threshold(curve: CostQualityCurve, *, recovered: float) -> float:
    """Return CPT: the least share of calls to the strong system that recovers this much of the gap.

    Args:
        curve: of `cost_quality_curve`; between its points PGR is linear.
        recovered: such as 0.5 and 0.8, the paper's CPT(50 %) and CPT(80 %).

    Raises:
        InvalidArgumentError: the strong system is not better than the weak one, or `recovered` is outside [0, 1].

    Example:
        >>> from rr_eval import cost_quality_curve
        >>> call_performance_threshold(cost_quality_curve([2, 1], weak=[0, 1], strong=[1, 1]), recovered=0.8)
        0.4
    """
    if not 0 <= recovered <= 1:
        raise InvalidArgumentError("recovered", recovered, "a share in [0, 1]")
    reached = performance_gap_recovered(curve)
    first = int(np.argmax(reached >= recovered))
    if first == 0:
        return 0.0
    step = (recovered - reached[first - 1]) / (reached[first] - reached[first - 1])
    return float(curve.share[first - 1] + step * (curve.share[first] - curve.share[first - 1]))
