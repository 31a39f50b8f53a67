"""Small valid raw files of the three editions of Amazon Reviews, twelve interactions each, for tests of any reader."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

DAY = 86_400
START = 1_400_000_000 // DAY * DAY
PAIRS = [
    ("A1", "B01"), ("A2", "B01"), ("A3", "B01"), ("A1", "B02"), ("A2", "B02"), ("A4", "B02"),
    ("A1", "B03"), ("A3", "B03"), ("A4", "B03"), ("A2", "B04"), ("A3", "B04"), ("A4", "B04"),
]  # fmt: skip
ITEMS = ("B01", "B02", "B03", "B04")


def amazon_2014(folder: Path) -> list[Path]:
    """`reviews_Tea_5.json.gz` and `meta_Tea.json.gz`, whose lines are Python literals."""
    items = [
        {
            "asin": item,
            "title": f"Tea &amp; more, no. {item[-1]}",
            "brand": "Acme",
            "description": "It's a <b>tea</b>.",
            "imUrl": f"http://images.example/{item}.jpg",
            "price": 2.5,
            "salesRank": {"Grocery": 17},
            "categories": [["Grocery", "Tea"], ["Grocery", "Gifts"]],
            "related": {"also_bought": ["B09"]},
        }
        for item in ITEMS
    ]
    return [
        _write(folder / "reviews_Tea_5.json.gz", map(json.dumps, _reviews(helpful=[0, 1]))),
        _write(folder / "meta_Tea.json.gz", map(repr, items)),
    ]


def amazon_2018(folder: Path) -> list[Path]:
    """`Tea_5.json.gz` and `meta_Tea.json.gz`, both JSON."""
    items = [
        {
            "asin": item,
            "title": f"Tea no. {item[-1]}",
            "brand": "Acme",
            "description": ["A tea.", "", "In a tin."],
            "feature": ["Keeps long"],
            "category": ["Grocery &amp; Food", "Tea", "</span></span>", "Keeps long"],
            "imageURL": [f"https://images.example/{item}.small.jpg"],
            "imageURLHighRes": [f"https://images.example/{item}.jpg", f"https://images.example/{item}.back.jpg"],
        }
        for item in ITEMS
    ]
    return [
        _write(folder / "Tea_5.json.gz", map(json.dumps, _reviews(verified=True, style={"Size:": " 1"}))),
        _write(folder / "meta_Tea.json.gz", map(json.dumps, items)),
    ]


def amazon_2023(folder: Path) -> list[Path]:
    """`Tea.jsonl.gz` and `meta_Tea.jsonl.gz`; times in milliseconds."""
    reviews = [
        {
            "rating": 1.0 + number % 5,
            "title": f"Title {number}",
            "text": f"Text {number}",
            "images": [],
            "asin": f"{item}-variant",
            "parent_asin": item,
            "user_id": user,
            "timestamp": (START + number * DAY) * 1000 + 123,
            "helpful_vote": 0,
            "verified_purchase": True,
        }
        for number, (user, item) in enumerate(PAIRS)
    ]
    items = [
        {
            "main_category": "Grocery",
            "title": f"Tea no. {item[-1]}",
            "features": ["Keeps long"],
            "description": ["A tea."],
            "price": None,
            "images": [
                {"thumb": "https://images.example/back.t.jpg", "large": None, "variant": "PT01", "hi_res": None},
                {
                    "thumb": f"https://images.example/{item}.t.jpg",
                    "large": f"https://images.example/{item}.jpg",
                    "variant": "MAIN",
                    "hi_res": None,
                },
            ],
            "store": "Acme",
            "categories": ["Grocery", "Tea"],
            "parent_asin": item,
        }
        for item in ITEMS
    ]
    return [
        _write(folder / "Tea.jsonl.gz", map(json.dumps, reviews)),
        _write(folder / "meta_Tea.jsonl.gz", map(json.dumps, items)),
    ]


def amazon_2023_ratings(folder: Path) -> list[Path]:
    """`Tea.csv.gz`: the 5-core's bare ratings, with a header."""
    rows = [
        f"{user},{item},{1.0 + number % 5},{(START + number * DAY) * 1000 + 123}"
        for number, (user, item) in enumerate(PAIRS)
    ]
    return [_write(folder / "Tea.csv.gz", ["user_id,parent_asin,rating,timestamp", *rows])]


def _reviews(**more: Any) -> list[dict[str, Any]]:
    return [
        {
            "reviewerID": user,
            "asin": item,
            "reviewText": f"Text {number}",
            "overall": 1.0 + number % 5,
            "summary": f"Title {number}",
            "unixReviewTime": START + number * DAY,
            **more,
        }
        for number, (user, item) in enumerate(PAIRS)
    ]


def _write(path: Path, lines: Any) -> Path:
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in lines).encode(), mtime=0))
    return path
