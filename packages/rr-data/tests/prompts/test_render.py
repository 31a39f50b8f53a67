from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from rr_data.errors import OptionError, TemplateError, TraceError
from rr_data.prompts.evidence_text import evidence_text
from rr_data.prompts.render import Prompt, render_prompt
from rr_data.prompts.templates import PromptTemplate, tasks, templates

VALUES = {"user": 3, "user_desc": "few purchases", "evidence_horizon": 0.4249, "item": 8, "star_rating": 4}
HISTORY = [5, 7, 9]


def flat(prompt: Prompt) -> str:
    return "".join(part.get("text", "<image>") for part in prompt.content)


@pytest.mark.parametrize("task", tasks())
@pytest.mark.parametrize("pictures", [0, 2, 99])
def test_every_template_renders(task: str, pictures: int) -> None:
    for template in templates(task):
        prompt = render_prompt(template, history=HISTORY, pictures=pictures, **VALUES)
        text = flat(prompt)
        assert "{" not in text
        assert "  " not in text
        assert "user_3" in text
        assert ("0.42" in text) == (task != "explanation")
        assert text.count("<image>") == len(prompt.image_items)
        kinds = [part["type"] for part in prompt.content]
        assert ("text", "text") not in set(pairwise(kinds))
        if task == "sequential":
            assert prompt.image_items == tuple(HISTORY[max(0, 3 - pictures) :] if pictures else ())
        else:
            assert prompt.image_items == ((8,) if pictures else ())


def test_history_of_one_wording() -> None:
    wording = PromptTemplate("sequential", 0, "{user} ({user_desc}): {history}. {evidence_horizon}")
    prompt = render_prompt(wording, history=np.array(HISTORY), pictures=2, **VALUES)
    assert flat(prompt) == "user_3 (few purchases): <item_5>, <item_7><image>, <item_9><image>. 0.42"
    assert prompt.messages == [{"role": "user", "content": prompt.content}]


def test_empty_history_and_level_as_text() -> None:
    wording = PromptTemplate("sequential", 0, "{history} / {evidence_horizon}")
    assert (
        flat(render_prompt(wording, user=0, user_desc="", history=[], evidence_horizon="high")) == "nothing yet / high"
    )


def test_no_picture_leaves_no_blank() -> None:
    wording = PromptTemplate("ctr", 0, "Show {item} {photo}?")
    assert flat(render_prompt(wording, user=0, user_desc="", item=4)) == "Show <item_4>?"
    assert flat(render_prompt(wording, user=0, user_desc="", item=4, pictures=1)) == "Show <item_4> <image>?"


def test_values_with_braces_stay_as_they_are() -> None:
    wording = PromptTemplate("ctr", 0, "{user_desc} {{x}}")
    assert flat(render_prompt(wording, user=0, user_desc="{item}")) == "{item} {x}"


def test_missing_values_are_named() -> None:
    with pytest.raises(TemplateError, match="sequential template 0: needs a value for evidence_horizon, history"):
        render_prompt(templates("sequential")[0], user=0, user_desc="")
    with pytest.raises(OptionError, match="pictures"):
        render_prompt(templates("ctr")[0], pictures=-1, **VALUES)


def test_notes_stand_last_and_name_no_tokens() -> None:
    text = flat(render_prompt(templates("ctr")[0], tools=" Tools: a.", notes="Wrote <item_3> before.", **VALUES))
    assert text.endswith(" Tools: a. Wrote item_3 before.")


def test_tools_stand_after_the_query() -> None:
    tools = evidence_text({"sasrec": np.array([3, 9, -1]), "bpr": [], "pop": None, "knn": [-1]})
    assert tools == " Tools: sasrec says <item_3> <item_9>; bpr says nothing; pop says nothing; knn says nothing."
    text = flat(render_prompt(templates("ctr")[0], tools=tools, **VALUES))
    assert text.endswith(tools)
    assert evidence_text({}) == ""
    with pytest.raises(TraceError):
        evidence_text({"Sas Rec": [1]})
