import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from rr_vlm import ArtifactError, Catalogue, EmbeddedOptions, InputError, VlmReasoner, read_history, train

SHORT = {"max_steps": 12, "per_device_train_batch_size": 8, "save_steps": 6, "logging_steps": 1, "seed": 1}


class StopHere(Exception):
    pass


def arguments(catalogue, backbone, **changes):
    tools = ("next-item", "noise")
    return {"catalogue": catalogue, "tools": tools, "backbone": backbone, "options": SHORT, **changes}


def test_an_interrupted_run_resumes_to_the_same_weights(rows, catalogue, tmp_path):
    backbone = EmbeddedOptions(width=32, layers=1, heads=2, feed_forward=32, dropout=0.1, vision_width=12)
    whole = train(rows, out=tmp_path / "whole", **arguments(catalogue, backbone))

    def stop(done, total):
        if done == 9:
            raise StopHere

    with pytest.raises(StopHere):
        train(rows, out=tmp_path / "cut", progress=stop, **arguments(catalogue, backbone))
    assert not (tmp_path / "cut").exists()
    seen = []
    resumed = train(
        rows,
        out=tmp_path / "cut",
        resume=True,
        progress=lambda done, _: seen.append(done),
        **arguments(catalogue, backbone),
    )
    assert seen == list(range(7, 13))
    first, second = (load_file(path / "model.safetensors") for path in (whole, resumed))
    for name, value in first.items():
        np.testing.assert_allclose(value, second[name], atol=1e-6, err_msg=name)
    curves = [read_history(path / "training.jsonl") for path in (whole, resumed)]
    assert [line["step"] for line in curves[1]] == list(range(1, 13))
    assert [line["loss"] for line in curves[0]] == pytest.approx([line["loss"] for line in curves[1]], abs=1e-4)
    assert not (tmp_path / "cut.training").exists()


def test_resuming_with_other_options_is_refused(rows, catalogue, backbone, tmp_path):
    work = tmp_path / "vlm.training"
    work.mkdir()
    (work / "run.json").write_text(json.dumps({"fingerprint": "of another run"}))
    with pytest.raises(ArtifactError, match="other rows or options"):
        train(rows, out=tmp_path / "vlm", resume=True, **arguments(catalogue, backbone))


def test_the_curve_falls_and_names_the_phases(tuned):
    curve = read_history(tuned / "training.jsonl")
    assert curve[-1]["loss"] < 0.5 * curve[0]["loss"]
    assert curve[0]["phase"] == "warm-up"
    assert curve[-1]["phase"] == "cold-start"
    assert curve[-1]["learning_rate"] < 1e-4
    assert not tuned.with_name("vlm.training").exists()


def test_text_alone_is_enough(rows, catalogue, backbone, tmp_path):
    bare = Catalogue(titles=catalogue.titles, categories=catalogue.categories)
    quick = {**SHORT, "max_steps": 2}
    out = train(rows, out=tmp_path / "vlm", **arguments(bare, backbone, options=quick))
    assert VlmReasoner.load(out).n_items == 30


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prompt": []}, "rows"),
        ({"completion": [{"role": "assistant", "content": [{"type": "text", "text": "<answer>"}]}]}, "completion"),
    ],
)
def test_rows_that_teach_nothing_are_refused(rows, catalogue, backbone, tmp_path, change, message):
    broken = [{k: v for k, v in {**rows[0], **change}.items() if v != []}]
    with pytest.raises(InputError, match=message):
        train(broken, out=tmp_path / "vlm", **arguments(catalogue, backbone))
    shutil.rmtree(tmp_path / "vlm.training", ignore_errors=True)


def test_a_thought_may_not_cite_what_the_prompt_does_not_show(rows, catalogue, backbone, tmp_path):
    alone = next(row for row in rows if " Tools: " not in row["prompt"][0]["content"][-1]["text"])
    text = alone["completion"][0]["content"][0]["text"].replace("<evidence>", "<evidence><item_3>")
    row = {**alone, "completion": [{"role": "assistant", "content": [{"type": "text", "text": text}]}]}
    with pytest.raises(InputError, match="cited item"):
        train([row], out=tmp_path / "vlm", **arguments(catalogue, backbone))


def test_a_folder_of_other_things_is_left_alone(rows, catalogue, backbone, tmp_path):
    (tmp_path / "vlm").mkdir()
    with pytest.raises(ArtifactError, match="not a reasoner"):
        train(rows, out=tmp_path / "vlm", **arguments(catalogue, backbone))
