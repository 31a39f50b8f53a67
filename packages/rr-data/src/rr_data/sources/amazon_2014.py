"""Amazon Reviews 2014: `reviews_<Category>_5.json.gz` and `meta_<Category>.json.gz`.

Its item records are Python literals. Times are midnights in seconds, and files are sorted by item, so the tie policy
decides the order of much that a user did on one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rr_data.sources.amazon_item_texts import item_categories, item_text
from rr_data.sources.amazon_reviews import Edition, read_amazon
from rr_data.sources.python_literal import parse_json_or_literal
from rr_data.sources.record_fields import text_of, texts_of
from rr_data.sources.source import RawData


@dataclass(frozen=True, slots=True)
class Amazon2014:
    """Reads files of reviews and, where given, of item records; those of several categories at once.

    Which is which is seen from their content. Fields of other names are ignored. An item record that cannot be used
    costs the item's texts, never an interaction. Texts are left as they are: `rr_data.text_cleaning` cleans them.
    """

    def read(self, paths: Sequence[Path]) -> RawData:
        """Read the files, or the folders that they are in; see `Source.read`.

        Raises:
            UnreadableSourceError: a path that is missing, or not one review in all of the files.
        """
        return read_amazon(_EDITION, paths)


def _describe(record: dict[str, Any]) -> tuple[str | None, str | None, list[str], str | None]:
    return (
        text_of(record, "title"),
        item_text(texts_of(record, "description"), [], text_of(record, "brand")),
        item_categories(texts_of(record, "categories")),
        text_of(record, "imUrl"),
    )


_EDITION: Final = Edition(
    name="Amazon Reviews 2014",
    user_id="reviewerID",
    item_id="asin",
    timestamp="unixReviewTime",
    rating="overall",
    summary="summary",
    text="reviewText",
    per_second=1,
    describe=_describe,
    parse=parse_json_or_literal,
)
