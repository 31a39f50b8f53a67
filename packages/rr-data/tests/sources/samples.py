"""Small valid raw data of every source, for tests that any reader must pass."""

from __future__ import annotations

import gzip
import importlib.util
import json
import pickle
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from rr_data.pipeline import prepare

USERS = ("u1", "u2", "u3", "u4")
ITEMS = ("v1", "v2", "v3", "v4", "v5")
ROWS = [
    (user, ITEMS[(place + 2 * step) % 5], 1_400_000_000 + 86_400 * (5 * place + step), step % 5 + 1)
    for place, user in enumerate(USERS)
    for step in range(4)
]


@dataclass(frozen=True)
class Sample:
    """Raw data in a folder.

    Attributes:
        paths: what the reader is given.
        lines: files whose lines are interactions, each by itself.
        beside: files without which every interaction is the same.
        options: of the source.
    """

    paths: tuple[Path, ...]
    lines: tuple[Path, ...] = ()
    beside: tuple[Path, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """All files."""
        found = [path.rglob("*") if path.is_dir() else [path] for path in self.paths]
        return sorted(file for files in found for file in files if file.is_file())


Build = Callable[[Path], Sample]


def _table(rows: Sequence[Sequence[Any]], separator: str, header: Sequence[str] = ()) -> bytes:
    lines = [separator.join(map(str, row)) for row in ([header] if header else []) + list(rows)]
    return ("\n".join(lines) + "\n").encode()


def _write(path: Path, data: bytes | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = data.encode() if isinstance(data, str) else data
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def _csv(folder: Path, name: str) -> Sample:
    header = ("user_id", "item_id", "timestamp", "rating")
    path = _write(folder / name, _table(ROWS, "\t" if ".tsv" in name else ",", header))
    return Sample((path,), lines=(path,))


def _parquet(folder: Path) -> Sample:
    schema = ["user_id", "item_id", "timestamp", "rating"]
    path = folder / "x.parquet"
    pl.DataFrame(ROWS, schema=schema, orient="row").write_parquet(path)
    return Sample((path,))


def _s3rec(folder: Path) -> Sample:
    path = _write(folder / "sequences.txt", _sequences())
    return Sample((path,), lines=(path,))


def _sequences(rename: Callable[[str], str] = str, separator: str = " ") -> str:
    histories = {user: [rename(item) for name, item, *_ in ROWS if name == user] for user in USERS}
    return "".join(f"{rename(user)}{separator}{' '.join(items)}\n" for user, items in histories.items())


def _recbole(folder: Path) -> Sample:
    header = ("user_id:token", "item_id:token", "timestamp:float", "rating:float")
    path = _write(folder / "x.inter", _table(ROWS, "\t", header))
    films = [(item, f"Film {item}", "Drama War") for item in ITEMS]
    items = _write(folder / "x.item", _table(films, "\t", ("item_id:token", "title:token_seq", "class:token_seq")))
    return Sample((folder,), lines=(path,), beside=(items,))


def _number(name: str) -> str:
    return name[1:]


def _movielens_100k(folder: Path) -> Sample:
    rows = [(_number(user), _number(item), rating, time) for user, item, time, rating in ROWS]
    path = _write(folder / "u.data", _table(rows, "\t"))
    films = [(_number(item), f"Filmé, The (199{_number(item)})", "01-Jan-1995", "", "", *[0] * 18, 1) for item in ITEMS]
    items = _write(folder / "u.item", _table(films, "|").decode().encode("latin-1"))
    return Sample((folder,), lines=(path,), beside=(items,))


def _movielens_1m(folder: Path) -> Sample:
    rows = [(_number(user), _number(item), rating, time) for user, item, time, rating in ROWS]
    path = _write(folder / "ratings.dat.gz", _table(rows, "::"))
    films = [(_number(item), "Film (1999)", "Drama|War") for item in ITEMS]
    return Sample((folder,), lines=(path,), beside=(_write(folder / "movies.dat", _table(films, "::")),))


def _movielens_20m(folder: Path) -> Sample:
    rows = [(_number(user), _number(item), rating, time) for user, item, time, rating in ROWS]
    path = _write(folder / "ratings.csv", _table(rows, ",", ("userId", "movieId", "rating", "timestamp")))
    films = [(_number(item), '"Film, The (1999)"', "Drama|War") for item in ITEMS]
    items = _write(folder / "movies.csv", _table(films, ",", ("movieId", "title", "genres")))
    return Sample((folder,), lines=(path,), beside=(items,))


def _pixelrec(folder: Path) -> Sample:
    rows = [(item, user, time) for user, item, time, _ in ROWS]
    path = _write(folder / "Pixel200K.csv", _table(rows, ",", ("item_id", "user_id", "timestamp")))
    info = [(item, 10, f'"A, {item}"', "fun", "text") for item in ITEMS]
    items = folder / "item_info.csv"
    _write(items, _table(info, ",", ("item_id", "view_number", "title", "tag", "description")))
    return Sample((path, items), lines=(path,), beside=(items,))


def _ninerec(folder: Path, *, timed: bool) -> Sample:
    rows = [(user, item, time) if timed else (user, item) for user, item, time, _ in ROWS]
    path = _write(folder / "KU_pair.csv", _table(rows, ","))
    items = _write(folder / "KU_item.csv", "".join(f'{item},标题,"Title, {item}"\n' for item in ITEMS))
    return Sample((folder,), lines=(path,), beside=(items,))


def _ninerec_sequences(folder: Path) -> Sample:
    path = _write(folder / "KU_behaviour.tsv", _sequences(separator="\t"))
    return Sample((folder,), lines=(path,))


def _p5(folder: Path) -> Sample:
    path = _write(folder / "sequential_data.txt", _sequences(_number))
    maps = {"id2user": {_number(name): name for name in USERS}, "id2item": {_number(name): name for name in ITEMS}}
    _write(folder / "datamaps.json", json.dumps(maps))
    negatives = _write(folder / "negative_samples.txt", "".join(f"{_number(user)} 1 2 3\n" for user in USERS))
    return Sample((folder,), lines=(path,), beside=(negatives,))


def _p5_with_reviews(folder: Path) -> Sample:
    sample = _p5(folder)
    records = [
        {"reviewerID": user, "asin": item, "overall": float(rating), "summary": "s", "reviewText": "t",
         "feature": "f", "explanation": "the f is good", "unixReviewTime": time}
        for user, item, time, rating in ROWS
    ]  # fmt: skip
    splits = {"train": records[:10], "val": records[10:12], "test": records[12:]}
    _write(folder / "review_splits.pkl", pickle.dumps(splits, 5))
    _write(folder / "exp_splits.pkl", pickle.dumps(splits, 2))
    return Sample(sample.paths, beside=sample.beside)


def _peter(folder: Path) -> Sample:
    rows = [
        {"user": user, "item": item, "rating": rating, "template": ("f", "good", "the f is good", 1), "text": "a\nb"}
        for user, item, _, rating in ROWS
    ]
    _write(folder / "reviews.pickle", pickle.dumps(rows))
    return Sample((folder,))


def _json_lines(folder: Path) -> Sample:
    names = ("user_id", "item_id", "timestamp", "rating")
    lines = [json.dumps(dict(zip(names, row, strict=True))) for row in ROWS]
    path = _write(folder / "x.jsonl", "\n".join(lines) + "\n")
    return Sample((path,), lines=(path,))


def _arrow(folder: Path) -> Sample:
    table = pl.DataFrame(ROWS, schema=["user_id", "item_id", "timestamp", "rating"], orient="row")
    table.write_ipc_stream(folder / "data-00000-of-00001.arrow", compat_level=pl.CompatLevel.oldest())
    _write(folder / "state.json", json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    return Sample((folder,))


def _multi_domain(folder: Path) -> Sample:
    raw = _csv(folder / "raw", "x.csv").paths
    paths = [prepare("tabular", raw, out=folder / name, seed=seed).path for seed, name in enumerate(("a", "b"))]
    return Sample(tuple(paths))


def _amazon(name: str) -> Build:
    def build(folder: Path) -> Sample:
        path = Path(__file__).with_name("samples_amazon.py")
        spec = importlib.util.spec_from_file_location("samples_amazon", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
        files = getattr(module, name)(folder)
        return Sample(tuple(files), lines=tuple(files[:1]), beside=tuple(files[1:]))

    return build


SAMPLES: Mapping[str, tuple[Build, ...]] = {
    "amazon_2014": (_amazon("amazon_2014"),),
    "amazon_2018": (_amazon("amazon_2018"),),
    "amazon_2023": (_amazon("amazon_2023"),),
    "huggingface": (_json_lines, _arrow, _parquet),
    "movielens": (_movielens_100k, _movielens_1m, _movielens_20m),
    "multi_domain": (_multi_domain,),
    "ninerec": (
        lambda folder: _ninerec(folder, timed=True),
        lambda folder: _ninerec(folder, timed=False),
        _ninerec_sequences,
    ),
    "p5": (_p5, _p5_with_reviews),
    "peter": (_peter,),
    "pixelrec": (_pixelrec,),
    "recbole_atomic": (_recbole,),
    "s3rec": (_s3rec,),
    "tabular": (
        lambda folder: _csv(folder, "x.csv"),
        lambda folder: _csv(folder, "x.tsv.gz"),
        _parquet,
    ),
}
