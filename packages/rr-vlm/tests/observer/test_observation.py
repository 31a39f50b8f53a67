import numpy as np
import pytest

from rr_data import prepare
from rr_vlm import ArtifactError, InputError, Observation, observe


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("observed")
    rng = np.random.default_rng(0)
    lines = [" ".join(map(str, [user, *rng.permutation(30)[:8]])) for user in range(1, 41)]
    (folder / "raw.txt").write_text("\n".join(lines) + "\n")
    return prepare("s3rec", [folder / "raw.txt"], out=folder / "data")


def test_anyone_gets_items_and_users(data, tmp_path):
    seen = observe(data, width=16)
    assert seen.items.shape == (data.n_items, 16)
    assert seen.users.shape == (data.n_users, 16)
    assert seen.vision is None
    assert list(seen.user_ids) == data.users["user_id"].to_list()
    seen.save(tmp_path / "seen.npz")
    again = Observation.load(tmp_path / "seen.npz")
    assert list(again.item_ids) == list(seen.item_ids)
    np.testing.assert_array_equal(again.users, seen.users)
    assert [path.name for path in tmp_path.iterdir()] == ["seen.npz"]


def test_with_a_reasoner_it_is_what_the_reasoner_sees(data, reasoner):
    if data.n_items != reasoner.n_items:
        pytest.skip("the draw left an item out")
    seen = observe(data, reasoner=reasoner)
    np.testing.assert_array_equal(seen.items, reasoner.item_vectors)
    assert seen.users.shape == (data.n_users, 32)


def test_mistakes_are_named(data, reasoner, tmp_path):
    (tmp_path / "broken.npz").write_text("no")
    for file in ("missing.npz", "broken.npz"):
        with pytest.raises(ArtifactError, match="rr-vlm observe"):
            Observation.load(tmp_path / file)
    with pytest.raises(InputError, match="folder"):
        observe(data, width=8).save(tmp_path / "missing" / "seen.npz")
    grown = reasoner.with_items(["a"], [[]])
    with pytest.raises(InputError, match="31 items"):
        observe(data, reasoner=grown)
