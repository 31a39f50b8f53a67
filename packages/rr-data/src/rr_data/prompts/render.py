"""Fill a template: text and picture parts in the conversational form that TRL reads."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, SupportsIndex

from numpy.typing import NDArray

from rr_data.errors import OptionError, TemplateError
from rr_data.prompts.item_tokens import item_token
from rr_data.prompts.plain_text import plain_text
from rr_data.prompts.templates import PromptTemplate

NO_HISTORY: Final = "nothing yet"
_Content = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A filled template.

    Attributes:
        content: `{"type": "text", "text": ...}` and `{"type": "image"}` parts; no two text parts in a row.
        image_items: the item code of each image part, in order.
    """

    content: _Content
    image_items: tuple[int, ...]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """One user message, as TRL's conversational format has it."""
        return [{"role": "user", "content": self.content}]


class _Composer:
    """Collects parts and joins neighbouring texts."""

    def __init__(self) -> None:
        self.content: _Content = []
        self.image_items: list[int] = []

    def text(self, text: str) -> None:
        if not text:
            return
        if self.content and self.content[-1]["type"] == "text":
            self.content[-1]["text"] += text
        else:
            self.content.append({"type": "text", "text": text})

    def image(self, item: int) -> None:
        self.content.append({"type": "image"})
        self.image_items.append(item)

    def drop_space(self) -> None:
        """Take back the blank that stood before a picture which is not shown."""
        if self.content and self.content[-1]["type"] == "text":
            self.content[-1]["text"] = self.content[-1]["text"].removesuffix(" ")


def render_prompt(
    template: PromptTemplate,
    *,
    user: SupportsIndex | None,
    user_desc: str,
    history: Sequence[int] | NDArray[Any] | None = None,
    evidence_horizon: float | str | None = None,
    item: int | None = None,
    star_rating: int | None = None,
    pictures: int = 0,
    tools: str = "",
    notes: str = "",
) -> Prompt:
    """Fill a template's fields.

    Args:
        template: the wording; it decides which values are needed, and others are left unused.
        user: the user's code, written `user_CODE`; None writes "the user", see `sft_rows`.
        user_desc: short description, see `describe_user`; tokens inside it lose their brackets.
        history: item codes, oldest first, written `<item_5>` separated by ", "; empty reads "nothing yet".
        evidence_horizon: a number is written with two decimals, a string as it is.
        item: code of the item in question, written as its token.
        star_rating: 1 to 5.
        pictures: how many of the most recent history items are followed by a picture part; with 1 or more, `{photo}`
            is the picture of `item`, with 0 it is left out.
        tools: text to append, see `evidence_text`.
        notes: what else is known in words, appended after a space; tokens inside it lose their brackets.

    Raises:
        TemplateError: a value that the template needs is missing; names the field.
        OptionError: a negative number of pictures.

    Example:
        >>> wording = PromptTemplate("sequential", 0, "{user} ({user_desc}) bought {history}. Next?")
        >>> prompt = render_prompt(wording, user=3, user_desc="few purchases", history=[5, 7], pictures=1)
        >>> for part in prompt.content:
        ...     print(part)
        {'type': 'text', 'text': 'user_3 (few purchases) bought <item_5>, <item_7>'}
        {'type': 'image'}
        {'type': 'text', 'text': '. Next?'}
        >>> prompt.image_items
        (7,)
    """
    if pictures < 0:
        raise OptionError("pictures", pictures, "at least 0")
    given = {"history": history, "evidence_horizon": evidence_horizon, "star_rating": star_rating, "item": item}
    _check_given(template, {**given, "photo": item})
    values = {
        "user": "the user" if user is None else f"user_{operator.index(user)}",
        "user_desc": plain_text(user_desc),
        "evidence_horizon": _written(evidence_horizon),
        "star_rating": str(star_rating),
        "item": "" if item is None else item_token(item),
    }
    composer = _Composer()
    for literal, field in template.pieces():
        composer.text(literal)
        if field == "history" and history is not None:
            _write_history(composer, [int(code) for code in history], pictures)
        elif field == "photo" and item is not None:
            _write_photo(composer, int(item), pictures)
        elif field is not None:
            composer.text(values[field])
    composer.text(tools)
    composer.text(f" {plain_text(notes)}" if notes else "")
    return Prompt(composer.content, tuple(composer.image_items))


def _check_given(template: PromptTemplate, given: Mapping[str, object]) -> None:
    missing = [field for field in sorted(template.fields) if field in given and given[field] is None]
    if missing:
        raise TemplateError(f"{template.task} template {template.index}: needs a value for {', '.join(missing)}")


def _written(evidence_horizon: float | str | None) -> str:
    return evidence_horizon if isinstance(evidence_horizon, str) else f"{evidence_horizon or 0.0:.2f}"


def _write_history(composer: _Composer, history: list[int], pictures: int) -> None:
    if not history:
        composer.text(NO_HISTORY)
    first_shown = len(history) - pictures
    for place, code in enumerate(history):
        composer.text(", " if place else "")
        composer.text(item_token(code))
        if place >= first_shown:
            composer.image(code)


def _write_photo(composer: _Composer, item: int, pictures: int) -> None:
    if pictures:
        composer.image(item)
    else:
        composer.drop_space()
