"""Files that appear whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from rr_eval.errors import InvalidArgumentError


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Yield a temporary sibling of `path` to write to; it takes `path`'s place when the block ends without an error.

    Raises:
        InvalidArgumentError: the folder of `path` does not exist or cannot be written, or `path` is a folder.
    """
    if path.is_dir():
        raise InvalidArgumentError("path", f"the folder {path}", "the name of a file to write")
    temporary = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        temporary.touch(exist_ok=False)
    except OSError as error:
        expected = "a file in a folder that exists and can be written"
        raise InvalidArgumentError("path", f"{path} ({error.strerror})", expected) from None
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
