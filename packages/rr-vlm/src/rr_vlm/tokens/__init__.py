"""Item tokens, thought tokens and the tokenizer that holds them."""
