import numpy as np
import pytest

from rr_vlm import Curriculum, CurriculumSampler, InputError

LEVELS = np.repeat([0, 1, 2], [500, 300, 200])


def stream(**changes):
    settings = {"batch_size": 32, "max_steps": 200, "seed": 0, **changes}
    sampler = CurriculumSampler(LEVELS, **settings)
    rows = np.array(list(sampler))
    assert len(rows) == len(sampler)
    return rows.reshape(settings["max_steps"], settings["batch_size"])


def test_each_phase_draws_its_shares():
    levels = LEVELS[stream(max_steps=400)]
    curriculum = Curriculum()
    for first, last in ((0, 60), (300, 380), (380, 400)):
        expected = np.mean([curriculum.mixture(step, 400) for step in range(first, last)], axis=0)
        found = [(levels[first:last] == level).mean() for level in range(3)]
        assert np.allclose(found, expected, atol=0.05)


def test_the_stream_depends_on_the_seed_alone():
    assert np.array_equal(stream(), stream())
    assert not np.array_equal(stream(), stream(seed=1))
    assert not np.array_equal(stream()[0], stream()[1])


def test_every_row_is_used_before_one_comes_again():
    rows = stream(curriculum=Curriculum(uniform=True), batch_size=25, max_steps=80).ravel()
    assert sorted(rows[:1000]) == sorted(rows[1000:]) == list(range(1000))


def test_batches_hold_rows_of_like_length():
    lengths = np.random.default_rng(0).integers(10, 200, size=1000)
    padding = {
        name: np.mean([lengths[batch].max() - lengths[batch].mean() for batch in stream(lengths=given)])
        for name, given in (("sorted", lengths), ("plain", None))
    }
    assert padding["sorted"] < 0.35 * padding["plain"]
    assert np.array_equal(np.sort(stream(lengths=lengths)[:8].ravel()), np.sort(stream()[:8].ravel()))


def test_shares_of_absent_levels_go_to_the_others():
    sampler = CurriculumSampler([1, 1, 2], batch_size=8, max_steps=50, seed=0)
    assert set(sampler) == {0, 1, 2}


@pytest.mark.parametrize("levels", [[], [3], [[0]]])
def test_levels_must_be_levels(levels):
    with pytest.raises(InputError, match="levels"):
        CurriculumSampler(levels, batch_size=1, max_steps=1, seed=0)
