"""Swap two folders in one step, so that at no moment either name is missing."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Final

_FOLDER_OF_CALLER: Final = -100  # AT_FDCWD
_SWAP: Final = 2  # RENAME_EXCHANGE of Linux and RENAME_SWAP of macOS


def exchange_folders(first: Path, second: Path) -> bool:
    """Swap the folders of two names on one file system, atomically.

    Returns:
        Whether it was done; False, with nothing changed, where the system or the file system cannot.
    """
    try:
        system = ctypes.CDLL(None, use_errno=True)
        names = os.fsencode(first), os.fsencode(second)
        if sys.platform == "darwin":
            return int(system.renamex_np(*names, _SWAP)) == 0
        return int(system.renameat2(_FOLDER_OF_CALLER, names[0], _FOLDER_OF_CALLER, names[1], _SWAP)) == 0
    except (AttributeError, OSError, TypeError):
        return False
