import json
import subprocess
import sys

import numpy as np
import pytest

from rr_planner import Bands, Ledger, Planner, load_policy, save_policy
from rr_planner.cli import main


@pytest.fixture
def policy_file(tmp_path):
    path = tmp_path / "policy.json"
    save_policy(Bands(reasoner_confidence=(0.0, 0.2, 0.4)), path)
    return path


@pytest.fixture
def queries_file(tmp_path):
    def write(*lines):
        path = tmp_path / "queries.jsonl"
        path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
        return path

    return write


def route(policy, queries, *flags):
    return main(["route", "--policy", str(policy), "--input", str(queries), *flags])


def test_route(policy_file, queries_file, capsys):
    tools = {"a": 0.6, "b": 0.7}
    path = queries_file(
        {"evidence_horizon": 0.1, "tool_confidence": tools},
        {"query_id": "x", "evidence_horizon": 0.9, "tool_confidence": tools, "reasoner_confidence": 0.3},
        {"evidence_horizon": 0.9},
        {"evidence_horizon": 0.5, "reasoner_confidence": 0.3},
    )
    assert route(policy_file, path, "--json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["route"] for one in found] == ["tools", "both", "pending", "reasoner"]
    assert [one["query_id"] for one in found] == [1, "x", 3, 4]
    assert found[0]["tools"] == ["b"]
    assert found[1]["tools"] == ["a", "b"]
    assert "below 0.40" in found[1]["reason"]
    assert "decides next" in found[2]["reason"]
    assert {one["policy_hash"] for one in found} == {load_policy(policy_file).hash}
    assert route(policy_file, path) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith("1\ttools\tlow risk: ")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{\n", "line 1: received no JSON"),
        ("[1]\n", "expected one JSON object"),
        ({"evidence_horizn": 0.5}, "evidence_horizon (did you mean that?)"),
        ({}, "evidence_horizon: received None"),
        ({"evidence_horizon": 2}, "expected a number in [0, 1]"),
        ({"evidence_horizon": 0.5, "tool_confidence": {"a": "x"}}, "tool_confidence.a: received 'x'"),
        ({"evidence_horizon": 0.5, "tool_confidence": [0.5]}, "an object of confidences"),
        ({"evidence_horizon": 0.5, "features": {"age": "x"}}, "features: received {'age': 'x'}"),
        ({"evidence_horizon": 0.5, "features": [1]}, "an object of numbers by name"),
        ({"evidence_horizon": 0.5, "query_id": 1.5}, "query_id"),
        ('{"evidence_horizon": NaN}\n', "evidence_horizon: received nan"),
    ],
)
def test_bad_lines_are_one_line_and_exit_2(policy_file, queries_file, capsys, line, words):
    assert route(policy_file, queries_file(line)) == 2
    complaint = capsys.readouterr().err
    assert words in complaint
    assert complaint.count("\n") == 1
    assert complaint.startswith("rr-planner route: ")


def test_missing_and_broken_files(policy_file, queries_file, tmp_path, capsys):
    assert route(policy_file, tmp_path / "no.jsonl") == 2
    assert route(tmp_path / "no.json", queries_file()) == 2
    policy_file.write_text("{")
    assert route(policy_file, queries_file()) == 2
    assert capsys.readouterr().err.count("\n") == 3


