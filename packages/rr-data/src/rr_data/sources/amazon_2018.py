"""Amazon Reviews 2018: `<Category>_5.json.gz` and `meta_<Category>.json.gz`, both in lines of JSON.

Some reviews stand in it twice, with the same user, item, time and rating. They stay: the duplicate policy of `prepare`
decides. Some titles are pieces of a page; the text clean-up of `prepare` empties them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rr_data.sources.amazon_item_texts import item_categories, item_text
from rr_data.sources.amazon_reviews import Edition, read_amazon
from rr_data.sources.record_fields import text_of, texts_of
from rr_data.sources.source import RawData


@dataclass(frozen=True, slots=True)
class Amazon2018:
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
    pictures = texts_of(record, "imageURLHighRes") or texts_of(record, "imageURL")
    return (
        text_of(record, "title"),
        item_text(texts_of(record, "description"), texts_of(record, "feature"), text_of(record, "brand")),
        item_categories(texts_of(record, "category")),
        pictures[0] if pictures else None,
    )


_EDITION: Final = Edition(
    name="Amazon Reviews 2018",
    user_id="reviewerID",
    item_id="asin",
    timestamp="unixReviewTime",
    rating="overall",
    summary="summary",
    text="reviewText",
    per_second=1,
    describe=_describe,
)
