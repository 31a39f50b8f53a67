"""Files that commands write."""

from __future__ import annotations

import os
from pathlib import Path

from rr_vlm.errors import InputError


def write_text(file: Path, text: str, *, option: str) -> None:
    """Write a text, whole or not at all.

    Raises:
        InputError: the file cannot be written; names the `option` that gave it.
    """
    partial = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise InputError(option, str(file), f"a file in a folder that can be written ({error.strerror})") from error
