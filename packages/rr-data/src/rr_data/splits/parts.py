"""The parts of a split.

Context is history that a model may read when it answers test queries, and must neither train on nor count (the
transfer set-up).
"""

from __future__ import annotations

from typing import Final

TRAIN: Final = "train"
VALIDATION: Final = "validation"
TEST: Final = "test"
CONTEXT: Final = "context"
PARTS: Final = (TRAIN, VALIDATION, TEST, CONTEXT)
