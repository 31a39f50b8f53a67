"""`NAME=VALUE` on a command line."""

from __future__ import annotations

from collections.abc import Sequence

from rr_data.errors import OptionError


def named_values(option: str, pairs: Sequence[str]) -> dict[str, str]:
    """Cut each pair at its first equals sign.

    Args:
        option: what the pairs were given to, for the error.
        pairs: `NAME=VALUE` texts; of a repeated name the last one counts.

    Raises:
        OptionError: a text that is not of this form.

    Example:
        >>> named_values("--option", ["user_id=customer", "time_unit=ms"])
        {'user_id': 'customer', 'time_unit': 'ms'}
    """
    split = [pair.partition("=") for pair in pairs]
    for name, sign, value in split:
        if not (name and sign and value):
            raise OptionError(option, name + sign + value, "NAME=VALUE")
    return {name: value for name, _, value in split}