def test_explain(toy_tool, toy_reasoner, make_queries, tmp_path, capsys):
    path = tmp_path / "ledger.jsonl"
    run = Planner(tools=[toy_tool("a")], reasoner=toy_reasoner(), policy=Bands(), ledger=Ledger(path))
    run.answer(make_queries([0.1, 0.9]), 3)
    assert main(["explain", str(path)]) == 0
    assert capsys.readouterr().out.count("was answered by") == 2
    assert main(["explain", str(path), "--query", "q1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"]["query_id"] == "q1"
    policy = tmp_path / "policy.json"
    save_policy(Bands(), policy)
    assert main(["explain", str(path), "--policy", str(policy)]) == 0
    assert capsys.readouterr().out.count(f"  Decided again by bands {Bands().hash}: exactly the same.") == 2
    save_policy(Bands(low_horizon=0.0), policy)
    assert main(["explain", str(path), "--policy", str(policy), "--query", "q0"]) == 0
    assert ": both, high risk: evidence horizon 0.10 lies between" in capsys.readouterr().out
    assert main(["explain", str(path), "--policy", str(policy), "--query", "q0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decided_again"]["route"] == "both"
    assert main(["explain", str(path), "--query", "zz"]) == 2
    assert "--query zz: no such query" in capsys.readouterr().err
    assert main(["explain", str(tmp_path / "none")]) == 2


@pytest.fixture
def outcomes_file(tmp_path):
    generator = np.random.default_rng(0)
    horizon, own = generator.random(200), generator.random(200)
    path = tmp_path / "outcomes.npz"
    np.savez(
        path,
        evidence_horizon=horizon,
        tool_confidence=1 - horizon[None],
        tool_gain=generator.random((1, 200)) < 1 - horizon,
        reasoner_confidence=own,
        reasoner_gain=generator.random(200) < own,
        both_gain=generator.random(200) < 0.5,
    )
    return path


def test_calibrate(outcomes_file, tmp_path, capsys):
    out = tmp_path / "policy.json"
    assert main(["calibrate", str(outcomes_file), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["policy"], told["hash"]) == ("bands", load_policy(out).hash)
    assert told["data"]["queries"] == told["expected"]["n"] == 200
    assert json.loads(out.read_text())["calibration"]["gain"] == told["gain"]
    assert main(["calibrate", str(outcomes_file), "--out", str(out), "--budget", "0.7", "--cost-tools", "0.1"]) == 0
    words = capsys.readouterr().out
    assert f"policy {load_policy(out).hash}" in words
    assert "instead of: tools" in words
    assert json.loads(out.read_text())["calibration"]["cost"] <= 0.7


def test_calibrate_leaves_nothing_half_written(outcomes_file, tmp_path, capsys):
    out = tmp_path / "policy.json"
    assert main(["calibrate", str(outcomes_file), "--out", str(out), "--budget", "0", "--cost-tools", "1"]) == 2
    assert main(["calibrate", str(tmp_path / "no.csv"), "--out", str(out)]) == 2
    assert main(["calibrate", str(outcomes_file), "--out", str(tmp_path / "no" / "policy.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 3
    assert [file.name for file in tmp_path.iterdir()] == ["outcomes.npz"]


def test_a_wrong_option_is_argparses_exit_2(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["route"])
    assert caught.value.code == 2


def test_as_a_program(policy_file, queries_file):
    path = queries_file({"evidence_horizon": 0.5})
    code = "import sys; from rr_planner.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "route", "--policy", str(policy_file), "--input", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split("\t")[1], done.stderr) == (0, "pending", "")


def test_a_missing_option_is_one_line(capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["route"])
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--policy" in error


def npz(tmp_path, size=600):
    generator = np.random.default_rng(0)
    horizon, sure = generator.random(size), generator.random(size)
    path = tmp_path / "outcomes.npz"
    np.savez(
        path,
        evidence_horizon=horizon,
        tool_confidence=[1 - horizon],
        tool_gain=[generator.random(size) < 1 - horizon],
        tool_names=["light"],
        reasoner_confidence=sure,
        reasoner_gain=generator.random(size) < sure,
        both_gain=generator.random(size) < 0.2 + 0.8 * sure,
        **{"features.age": generator.integers(5, size=size)},
    )
    return path


def test_evaluate_names_every_policy_with_intervals(tmp_path, capsys):
    table, policy = npz(tmp_path), tmp_path / "mine.json"
    save_policy(Bands(), policy)
    assert main(["evaluate", str(table), "--policy", str(policy)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "mine",
        "tools",
        "reasoner",
        "both",
        "random",
        "oracle",
    ]
    assert main(["evaluate", str(table), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["policies"]
    assert found["oracle"]["gap_closed"]["value"] == 1.0
    assert found["reasoner"]["tool_use"] == {"value": 0.0, "low": 0.0, "high": 0.0}
    assert main(["calibrate", str(table), "--out", str(policy)]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(table), "--policy", str(policy)]) == 0
    assert capsys.readouterr().out.endswith("mine was calibrated on these very outcomes: its figures are rosy\n")
    assert main(["evaluate", str(table), "--policy", str(policy), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rosy"] == ["mine"]
    policy.rename(tmp_path / "oracle.json")
    assert main(["evaluate", str(table), "--policy", str(tmp_path / "oracle.json")]) == 2
    assert "'oracle'; expected another name" in capsys.readouterr().err
    save_policy(Bands(), policy)
    (tmp_path / "other").mkdir()
    save_policy(Bands(), tmp_path / "other" / "mine.json")
    assert (
        main(["evaluate", str(table), "--policy", str(policy), "--policy", str(tmp_path / "other" / "mine.json")]) == 2
    )
    assert "two files are named mine" in capsys.readouterr().err


def test_calibrate_a_learned_policy_and_route_with_it(tmp_path, capsys):
    pytest.importorskip("lightgbm")
    out = tmp_path / "policy.json"
    arguments = ["calibrate", str(npz(tmp_path)), "--kind", "expected-benefit", "--out", str(out)]
    assert main([*arguments, "--tool-use", "0.5"]) == 0
    assert "  tool use 0.5" in capsys.readouterr().out
    kept = json.loads(out.read_text())["calibration"]
    assert kept["data"]["queries"] == 600
    assert kept["target"]["tool_use"] == 0.5
    assert kept["expected"]["gain"]["low"] < kept["expected"]["gain"]["value"] < kept["expected"]["gain"]["high"]
    queries = tmp_path / "queries.jsonl"
    queries.write_text(json.dumps({"evidence_horizon": 0.1, "tool_confidence": {"light": 0.9}, "features": {"age": 3}}))
    assert main(["route", "--policy", str(out), "--input", str(queries)]) == 0
    assert "expected to gain" in capsys.readouterr().out
    assert main([*arguments, "--slack", "2"]) == 2
    assert "--slack means nothing to --kind expected-benefit" in capsys.readouterr().err


def test_drift_of_a_ledger(outcomes_file, toy_tool, toy_reasoner, make_queries, tmp_path, capsys):
    policy, path = tmp_path / "policy.json", tmp_path / "ledger.jsonl"
    assert main(["calibrate", str(outcomes_file), "--out", str(policy)]) == 0
    run = Planner(tools=[toy_tool("a")], reasoner=toy_reasoner(), policy=load_policy(policy), ledger=Ledger(path))
    run.answer(make_queries(np.random.default_rng(5).random(60).tolist()), 3)
    capsys.readouterr()
    assert main(["drift", str(path), "--policy", str(policy)]) == 0
    assert capsys.readouterr().out.endswith("over 60 decisions\n")
    run.answer(make_queries([0.97] * 40), 3)
    assert main(["drift", str(path), "--policy", str(policy), "--last", "40", "--json"]) == 2
    told = capsys.readouterr()
    assert "evidence_horizon" in [json.loads(line)["signal"] for line in told.out.splitlines()]
    assert "over 40 decisions" in told.err
    assert main(["drift", str(path), "--policy", str(policy), "--last", "0"]) == 2
    save_policy(Bands(), policy)
    assert main(["drift", str(path), "--policy", str(policy)]) == 2
    assert "no ranges" in capsys.readouterr().err
    save_policy(Bands(), policy, calibration={"ranges": {}})
    assert main(["drift", str(path), "--policy", str(policy)]) == 2
    assert "no decision of policy" in capsys.readouterr().err


def test_fit_a_selection_and_calibrate_with_it(tmp_path, capsys):
    pytest.importorskip("lightgbm")
    generator, size = np.random.default_rng(0), 800
    horizon = generator.random(size)
    # Nothing but the horizon tells the tools apart: the first is for warm users, the second for cold ones.
    gains = [generator.random(size) < 1 - horizon, generator.random(size) < horizon]
    table, out, policy = tmp_path / "outcomes.npz", tmp_path / "selection.json", tmp_path / "policy.json"
    np.savez(
        table,
        evidence_horizon=horizon,
        tool_confidence=np.full((2, size), 0.5),
        tool_gain=gains,
        tool_names=["warm", "cold"],
        reasoner_confidence=np.full(size, 0.5),
        reasoner_gain=generator.random(size) < 0.6,
        both_gain=generator.random(size) < 0.6,
    )
    assert main(["fit-selection", str(table), "--out", str(out)]) == 0
    assert "instead of: random 0." in capsys.readouterr().out
    assert main(["fit-selection", str(table), "--out", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["gain"]["value"] > told["best_overall"] + 0.1
    learned = ["--selection", str(out)]
    gained = []
    for flags in ([], ["--selection", "cold"], learned):
        assert main(["evaluate", str(table), "--json", *flags]) == 0
        gained.append(json.loads(capsys.readouterr().out)["policies"]["tools"]["gain"]["value"])
    assert gained == pytest.approx([gains[0].mean(), gains[1].mean(), told["gain"]["value"]], abs=0.03)
    assert main(["calibrate", str(table), "--out", str(policy), *learned]) == 0
    assert main(["calibrate", str(table), "--out", str(policy), "--selection", "tepid"]) == 2
    assert "'tepid'" in capsys.readouterr().err
