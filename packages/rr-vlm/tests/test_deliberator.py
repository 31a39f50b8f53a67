import pytest
import torch
from transformers import CLIPVisionConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration

from rr_vlm import EmbeddedOptions
from rr_vlm.backbones import registry
from rr_vlm.backbones.embedded import embedded_config
from rr_vlm.deliberator import Deliberator, DeliberatorConfig
from rr_vlm.errors import InputError

OFFSET, N_ITEMS, IMAGE = 20, 10, 3
SIZES = {
    "n_items": N_ITEMS,
    "item_offset": OFFSET,
    "thought_offset": 5,
    "n_thoughts": 8,
    "n_slots": 4,
    "head_width": 8,
    "head_dropout": 0.0,
}


@pytest.fixture
def model():
    options = EmbeddedOptions(width=16, layers=2, heads=2, feed_forward=32, dropout=0.0, vision_width=6)
    config = embedded_config(options, vocabulary=OFFSET + N_ITEMS, image_token=IMAGE, pad_token=0)
    torch.manual_seed(0)
    return Deliberator(DeliberatorConfig(backbone="embedded", backbone_config=config.to_dict(), **SIZES)).eval()


def batch(ids, pictures):
    ids = torch.tensor(ids)
    nothing = torch.full(ids.shape, -1)
    history, thought, cited = nothing.clone(), nothing.clone(), nothing.clone()
    history[:, 1], thought[:, 5], cited[:, 6] = ids[:, 2] - OFFSET, 2, ids[:, 4] - OFFSET
    return {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "pixel_values": pictures,
        "history_targets": history,
        "thought_targets": thought,
        "evidence_targets": cited,
        "evidence_positions": torch.tensor([[4], [4]]),
        "evidence_slots": torch.tensor([[1], [-1]]),
        "answer": torch.tensor([1, 2]),
    }


IDS = [[1, 2, 22, 3, 25, 6, 7, 8], [1, 2, 23, 3, 26, 6, 7, 8]]


def test_losses_are_finite_and_reach_every_part(model):
    output = model(**batch(IDS, torch.randn(2, 1, 6)))
    sum(output.values()).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert torch.isfinite(weight.grad).all(), name


def test_the_item_softmax_is_tied_to_the_item_embeddings(model):
    states = torch.randn(3, 16)
    rows = model.backbone.get_input_embeddings().weight[OFFSET : OFFSET + N_ITEMS]
    assert torch.allclose(model.item_logits(states), states @ rows.T)
    vectors = torch.nn.functional.normalize(torch.randn(N_ITEMS, 16))
    model.start_items(vectors)
    assert torch.allclose(torch.nn.functional.cosine_similarity(rows, vectors), torch.ones(N_ITEMS))


def test_a_thought_token_starts_from_the_mean_of_its_words(model):
    rows = model.backbone.get_input_embeddings().weight
    before = rows.detach().clone()
    model.start_thoughts([[1, 2], [], *[[4]] * 6])
    assert torch.allclose(rows[5], before[[1, 2]].mean(dim=0))
    assert torch.equal(rows[6], before[6])
    assert torch.equal(rows[13:], before[13:])


def test_the_history_loss_sees_nothing_that_comes_later(model):
    """Evidence, pictures and thought after a position do not change what is predicted there."""
    pictures = torch.randn(2, 1, 6)
    other = [[*row[:3], 3, 29, 9, 9, 9] for row in IDS]
    first, second = (model(**batch(ids, shown)).history for ids, shown in ((IDS, pictures), (other, -pictures)))
    assert torch.allclose(first, second)


def test_padding_on_the_left_changes_nothing(model):
    pictures = torch.randn(2, 1, 6)
    states, _ = model.encode(torch.tensor(IDS), torch.ones(2, 8, dtype=torch.long), pictures)
    padded = torch.cat([torch.zeros(2, 5, dtype=torch.long), torch.tensor(IDS)], dim=1)
    mask = torch.cat([torch.zeros(2, 5, dtype=torch.long), torch.ones(2, 8, dtype=torch.long)], dim=1)
    shifted, _ = model.encode(padded, mask, pictures)
    assert torch.allclose(states, shifted[:, 5:], atol=1e-5)


def test_saved_and_loaded_it_is_the_same(model, tmp_path):
    model.save_pretrained(tmp_path)
    again = Deliberator.from_pretrained(tmp_path)
    inputs = batch(IDS, torch.randn(2, 1, 6))
    for name, loss in model(**inputs).items():
        assert torch.allclose(loss, again(**inputs)[name]), name
    assert again.backbone.lm_head.weight is again.backbone.get_input_embeddings().weight


def test_unknown_backbones_are_refused_with_the_nearest_name():
    with pytest.raises(InputError, match="embedded"):
        registry.build_backbone("embeded", {})


def test_the_llava_class_with_a_real_vision_tower_takes_the_same_path(monkeypatch):
    """LLaVA-1.5's own class from a tiny configuration: pixels in, four visual tokens a picture."""
    text = LlamaConfig(
        vocab_size=30, hidden_size=16, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, pad_token_id=0
    )
    tower = CLIPVisionConfig(
        hidden_size=8, intermediate_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=8, patch_size=4
    )
    config = LlavaConfig(text_config=text, vision_config=tower, image_token_index=IMAGE, tie_word_embeddings=True)
    builders = {"llava": lambda settings: LlavaForConditionalGeneration(LlavaConfig.from_dict(settings))}
    monkeypatch.setattr(registry, "BACKBONES", builders)
    model = Deliberator(DeliberatorConfig(backbone="llava", backbone_config=config.to_dict(), **SIZES))
    ids = [[*row[:3], 3, 3, 3, 3, 25, 6, 7, 8] for row in IDS]
    inputs = batch(ids, torch.randn(2, 3, 8, 8))
    inputs["evidence_positions"] = torch.tensor([[7], [7]])
    output = model(**inputs)
    sum(output.values()).backward()
    assert model.backbone.model.vision_tower.embeddings.patch_embedding.weight.grad is not None
    assert torch.isfinite(output.answer)
