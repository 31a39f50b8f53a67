from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from rr_data.errors import OptionError
from rr_data.prompts.completion import completion_messages, text_completion
from rr_data.prompts.render import Prompt
from rr_data.prompts.sft_table import SFT_SCHEMA, SFT_VERSION, SFT_VERSION_KEY, sft_row, write_sft_rows


def rows(number: int) -> Iterator[dict[str, Any]]:
    prompt = Prompt([{"type": "text", "text": "Is it? <item_3>"}, {"type": "image"}], (3,))
    for target in range(number):
        if target % 2:
            named = completion_messages(None, target)
            yield sft_row(prompt, named, task="sequential", user=1, target=target, eh_level=0, template=9)
        else:
            said = text_completion(None, "yes")
            yield sft_row(prompt, said, task="ctr", user=1, target=target, eh_level=2, template=0, label=1)


def test_both_kinds_in_one_file(tmp_path: Path) -> None:
    file = tmp_path / "rows.parquet"
    assert write_sft_rows(rows(9000), file) == 9000
    table = pq.read_table(file)
    assert table.schema.equals(SFT_SCHEMA)
    assert table.schema.metadata[SFT_VERSION_KEY] == str(SFT_VERSION).encode()
    assert table["label"].to_pylist()[:4] == [1, None, 1, None]
    assert table["task"].to_pylist()[:2] == ["ctr", "sequential"]
    assert table["target"].to_pylist() == list(range(9000))


def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, Any]]:
        yield from rows(10)
        raise KeyboardInterrupt

    file = tmp_path / "rows.parquet"
    write_sft_rows(rows(3), file)
    with pytest.raises(KeyboardInterrupt):
        write_sft_rows(failing(), file)
    assert pq.read_table(file).num_rows == 3
    assert list(tmp_path.iterdir()) == [file]


def test_no_rows_are_a_table_too(tmp_path: Path) -> None:
    assert write_sft_rows([], tmp_path / "rows.parquet") == 0
    assert pq.read_table(tmp_path / "rows.parquet").num_rows == 0


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="absent"):
        write_sft_rows(rows(1), tmp_path / "absent" / "rows.parquet")
