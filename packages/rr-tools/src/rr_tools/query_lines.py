"""Files of queries: one JSON object a line, whose users and items are codes or a dataset's ids."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rr_tools.errors import InvalidDataError

UNKNOWN = -1
LARGEST_CODE = 2**31


@dataclass(frozen=True, slots=True)
class Codes:
    """From what stands in a line to codes; what is not known is -1.

    Attributes:
        known: code by id; None where lines hold codes.

    Example:
        >>> Codes.of_ids(["ann", "bob"]).of(["bob", "eve", None]).tolist()
        [1, -1, -1]
        >>> Codes(None).of([4, "x"]).tolist()
        [4, -1]
    """

    known: Mapping[str, int] | None

    @classmethod
    def of_ids(cls, ids: Sequence[str]) -> Codes:
        """Return the codes of ids that stand in the order of their codes."""
        return cls({name: code for code, name in enumerate(ids)})

    def of(self, names: Sequence[Any]) -> NDArray[np.int64]:
        """Return [N] codes."""
        return np.array([self._code(name) for name in names], dtype=np.int64)

    def _code(self, name: Any) -> int:
        if self.known is not None:
            return self.known.get(str(name), UNKNOWN)
        return name if isinstance(name, int) and 0 <= name < LARGEST_CODE else UNKNOWN


def read_lines(path: Path, *, required: str, kinds: tuple[type, ...], example: str) -> list[tuple[int, dict[str, Any]]]:
    """Return number and content of every line that is not empty.

    Args:
        path: the file.
        required: what every line must hold.
        kinds: of which types that may be.
        example: a good line, shown in messages.

    Raises:
        InvalidDataError: the file cannot be read, holds no line, or one is no such object; its number is named.
    """
    try:
        texts = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidDataError(f"{path} cannot be read as text: {error}") from error
    found = []
    for number, text in enumerate(texts, start=1):
        if text.strip():
            line = _parsed(f"{path}, line {number}", text)
            if not isinstance(line, dict) or not isinstance(line.get(required), kinds):
                wanted = " or ".join(kind.__name__ for kind in kinds)
                raise InvalidDataError(
                    f'{path}, line {number}: a query is an object with "{required}" ({wanted}), such as {example}'
                )
            found.append((number, line))
    if not found:
        raise InvalidDataError(f"{path} holds no query; write one a line, such as {example}")
    return found


def _parsed(place: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise InvalidDataError(f"{place}: not JSON ({error})") from error
