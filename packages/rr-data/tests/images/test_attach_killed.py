from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

pytest.importorskip("PIL.Image")
pytest.importorskip("httpx")

from rr_data.images.attach import attach_images
from rr_data.prepared import PreparedDataset

SCRIPT = Path(__file__).with_name("kill_attach.py")
POINTS = 20
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="kills forked processes")]


@pytest.fixture
def server(picture):
    """Pictures on the loopback; counts what is asked for."""
    asked: Counter[str] = Counter()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked[self.path] += 1
            data = picture(self.path.rpartition("/")[2])
            self.send_response(200)
            self.send_header("Content-Type", "image/png")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def kill(cases: Path, source: str | Path, steps: list[object]) -> None:
    command = [sys.executable, str(SCRIPT), str(cases), str(source), *map(str, steps)]
    subprocess.run(command, check=True, env={**os.environ, "NO_PROXY": "*", "no_proxy": "*"})


def points(cases: Path, source: str | Path) -> list[int]:
    """Run a copy to its end, and draw twenty of its steps; the last ones, which put all in place, are among them."""
    kill(cases, source, ["count"])
    total = int((cases / "count" / "steps").read_text())
    assert total > POINTS
    return sorted({*random.Random(0).sample(range(total), POINTS), *range(total - 5, total)})


def check(folder: Path, source: str | Path, old: str, new: str) -> bool:
    """Old or new now, and new after a rerun, with nothing left beside it; gives whether it was new already."""
    data = PreparedDataset.open(folder / "data")
    data.verify()
    assert data.checksum in (old, new)
    again = attach_images(folder / "data", source)
    again.verify()
    assert again.checksum == new
    assert [path.name for path in folder.iterdir()] == ["data"]
    return data.checksum == new


def test_killed_at_any_point_with_files(dataset, picture, tmp_path: Path) -> None:
    cases, pictures = tmp_path / "cases", tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "a.png").write_bytes(picture("a"))
    first = attach_images(dataset(cases / "count" / "data").path, "covers")  # so that there are pictures to replace
    template = shutil.copytree(cases / "count", tmp_path / "template")
    steps = points(cases, pictures)
    for step in steps:
        shutil.copytree(template, cases / str(step))
    kill(cases, pictures, steps)
    new = PreparedDataset.open(cases / "count" / "data").checksum
    assert first.checksum != new
    outcomes = [check(cases / str(step), pictures, first.checksum, new) for step in steps]
    assert outcomes == sorted(outcomes)
    assert (outcomes[0], outcomes[-1]) == (False, True)


def test_killed_at_any_point_with_downloads(dataset, server, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "*")
    address, asked = server
    cases = tmp_path / "cases"

    def make(name: object) -> PreparedDataset:
        urls = [f"{address}/{name}/{item}" for item in "abcd"]
        return dataset(cases / str(name) / "data", urls)

    make("count")
    steps = points(cases, "urls")
    old = {step: make(step).checksum for step in steps}
    kill(cases, "urls", steps)
    kept = {}
    for step in steps:
        downloads = cases / str(step) / ".data.downloads"
        finished = [path for path in downloads.glob("*") if path.suffix != ".partial"] if downloads.exists() else []
        kept[step] = len(finished)
        data = PreparedDataset.open(cases / str(step) / "data")
        data.verify()
        before = Counter({path: count for path, count in asked.items() if path.startswith(f"/{step}/")})
        is_new = data.manifest.options["images"] == "urls"
        assert is_new or data.checksum == old[step]
        again = attach_images(data.path, "urls")
        again.verify()
        assert again.manifest.counts["pictures"] == 4
        assert [path.name for path in (cases / str(step)).iterdir()] == ["data"]
        after = sum(count for path, count in asked.items() if path.startswith(f"/{step}/")) - before.total()
        assert after == (0 if is_new else 4 - kept[step])
    assert set(kept.values()) >= {0, 4}
