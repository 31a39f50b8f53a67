import pytest

from rr_vlm.tokens.thought_tokens import ThoughtTokens
from rr_vlm.tokens.tokenizer import build_tokenizer


@pytest.fixture(scope="module")
def built():
    return build_tokenizer(
        ["Given that user_12 has purchased many items, mostly Drama: next?"],
        thought=ThoughtTokens.of(["item-knn", "bpr"]),
        n_items=12,
    )


def test_every_thought_and_item_is_one_token(built):
    tokenizer, items = built
    thought = ThoughtTokens.of(["item-knn", "bpr"])
    for name in (*thought.names, *items.names()):
        assert tokenizer.tokenize(name) == [name]
    ids = tokenizer.convert_tokens_to_ids(list(items.names()))
    assert ids == list(range(items.offset, items.offset + 12))
    start = tokenizer.convert_tokens_to_ids(thought.names[0])
    assert tokenizer.convert_tokens_to_ids(list(thought.names)) == list(range(start, start + len(thought.names)))


def test_commas_between_items_cost_nothing_others_stay(built):
    tokenizer, _ = built
    text = "many items, mostly: <item_1>, <item_2><image>, <item_11>, many"
    words = ["many", "items", ",", "mostly", ":", "<item_1>", "<item_2>", "<image>", "<item_11>", ",", "many"]
    assert tokenizer.tokenize(text) == words


def test_digits_are_split_and_unknown_words_are_unknown(built):
    tokenizer, _ = built
    assert tokenizer.tokenize("user_120 zebra é <item_99>") == ["user", "_", "1", "2", "0", "<unk>", "<unk>", "<unk>"]


def test_the_chat_is_the_papers_format(built):
    tokenizer, _ = built
    content = [{"type": "text", "text": "Next?"}, {"type": "image", "text": None}]
    text = tokenizer.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=False, add_generation_prompt=True
    )
    assert text == "User: Next?<image><stop>Assistant: "


def test_it_survives_saving(built, tmp_path):
    tokenizer, _ = built
    tokenizer.save_pretrained(tmp_path)
    again = type(tokenizer).from_pretrained(tmp_path)
    text = "Given <item_3>, <item_4> 12?"
    assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    assert again.chat_template == tokenizer.chat_template
