"""Write a folder whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rr_data.errors import PreparedDatasetError
from rr_data.folder_exchange import exchange_folders
from rr_data.manifest import FILE_NAME, KIND


@contextmanager
def replacing_folder(out: Path) -> Iterator[Path]:
    """Give an empty sibling of `out` to write into, and put it in `out`'s place when all went well.

    On any error, Ctrl-C included, the sibling is removed and `out` is as before. A kill at any moment leaves the old
    folder or the new one; what it leaves beside it is cleared by the next run. Where the file system cannot swap two
    folders, there is an instant without `out`, and the next run puts the old one back. One run at a time may write one
    `out`.

    Args:
        out: the folder to make. If there is one already, it must be a prepared dataset, or empty.

    Raises:
        PreparedDatasetError: `out` is something else, which is left alone.
    """
    partial, previous = (out.with_name(f".{out.name}.{kind}") for kind in ("partial", "previous"))
    out.parent.mkdir(parents=True, exist_ok=True)
    if previous.exists() and not out.exists():
        previous.rename(out)
    check_replaceable(out)
    for rest in (partial, previous):
        shutil.rmtree(rest, ignore_errors=True)
    try:
        partial.mkdir()
        yield partial
        if not (out.exists() and exchange_folders(partial, out)):
            if out.exists():
                out.rename(previous)
            partial.rename(out)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(previous, ignore_errors=True)


def check_replaceable(out: Path) -> None:
    """Refuse to replace what is not a prepared dataset.

    Raises:
        PreparedDatasetError: `out` is a file, or a folder with other content.
    """
    if not out.exists():
        return
    if not out.is_dir():
        raise PreparedDatasetError(f"{out}: a file stands there; choose another output folder")
    if any(out.iterdir()) and not _is_prepared(out):
        raise PreparedDatasetError(f"{out}: a folder that is not a prepared dataset; choose another output folder")


def _is_prepared(folder: Path) -> bool:
    try:
        content = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("kind") == KIND
