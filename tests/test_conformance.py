"""rr-planner's conformance kit, run against every tool and reasoner that there is, found automatically."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import rr_tools
from rr_planner.testing import check_tool

N_ITEMS, N_USERS = 40, 120
FEW_STEPS = {"epochs": 2, "max_epochs": 2}


@pytest.fixture(scope="session")
def sequences() -> rr_tools.TrainingData:
    """Users who walk around a ring of items, so that there is something to learn; each has a validation item."""
    generator = np.random.default_rng(0)
    lengths = generator.integers(3, 12, size=N_USERS)
    starts = generator.integers(0, N_ITEMS, size=N_USERS)
    walks = [(start + np.arange(length)) % N_ITEMS for start, length in zip(starts, lengths, strict=True)]
    return rr_tools.TrainingData(
        items=np.concatenate(walks),
        offsets=np.concatenate([[0], np.cumsum(lengths)]),
        n_items=N_ITEMS,
        validation=(starts + lengths) % N_ITEMS,
    )


@pytest.mark.parametrize("name", rr_tools.available())
def test_every_tool_of_the_zoo_conforms(name: str, sequences: rr_tools.TrainingData, tmp_path: Path) -> None:
    options = {field.name for field in fields(rr_tools.get_model(name).config_type)}
    config = {key: value for key, value in FEW_STEPS.items() if key in options}
    folder = rr_tools.train(name, sequences, out=tmp_path / name, config=config, seed=0)
    check_tool(rr_tools.load_tool(folder), n_items=N_ITEMS)
