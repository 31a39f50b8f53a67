"""Options of splits, which come as strings from a command line and as values from Python."""

from __future__ import annotations

import math

from rr_data.errors import OptionError

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def whole_number(option: str, received: object, *, at_least: int) -> int:
    """Read a whole number.

    Raises:
        OptionError: something else, or a number below `at_least`.

    Example:
        >>> whole_number("seed", "7", at_least=0)
        7
    """
    if isinstance(received, int | str) and not isinstance(received, bool):
        try:
            number = int(received)
        except ValueError:
            number = at_least - 1
        if number >= at_least:
            return number
    raise OptionError(option, received, f"a whole number of at least {at_least}")


def truth(option: str, received: object) -> bool:
    """Read true or false.

    Raises:
        OptionError: something else.

    Example:
        >>> truth("every_user", "yes"), truth("every_user", False)
        (True, False)
    """
    value = _TRUTH.get(str(received).strip().lower())
    if value is None:
        raise OptionError(option, received, "true or false")
    return value


def three_shares(option: str, received: object) -> tuple[float, float, float]:
    """Read the shares of training, validation and test; they come to 1 in the result.

    Raises:
        OptionError: anything but three positive numbers with colons between.

    Example:
        >>> three_shares("shares", "8:1:1")
        (0.8, 0.1, 0.1)
    """
    try:
        numbers = [float(word) for word in str(received).split(":")]
    except ValueError:
        numbers = []
    if len(numbers) != 3 or not all(0 < number < math.inf for number in numbers):
        raise OptionError(option, received, "three positive numbers with colons between, such as 8:1:1")
    train, validation, test = (number / sum(numbers) for number in numbers)
    return train, validation, test
