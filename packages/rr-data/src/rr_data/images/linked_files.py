"""A second name for a file instead of a second file."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def link_file(source: str | Path, target: str | Path) -> None:
    """Give a file a second name, which costs neither time nor room; copy it where there can be none.

    For files that are replaced and never written into, as those of a prepared dataset. A symbolic link stays one.
    """
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(source, target, follow_symlinks=False)
