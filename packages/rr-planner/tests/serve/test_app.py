import json
import sys
import threading

import numpy as np
import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")
pytest.importorskip("httpx", reason="needs the extra serve")
pytest.importorskip("prometheus_client", reason="needs the extra serve")

from fastapi.testclient import TestClient

from rr_planner import Bands, InvalidPolicyError, Ledger, MostUseful, Trees, save_policy
from rr_planner.cli import main
from rr_planner.serve.config import ServiceConfig
from rr_planner.serve.service import build_app

MODELS = """
import numpy as np
from rr_planner import Deliberation, FunctionReasoner, FunctionTool, Ranking

def rank(queries, k):
    if broken:
        raise OSError("gone")
    table = np.tile(np.linspace(1, 0, 20), (len(queries), 1))
    if queries.candidates is not None:
        table = np.take_along_axis(table, queries.candidates, 1)
    return Ranking.from_scores(table, k, confidence=[0.9] * len(queries), candidates=queries.candidates)

def think(queries, k, evidence):
    given = rank(queries, k)
    return Deliberation(given.items, given.scores, given.confidence, ["hm"] * len(queries))

broken = False
light = FunctionTool("light", rank)
def make(name):
    return FunctionTool(name, rank)
large = FunctionReasoner("large", think)
"""

CONFIG = """
policy = "policy.json"
k = 3
n_items = 20
ledger = "ledger.jsonl"
reasoner = { name = "large", object = "toy_models:large" }
[[tools]]
name = "light"
object = "toy_models:light"
[[tools]]
name = "b"
object = "toy_models:make"
arguments = { name = "b" }
[resilience]
deadline_s = 5.0
[server]
reload_s = 0.01
"""

QUERY = {"user": "ann", "evidence_horizon": 0.1, "history": [4], "id": "q1"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "toy_models.py").write_text(MODELS)
    (tmp_path / "service.toml").write_text(CONFIG)
    save_policy(Bands(), tmp_path / "policy.json", calibration={"data": {"queries": 900}})
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "toy_models", raising=False)
    yield tmp_path
    sys.modules.pop("toy_models", None)


@pytest.fixture
def client(folder):
    with TestClient(build_app(ServiceConfig.read(folder / "service.toml"))) as client:
        yield client


def test_one_query_and_a_batch(client, folder):
    answer = client.post("/answer", json=QUERY).json()
    assert answer["items"] == [0, 1, 2]
    assert (answer["served_by"], answer["decision"]["route"], answer["degraded"]) == ("light", "tools", "")
    batch = client.post("/answer", json={"queries": [QUERY, {**QUERY, "id": "q2"}], "k": 5}).json()
    assert [one["decision"]["query_id"] for one in batch["answers"]] == ["q1", "q2"]
    assert len(batch["answers"][0]["items"]) == 5
    assert batch["unanswered"] == {}
    assert client.post("/answer", json={"queries": []}).json()["answers"] == []
    # The ledger tells the same story.
    assert [one.query_id for one in Ledger.read(folder / "ledger.jsonl")] == ["q1", "q1", "q2"]
    text = client.get("/metrics").text
    assert 'rr_planner_answers_total{degraded="no",route="tools",served_by="light"} 3.0' in text
    assert 'rr_planner_breaker_state{model="light",state="closed"} 1.0' in text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**QUERY, "evidence_horizon": 3}, "less than or equal to 1"),
        ({**QUERY, "histroy": []}, "histroy"),
        ({**QUERY, "k": 0}, "greater than or equal to 1"),
        ({**QUERY, "deadline_s": 0}, "greater than 0"),
        ({"queries": [{**QUERY, "candidates": [1]}, QUERY]}, "candidates: received lists of different lengths"),
        ([], "body"),
    ],
)
def test_a_wrong_request_is_told_what_is_wrong(client, body, words):
    response = client.post("/answer", json=body)
    assert response.status_code == 422
    assert words in response.json()["detail"]


def test_nobody_answers(client, folder):
    sys.modules["toy_models"].broken = True
    response = client.post("/answer", json=QUERY)
    assert response.status_code == 503
    for name in ("light", "b", "large"):
        assert f"{name} failed to" in response.json()["detail"]
    batch = client.post("/answer", json={"queries": [QUERY]})
    assert batch.status_code == 200
    assert len(batch.json()["unanswered"]["q1"]) >= 3
    while client.get("/ready").status_code == 200:
        client.post("/answer", json=QUERY)
    assert set(client.get("/ready").json()["breakers"].values()) == {"open"}
    assert client.get("/health").json() == {"status": "ok"}


def test_overload_says_when_to_come_back(folder):
    text = (folder / "service.toml").read_text().replace("deadline_s = 5.0", "deadline_s = 50.0\nadmitted = 1")
    (folder / "service.toml").write_text(text)
    gate, entered = threading.Event(), threading.Event()
    with TestClient(build_app(ServiceConfig.read(folder / "service.toml"))) as client:
        module = sys.modules["toy_models"]
        tile = module.np.tile

        class Slow:
            def __getattr__(self, name):
                return getattr(np, name)

            def tile(self, *arguments):
                entered.set()
                gate.wait(10)
                return tile(*arguments)

        module.np = Slow()
        found = []
        first = threading.Thread(target=lambda: found.append(client.post("/answer", json=QUERY).status_code))
        first.start()
        assert entered.wait(10)
        refused = client.post("/answer", json=QUERY)
        gate.set()
        first.join()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert found == [200]


