from __future__ import annotations

import subprocess
import sys

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("recbole")

from rr_tools.recbole.config import BprConfig  # noqa: E402
from rr_tools.recbole.models import build_bpr, build_lightsans, build_nextitnet, build_s3rec, build_sasrec  # noqa: E402
from rr_tools.recbole.sequential_config import (  # noqa: E402
    LightSansConfig,
    NextItNetConfig,
    S3RecConfig,
    SasRecConfig,
)


def test_sizes_follow_the_configuration():
    sasrec = build_sasrec(SasRecConfig(hidden_size=16, n_layers=3, max_length=6), n_items=9)
    assert sasrec.item_embedding.weight.shape == (10, 16)
    assert len(sasrec.trm_encoder.layer) == 3
    bpr = build_bpr(BprConfig(embedding_size=4), n_users=5, n_items=9)
    assert (bpr.user_embedding.weight.shape, bpr.item_embedding.weight.shape) == ((5, 4), (9, 4))
    lightsans = build_lightsans(LightSansConfig(hidden_size=16, interests=3), n_items=9)
    assert lightsans.trm_encoder.layer[0].multi_head_attention.attpooling_key.theta.shape == (16, 3)
    nextitnet = build_nextitnet(NextItNetConfig(hidden_size=16, blocks=3), n_items=9)
    assert [block.dilation for block in nextitnet.residual_blocks] == [1, 4] * 3


def test_s3rec_has_a_mask_token_and_as_many_attributes_as_there_are():
    model = build_s3rec(S3RecConfig(hidden_size=16, segment_weight=0.25), n_items=9, n_attributes=5)
    assert (model.mask_token, model.item_embedding.weight.shape) == (10, (11, 16))
    assert model.feature_embedding.weight.shape == (5, 16)
    assert (model.aap_weight, model.map_weight, model.sp_weight) == (0.2, 1.0, 0.25)


def test_s3rec_without_attributes_learns_nothing_from_them():
    model = build_s3rec(S3RecConfig(hidden_size=16), n_items=9, n_attributes=0)
    assert (model.n_features, model.aap_weight, model.map_weight) == (1, 0.0, 0.0)


def test_importing_recbole_leaves_the_process_as_it_was():
    program = (
        "import sys, warnings, logging, torch\n"
        "import numpy as np\n"
        "sys.argv = ['anything', '--epochs=1']\n"
        "before = (torch.is_anomaly_enabled(), torch.get_default_dtype(), logging.root.level, np.geterr())\n"
        "from rr_tools.recbole.sequential_config import SasRecConfig\n"
        "from rr_tools.recbole.models import build_sasrec\n"
        "build_sasrec(SasRecConfig(), 3)\n"
        "after = (torch.is_anomaly_enabled(), torch.get_default_dtype(), logging.root.level, np.geterr())\n"
        "sys.exit(0 if before == after and 'ray' not in sys.modules else f'{before} {after}')\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
