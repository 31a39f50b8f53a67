import numpy as np
import pytest

from rr_data.interfaces import Trace, completion_messages, evidence_text, render_prompt, templates
from rr_vlm.catalogue import PromptOptions
from rr_vlm.encoding import PromptEncoder, blinded, prompts_about, targets
from rr_vlm.questions import question
from rr_vlm.tokens.thought_tokens import ThoughtTokens
from rr_vlm.tokens.tokenizer import build_tokenizer

TOOLS = ("sasrec", "item-knn")


@pytest.fixture(scope="module")
def encoder():
    thought = ThoughtTokens.of(TOOLS)
    texts = [wording.text for wording in templates("sequential")]
    tokenizer, items = build_tokenizer(texts, thought=thought, n_items=20)
    return PromptEncoder(tokenizer, items, thought, ranks=3, visual_tokens=2)


def prompt(history=(4, 5, 6), answers=None, template=0):
    return render_prompt(
        templates("sequential")[template],
        user=3,
        user_desc="few purchases",
        history=list(history),
        evidence_horizon=0.5,
        pictures=1,
        tools=evidence_text(answers or {}),
    )


def encode(encoder, **changes):
    made = prompt(**changes)
    return encoder.encode([made.messages], [made.image_items])[0]


@pytest.mark.parametrize("template", range(10))
def test_history_and_evidence_are_told_apart(encoder, template):
    answers = {"item-knn": [9, 4], "sasrec": None, "other": [7, 8, 1, 2]}
    row = encode(encoder, answers=answers, template=template)
    codes = row.input_ids - encoder.items.offset
    assert codes[row.history].tolist() == [4, 5, 6]
    assert codes[row.evidence].tolist() == [9, 4, 7, 8, 1, 2]
    # item-knn is tool 1; unknown tools share the slots after the last; ranks beyond 3 count as the third.
    assert row.slots.tolist() == [3, 4, 6, 7, 8, 8]
    assert encoder.n_slots == 9
    assert (row.input_ids == encoder.id("<image>")).sum() == 2
    assert row.image_items.tolist() == [6]


def test_without_history_or_evidence(encoder):
    row = encode(encoder, history=())
    assert len(row.history) == len(row.evidence) == len(row.image_items) == 0


def complete(encoder, trace, target, **changes):
    made = prompt(**changes)
    columns = {
        "prompt": [made.messages],
        "completion": [completion_messages(trace, target)],
        "image_items": [made.image_items],
        "target": [target],
    }
    return encoder.encode_rows(columns)[0]


def test_targets_stand_where_they_are_decided(encoder):
    trace = Trace(2, 7, (("sasrec", True), ("item-knn", False)), (9,))
    row = complete(encoder, trace, 11, answers={"sasrec": [9], "item-knn": [1]})
    history, thought, cited, _ = targets(row, encoder)
    tokens = encoder.tokenizer.convert_ids_to_tokens(row.input_ids.tolist())
    assert tokens[-1] == "<answer>"
    assert row.answer == 11
    assert "<item_11>" not in tokens
    assert history[history >= 0].tolist() == [4, 5, 6]
    for position in np.flatnonzero(history >= 0):
        assert tokens[position + 1] == f"<item_{history[position]}>"
    decided = [(tokens[place], encoder.thought.names[thought[place]]) for place in np.flatnonzero(thought >= 0)]
    assert decided == [
        ("<think>", "<eh_high>"),
        ("<eh_high>", "<conf_7>"),
        ("<conf_7>", "<use_sasrec>"),
        ("<use_sasrec>", "<skip_item-knn>"),
    ]
    assert [(tokens[place], cited[place]) for place in np.flatnonzero(cited >= 0)] == [("<evidence>", 9)]


def test_what_only_the_target_tells_is_not_fed(encoder):
    """Confidence and tool choices are drawn at random; level, citation and everything else stay."""
    trace = Trace(2, 7, (("sasrec", True), ("item-knn", False)), (9,))
    row = complete(encoder, trace, 11, answers={"sasrec": [9], "item-knn": [1]})
    rng = np.random.default_rng(0)
    draws = np.stack([blinded(row, encoder, rng) for _ in range(400)])
    start = row.thought_start
    changed = np.flatnonzero((draws != row.input_ids).any(axis=0)) - start
    assert changed.tolist() == [2, 3, 4]
    assert len(set(draws[:, start + 2])) == 10
    assert (draws[:, start + 3] == row.input_ids[start + 3]).mean() == pytest.approx(0.5, abs=0.1)
    for ids in draws[:20]:
        tokens = encoder.tokenizer.convert_ids_to_tokens(ids[start:-1].tolist())
        assert Trace.from_tokens(tokens).evidence == (9,)


def test_an_answer_without_a_thought_has_no_thought_targets(encoder):
    row = complete(encoder, None, 11)
    _, thought, cited, _ = targets(row, encoder)
    assert (thought < 0).all()
    assert (cited < 0).all()
    assert row.thought_start == len(row)


def about(encoder, item, *, history=(4, 5, 6), pictures=1, tools=""):
    asked = question(
        "ctr",
        options=PromptOptions(pictures=pictures, wordings={"ctr": "{history}: {item} {photo}, or {item}?"}),
        categories=[["a"]] * 30,
        history=np.array(history),
        evidence_horizon=0.5,
        item=item,
        tools=tools,
    )
    (encoded,) = encoder.encode([asked.messages], [asked.image_items])
    return encoded


def test_a_question_is_repeated_about_other_items_as_if_it_had_been_written(encoder):
    # The first of the two stands in the history, where it stays.
    made = prompts_about(np.array([8, 5, 6, 8]), about(encoder, 5), about(encoder, 7), encoder.items)
    for item, prompt in zip([8, 5, 6, 8], made, strict=True):
        written = about(encoder, item)
        assert prompt.input_ids.tolist() == written.input_ids.tolist()
        assert prompt.image_items.tolist() == written.image_items.tolist()
        assert prompt.history.tolist() == written.history.tolist()


def test_questions_that_differ_in_more_than_the_item_are_not_repeated(encoder):
    for other in (about(encoder, 7, history=(4, 5, 8)), about(encoder, 7, history=(4, 5)), about(encoder, 5)):
        assert prompts_about(np.array([8]), about(encoder, 5), other, encoder.items) is None
