from __future__ import annotations

import pytest

from rr_data.prompts.user_description import describe_user


@pytest.mark.parametrize(
    ("n", "words"),
    [(1, "few purchases"), (4, "few purchases"), (5, "some purchases"), (19, "some purchases"), (20, "many purchases"),
     (99, "many purchases"), (100, "very many purchases")],
)  # fmt: skip
def test_buckets(n: int, words: str) -> None:
    assert describe_user([["x"]] * n) == f"{words}, mostly x"


def test_favourites() -> None:
    assert describe_user([["b", "c"], ["c", "a"], ["d", "b"]]) == "few purchases, mostly b and c"
    assert describe_user([[], []]) == "few purchases"
    assert describe_user([]) == "no earlier purchases"
