"""All four tasks in one mixture: everybody likes even items, says so, and buys one of two items next."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from rr_data.interfaces import PromptTemplate, completion_messages, describe_user, render_prompt, text_completion
from rr_vlm import InputError, PromptOptions, VlmReasoner, train
from rr_vlm.artifact import CARD
from rr_vlm.encoding import PromptEncoder
from rr_vlm.inference.isotonic import IsotonicCurve

ASK = {
    "ctr": "After {history}, would {user} ({user_desc}) click on {item} {photo}?",
    "direct": "After {history}, is {item} {photo} good?",
    "explanation": "After {history}, a {star_rating}-star review of {item}.",
    "sequential": "After {history}, what is next?",
}
PROMPT = PromptOptions(history_length=4, pictures=1, answers_shown=2, wordings=ASK)
SHORT = {"max_steps": 120, "per_device_train_batch_size": 16, "learning_rate": 5e-3, "save_strategy": "no", "seed": 1}
WORDS = ("awful odd film", "lovely even film")


def rows():
    rng = np.random.default_rng(0)
    for number in range(480):
        task = ("sequential", "direct", "ctr", "explanation")[number % 4]
        kind = rng.integers(2)
        history = (kind + 2 * rng.permutation(14)[:5]).tolist()
        item = int(kind + 28) if task == "sequential" else int(rng.integers(28))
        label = int(item % 2 == 0) if task in ("direct", "ctr") else None
        stars = int(rng.integers(1, 6)) if task == "explanation" else None
        prompt = render_prompt(
            PromptTemplate(task, 0, ASK[task]), user=None, user_desc=describe_user([["x"] for _ in history[:-4]]),
            history=history[-4:], evidence_horizon=0.5, item=item, star_rating=stars, pictures=1,
        )  # fmt: skip
        words = WORDS[item % 2 == 0] if task == "explanation" else ("no", "yes")[label or 0]
        completion = completion_messages(None, item) if task == "sequential" else text_completion(None, words)
        yield {
            "prompt": prompt.messages, "completion": completion, "image_items": list(prompt.image_items),
            "user": number, "target": item, "eh_level": number % 3, "template": 0, "task": task, "label": label,
        }  # fmt: skip


@pytest.fixture(scope="module")
def reasoner(catalogue, backbone, tmp_path_factory) -> VlmReasoner:
    out = tmp_path_factory.mktemp("tasks") / "vlm"
    train(list(rows()), catalogue=catalogue, out=out, prompt=PROMPT, backbone=backbone, options=SHORT)
    return VlmReasoner.load(out)


@pytest.fixture
def queries():
    rng = np.random.default_rng(1)
    kinds = np.arange(12) % 2
    return SimpleNamespace(
        users=np.arange(12),
        histories=[kind + 2 * rng.permutation(14)[: 3 + row % 3] for row, kind in enumerate(kinds)],
        evidence_horizon=np.full(12, 0.5),
        candidates=np.stack([rng.permutation(28)[:6] for _ in kinds]),
    )


def test_every_task_is_learned(reasoner, queries):
    fits = queries.candidates % 2 == 0
    yes = reasoner.click_probability(queries)
    assert yes[fits].mean() > yes[~fits].mean() + 0.3
    items, scores = reasoner.rank_by_yes(queries, 3)
    assert (items[:, 0] % 2 == 0).mean() > 0.8
    assert (np.diff(scores) <= 0).all()
    without = SimpleNamespace(**{**vars(queries), "candidates": None})
    assert np.isin(reasoner.deliberate(without, 1).items[:, 0], (28, 29)).mean() > 0.8
    texts = reasoner.explain(queries, queries.candidates[:, 0], np.full(12, 4))
    assert np.isin(texts, WORDS).mean() > 0.8
    assert reasoner.explain(queries, queries.candidates[:, 0], np.full(12, 4), beams=2)[0]


def test_sharing_a_beginning_changes_nothing(reasoner, queries):
    together = reasoner.click_probability(queries)
    for row in (0, 5):
        for place in range(6):
            alone = SimpleNamespace(
                users=queries.users[[row]], histories=[queries.histories[row]],
                evidence_horizon=queries.evidence_horizon[[row]], candidates=queries.candidates[[row], place][:, None],
            )  # fmt: skip
            assert reasoner.click_probability(alone)[0, 0] == pytest.approx(together[row, place], abs=1e-5)


def test_tools_may_say_something(reasoner, queries):
    said = {"fm": np.where(queries.candidates % 3, 0.25, np.nan)}
    assert reasoner.click_probability(queries, said).shape == queries.candidates.shape


def test_odd_questions(reasoner, queries):
    queries.candidates = np.array([[3, -1, 99, 3]] * 12)
    yes = reasoner.click_probability(queries)
    assert (yes[:, 1:3] == 0).all()
    assert np.allclose(yes[:, 0], yes[:, 3])
    items, scores = reasoner.rank_by_yes(queries, 6)
    assert items[0].tolist() == [3, 3, -1, -1, -1, -1]
    assert np.isneginf(scores[:, 2:]).all()
    queries.candidates = None
    for call in (lambda: reasoner.click_probability(queries), lambda: reasoner.rank_by_yes(queries, 2)):
        with pytest.raises(InputError, match="candidates"):
            call()
    for items, stars in (([99] * 12, [3] * 12), ([1] * 12, [0] * 12), ([1], [3])):
        with pytest.raises(InputError, match="stars"):
            reasoner.explain(queries, items, stars)
    with pytest.raises(InputError, match="notes"):
        reasoner.explain(queries, [1] * 12, [3] * 12, notes=["one"])
    nobody = SimpleNamespace(users=[], histories=[], evidence_horizon=[], candidates=np.empty((0, 3)))
    assert reasoner.click_probability(nobody).shape == (0, 3)
    assert reasoner.explain(nobody, [], []) == []


def test_clicks_are_calibrated_and_kept(reasoner, queries, tmp_path):
    labels = np.random.default_rng(0).integers(-1, 2, size=queries.candidates.shape)
    rated = reasoner.calibrated_clicks(queries, labels)
    known = labels >= 0
    assert rated.click_probability(queries)[known].mean() == pytest.approx(labels[known].mean(), abs=0.05)
    rated.save(tmp_path / "copy")
    again = VlmReasoner.load(tmp_path / "copy")
    assert np.allclose(again.click_probability(queries), rated.click_probability(queries), atol=1e-6)


def test_a_reasoner_from_before_the_curve_is_read(reasoner, tmp_path):
    reasoner.save(tmp_path / "old")
    file = tmp_path / "old" / CARD
    card = json.loads(file.read_text(encoding="utf-8"))
    del card["clicks_curve"]
    file.write_text(json.dumps(card), encoding="utf-8")
    assert VlmReasoner.load(tmp_path / "old").parts.card.clicks_curve == IsotonicCurve()


@pytest.mark.parametrize("change", [{"label": None}, {"task": "explanation"}, {"completion": []}])
def test_rows_that_do_not_fit_their_task_are_refused(catalogue, backbone, tmp_path, change):
    row = {**next(row for row in rows() if row["task"] == "ctr"), **change}
    with pytest.raises(InputError, match=r"ctr|explanation"):
        train([row], catalogue=catalogue, out=tmp_path / "vlm", prompt=PROMPT, backbone=backbone, options=SHORT)


def test_notes_reach_the_question(reasoner, queries, monkeypatch):
    asked = []
    encode = PromptEncoder.encode
    monkeypatch.setattr(
        PromptEncoder, "encode", lambda self, said, *more: asked.extend(said) or encode(self, said, *more)
    )
    reasoner.explain(queries, [1] * 12, [3] * 12, notes=["Wrote <item_2> before."] * 12)
    assert all(said[-1]["content"][-1]["text"].endswith(" Wrote item_2 before.") for said in asked)
