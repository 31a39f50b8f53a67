from __future__ import annotations

import pytest

from rr_data import errors
from rr_data.errors import DataError, MissingExtraError, OptionError, UnknownNameError


def test_all_derive_from_the_root() -> None:
    found = [value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, Exception)]
    assert len(found) > 12
    assert all(issubclass(error, DataError) for error in found)
    assert all(f" {error.__name__} " in f"{errors.__doc__} ".replace("\n", " ") for error in found)


@pytest.mark.parametrize(("received", "hint"), [("rnak", "Did you mean 'rank'?"), ("zzzz", "Known: log, rank.")])
def test_unknown_name(received: str, hint: str) -> None:
    assert hint in str(UnknownNameError("normalizer", received, ["rank", "log"]))


def test_messages_say_what_to_do() -> None:
    assert str(OptionError("seed", -1, "at least 0")) == "seed: received -1; expected at least 0"
    assert 'pip install "rr-data[sft]"' in str(MissingExtraError("a dataset", "sft"))
