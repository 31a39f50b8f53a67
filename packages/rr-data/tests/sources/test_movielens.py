from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rr_data.errors import UnreadableSourceError
from rr_data.sources.movielens import MovieLens

FLAGS = "|".join("1" if place in (3, 4, 5) else "0" for place in range(19))


def test_100k(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("196\t242\t3\t881250949\n186\t302\t4\t891717742\n\n22\t377\tx\t878887116\n1\t2\n")
    films = (
        f"1|Toy Story (1995)|01-Jan-1995||http|{FLAGS}\n2|Misérables, Les|30-Mar-1995|||1|{FLAGS[2:]}\n267|unknown|\n"
    )
    (tmp_path / "u.item").write_bytes(films.encode("latin-1"))
    (tmp_path / "u.user").write_text("1|24|M|technician|85711\n")
    raw = MovieLens().read([tmp_path])
    assert raw.interactions.rows() == [
        ("196", "242", 881250949, 3.0, 0, 1),
        ("186", "302", 891717742, 4.0, 0, 2),
    ]
    assert raw.items is not None
    told = raw.items.select("item_id", "title", "year", "categories").rows()
    assert told == [
        ("1", "Toy Story", 1995, ["Animation", "Children's", "Comedy"]),
        ("2", "Misérables, Les", 1995, ["Animation", "Children's", "Comedy"]),
        ("267", "unknown", None, []),
    ]
    assert [path.name for path in raw.files] == ["u.data", "u.item"]
    assert raw.rejected.rows() == [
        ("u.data", 4, "rating: not a number"),
        ("u.data", 5, "timestamp: not a whole number"),
    ]


def test_1m_and_gzip(tmp_path: Path) -> None:
    (tmp_path / "ratings.dat").write_bytes(b"1::1193::5::978300760\n1::661::3.5::978302109\n1::2::3::4::5\n")
    films = "1::Toy Story (1995)::Animation|Children's\n2::Matrix, The (1999)::Action\n3::Odd\n"
    (tmp_path / "movies.dat.gz").write_bytes(gzip.compress(films.encode()))
    raw = MovieLens().read([tmp_path])
    assert raw.interactions.select("user_id", "item_id", "rating", "line").rows() == [
        ("1", "1193", 5.0, 1),
        ("1", "661", 3.5, 2),
    ]
    assert raw.items is not None
    assert raw.items["title"].to_list() == ["Toy Story", "Matrix, The", "Odd"]
    assert raw.items["year"].to_list() == [1995, 1999, None]
    assert raw.items["categories"].to_list() == [["Animation", "Children's"], ["Action"], []]
    assert raw.rejected.rows() == [("ratings.dat", 3, "more than 4 fields")]


def test_20m(tmp_path: Path) -> None:
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,2,3.5,1112486027\n")
    (tmp_path / "movies.csv").write_text(
        'movieId,title,genres\n2,"American President, The (1995)",Comedy|Drama\n3,Hi,(no genres listed)\n'
    )
    (tmp_path / "links.csv").write_text("movieId,imdbId,tmdbId\n2,1,1\n")
    raw = MovieLens().read([tmp_path])
    assert raw.interactions.rows() == [("1", "2", 1112486027, 3.5, 0, 2)]
    assert raw.items is not None
    assert raw.items.select("title", "year", "categories").rows() == [
        ("American President, The", 1995, ["Comedy", "Drama"]),
        ("Hi", None, []),
    ]


def test_without_films(tmp_path: Path) -> None:
    (tmp_path / "u.data").write_text("1\t2\t3\t4\n")
    assert MovieLens().read([tmp_path]).items is None


def test_which_version(tmp_path: Path) -> None:
    with pytest.raises(UnreadableSourceError, match=r"none of u.data, ratings.dat, ratings.csv"):
        MovieLens().read([tmp_path])
    for name in ("u.data", "ratings.dat"):
        (tmp_path / name).write_text("")
    with pytest.raises(UnreadableSourceError, match=r"u.data and ratings.dat"):
        MovieLens().read([tmp_path])
    with pytest.raises(UnreadableSourceError, match="received 2 paths"):
        MovieLens().read([tmp_path, tmp_path])
