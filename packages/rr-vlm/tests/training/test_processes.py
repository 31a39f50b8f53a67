"""Several processes: the same stream, the same losses."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rr_vlm import read_history

WORKER = """
import json, sys
from pathlib import Path
from rr_vlm import Catalogue, EmbeddedOptions, PromptOptions, train

torch = __import__("torch"); torch.set_num_threads(1)
given = json.loads(Path(sys.argv[1]).read_text())
catalogue = Catalogue(titles=given["titles"], categories=[[] for _ in given["titles"]])
train(
    given["rows"], catalogue=catalogue, out=sys.argv[2], tools=("next-item", "noise"),
    prompt=PromptOptions(history_length=6, pictures=0, answers_shown=4),
    backbone=EmbeddedOptions(width=16, layers=1, heads=2, feed_forward=16, dropout=0.0),
    options={**given["options"], **json.loads(sys.argv[3])},
)
"""
OPTIONS = {"max_steps": 6, "logging_steps": 1, "save_strategy": "no", "use_cpu": True, "seed": 4}


@pytest.fixture
def files(rows, tmp_path):
    texts = [
        {**row, "image_items": [], "prompt": [without_pictures(message) for message in row["prompt"]]} for row in rows
    ]
    given = {"rows": texts, "titles": [f"Film {code}" for code in range(30)], "options": OPTIONS}
    (tmp_path / "given.json").write_text(json.dumps(given, default=int))
    (tmp_path / "worker.py").write_text(WORKER)
    return tmp_path


def without_pictures(message):
    return {**message, "content": [part for part in message["content"] if part["type"] == "text"]}


def run(files: Path, out: str, options: dict, processes: int) -> list[dict]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    common = {**os.environ, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    if processes > 1:
        common |= {"WORLD_SIZE": str(processes), "ACCELERATE_USE_CPU": "true"}
    arguments = [sys.executable, files / "worker.py", files / "given.json", files / out, json.dumps(options)]
    started = []
    for rank in range(processes):
        own = {"RANK": str(rank), "LOCAL_RANK": str(rank)} if processes > 1 else {}
        started.append(subprocess.Popen(arguments, env={**common, **own}, stderr=subprocess.PIPE, text=True))
    for process in started:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors[-3000:]
    return read_history(files / out / "training.jsonl")


@pytest.mark.slow
def test_two_processes_lose_what_one_loses(files):
    """Two processes are two accumulation steps: a batch's losses are means over its device's targets, as DDP has it."""
    one = run(files, "one", {"per_device_train_batch_size": 8, "gradient_accumulation_steps": 2}, 1)
    two = run(files, "two", {"per_device_train_batch_size": 8, "gradient_accumulation_steps": 1}, 2)
    assert len(one) == 6
    assert [line["loss"] for line in two] == pytest.approx([line["loss"] for line in one], abs=2e-4)
    assert [line["phase"] for line in two] == [line["phase"] for line in one]
