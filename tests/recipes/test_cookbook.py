"""Each library of the cookbook where it is installed: the wrapped model answers, and keeps the contract."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from rr_planner import AlwaysBoth, AlwaysTools, FunctionReasoner, FunctionTool, Planner, QueryBatch, Ranking
from rr_planner.testing import check_tool

N = 30


def popular(queries: QueryBatch, k: int) -> Ranking:
    table = np.tile(np.linspace(1, 0, N), (len(queries), 1))
    return Ranking.from_scores(table, k, confidence=np.full(len(queries), 0.5))


POPULAR = FunctionReasoner("popular", lambda queries, k, evidence: popular(queries, k))


def test_implicit() -> None:
    pytest.importorskip("implicit", reason="part of the cookbook")
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    from recipes.cookbook.implicit_als import tool

    counts = csr_matrix(np.random.default_rng(0).poisson(0.3, (40, N)).astype(float))
    model = AlternatingLeastSquares(4, random_state=0, num_threads=1)
    model.fit(counts, show_progress=False)
    check_tool(tool(model, counts), n_items=N, candidates_supported=False)


def test_scikit_learn() -> None:
    pytest.importorskip("sklearn", reason="part of the cookbook")
    from sklearn.linear_model import LogisticRegression

    from recipes.cookbook.sklearn_classifier import reasoner, tool

    generator = np.random.default_rng(0)
    age, bought = generator.random((200, 1)), generator.integers(0, N, 200)
    model = LogisticRegression().fit(age, bought)
    queries = QueryBatch.of(users=[1, 2], histories=[[], []], evidence_horizon=[0.5, 1.0], features={"age": [0.1, 0.9]})
    planner = Planner(tools=[tool(model, ["age"])], reasoner=POPULAR, policy=AlwaysTools(), n_items=N)
    answers = planner.answer(queries, 5)
    assert answers.served_by == ("classifier", "classifier")
    best = model.classes_[model.predict_proba([[0.1], [0.9]]).argmax(1)]
    assert answers.ranking.items[:, 0].tolist() == best.tolist()
    other = Planner(tools=[FunctionTool("p", popular)], reasoner=reasoner(model, ["age"]), policy=AlwaysBoth())
    assert other.answer(queries, 5).served_by == ("classifier", "classifier")


def test_recbole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("recbole", reason="part of the cookbook, and in the training environment alone")
    monkeypatch.setattr(sys, "argv", ["test"])  # RecBole reads it
    from recbole.config import Config
    from recbole.data import create_dataset
    from recbole.model.general_recommender import BPR

    from recipes.cookbook.recbole_model import tool

    (tmp_path / "toy").mkdir()
    pairs = {(user, (user * item) % 25) for user in range(1, 12) for item in range(1, 8)}
    lines = [f"u{user}\ti{item}" for user, item in sorted(pairs)]
    (tmp_path / "toy" / "toy.inter").write_text("\n".join(["user_id:token\titem_id:token", *lines]))
    options = {"data_path": str(tmp_path), "use_gpu": False, "load_col": {"inter": ["user_id", "item_id"]}}
    config = Config(model="BPR", dataset="toy", config_dict=options)
    dataset = create_dataset(config)
    model = BPR(config, dataset)
    check_tool(tool(model, dataset), n_items=dataset.item_num, candidates_supported=False)


def test_langchain() -> None:
    pytest.importorskip("langchain_core", reason="part of the cookbook")
    from langchain_core.language_models import FakeListChatModel
    from langchain_core.output_parsers import JsonOutputParser
    from langchain_core.prompts import ChatPromptTemplate

    from recipes.cookbook.langchain_chain import reasoner

    said = json.dumps({"items": [3, 1, 3, 2], "confidence": 0.8, "thought": "they like films"})
    prompt = ChatPromptTemplate.from_template("History: {history}. Tools say: {evidence}. Rank {k} items in JSON.")
    chain = prompt | FakeListChatModel(responses=[said]) | JsonOutputParser()
    planner = Planner(tools=[FunctionTool("popular", popular)], reasoner=reasoner(chain), policy=AlwaysBoth())
    queries = QueryBatch.of(users=[1], histories=[[4]], evidence_horizon=[0.9])
    answer = planner.answer(queries, 5)[0]
    assert answer.items.tolist() == [3, 1, 2]
    assert (answer.served_by, answer.thought, answer.degraded) == ("chain", "they like films", "")
