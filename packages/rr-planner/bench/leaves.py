"""What benefits lose by looking at one signal at a time: `python bench/leaves.py` (extra `calibration`).

Policies with stumps and with trees of six leaves, fitted on 4,000 random outcomes and measured on 8,000 others, three
seeds each; a unit of cost must bring a gain of .1.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
from decision import microseconds, outcomes

from rr_planner import MostConfident, calibrate_benefits, evaluate
from rr_planner.calibration.cross_fit import SMALL

PRICE, SEEDS, SIZE = 0.1, 3, 4096

if __name__ == "__main__":
    for leaves, learning_rate in ((2, SMALL.learning_rate), (6, SMALL.learning_rate / 2)):
        worth, time = [], []
        for seed in range(SEEDS):
            options = replace(SMALL, leaves=leaves, learning_rate=learning_rate)
            policy = calibrate_benefits(outcomes(4000, seed), price=PRICE, options=options, seed=seed).policy
            found = evaluate(outcomes(8000, 100 + seed), {"learned": policy})["learned"]
            worth.append(found.gain.value - PRICE * found.cost.value)
            time.append(microseconds(policy, MostConfident(), SIZE))
        gained, taken = np.mean(worth), np.mean(time)
        sys.stdout.write(f"{leaves} leaves: gain less cost {gained:.4f}, {SIZE} queries {taken:.0f} us\n")
