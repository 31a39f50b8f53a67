"""The worked examples of docs/interfaces.md run, against a small dataset prepared as a reader would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rr_data import prepare
from rr_planner import FunctionTool, QueryBatch, Ranking


def test_the_examples_of_the_interfaces_run(run_examples: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    rows = [f"user-{user},item-{(user + step) % 12},{step}" for user in range(8) for step in range(2 + user)]
    (tmp_path / "reviews.csv").write_text("\n".join(["user_id,item_id,timestamp", *rows]) + "\n")
    prepare("tabular", [tmp_path / "reviews.csv"], out=tmp_path / "out" / "beauty", seed=0)

    namespace = run_examples("docs/interfaces.md", MyTool=my_tool)

    histories, targets = namespace["histories"], namespace["targets"]
    assert len(targets) == 8
    assert [len(histories[user]) for user in np.flatnonzero(targets < 0)] == [2]
    assert sorted(len(histories[user]) for user in np.flatnonzero(targets >= 0)) == [2, 3, 4, 5, 6, 7, 8]
    namespace["test_my_model_is_a_tool"]()


def my_tool() -> FunctionTool:
    def rank(queries: QueryBatch, k: int) -> Ranking:
        scores = np.tile(np.linspace(1.0, 0.0, 1000), (len(queries), 1))
        if queries.candidates is not None:
            scores = np.take_along_axis(scores, queries.candidates, axis=1)
        return Ranking.from_scores(scores, k, candidates=queries.candidates)

    return FunctionTool("my tool", rank)
