import pytest

from rr_vlm.errors import InputError
from rr_vlm.tokens.item_tokens import ItemTokens


def test_a_catalogue_has_items():
    with pytest.raises(InputError, match="1 item"):
        ItemTokens(offset=3, n_items=0)
