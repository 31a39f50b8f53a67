"""RecBole's atomic files: tab separated, a header of `name:type`.

RecBole's own loader keeps times as float32, whose resolution at today's times is 64 seconds; here they stay integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from rr_data.columns import Columns
from rr_data.errors import UnreadableSourceError
from rr_data.sources.clean_blocks import NO_TYPES
from rr_data.sources.delimited import read_delimited
from rr_data.sources.interaction_table import ColumnNames, numeric_types, to_interactions
from rr_data.sources.item_table import to_items
from rr_data.sources.source import RawData

_TYPES: Final = ("token", "token_seq", "float", "float_seq")


@dataclass(frozen=True, slots=True)
class RecBoleAtomic(ColumnNames):
    """Reads one `.inter` file, or a folder that holds one, and the `.item` file beside it if there is one.

    Its options are those of `ColumnNames`: what the fields are called, without their types.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files; see `Source.read`."""
        if len(paths) != 1:
            raise UnreadableSourceError(f"recbole_atomic: received {len(paths)} paths; expected one folder or file")
        path = _interaction_file(paths[0])
        rows, rejected = _read_atomic(path, numeric_types(self))
        interactions, more = to_interactions(rows, self, path=path, file_index=0, stripped=True)
        item_path = path.with_suffix(".item")
        if not item_path.is_file():
            return RawData(interactions, (path,), rejected=pl.concat([rejected, more]))
        item_rows, item_rejected = _read_atomic(item_path)
        item_rows = item_rows.rename({self.item_id: Columns.ITEM_ID} if self.item_id in item_rows.columns else {})
        items, item_more = to_items(item_rows, path=item_path, category_separator=" ")
        rejected = pl.concat([rejected, more, item_rejected, item_more])
        return RawData(interactions, (path, item_path), items=items, rejected=rejected)


def _interaction_file(path: Path) -> Path:
    if path.is_file():
        return path
    if not path.is_dir():
        raise UnreadableSourceError(f"{path}: no such file or folder; expected RecBole's atomic files")
    found = sorted(path.glob("*.inter"))
    if len(found) != 1:
        raise UnreadableSourceError(f"{path}: {len(found)} .inter files in it; expected one")
    return found[0]


def _read_atomic(path: Path, types: Mapping[str, pl.DataType] = NO_TYPES) -> tuple[pl.DataFrame, pl.DataFrame]:
    in_header = {f"{name}:{kind}": dtype for name, dtype in types.items() for kind in _TYPES}
    rows, rejected = read_delimited(path, separator="\t", quoted=False, types=in_header, strip=True)
    fields = [name.rpartition(":") for name in rows.columns if name != Columns.LINE]
    wrong = [name + sign + kind for name, sign, kind in fields if not name or kind not in _TYPES]
    if wrong:
        raise UnreadableSourceError(f"{path}: header field {wrong[0]!r}; expected name:type, type {', '.join(_TYPES)}")
    return rows.rename({f"{name}:{kind}": name for name, _, kind in fields}), rejected
