"""What every registered model that explains must do, found by discovery: train, save, load, resume, serve."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import rr_tools
from rr_tools import ArtifactError, InvalidDataError, MissingExtraError, load_explainer, train
from rr_tools.artifact import read_artifact
from rr_tools.runtime.vocabulary import SPECIAL, words_of


def explaining() -> list[str]:
    names = []
    for name in rr_tools.available():
        with suppress(MissingExtraError):
            if rr_tools.get_model(name).task == "explanation":
                names.append(name)
    return names


@pytest.fixture(scope="module", params=explaining())
def name(request):
    return request.param


@pytest.fixture(scope="module")
def artifact(name, said, quick, tmp_path_factory):
    return train(name, said, out=tmp_path_factory.mktemp("explainers") / name, config=quick(name))


@pytest.fixture(scope="module")
def explainer(artifact):
    return load_explainer(artifact)


def test_the_three_of_the_paper_are_registered():
    assert explaining() == ["attn2seq", "nrt", "peter"]


def test_card_is_complete(explainer, artifact, name, said):
    card = explainer.card
    assert (card.model, card.task, card.scorer, card.n_items) == (name, "explanation", "explanation", said.n_items)
    assert (card.item_map_checksum, card.dataset_checksum) == ("map", "data")
    assert card.flops_per_query > 0
    assert card.metrics["validation_log_likelihood"] < 0
    assert set(card.checksums) == {"start.onnx", "step.onnx", "vocabulary.json", "network.safetensors"}
    assert card.command.startswith(f"rr-tools train {name} ")


def test_it_learns_what_hangs_on_the_item(explainer, said):
    rows = np.flatnonzero(said.parts == 2)
    texts = explainer.explain(said.users[rows], said.items[rows], said.ratings[rows])
    right = [words_of(said.texts[row])[-2] in text for row, text in zip(rows, texts, strict=True)]
    assert np.mean(right) > 0.8
    assert all(text.startswith("a ") for text in texts)


def test_unknown_users_items_ratings_and_features_get_a_text(explainer, said):
    users, items = np.array([-1, 10**9, 0, 0]), np.array([0, -7, 10**12, 1])
    texts = explainer.explain(users, items, [np.nan, 99.0, -3.0, 4.0], ["unheard of", None, "", "card"])
    assert len(texts) == 4
    assert all(texts)
    assert explainer.explain(np.array(["someone"]), [0]) == explainer.explain([-1], [0])
    assert not any(special in text for text in texts for special in SPECIAL)


def test_an_empty_batch_gives_no_texts(explainer):
    assert explainer.explain([], []) == []


def test_lengths_must_agree(explainer):
    with pytest.raises(InvalidDataError, match="items has 1 entries for 2 users"):
        explainer.explain([0, 1], [0])


def test_a_text_does_not_hang_on_the_batch(explainer, said):
    together = explainer.explain(said.users, said.items, said.ratings)
    for row in (0, 17, 40):
        alone = explainer.explain(said.users[row : row + 1], said.items[row : row + 1], said.ratings[row : row + 1])
        assert alone == [together[row]]


def test_equal_seeds_give_equal_files(artifact, name, said, quick, tmp_path):
    again = train(name, said, out=tmp_path / "again", config=quick(name))
    assert read_artifact(again).files == read_artifact(artifact).files


def test_a_training_that_stopped_goes_on_to_the_same_files(artifact, name, said, quick, tmp_path):
    class Stopped(Exception):
        pass

    def stop_later(done, total, text):
        if done == 4:
            raise Stopped

    arguments = {"out": tmp_path / "tool", "config": quick(name), "checkpoint": tmp_path / "state"}
    with suppress(Stopped):
        train(name, said, progress=stop_later, **arguments)
    assert not (tmp_path / "tool").exists()
    steps = []
    train(name, said, progress=lambda done, *_: steps.append(done), **arguments)
    assert steps[0] == 5
    assert read_artifact(tmp_path / "tool").files == read_artifact(artifact).files
    assert not list((tmp_path / "state").rglob("*.ckpt"))


def test_a_catalogue_of_one_item_without_validation_and_ratings(name, make_said, quick, tmp_path):
    data = replace(make_said(4, 1), ratings=None, features=None)
    explainer = load_explainer(train(name, data, out=tmp_path / "one", config={**quick(name), "epochs": 2}))
    assert all(explainer.explain([0, -1], [0, 5], [3.0, np.nan]))
    assert "validation_log_likelihood" not in explainer.card.metrics


def test_an_altered_vocabulary_is_refused(artifact, tmp_path):
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in artifact.iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    (damaged / "vocabulary.json").write_text("{}")
    with pytest.raises(ArtifactError, match="altered"):
        load_explainer(damaged)


def test_serving_never_imports_torch(artifact):
    program = (
        "import sys\n"
        "from rr_tools.runtime import load_explainer\n"
        "assert load_explainer(sys.argv[1]).explain([0, -1], [1, 99], [4.0, 5.0])\n"
        "heavy = {'torch', 'lightning', 'recbole', 'scipy', 'pandas', 'rr_data'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(artifact)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_trains_on_texts_only(name, ring, tmp_path):
    with pytest.raises(InvalidDataError, match="trains on ExplanationData, not on TrainingData"):
        train(name, ring, out=tmp_path / "tool")


def test_it_is_no_tool_that_ranks(artifact):
    with pytest.raises(ArtifactError, match="load_explainer"):
        rr_tools.load_tool(artifact)
