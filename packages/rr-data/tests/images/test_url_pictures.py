from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

httpx = pytest.importorskip("httpx")
pytest.importorskip("PIL.Image")

from rr_data.errors import ImageError  # noqa: E402
from rr_data.images.failures import Failure  # noqa: E402
from rr_data.images.url_pictures import url_pictures  # noqa: E402


def items(**urls: str | None) -> pl.DataFrame:
    return pl.DataFrame(
        {"item_id": list(urls), "image_url": list(urls.values())},
        schema={"item_id": pl.String, "image_url": pl.String},
    )


def web(picture) -> httpx.MockTransport:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/404":
            return httpx.Response(404)
        return httpx.Response(
            200, stream=httpx.ByteStream(picture(request.url.path)), headers={"content-type": "image/png"}
        )

    return httpx.MockTransport(answer)


def test_addresses_and_files(tmp_path: Path, picture) -> None:
    (tmp_path / "here.png").write_bytes(picture("here"))
    table = items(
        a="http://h/1",
        b="http://h/1",
        c="here.png",
        d=str(tmp_path / "here.png"),
        e=None,
        f="  ",
        g="http://h/404",
        h="nowhere.png",
        i="file:///etc/passwd",
        j="bad\0name",
        k="/dev/zero",
        l="x" * 5000,
    )
    source = url_pictures(table, downloads=tmp_path / "d", base=tmp_path, transport=web(picture))
    assert source.kind == "urls"
    assert {item_id: source.read(item_id) for item_id in source.ids} == {
        "a": picture("/1"),
        "b": picture("/1"),
        "c": picture("here"),
        "d": picture("here"),
    }
    assert len(list((tmp_path / "d").iterdir())) == 1
    assert {failure.item_id for failure in source.failures} == set("ghijkl")
    assert Failure("g", "http://h/404", "404 Not Found", 1) in source.failures
    assert Failure("h", "nowhere.png", "no such file", 1) in source.failures
    assert Failure("i", "file:///etc/passwd", "scheme 'file'; expected http or https", 0) in source.failures


def test_without_a_folder_nothing_is_left(picture) -> None:
    source = url_pictures(items(a="http://h/1"), transport=web(picture))
    place = source.place("a")
    assert place.is_file()
    source.close()
    assert not place.exists()


@pytest.mark.parametrize("url", [None, "", " "])
def test_no_item_names_a_picture(url: str | None) -> None:
    with pytest.raises(ImageError, match="no item has an image_url"):
        url_pictures(items(a=url))
