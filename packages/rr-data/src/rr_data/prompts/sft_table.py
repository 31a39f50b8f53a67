"""The table of tuning examples: "SFT rows" of the stable interfaces, as Parquet or a `datasets.Dataset`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa  # type: ignore[import-untyped]

from rr_data.errors import MissingExtraError
from rr_data.prompts.lazy_rows import Row
from rr_data.prompts.parquet_rows import write_parquet_rows
from rr_data.prompts.render import Prompt

if TYPE_CHECKING:
    import datasets  # type: ignore[import-untyped]

SFT_VERSION: Final = 2
SFT_VERSION_KEY: Final = b"rr_sft_version"
_PART: Final = pa.struct([("type", pa.string()), ("text", pa.string())])
_MESSAGES: Final = pa.list_(pa.struct([("role", pa.string()), ("content", pa.list_(_PART))]))
SFT_SCHEMA: Final = pa.schema(
    [
        ("prompt", _MESSAGES),
        ("completion", _MESSAGES),
        ("image_items", pa.list_(pa.int64())),
        ("user", pa.int64()),
        ("target", pa.int64()),
        ("eh_level", pa.int8()),
        ("template", pa.int64()),
        ("task", pa.string()),
        ("label", pa.int8()),
    ],
    metadata={SFT_VERSION_KEY: str(SFT_VERSION).encode()},
)


def sft_row(
    prompt: Prompt,
    completion: list[dict[str, Any]],
    *,
    task: str,
    user: int,
    target: int,
    eh_level: int,
    template: int,
    label: int | None = None,
) -> Row:
    """One row.

    Args:
        prompt: the question.
        completion: the assistant's message.
        task: `sequential`, `direct`, `ctr` or `explanation`.
        user: code of the user.
        target: code of the item to name (sequential) or of the item in question.
        eh_level: 0, 1 or 2.
        template: index of the template.
        label: 1 or 0 where the answer is yes or no.
    """
    return {
        "prompt": prompt.messages,
        "completion": completion,
        "image_items": list(prompt.image_items),
        "user": user,
        "target": target,
        "eh_level": eh_level,
        "template": template,
        "task": task,
        "label": label,
    }


def to_dataset(rows: Iterable[Mapping[str, Any]]) -> datasets.Dataset:
    """Rows as a `datasets.Dataset`.

    Raises:
        MissingExtraError: the extra `sft` is not installed.
    """
    try:
        import datasets  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise MissingExtraError("a datasets.Dataset of tuning examples", "sft") from error
    return datasets.Dataset(pa.Table.from_pylist(list(rows), schema=SFT_SCHEMA))


def write_sft_rows(rows: Iterable[Mapping[str, Any]], path: str | Path) -> int:
    """Write rows as Parquet, a few thousand at a time; the file appears when it is whole.

    Returns:
        How many rows were written.

    Raises:
        OptionError: a file that cannot be written.
    """
    return write_parquet_rows(rows, SFT_SCHEMA, path)
