import numpy as np
import pytest

from rr_planner import CalibrationError, InvalidPolicyError
from rr_planner.calibration.table import read_outcomes

CSV = """evidence_horizon,tool_confidence.a,tool_gain.a,tool_gain.b,tool_confidence.b,\
reasoner_confidence,reasoner_gain,both_gain,note
0.1,0.5,1,0,,0.4,0,1,x
0.9,0.2,0,1,0.3,0.6,1,0,y
"""


def arrays():
    return {
        "evidence_horizon": np.array([0.1, 0.9]),
        "tool_confidence": np.zeros((1, 2)),
        "tool_gain": np.ones((1, 2), dtype=bool),
        "reasoner_confidence": np.zeros(2),
        "reasoner_gain": np.zeros(2),
        "both_gain": np.zeros(2),
    }


def test_csv(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(CSV)
    table = read_outcomes(path)
    assert table["tool_names"] == ("a", "b")
    assert table["tool_gain"].tolist() == [[1, 0], [0, 1]]
    assert np.isnan(table["tool_confidence"][1, 0])
    assert table["tool_confidence"][1, 1] == 0.3
    assert table["both_gain"].tolist() == [1, 0]


def test_archive(tmp_path):
    path = tmp_path / "o.npz"
    np.savez(path, **arrays(), tool_names=["a"])
    table = read_outcomes(path)
    assert table["tool_names"] == ("a",)
    assert table["tool_gain"].tolist() == [[True, True]]


def test_what_may_be_there_besides(tmp_path):
    path = tmp_path / "o.npz"
    np.savez(path, **arrays(), **{"agreement": [0.1, np.nan], "users": [7, 7], "features.age": [3, 4]})
    table = read_outcomes(path)
    assert table["features"]["age"].tolist() == [3, 4]
    assert table["users"].tolist() == [7, 7]
    assert table["agreement"][0] == 0.1
    path = tmp_path / "o.csv"
    header, first, second = CSV.splitlines()
    path.write_text(f"{header},agreement,features.age,users\n{first},0.1,3,ann\n{second},,4\n")
    table = read_outcomes(path)
    assert table["features"]["age"].tolist() == [3, 4]
    assert table["users"].tolist() == ["ann", ""]
    assert table["agreement"][0] == 0.1
    assert np.isnan(table["agreement"][1])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no column evidence_horizon"),
        (CSV.replace("both_gain", "bth_gain"), "no column both_gain"),
        (CSV.replace("tool_gain.", "gain."), r"no column tool_confidence\.NAME"),
        (CSV.replace("0.9,", "high,"), "line 3, evidence_horizon: received 'high'"),
        (CSV.replace("0.6,1,0,y", ",1,0,y"), "line 3, reasoner_confidence: received ''"),
        (CSV + "0.5", "line 4"),
    ],
)
def test_bad_csv(tmp_path, text, words):
    path = tmp_path / "o.csv"
    path.write_text(text)
    with pytest.raises(CalibrationError, match=words):
        read_outcomes(path)


def test_bad_archives(tmp_path):
    path = tmp_path / "o.npz"
    path.write_text("no archive")
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_outcomes(path)
    np.savez(path, **{name: values for name, values in arrays().items() if name != "tool_gain"})
    with pytest.raises(CalibrationError, match="no array tool_gain"):
        read_outcomes(path)
    np.savez(path, **arrays(), tool_nmes=["a"])
    with pytest.raises(InvalidPolicyError, match=r"tool_names .did you mean"):
        read_outcomes(path)
    np.savez(path, **(arrays() | {"tool_gain": np.array([{}], dtype=object)}))
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_outcomes(path)
    with pytest.raises(CalibrationError, match=r"\.npz or \.csv"):
        read_outcomes(tmp_path / "o.parquet")
    with pytest.raises(CalibrationError, match="cannot be read"):
        read_outcomes(tmp_path / "missing.csv")
