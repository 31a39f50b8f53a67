"""What every registered model that explains must do, found by discovery: train, save, load, resume, serve."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("lightning")

import torch
from safetensors.torch import load

import rr_tools
from rr_tools import ArtifactError, InvalidDataError, MissingExtraError, get_model, load_explainer, train
from rr_tools.artifact import TENSORS_FILE, read_artifact
from rr_tools.configuration import parse_config
from rr_tools.explanation.batches import ExplanationRows
from rr_tools.runtime.decoder_session import DecoderSession
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


def trained_network(artifact):
    """The torch network of an artifact, made again from its tensors."""
    read = read_artifact(artifact)
    model = get_model(read.card.model)
    network = model.fit.build(load_explainer(artifact).inputs, parse_config(model.config_type, dict(read.card.config)))
    network.load_state_dict(load(read.file(TENSORS_FILE)))
    return network.eval()


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
    rows = said.rows("test")
    texts = explainer.explain(*said.pairs(rows))
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


def test_a_training_that_stopped_goes_on_to_the_same_files(artifact, name, said, quick, tmp_path):
    """And so does one that did not, with the same seed."""

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


def test_unknown_ratings_and_features_are_allowed(name, said, quick, tmp_path):
    ratings = np.where(said.users < 20, np.nan, said.ratings)
    data = replace(said, ratings=ratings, features=[None, *said.features[1:]])
    explainer = load_explainer(train(name, data, out=tmp_path / "tool", config={**quick(name), "epochs": 2}))
    assert np.isfinite(explainer.card.metrics["validation_log_likelihood"])
    assert all(explainer.explain([0, 1], [0, 1], [np.nan, 4.0], [None, "card"]))


def test_an_altered_file_is_refused(artifact, tmp_path):
    copy = shutil.copytree(artifact, tmp_path / "copy")
    for file in read_artifact(artifact).card.checksums:
        content = (copy / file).read_bytes()
        (copy / file).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(ArtifactError, match=f"{file} was altered"):
            load_explainer(copy)
        (copy / file).write_bytes(content)
    assert load_explainer(copy)


def test_another_item_map_is_refused(artifact):
    assert load_explainer(artifact, item_map_checksum="map")
    with pytest.raises(ArtifactError, match=r"another item map \(map instead of other\)"):
        load_explainer(artifact, item_map_checksum="other")


def test_the_served_network_is_the_trained_one(explainer, artifact, name, said):
    network = trained_network(artifact)
    context = explainer.inputs.context(*said.pairs(said.rows("test")))
    words = ExplanationRows.of(said, "test", explainer.inputs).words[:, :-1]
    with torch.no_grad():
        expected = network(torch.from_numpy(context), torch.from_numpy(words)).words.numpy()
    decoder = DecoderSession(*(read_artifact(artifact).file(file) for file in ("start.onnx", "step.onnx")))
    state, _ = decoder.begin(context)
    for place in range(words.shape[1]):
        logits, state = decoder.step(words[:, place], state)
        np.testing.assert_allclose(logits, expected[:, place], rtol=0, atol=1e-4)


def test_the_served_texts_are_those_of_the_trained_network(explainer, artifact, said, torch_texts):
    pairs = said.pairs(said.rows("test"))
    texts = explainer.explain(*pairs)
    assert texts == torch_texts(trained_network(artifact), explainer.inputs, explainer.inputs.context(*pairs))
    assert len(set(texts)) > 1


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
