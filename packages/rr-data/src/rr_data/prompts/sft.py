"""Tuning examples: the "SFT rows" of the stable interfaces, as dictionaries, Parquet or a `datasets.Dataset`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]
from numpy.typing import ArrayLike, NDArray

from rr_data.errors import EvidenceError, MissingExtraError, OptionError
from rr_data.prompts.item_tokens import item_token
from rr_data.prompts.render import evidence_text, render_prompt
from rr_data.prompts.templates import PromptTemplate, templates
from rr_data.prompts.trace import ANSWER, Trace
from rr_data.prompts.user_description import describe_user
from rr_data.sequences import Sequences

if TYPE_CHECKING:
    import datasets  # type: ignore[import-untyped]

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
    ]
)
_ROWS_AT_ONCE: Final = 8192


def sft_rows(
    *,
    users: ArrayLike,
    histories: Sequences,
    targets: ArrayLike,
    evidence_horizon: ArrayLike,
    eh_levels: ArrayLike,
    categories: Sequence[Sequence[str]],
    seed: int,
    traces: Sequence[Trace] | None = None,
    answers: Mapping[str, NDArray[Any]] | None = None,
    answers_shown: int = 3,
    history_length: int = 10,
    pictures: int = 3,
    wordings: Sequence[PromptTemplate] | None = None,
    name_users: bool = False,
) -> Iterator[dict[str, Any]]:
    """One tuning example a query: a prompt of the sequential task, and thought with answer as its completion.

    The user's description comes from the part of the history that is too old to be written out: it adds what the prompt
    does not show, and a model that learns to predict the written items one after the other finds none of them in it.

    Args:
        users: [N] user codes.
        histories: N histories, oldest first, without the target.
        targets: [N] item codes.
        evidence_horizon: [N] normalised horizons, written into the prompt.
        eh_levels: [N] 0, 1 or 2.
        categories: the categories of each item code.
        seed: draws each query's template.
        traces: N thoughts; None leaves the thought out.
        answers: [N, k] item codes by tool as the traces saw them, written after the query; None writes nothing.
        answers_shown: how many items of each tool's answer are written.
        history_length: how many of the most recent items are written.
        pictures: how many of these are followed by their picture.
        wordings: the templates to draw from; by default all ten of the sequential task.
        name_users: write each user's code, as the paper's templates do. A small model learns the training users by
            heart from it and knows nothing of new ones, so it is off by default.

    Raises:
        EvidenceError: columns of different lengths.
        OptionError: no template, or a history length below 1.
    """
    choices = templates("sequential") if wordings is None else tuple(wordings)
    if not choices or history_length < 1:
        raise OptionError("wordings, history_length", (choices, history_length), "at least one of each")
    user_codes, target_codes = np.asarray(users), np.asarray(targets)
    horizons, levels = np.asarray(evidence_horizon, dtype=np.float64), np.asarray(eh_levels)
    columns: list[Any] = [user_codes, histories, target_codes, horizons, levels, *(answers or {}).values()]
    lengths = {len(column) for column in [*columns, *([] if traces is None else [traces])]}
    if len(lengths) != 1:
        raise EvidenceError(f"sft_rows: received columns of lengths {sorted(lengths)}; expected one length")
    drawn = np.random.default_rng(seed).integers(len(choices), size=len(user_codes))

    def row(query: int) -> dict[str, Any]:
        wording = choices[drawn[query]]
        history = histories[query].tolist()
        prompt = render_prompt(
            wording,
            user=int(user_codes[query]) if name_users else None,
            user_desc=describe_user([categories[code] for code in history[:-history_length]]),
            history=history[-history_length:],
            evidence_horizon=float(horizons[query]),
            pictures=pictures,
            tools=evidence_text({name: codes[query][:answers_shown] for name, codes in (answers or {}).items()}),
        )
        target = int(target_codes[query])
        return {
            "prompt": prompt.messages,
            "completion": completion_messages(None if traces is None else traces[query], target),
            "image_items": list(prompt.image_items),
            "user": int(user_codes[query]),
            "target": target,
            "eh_level": int(levels[query]),
            "template": wording.index,
        }

    return map(row, range(len(user_codes)))


def completion_messages(trace: Trace | None, target: int) -> list[dict[str, Any]]:
    """The assistant's message: thought tokens, `<answer>`, the answer's item token, without blanks between them.

    Example:
        >>> completion_messages(None, 7)[0]["content"][0]["text"]
        '<answer><item_7>'
    """
    thought = () if trace is None else trace.to_tokens()
    text = "".join((*thought, ANSWER, item_token(target)))
    return [{"role": "assistant", "content": [{"type": "text", "text": text}]}]


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


def write_sft_rows(rows: Iterable[Mapping[str, Any]], path: str | Path) -> None:
    """Write rows as Parquet, a few thousand at a time."""
    remaining = iter(rows)
    with pq.ParquetWriter(path, SFT_SCHEMA) as writer:
        while block := list(islice(remaining, _ROWS_AT_ONCE)):
            writer.write_table(pa.Table.from_pylist(block, schema=SFT_SCHEMA))