def test_a_policy_file_is_read_again_and_a_broken_one_reported(client, folder, caplog):
    caplog.set_level("CRITICAL")

    def until(condition):
        for _ in range(1000):
            ready = client.get("/ready").json()
            if condition(ready):
                return ready
            threading.Event().wait(0.01)
        raise AssertionError(ready)

    save_policy(Bands(low_horizon=0.05), folder / "policy.json")
    assert until(lambda ready: ready["policy_hash"] == Bands(low_horizon=0.05).hash)["policy_error"] == ""
    assert client.post("/answer", json=QUERY).json()["decision"]["route"] == "reasoner"
    (folder / "policy.json").write_text("{")
    assert "policy.json" in until(lambda ready: ready["policy_error"])["policy_error"]
    assert client.post("/answer", json=QUERY).json()["decision"]["policy_hash"] == Bands(low_horizon=0.05).hash


def test_openapi_describes_it(client):
    schema = client.get("/openapi.json").json()
    assert set(schema["paths"]) == {"/answer", "/health", "/ready", "/metrics"}
    assert set(schema["components"]["schemas"]["Single"]["required"]) == {"user", "evidence_horizon"}


def test_json_will_do(folder):
    content = {
        "policy": "policy.json",
        "tools": [{"name": "light", "object": "toy_models:light"}],
        "reasoner": {"name": "large", "object": "toy_models:large"},
        "last_resort": [3, 1],
    }
    (folder / "service.json").write_text(json.dumps(content))
    config = ServiceConfig.read(folder / "service.json")
    assert config.planner().tool_names == ("light",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("n_items", "n_itens", r"n_itens: .*n_items \(did you mean"),
        ("deadline_s", "dedline_s", r"resilience.dedline_s: .*resilience.deadline_s \(did you"),
        ("reload_s", "port_", r"server.port_: .*server.port"),
        ('policy = "policy.json"', "", "policy: received nothing"),
        ("k = 3", 'k = "3"', "k: received '3'; expected int"),
        ("k = 3", "k = true", "k: received True"),
        (
            'object = "toy_models:light"',
            "",
            "received the keys name; expected name and exactly one of object, url, onnx",
        ),
        ('object = "toy_models:light"', 'url = "http://x"\ntimeout = 3', r"light.timeout: .*light.timeout_s"),
        ("toy_models:light", "toy_models:lihgt", "toy_models:lihgt"),
        ("toy_models:light", "no_such:light", "no_such"),
        ('name = "light"', 'name = "lite"', "lite.object: received an object named 'light'"),
        ("= 3", "= = 3", "cannot be read"),
    ],
)
def test_mistakes_in_the_file(folder, old, new, words):
    path = folder / "service.toml"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(InvalidPolicyError, match=words):
        ServiceConfig.read(path).models()


def test_doctor(folder, capsys):
    assert main(["doctor", "--config", str(folder / "service.toml")]) == 0
    shown = capsys.readouterr().out
    assert "ok    policy: bands" in shown
    assert "calibrated on 900 queries" in shown
    assert "ok    contract of light" in shown
    assert "ok    contract of large" in shown
    assert not (folder / "ledger.jsonl").exists()
    save_policy(Bands(), folder / "policy.json")
    sys.modules["toy_models"].broken = True
    assert main(["doctor", "--config", str(folder / "service.toml")]) == 2
    told = capsys.readouterr()
    assert "FAIL  policy: policy.json: no calibration" in told.out
    assert "FAIL  planner: no tool and no reasoner answered" in told.out
    assert "checks failed" in told.err
    assert main(["serve", "--config", str(folder / "none.toml")]) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_a_learned_selection_from_its_file(folder):
    leaf = {"features": ["evidence_horizon"], "root": [0], "feature": [-1], "threshold": [0.0], "left": [-1]}
    leaf |= {"right": [-1], "missing_left": [False]}
    useful = {name: Trees(**leaf, value=[worth]) for name, worth in (("light", 0.1), ("b", 0.2))}
    MostUseful(useful).save(folder / "selection.json")
    (folder / "service.toml").write_text('selection = "selection.json"\n' + CONFIG)
    with TestClient(build_app(ServiceConfig.read(folder / "service.toml"))) as client:
        assert client.post("/answer", json=QUERY).json()["served_by"] == "b"
    (folder / "selection.json").write_text("{}")
    with pytest.raises(InvalidPolicyError, match=r"selection\.json"):
        ServiceConfig.read(folder / "service.toml").planner()


def test_doctor_gives_the_features_that_a_learned_selection_needs(folder, capsys):
    leaf = {"features": ["features.age"], "root": [0], "feature": [-1], "threshold": [0.0], "left": [-1]}
    leaf |= {"right": [-1], "missing_left": [False], "value": [0.1]}
    MostUseful({"light": Trees(**leaf)}).save(folder / "selection.json")
    (folder / "service.toml").write_text('selection = "selection.json"\n' + CONFIG)
    assert main(["doctor", "--config", str(folder / "service.toml")]) == 0
    assert "ok    planner" in capsys.readouterr().out
