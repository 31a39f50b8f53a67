"""What every registered model must do, found by discovery: train, save, load, serve odd queries."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import fields, replace

import numpy as np
import pytest

import rr_tools
from rr_tools import ArtifactError, InvalidDataError, TrainingData
from rr_tools.artifact import read_card
from rr_tools.calibration import assess
from rr_tools.export.copying import export_artifact
from rr_tools.item_attributes import ItemAttributes
from rr_tools.registry import BUILT_IN
from rr_tools.runtime.serve_check import check_ranking, odd_queries
from rr_tools.validation import next_item_score


def test_card_is_complete(artifact, tool, model_name, ring):
    card = tool.card
    assert (card.model, card.name, card.n_items) == (model_name, model_name, ring.n_items)
    assert (card.item_map_checksum, card.dataset_checksum) == ("map", "data")
    assert np.isfinite(tool.flops_per_query)
    assert 0 <= card.metrics["validation_ndcg@5"] <= card.metrics["validation_hit_rate@5"] <= 1
    assert card.command.startswith(f"rr-tools train {model_name} ")


def test_training_leaves_the_data_alone(artifact, ring, make_ring):
    assert ring.fingerprint() == make_ring().fingerprint()


def test_odd_queries_are_answered(tool):
    queries = odd_queries(tool.n_items)
    for k in (1, 5, tool.n_items + 3):
        ranking = tool.rank(queries, k)
        check_ranking(ranking, queries, k)
        assert np.isfinite(ranking.scores[0, 0])  # an empty history and an unknown user still get items
        assert np.isneginf(ranking.scores[-1]).all()  # a user who has seen everything gets none
        assert ranking.confidence is not None
        assert ranking.confidence[-1] == 0.0


def test_a_planner_can_ask_it(tool):
    kit = pytest.importorskip("rr_planner.testing", reason="rr-planner brings the conformance kit")
    kit.check_tool(tool, n_items=tool.n_items)


def test_an_empty_batch_gives_an_empty_answer(tool, make_queries):
    ranking = tool.rank(make_queries([]), 4)
    assert ranking.items.shape == ranking.scores.shape == (0, 4)
    assert ranking.confidence is not None
    assert ranking.confidence.shape == (0,)


def test_a_cold_user_gets_items(tool, ring, make_queries):
    ranking = tool.rank(make_queries([[], [3]], users=[ring.n_users, 10**12]), 5)
    assert np.isfinite(ranking.scores).all()
    assert 3 not in ranking.items[1]


def test_unknown_items_are_ignored(tool, make_queries):
    with_unknown = tool.rank(make_queries([[3, 10**12, 4, -7]], users=[0]), 5)
    without = tool.rank(make_queries([[3, 4]], users=[0]), 5)
    assert with_unknown.items.tolist() == without.items.tolist()


def test_user_ids_of_any_type_are_answered(tool, make_queries):
    known_nobody = tool.rank(make_queries([[3, 4]], users=[-1]), 5)
    named = rr_tools.HistoryQueries(users=np.array(["somebody"]), histories=[np.array([3, 4])])
    assert tool.rank(named, 5).items.tolist() == known_nobody.items.tolist()


def test_answers_do_not_hang_on_the_batch(tool, ring, make_queries):
    histories = [ring.sequence(user).tolist() for user in range(12)]
    batch = tool.scores(make_queries(histories, users=list(range(12))))
    for user in (0, 5, 11):
        alone = tool.scores(make_queries([histories[user]], users=[user]))
        np.testing.assert_allclose(batch[user], alone[0], rtol=1e-5, atol=1e-5)


def test_only_candidates_are_ranked_and_never_seen_items(tool, make_queries):
    ranking = tool.rank(make_queries([[1, 2]], candidates=[[2, 7, 9, 7, 10**6]]), 5)
    assert sorted(ranking.items[0].tolist()) == [-1, -1, -1, 7, 9]


def test_scores_and_rank_agree(tool, ring, make_queries):
    queries = make_queries([ring.sequence(3).tolist()], users=[3])
    ranking, scores = tool.rank(queries, 5), tool.scores(queries)
    assert scores.dtype == np.float32
    np.testing.assert_array_equal(ranking.scores[0], np.sort(scores[0])[::-1][:5])


def test_queries_are_left_alone(tool, make_queries):
    queries = make_queries([[1, 2, 3]], users=[0])
    tool.rank(queries, 5)
    assert queries.histories[0].tolist() == [1, 2, 3]


def test_sequential_models_learn_the_ring(tool, ring, make_queries):
    if tool.card.max_length == 0:
        pytest.skip("does not read the history")
    if tool.card.model == "attribute-knn":
        pytest.skip("the ring's attributes tell nothing of its order")
    fresh = [[start, (start + 1) % 20, (start + 2) % 20] for start in range(20)]
    targets = np.array([(start + 3) % 20 for start in range(20)])
    score = next_item_score(assess(tool, make_queries(fresh), targets).ranks)
    assert score.hit_rate > 0.9


def test_a_training_that_stopped_goes_on_to_the_same_tool(tool, ring, model_name, small_config, make_queries, tmp_path):
    """And so does one that did not, with the same seed."""

    class Stopped(Exception):
        pass

    def stop_later(done, total, text):
        calls.append(done)
        if len(calls) == 4:
            raise Stopped

    calls = []
    options = {field.name for field in fields(rr_tools.get_model(model_name).config_type)}
    arguments = {"out": tmp_path / "tool", "config": small_config(model_name), "checkpoint": tmp_path / "state"}
    with suppress(Stopped):
        rr_tools.train(model_name, ring, progress=stop_later, **arguments)
        assert "epochs" not in options, "a model that trains in epochs stops at the fourth"
    again = rr_tools.load_tool(rr_tools.train(model_name, ring, **arguments))
    queries = make_queries([[1, 2, 3], []], users=[0, -1])
    np.testing.assert_array_equal(again.scores(queries), tool.scores(queries))
    assert again.card.calibration == tool.card.calibration


def test_unknown_features_are_allowed(ring, model_name, small_config, make_queries, tmp_path):
    if not _reads_features(model_name):
        pytest.skip("leaves features alone")
    features = np.array(ring.features)
    features[3], features[:, 1] = np.nan, np.nan
    options = {field.name for field in fields(rr_tools.get_model(model_name).config_type)}
    config = {**small_config(model_name), **({"epochs": 1} if "epochs" in options else {})}
    data = replace(ring, features=features)
    tool = rr_tools.load_tool(rr_tools.train(model_name, data, out=tmp_path / "tool", config=config))
    assert not np.isnan(tool.scores(make_queries([[3, 4], [], [1]]))).any()


def test_missing_features_are_named(ring, model_name, tmp_path):
    if not rr_tools.get_model(model_name).needs_features:
        pytest.skip("does without features")
    with pytest.raises(InvalidDataError, match="features"):
        rr_tools.train(model_name, replace(ring, features=None), out=tmp_path / "none")


def test_a_catalogue_of_one_item(model_name, small_config, make_queries, tmp_path):
    known = {"features": np.zeros((1, 2)), "titles": ("one",), "attributes": ItemAttributes.of_names([["only"]])}
    data = TrainingData(items=[0, 0, 0, 0], offsets=[0, 2, 4], n_items=1, validation=[0, -1], **known)
    tool = rr_tools.load_tool(rr_tools.train(model_name, data, out=tmp_path / "one", config=small_config(model_name)))
    ranking = tool.rank(make_queries([[], [0]]), 3)
    assert ranking.items.tolist() == [[0, -1, -1], [-1, -1, -1]]
    assert np.isfinite(ranking.confidence).all()


def test_a_copy_answers_the_same(artifact, tmp_path):
    report = export_artifact(artifact, tmp_path / "copy", queries=50)
    assert report.largest_difference == 0.0
    assert read_card(tmp_path / "copy") == read_card(artifact)


def test_its_network_can_be_exported_again(artifact, tool, model_name, make_queries, tmp_path):
    if rr_tools.get_model(model_name).rebuild is None:
        pytest.skip("has no network, or none that is rebuilt")
    report = export_artifact(artifact, tmp_path / "again", again=True, queries=100)
    assert report.exported_again
    assert report.largest_difference <= 1e-4
    queries = make_queries([[1, 2], []])
    again = rr_tools.load_tool(tmp_path / "again").rank(queries, 4)
    assert again.items.tolist() == tool.rank(queries, 4).items.tolist()
    assert again.confidence == pytest.approx(tool.rank(queries, 4).confidence)


def test_an_altered_file_is_refused(artifact, tmp_path):
    export_artifact(artifact, tmp_path / "copy", queries=1)
    for name in read_card(artifact).checksums:
        path = tmp_path / "copy" / name
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(ArtifactError, match=f"{name} was altered"):
            rr_tools.load_tool(tmp_path / "copy")
        path.write_bytes(content)


def test_serving_never_imports_torch(artifact):
    program = (
        "import sys, numpy as np\n"
        "from rr_tools.runtime import load_tool\n"
        "from rr_tools.runtime.serve_check import odd_queries\n"
        "tool = load_tool(sys.argv[1])\n"
        "tool.rank(odd_queries(tool.n_items), 5)\n"
        "heavy = {'torch', 'recbole', 'scipy', 'pandas', 'rr_data', 'rr_planner'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(artifact)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _reads_features(name):
    """Those that cannot do without, those that predict clicks, and whatever another package brings."""
    built_in = BUILT_IN.get(name)
    return built_in is None or built_in.module.startswith("rr_tools.ctr.") or rr_tools.get_model(name).needs_features
