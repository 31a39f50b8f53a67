"""Does a served planner keep its memory? `python bench/soak.py --minutes 15`; needs the extra `serve`.

Serves an application of two tools and a reasoner, of which one tool fails at random and one hangs now and then, asks it
steadily from this process, and prints its resident memory every half minute. Flat means: the median of the last quarter
is at most 2 % or 2 MB above that of the second quarter (the first one is for warming up).
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import numpy as np

MODELS = """
import time
import numpy as np
from rr_planner import Deliberation, FunctionReasoner, FunctionTool, Ranking

GENERATOR = np.random.default_rng(0)
N = 1000

def rank(queries, k):
    table = np.tile(np.linspace(1, 0, N), (len(queries), 1))
    return Ranking.from_scores(table, k, confidence=[0.9] * len(queries))

def shaky(queries, k):
    draw = GENERATOR.random()
    if draw < 0.2:
        raise ConnectionResetError("gone")
    if draw < 0.21:
        time.sleep(0.4)
    return rank(queries, k)

def think(queries, k, evidence):
    given = rank(queries, k)
    return Deliberation(given.items, given.scores, given.confidence, ["why"] * len(queries))

steady, unsteady = FunctionTool("steady", rank), FunctionTool("unsteady", shaky)
large = FunctionReasoner("large", think)
"""
CONFIG = """
policy = "policy.json"
n_items = 1000
last_resort = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
ledger = "ledger.jsonl"
reasoner = { name = "large", object = "soak_models:large" }
tools = [{ name = "steady", object = "soak_models:steady" }, { name = "unsteady", object = "soak_models:unsteady" }]
[resilience]
deadline_s = 0.3
[server]
port = %d
"""
POLICY = {"kind": "rr-planner-policy", "schema_version": 1, "policy": "bands", "settings": {}}
SAMPLE_S = 30.0


def main() -> None:
    """Soak, and say whether the memory was flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=15.0, help="how long (default 15)")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second (default 50)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), _free_port()
        (folder / "soak_models.py").write_text(MODELS)
        (folder / "policy.json").write_text(json.dumps(POLICY))
        (folder / "service.toml").write_text(CONFIG % port)
        start = "from rr_planner.cli import main; main()"
        command = [sys.executable, "-c", start, "serve", "--config", str(folder / "service.toml")]
        environment = {**os.environ, "PYTHONPATH": name}
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
            try:
                flat = _soak(f"http://127.0.0.1:{port}", server.pid, options.minutes, options.rate)
            finally:
                server.terminate()
    sys.exit(0 if flat else 1)


def _soak(url: str, process: int, minutes: float, rate: float) -> bool:
    generator = np.random.default_rng(0)
    samples: list[float] = []
    asked = answered = 0
    with httpx.Client(base_url=url, timeout=10.0) as client:
        _wait_for(client)
        start = time.monotonic()
        while time.monotonic() < start + 60.0 * minutes:
            query = {"user": int(generator.integers(1000)), "evidence_horizon": float(generator.random())}
            query["history"] = generator.integers(0, 1000, 20).tolist()
            answered += client.post("/answer", json=query).status_code == 200
            asked += 1
            if time.monotonic() - start >= SAMPLE_S * len(samples):
                samples.append(_resident_mb(process))
                _say(f"{time.monotonic() - start:6.0f} s, {asked} asked, {samples[-1]:.1f} MB")
            time.sleep(max(0.0, start + asked / rate - time.monotonic()))
    quarter = max(1, len(samples) // 4)
    before, after = statistics.median(samples[quarter : 2 * quarter] or samples), statistics.median(samples[-quarter:])
    flat = after <= 1.02 * before or after <= before + 2.0
    _say(f"{asked} asked, {answered} answered; {before:.1f} MB, then {after:.1f} MB: {'flat' if flat else 'it grows'}")
    return flat


def _wait_for(client: httpx.Client) -> None:
    for _ in range(600):
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the service did not come up")


def _resident_mb(process: int) -> float:
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
