"""Amazon Reviews 2023: `<Category>.jsonl.gz` and `meta_<Category>.jsonl.gz`, or the 5-core's CSV of bare ratings.

Times come in milliseconds and leave in seconds. Items are `parent_asin`, which stands for all variants of a product and
is what item records have. A rating of 0.0 lies off the scale from 1 to 5 and says that none was given: the interaction
stays, its rating is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rr_data.sources.amazon_item_texts import item_categories, item_text
from rr_data.sources.amazon_reviews import Edition, read_amazon
from rr_data.sources.json_lines import BadRowError
from rr_data.sources.ratings_csv import MILLISECONDS
from rr_data.sources.record_fields import text_of, texts_of
from rr_data.sources.source import RawData

_SIZES: Final = ("large", "hi_res", "thumb")
_MAIN: Final = "MAIN"


@dataclass(frozen=True, slots=True)
class Amazon2023:
    """Reads files of reviews or of bare ratings and, where given, of item records; those of several categories at once.

    Which is which is seen from their content. Fields of other names are ignored, the history in `*_w_his` files too: it
    repeats other rows. An item record that cannot be used costs the item's texts, never an interaction. Texts are left
    as they are: `rr_data.text_cleaning` cleans them.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files, or the folders that they are in; see `Source.read`.

        Raises:
            UnreadableSourceError: a path that is missing, or not one review in all of the files.
        """
        return read_amazon(_EDITION, paths, ratings=True)


def _describe(record: dict[str, Any]) -> tuple[str | None, str | None, list[str], str | None]:
    return (
        text_of(record, "title"),
        item_text(texts_of(record, "description"), texts_of(record, "features"), text_of(record, "store")),
        item_categories(texts_of(record, "categories")),
        _picture(record),
    )


def _picture(record: dict[str, Any]) -> str | None:
    """The address of the main picture, else of the first that has one."""
    pictures = record.get("images")
    if pictures is None:
        return None
    if not isinstance(pictures, list) or not all(isinstance(picture, dict) for picture in pictures):
        raise BadRowError("images: expected a list of records")
    in_order = sorted(pictures, key=lambda picture: picture.get("variant") != _MAIN)
    addresses = (text_of(picture, size) for picture in in_order for size in _SIZES)
    return next((address for address in addresses if address is not None), None)


_EDITION: Final = Edition(
    name="Amazon Reviews 2023",
    user_id="user_id",
    item_id="parent_asin",
    timestamp="timestamp",
    rating="rating",
    summary="title",
    text="text",
    per_second=MILLISECONDS,
    describe=_describe,
)
