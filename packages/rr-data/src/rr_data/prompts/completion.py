"""What the assistant should say: thought tokens, `<answer>`, the answer, without blanks between them."""

from __future__ import annotations

from typing import Any

from rr_data.errors import TraceError
from rr_data.prompts.item_tokens import item_token
from rr_data.prompts.plain_text import plain_text
from rr_data.prompts.trace import ANSWER, END_THINK, THINK, Trace


def completion_messages(trace: Trace | None, target: int) -> list[dict[str, Any]]:
    """The assistant's message with an item as the answer.

    Example:
        >>> completion_messages(None, 7)[0]["content"][0]["text"]
        '<answer><item_7>'
    """
    return _messages(trace, item_token(target))


def text_completion(trace: Trace | None, answer: str) -> list[dict[str, Any]]:
    """The assistant's message with a word or a sentence as the answer; tokens inside it lose their brackets.

    Example:
        >>> text_completion(Trace(0, 7), "yes")[0]["content"][0]["text"]
        '<think><eh_low><conf_7><evidence></think><answer>yes'
    """
    return _messages(trace, plain_text(answer))


def read_completion(text: str) -> tuple[Trace | None, str]:
    """Thought and answer of a completion's text, strictly.

    Raises:
        TraceError: no `<answer>`, or something before it that is no thought.

    Example:
        >>> read_completion("<think><eh_low><conf_7><evidence></think><answer>yes")
        (Trace(eh_level=0, confidence_bin=7, tools=(), evidence=()), 'yes')
    """
    thought, marker, answer = text.partition(ANSWER)
    if not marker:
        raise TraceError(f"completion: received {text[:80]!r}; expected {THINK} ... {END_THINK}{ANSWER} and an answer")
    if not thought:
        return None, answer
    tokens = [f"{token}>" for token in thought.split(">")[:-1]]
    if "".join(tokens) != thought:
        raise TraceError(f"completion: received {thought[-80:]!r} before {ANSWER}; expected tokens up to {END_THINK}")
    return Trace.from_tokens(tokens), answer


def _messages(trace: Trace | None, answer: str) -> list[dict[str, Any]]:
    thought = () if trace is None else trace.to_tokens()
    text = "".join((*thought, ANSWER, answer))
    return [{"role": "assistant", "content": [{"type": "text", "text": text}]}]
