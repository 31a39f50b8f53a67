import numpy as np
import pytest
from PIL import Image

from rr_vlm import BackboneVision, Catalogue, InputError, PretrainedOptions, PromptOptions, VlmReasoner, train
from rr_vlm import vision_features as encode


@pytest.fixture
def files(tmp_path):
    for code in range(30):
        pixels = np.random.default_rng(code).integers(0, 255, size=(8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{code}.png")
    return [tmp_path / f"{code}.png" for code in range(30)]


def test_features_of_the_backbones_own_tower_are_cached_and_tuned_on(rows, catalogue, llava, files, queries, tmp_path):
    options = PretrainedOptions(name=str(llava), lora_rank=2)
    vision = BackboneVision(options)
    features = encode([*files[:-1], None], encoder=vision, cache=tmp_path / "cache")
    assert features.shape == (30, 1, 16)
    assert not features[-1].any()
    whole = vision.encode_files(files[:2], tokens=4)
    assert whole.shape == (2, 4, 16)
    np.testing.assert_allclose(whole.mean(axis=1, keepdims=True), features[:2], atol=1e-2)
    pictures = Catalogue(titles=catalogue.titles, categories=catalogue.categories, pictures=features)
    out = train(
        rows, catalogue=pictures, out=tmp_path / "vlm", tools=("next-item", "noise"), backbone=options,
        prompt=PromptOptions(history_length=6, pictures=1, answers_shown=4),
        options={"max_steps": 2, "per_device_train_batch_size": 4},
    )  # fmt: skip
    reasoner = VlmReasoner.load(out)
    assert reasoner.deliberate(queries, 3).items.shape == (40, 3)
    some = type(queries)(**{name: value[:2] for name, value in vars(queries).items() if value is not None})
    texts = reasoner.explain(some, [0, 1], [3, 4], max_words=3)
    assert len(texts) == 2


def test_smol_has_no_tower_of_its_own():
    with pytest.raises(InputError, match="EfficientNet"):
        BackboneVision(PretrainedOptions(name="smol"))
