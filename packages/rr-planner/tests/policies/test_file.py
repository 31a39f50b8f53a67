import json

import pytest

from rr_planner import Bands, InvalidPolicyError, load_policy, save_policy


def test_round_trip(tmp_path):
    policy = Bands(low_horizon=0.25, reasoner_confidence=(0.1, 0.2, 0.3))
    path = tmp_path / "policy.json"
    save_policy(policy, path, calibration={"n": 900})
    assert load_policy(path) == policy
    assert json.loads(path.read_text())["calibration"] == {"n": 900}
    assert [file.name for file in tmp_path.iterdir()] == ["policy.json"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"settigns": {}}, "settings"),
        ({"schema_version": 2}, "schema_version: received 2; expected 1"),
        ({"kind": "x"}, "kind"),
        ({"policy": "bends"}, "policy: received 'bends'"),
        ({"settings": [1]}, "settings"),
        ({"settings": {"low_horizon": 0.9, "high_horizon": 0.1}}, "overlap"),
        ({"settings": {"low_horizon": 0.1}}, "remove the keys hash"),
    ],
)
def test_bad_files_are_named(tmp_path, change, words):
    path = tmp_path / "policy.json"
    save_policy(Bands(), path)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(InvalidPolicyError, match=words) as caught:
        load_policy(path)
    assert str(caught.value).startswith(str(path))


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
def test_no_policy_at_all(tmp_path, text):
    path = tmp_path / "policy.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(InvalidPolicyError, match=r"policy\.json"):
        load_policy(path)
    with pytest.raises(InvalidPolicyError, match="missing"):
        load_policy(tmp_path / "missing.json")


def test_hand_written_file_needs_no_hash(tmp_path):
    path = tmp_path / "policy.json"
    settings = {"low_horizon": 0.2}
    path.write_text(
        json.dumps({"kind": "rr-planner-policy", "schema_version": 1, "policy": "bands", "settings": settings})
    )
    assert load_policy(path) == Bands(low_horizon=0.2)
