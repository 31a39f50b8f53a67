from __future__ import annotations

import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.config import BprConfig, SasRecConfig  # noqa: E402
from rr_tools.recbole.models import build_bpr, build_sasrec, causal_mask, encode_positions  # noqa: E402


def test_states_at_every_position_end_in_what_recbole_returns():
    model = build_sasrec(SasRecConfig(hidden_size=16, max_length=6), n_items=9).eval()
    rows = torch.tensor([[1, 2, 3, 4, 5, 6], [7, 8, 0, 0, 0, 0], [9, 0, 0, 0, 0, 0]])
    lengths = (rows > 0).sum(dim=1)
    states = encode_positions(model, rows, causal_mask(6))
    torch.testing.assert_close(states[torch.arange(3), lengths - 1], model(rows, lengths))


def test_a_state_hangs_on_the_items_before_it_only():
    model = build_sasrec(SasRecConfig(hidden_size=16, max_length=6), n_items=9).eval()
    rows = torch.tensor([[1, 2, 3, 4, 5, 6]])
    whole, start = (encode_positions(model, rows[:, :length], causal_mask(length)) for length in (6, 3))
    torch.testing.assert_close(whole[:, :3], start)


def test_sizes_follow_the_configuration():
    sasrec = build_sasrec(SasRecConfig(hidden_size=16, n_layers=3, max_length=6), n_items=9)
    assert sasrec.item_embedding.weight.shape == (10, 16)
    assert len(sasrec.trm_encoder.layer) == 3
    bpr = build_bpr(BprConfig(embedding_size=4), n_users=5, n_items=9)
    assert (bpr.user_embedding.weight.shape, bpr.item_embedding.weight.shape) == ((5, 4), (9, 4))


def test_importing_recbole_leaves_the_process_as_it_was():
    program = (
        "import sys, warnings, logging, torch\n"
        "import numpy as np\n"
        "sys.argv = ['anything', '--epochs=1']\n"
        "before = (torch.is_anomaly_enabled(), torch.get_default_dtype(), logging.root.level, np.geterr())\n"
        "from rr_tools.recbole.config import SasRecConfig\n"
        "from rr_tools.recbole.models import build_sasrec\n"
        "build_sasrec(SasRecConfig(), 3)\n"
        "after = (torch.is_anomaly_enabled(), torch.get_default_dtype(), logging.root.level, np.geterr())\n"
        "sys.exit(0 if before == after and 'ray' not in sys.modules else f'{before} {after}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
