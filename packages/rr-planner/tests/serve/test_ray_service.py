"""The deployment for real, on one machine with several processes a model."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

pytest.importorskip("ray", reason="needs the extra ray, in an environment of its own")
pytest.importorskip("fastapi", reason="needs the extra serve")

import httpx
import ray

from rr_planner import Bands, save_policy
from rr_planner.serve.config import ServiceConfig

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(tuple(int(part) for part in ray.__version__.split(".")[:2]) < (2, 40), reason="ray is too old"),
]

MODELS = """
import os
import numpy as np
from rr_planner import Deliberation, FunctionReasoner, FunctionTool, Ranking

def rank(queries, k):
    sure = [0.9 if user != 7 else 0.1 for user in queries.users.tolist()]
    return Ranking.from_scores(np.tile(np.linspace(1, 0, 20), (len(queries), 1)), k, confidence=sure)

def down(queries, k):
    raise ConnectionResetError("gone")

def think(queries, k, evidence):
    given = rank(queries, k)
    words = [f"{os.getpid()} {len(queries)}"] * len(queries)
    return Deliberation(given.items, given.scores, [0.9] * len(queries), words)

light, broken, large = FunctionTool("light", rank), FunctionTool("broken", down), FunctionReasoner("large", think)
"""
CONFIG = """
policy = "policy.json"
k = 3
n_items = 20
reasoner = { name = "large", object = "ray_models:large" }
tools = [{ name = "light", object = "ray_models:light" }, { name = "broken", object = "ray_models:broken" }]
[resilience]
deadline_s = 20.0
[server]
port = %d
[ray]
min_replicas = 2
max_replicas = 2
cpus = 0.1
batch_wait_s = 0.05
"""


def test_every_model_in_processes_of_its_own(tmp_path):
    from rr_planner.serve.ray_service import APPLICATION, build_deployment, ray_serve

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    (tmp_path / "ray_models.py").write_text(MODELS)
    (tmp_path / "service.toml").write_text(CONFIG % port)
    save_policy(Bands(), tmp_path / "policy.json")
    environment = {"PYTHONPATH": str(tmp_path), "OMP_NUM_THREADS": "1"}
    ray.init(num_cpus=2, include_dashboard=False, runtime_env={"env_vars": environment}, log_to_driver=False)
    try:
        config = ServiceConfig.read(tmp_path / "service.toml")
        ray_serve.start(http_options={"host": "127.0.0.1", "port": port})
        ray_serve.run(build_deployment(config), name=APPLICATION, route_prefix="/")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0) as client:
            told = client.post("/answer", json={"user": 1, "evidence_horizon": 0.1}).json()
            assert (told["items"], told["served_by"]) == ([0, 1, 2], "light")
            assert "broken failed to answer: ReplicaError: ConnectionResetError: gone" in told["degraded"]

            def ask(user):
                return client.post("/answer", json={"user": user, "evidence_horizon": 0.5}).json()

            with ThreadPoolExecutor(16) as pool:
                answers = list(pool.map(ask, range(64)))
            assert {answer["served_by"] for answer in answers} == {"large"}
            processes = {answer["thought"].split()[0] for answer in answers}
            assert len(processes) == 2
            assert str(os.getpid()) not in processes
            assert max(int(answer["thought"].split()[1]) for answer in answers) > 1  # batched
            assert client.get("/ready").json()["ready"]
            assert "rr_planner_answers_total" in client.get("/metrics").text
    finally:
        ray_serve.shutdown()
        ray.shutdown()
