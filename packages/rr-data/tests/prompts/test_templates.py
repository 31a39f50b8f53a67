from __future__ import annotations

import pytest

from rr_data.errors import TemplateError, UnknownNameError
from rr_data.prompts.templates import PromptTemplate, tasks, templates

NEEDED = {
    "sequential": {"user", "user_desc", "history", "evidence_horizon"},
    "direct": {"user", "user_desc", "item", "photo", "evidence_horizon"},
    "explanation": {"user", "user_desc", "item", "photo", "star_rating"},
    "ctr": {"user", "user_desc", "item", "photo", "evidence_horizon"},
}


def test_forty_different_templates() -> None:
    assert set(tasks()) == set(NEEDED)
    every = [template for task in tasks() for template in templates(task)]
    assert len({template.text for template in every}) == 40
    assert all(len(templates(task)) == 10 for task in tasks())


@pytest.mark.parametrize("task", NEEDED)
def test_every_template_of_a_task_means_the_same(task: str) -> None:
    for index, template in enumerate(templates(task)):
        assert (template.task, template.index) == (task, index)
        assert template.fields == NEEDED[task]


def test_unknown_task() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'sequential'"):
        templates("sequentail")


@pytest.mark.parametrize("text", ["{usr}", "{0}", "{", "{user", "{user.name}"])
def test_bad_text(text: str) -> None:
    with pytest.raises(TemplateError):
        PromptTemplate("ctr", 0, text)
