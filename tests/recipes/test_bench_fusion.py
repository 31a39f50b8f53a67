"""The page of the bench `fusion`."""

from __future__ import annotations

import numpy as np

from recipes.bench.adversary import Lies
from recipes.bench.fusion import Measured, page
from recipes.bench.tool_answers import TOOLS


def test_the_page_tells_the_lead_over_the_best_tool() -> None:
    every_fourth = np.where(np.arange(400) % 4 == 0, 2.0, np.inf)
    every_other = np.where(np.arange(400) % 2 == 0, 1.0, np.inf)
    ranks = {tool: [np.full(400, np.inf)] for tool in TOOLS}
    ranks |= {"sasrec": [every_fourth], "learned fusion": [every_other, every_fourth]}
    alone = {"item-transition": every_other, "sasrec": every_fourth, "text-knn": np.full(400, np.inf)}
    lies = Lies(alone, {"majority vote": every_fourth})
    text = page([Measured("books", ranks, milliseconds=0.5, seconds=3.0, lies=lies)], "nox -s bench -- fusion")
    assert "| learned fusion | 2 | 0.3750 ± 0.1768 |" in text
    assert "Learned fusion, seed 0, against the best tool (sasrec): +100.0% (" in text
    assert "fitted in 3 s, 0.50 ms of processor time a query." in text
    assert "(HR@5: item-transition 0.5000, sasrec 0.2500, text-knn 0.0000)" in text
    assert "| majority vote | 0.2500 | -50.0% |" in text
