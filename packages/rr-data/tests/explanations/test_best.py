from __future__ import annotations

import polars as pl

from rr_data.explanations.best import best_explanations
from rr_data.explanations.extract import EXPLANATIONS


def best(*rows: tuple[int, str, str, str, int]) -> list[tuple[int, str]]:
    found = best_explanations(pl.DataFrame(rows, schema=EXPLANATIONS, orient="row"))
    return list(found.select("row", "feature").iter_rows())


def test_majority_comes_first() -> None:
    bad = [(1, "smell", "bad", "Bad smell, bad lid.", -1), (1, "lid", "bad", "Bad smell, bad lid.", -1)]
    good = [(1, name, "good", f"Good {name}.", 1) for name in ("box", "tin", "card")]
    assert best(*bad, *good) == [(1, "box")]


def test_then_the_sentence_that_says_most_then_the_first() -> None:
    short, long = "A good box.", "A good tin and a nice card."
    assert best((1, "box", "good", short, 1), (1, "tin", "good", long, 1), (1, "card", "nice", long, 1)) == [(1, "tin")]
    assert best((1, "box", "good", "A.", 1), (1, "tin", "good", "B.", 1)) == [(1, "box")]


def test_a_draw_of_sentiments_leaves_both() -> None:
    assert best((1, "box", "bad", "A.", -1), (1, "tin", "good", "B.", 1)) == [(1, "box")]


def test_one_a_review_in_the_order_of_rows_independent_of_others() -> None:
    rows = [(3, "box", "good", "A.", 1), (1, "tin", "bad", "B.", -1), (3, "lid", "good", "C.", 1)]
    assert best(*rows) == [(1, "tin"), (3, "box")]
    assert best(rows[0], rows[2]) == [(3, "box")]
    assert best() == []


def test_other_columns_stay() -> None:
    table = pl.DataFrame([(1, "box", "good", "A.", 1)], schema=EXPLANATIONS, orient="row")
    assert best_explanations(table.with_columns(part=pl.lit("train"))).columns == [*EXPLANATIONS.names(), "part"]
