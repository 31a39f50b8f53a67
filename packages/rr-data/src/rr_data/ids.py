"""Random contiguous codes for ids: a code must carry no information.

Sources number items in the order of first appearance, and a model that sees such numbers learns to answer "the next
integers" (HR@5 .045 on Beauty). Codes are therefore drawn at random from a stored seed.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from rr_data.errors import OptionError
from rr_data.factorize import factorize

_STREAMS = {"user": 0, "item": 1}


def random_codes(ids: pl.Series, *, seed: int, of: Literal["user", "item"]) -> pl.DataFrame:
    """Give each distinct id a code.

    Ids are sorted before the draw, so the order of the input rows does not matter.

    Args:
        ids: strings, repeated or not.
        seed: an integer of at least 0.
        of: what the ids name; users and items draw from separate streams of the seed.

    Returns:
        One row an id, in the order of the codes: column `<of>_id` (string) and column `<of>` (int32, 0 to n - 1).

    Raises:
        OptionError: a negative seed.

    Example:
        >>> codes = random_codes(pl.Series(["b", "a", "b"]), seed=0, of="item")
        >>> codes.columns, sorted(codes["item_id"]), codes["item"].to_list()
        (['item_id', 'item'], ['a', 'b'], [0, 1])
    """
    return with_random_codes(ids, seed=seed, of=of)[0]


def with_random_codes(ids: pl.Series, *, seed: int, of: Literal["user", "item"]) -> tuple[pl.DataFrame, pl.Series]:
    """Give each distinct id a code, and each row its id's.

    Args:
        ids: as for `random_codes`.
        seed: as for `random_codes`.
        of: as for `random_codes`.

    Returns:
        What `random_codes` returns, and the code of each row: a series `<of>` (int32).

    Raises:
        OptionError: a negative seed.

    Example:
        >>> table, codes = with_random_codes(pl.Series(["b", "a", "b"]), seed=0, of="item")
        >>> table["item_id"].gather(codes).to_list()
        ['b', 'a', 'b']
    """
    if seed < 0:
        raise OptionError("seed", seed, "an integer of at least 0")
    distinct, places = factorize(ids)
    drawn = np.random.default_rng([seed, _STREAMS[of]]).permutation(len(distinct))
    numbers = np.arange(len(distinct), dtype=np.int32)
    codes = np.empty_like(numbers)
    codes[drawn] = numbers
    table = pl.DataFrame(
        {f"{of}_id": distinct.gather(drawn), of: numbers}, schema={f"{of}_id": pl.String(), of: pl.Int32()}
    )
    return table, pl.Series(of, codes[places], dtype=pl.Int32())
