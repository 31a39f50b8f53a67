"""`NAME=NUMBER,NAME=NUMBER` on a command line."""

from __future__ import annotations

from rr_data.commands.named_values import named_values
from rr_data.errors import OptionError


def named_numbers(option: str, text: str) -> dict[str, float]:
    """Read names with numbers.

    Args:
        option: what the text was given to, for the error.
        text: pairs with commas between them.

    Raises:
        OptionError: a text that is not of this form.

    Example:
        >>> named_numbers("--mixture", "sequential=3,direct=.5")
        {'sequential': 3.0, 'direct': 0.5}
    """
    pairs = named_values(option, [pair.strip() for pair in text.split(",")])
    try:
        return {name: float(value) for name, value in pairs.items()}
    except ValueError as error:
        raise OptionError(option, text, "NAME=NUMBER,NAME=NUMBER") from error
