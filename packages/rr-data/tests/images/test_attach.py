from __future__ import annotations

import zipfile
from pathlib import Path

import polars as pl
import pytest

Image = pytest.importorskip("PIL.Image")
pytest.importorskip("httpx")

from rr_data.errors import ImageError, OptionError, PreparedDatasetError  # noqa: E402
from rr_data.images.attach import attach_images  # noqa: E402
from rr_data.images.failures import FAILED  # noqa: E402
from rr_data.prepared import PreparedDataset  # noqa: E402


def failed(data: PreparedDataset) -> list[tuple]:
    table = pl.read_parquet(data.path / "images_failed.parquet")
    assert table.schema == FAILED
    return table.rows()


def counts(data: PreparedDataset) -> tuple[int, ...]:
    names = ("pictures", "covers", "unreadable_pictures", "failed_pictures")
    return tuple(data.manifest.counts[name] for name in names)


@pytest.fixture
def pictures(tmp_path: Path, picture) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.png").write_bytes(picture(name))
    return folder


def test_pictures_from_a_folder(dataset, pictures: Path, tmp_path: Path) -> None:
    old, seen = dataset(), []
    data = attach_images(old.path, pictures, progress=lambda *step: seen.append(step))
    data.verify()
    assert counts(data) == (2, 2, 0, 0)
    assert data.manifest.options["images"] == "folder"
    assert data.items["image"].to_list() == [f"images/{code}.jpg" for code in range(4)]
    assert data.items.drop("image").equals(old.items.drop("image"))
    assert all(Image.open(path).size == (224, 224) for path in data.image_paths())
    assert data.checksum != old.checksum
    assert data.item_map_checksum == old.item_map_checksum
    assert failed(data) == []
    assert seen == [("pictures", done, 4) for done in (1, 2, 3, 4)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pictures"]


def test_other_pictures_take_their_place(dataset, pictures: Path) -> None:
    first = attach_images(dataset().path, pictures)
    before = first.checksum
    data = attach_images(first.path, "covers")
    data.verify()
    assert (counts(data), data.manifest.options["images"]) == ((0, 4, 0, 0), "covers")
    assert attach_images(first.path, pictures).checksum == before


def test_everything_else_is_kept(dataset, pictures: Path) -> None:
    folder = dataset().path
    (folder / "notes").mkdir()
    (folder / "notes" / "thesis.txt").write_text("precious")
    (folder / "link").symlink_to("nowhere")
    before = {path.name: path.read_bytes() for path in folder.rglob("*.parquet")}
    data = attach_images(folder, pictures)
    assert (folder / "notes" / "thesis.txt").read_text() == "precious"
    assert (folder / "link").is_symlink()
    after = {path.name: path.read_bytes() for path in data.path.rglob("*.parquet")}
    assert {name for name in after if after[name] != before.get(name)} == {"items.parquet", "images_failed.parquet"}


def test_without_hard_links_files_are_copied(dataset, pictures: Path, monkeypatch) -> None:
    def refuse(*arguments: object, **options: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refuse)
    attach_images(dataset().path, pictures).verify()


def test_an_unreadable_picture(dataset, pictures: Path, tmp_path: Path) -> None:
    (pictures / "c.png").write_bytes(b"x")
    old = dataset()
    with pytest.raises(ImageError, match=r"c\.png.*unreadable=cover"):
        attach_images(old.path, pictures)
    assert PreparedDataset.open(old.path).checksum == old.checksum
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pictures"]
    data = attach_images(old.path, pictures, unreadable="cover")
    data.verify()
    assert counts(data) == (2, 2, 1, 0)
    ((item_id, url, reason, attempts),) = failed(data)
    assert (item_id, url, attempts) == ("c", str(pictures / "c.png"), 1)
    assert "c.png" in reason


def test_from_a_zip_with_a_trick(dataset, picture, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.png", picture())
        archive.writestr("../../b.png", picture())
    before = set(tmp_path.parent.rglob("*"))
    data = attach_images(dataset().path, tmp_path / "z.zip", unreadable="cover")
    assert counts(data) == (1, 3, 1, 0)
    assert failed(data)[0][:2] == ("b", str(tmp_path / "z.zip" / "../../b.png"))
    assert {path for path in set(tmp_path.parent.rglob("*")) - before if not path.is_relative_to(data.path)} == set()


def test_from_files_that_items_name(dataset, pictures: Path) -> None:
    data = dataset(image_urls=["a.png", None, "nowhere.png", "file:///etc/passwd"])
    data = attach_images(data.path, "urls", base=pictures)
    assert (counts(data), data.manifest.options["images"]) == ((1, 3, 0, 2), "urls")
    assert [row[0] for row in failed(data)] == ["c", "d"]


def test_a_folder_named_by_a_link_or_from_inside(dataset, pictures: Path, tmp_path: Path, monkeypatch) -> None:
    folder = dataset().path
    (tmp_path / "name").symlink_to("data")
    assert counts(attach_images(tmp_path / "name", pictures)) == (2, 2, 0, 0)
    assert (tmp_path / "name").is_symlink()
    monkeypatch.chdir(folder)
    attach_images(".", "covers")
    assert counts(PreparedDataset.open(folder)) == (0, 4, 0, 0)


def test_mistakes_change_nothing(dataset, pictures: Path, tmp_path: Path) -> None:
    data = attach_images(dataset().path, pictures)
    with pytest.raises(ImageError, match="inside the dataset itself"):
        attach_images(data.path, data.path / "images")
    with pytest.raises(ImageError, match="not a folder"):
        attach_images(data.path, tmp_path / "nothing")
    with pytest.raises(OptionError, match="unreadable"):
        attach_images(data.path, pictures, unreadable="skip")
    with pytest.raises(PreparedDatasetError, match="no such folder"):
        attach_images(tmp_path / "deep" / "nowhere", pictures)
    with pytest.raises(PreparedDatasetError, match="no manifest"):
        attach_images(pictures, "covers")
    assert PreparedDataset.open(data.path).checksum == data.checksum
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pictures"]


def test_a_replacement_that_was_cut_off_is_put_back(dataset, pictures: Path, tmp_path: Path) -> None:
    folder = dataset().path
    folder.rename(tmp_path / ".data.previous")
    assert counts(attach_images(folder, pictures)) == (2, 2, 0, 0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "pictures"]


def test_downloads_again_ask_for_what_is_missing(dataset, picture, tmp_path: Path, monkeypatch) -> None:
    from rr_data.images import url_pictures
    from rr_data.images.download import Downloads
    from rr_data.images.failures import Failure

    asked, there = [], {"http://h/a"}

    def download(urls: list[str], folder: Path, **options: object) -> Downloads:
        asked.append(sorted(urls))
        folder.mkdir(exist_ok=True)
        for url in there:
            (folder / url[-1]).write_bytes(picture(url))
        failures = {url: Failure("", url, "503", 5) for url in urls if url not in there}
        return Downloads({url: folder / url[-1] for url in urls if url in there}, failures)

    monkeypatch.setattr(url_pictures, "download_pictures", download)
    data = attach_images(dataset(image_urls=["http://h/a", "http://h/b", None, None]).path, "urls")
    first = (data.path / data.items["image"][0]).read_bytes()
    assert counts(data) == (1, 3, 0, 1)
    there.add("http://h/b")
    data = attach_images(data.path, "urls")
    data.verify()
    assert counts(data) == (2, 2, 0, 0)
    assert (data.path / data.items["image"][0]).read_bytes() == first
    (data.path / data.items["image"][0]).write_bytes(b"damaged")
    data = attach_images(data.path, "urls")
    data.verify()
    attach_images(data.path, "urls")
    assert asked == [["http://h/a", "http://h/b"], ["http://h/b"], ["http://h/a"], []]
    attach_images(data.path, "covers")
    attach_images(data.path, "urls")
    assert asked[-1] == ["http://h/a", "http://h/b"]
