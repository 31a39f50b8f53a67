"""A prepared dataset, opened for reading (files section of the stable interfaces)."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from rr_data import columns
from rr_data.columns import Columns
from rr_data.errors import ChecksumError, OptionError, PreparedDatasetError
from rr_data.evidence.horizon import EvidenceHorizon
from rr_data.evidence.levels import LEVELS
from rr_data.manifest import Manifest, content_checksum, sha256_of
from rr_data.sequences import Sequences
from rr_data.splits.parts import CONTEXT, PARTS, TEST, TRAIN, VALIDATION

INTERACTIONS_FILE: Final = "interactions.parquet"
ITEMS_FILE: Final = "items.parquet"
USERS_FILE: Final = "users.parquet"
REJECTED_FILE: Final = "rejected.parquet"
CTR_FILE: Final = "ctr.parquet"
REVIEWS_FILE: Final = "reviews.parquet"
EXPLANATIONS_FILE: Final = "explanations.parquet"
IMAGES_FOLDER: Final = "images"
IMAGE_SUMS_FILE: Final = f"{IMAGES_FOLDER}/SHA256SUMS"
TABLES: Final = (INTERACTIONS_FILE, ITEMS_FILE, USERS_FILE, REJECTED_FILE)

Part = Literal["train", "validation", "test"]
EvaluatedPart = Literal["validation", "test"]
_SHOWN: Final = {
    TRAIN: (TRAIN,),
    VALIDATION: (TRAIN, CONTEXT, VALIDATION),
    TEST: (TRAIN, CONTEXT, VALIDATION, TEST),
}


def split_file(name: str) -> str:
    """Where the parts of a split stand."""
    return f"splits/{name}.parquet"


def candidates_file(part: str) -> str:
    """Where the candidate lists of a part stand."""
    return f"candidates/{part}.parquet"


class PreparedDataset:
    """A folder that `rr-data prepare` wrote. Tables are read when first used, and kept.

    Example:
        >>> data = PreparedDataset.open("out/beauty")  # doctest: +SKIP
        >>> data.sequences(until="validation")[0]  # doctest: +SKIP
        array([ 512, 9021,   77], dtype=int32)
    """

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """Use `open`, which checks the folder."""
        self._path = path
        self._manifest = manifest

    @classmethod
    def open(cls, path: str | Path) -> PreparedDataset:
        """Open a folder after checking its kind, its schema version and that no file is missing.

        Raises:
            PreparedDatasetError: not a whole prepared dataset.
            SchemaVersionError: written by another version.
        """
        folder = Path(path)
        manifest = Manifest.read(folder)
        wanted = dict.fromkeys([*TABLES, split_file(manifest.split["name"]), *manifest.checksums])
        missing = [name for name in wanted if not (folder / name).is_file()]
        if missing:
            raise PreparedDatasetError(f"{folder}: {', '.join(missing)} missing; run rr-data prepare again")
        return cls(folder, manifest)

    def __repr__(self) -> str:
        """Name, path and size."""
        return f"PreparedDataset({str(self._path)!r}, users={self.n_users}, items={self.n_items})"

    @property
    def path(self) -> Path:
        """The folder."""
        return self._path

    @property
    def manifest(self) -> Manifest:
        """What the folder's manifest says."""
        return self._manifest

    @property
    def checksum(self) -> str:
        """Identifies the content: a hash over the checksums of the data files."""
        return content_checksum(self._manifest.checksums)

    @property
    def item_map_checksum(self) -> str:
        """Identifies which item each code stands for."""
        return self._manifest.item_map_checksum

    @property
    def n_users(self) -> int:
        """Number of users; their codes are 0 to n_users - 1."""
        return self._manifest.counts["users"]

    @property
    def n_items(self) -> int:
        """Number of items; their codes are 0 to n_items - 1."""
        return self._manifest.counts["items"]

    @cached_property
    def interactions(self) -> pl.DataFrame:
        """`interactions.parquet`, sorted by user code, then time."""
        return self._table(INTERACTIONS_FILE, columns.INTERACTIONS)

    @cached_property
    def items(self) -> pl.DataFrame:
        """`items.parquet`; row i is item code i."""
        return self._table(ITEMS_FILE, columns.ITEMS)

    @cached_property
    def users(self) -> pl.DataFrame:
        """`users.parquet`; row u is user code u."""
        return self._table(USERS_FILE, columns.USERS)

    @cached_property
    def rejected(self) -> pl.DataFrame:
        """`rejected.parquet`: every row that was left out, and why."""
        return self._table(REJECTED_FILE, columns.REJECTED)

    @property
    def split(self) -> str:
        """Name of the split in force."""
        return str(self._manifest.split["name"])

    @cached_property
    def parts(self) -> NDArray[np.int8]:
        """[interactions] the part of each interaction, an index into `PARTS`: train, validation, test, context."""
        names = self._table(split_file(self.split), columns.SPLIT)[Columns.PART]
        return names.replace_strict(list(PARTS), list(range(len(PARTS))), return_dtype=pl.Int8).to_numpy()

    @cached_property
    def ctr(self) -> pl.DataFrame | None:
        """`ctr.parquet`: clicks and negatives with their part, or None."""
        return self._optional(CTR_FILE, columns.CTR)

    @cached_property
    def reviews(self) -> pl.DataFrame | None:
        """`reviews.parquet`: texts by row of the interactions, or None."""
        return self._optional(REVIEWS_FILE, columns.REVIEWS)

    @cached_property
    def explanations(self) -> pl.DataFrame | None:
        """`explanations.parquet`: feature, opinion, sentence, sentiment by row of the interactions, or None."""
        return self._optional(EXPLANATIONS_FILE, columns.EXPLANATIONS)

    def candidates(self, part: EvaluatedPart) -> pl.DataFrame | None:
        """`candidates/<part>.parquet`: what each user's target is ranked against, target included; or None."""
        return self._optional(candidates_file(_evaluated(part)), columns.CANDIDATES)

    def sequences(self, until: Part = "train") -> Sequences:
        """Every user's item codes, oldest first, up to and including a part.

        Args:
            until: `train`; `validation` (training, context and validation items: what a test query may read); or
                `test` (all).

        Raises:
            OptionError: another part.
        """
        if until not in _SHOWN:
            raise OptionError("until", until, " or ".join(repr(name) for name in _SHOWN))
        chosen = np.isin(self.parts, [PARTS.index(part) for part in _SHOWN[until]])
        users = self.interactions[Columns.USER].to_numpy()[chosen]
        offsets = np.zeros(self.n_users + 1, dtype=np.int64)
        np.cumsum(np.bincount(users, minlength=self.n_users), out=offsets[1:])
        return Sequences(self.interactions[Columns.ITEM].to_numpy()[chosen], offsets)

    def targets(self, part: EvaluatedPart) -> NDArray[np.int64]:
        """[n_users] each user's item of a part, the first where there are several; -1 where there is none.

        Raises:
            OptionError: a part without targets.
        """
        chosen = np.flatnonzero(self.parts == PARTS.index(_evaluated(part)))[::-1]
        targets = np.full(self.n_users, -1, dtype=np.int64)
        targets[self.interactions[Columns.USER].to_numpy()[chosen]] = self.interactions[Columns.ITEM].to_numpy()[chosen]
        return targets

    def evidence_horizon(self) -> EvidenceHorizon:
        """Every user's evidence horizon, counted in the training part."""
        settings = self._manifest.evidence_horizon
        names = self.users[Columns.EH_LEVEL]
        levels = names.replace_strict(list(LEVELS), list(range(len(LEVELS))), return_dtype=pl.Int8)
        low, high = settings["thresholds"]
        return EvidenceHorizon(
            counts=self.users[Columns.COUNT].to_numpy(),
            raw=self.users[Columns.EH_RAW].to_numpy(),
            normalized=self.users[Columns.EH].to_numpy(),
            levels=levels.to_numpy(),
            normalizer=settings["normalizer"],
            thresholds=(float(low), float(high)),
        )

    def image_paths(self) -> list[Path | None]:
        """The picture of each item code, or None."""
        return [None if name is None else self._path / name for name in self.items[Columns.IMAGE].to_list()]

    def verify(self) -> None:
        """Compare every file with its checksum, pictures included.

        Raises:
            ChecksumError: names the files that differ.
        """
        expected = dict(self._manifest.checksums)
        if IMAGE_SUMS_FILE in expected:
            expected |= self._image_checksums()
        changed = [name for name, checksum in expected.items() if not self._matches(name, checksum)]
        if changed:
            more = f" and {len(changed) - 5} more" if len(changed) > 5 else ""
            raise ChecksumError(
                f"{self._path}: {', '.join(changed[:5])}{more} changed since the dataset was prepared; prepare it again"
            )

    def _image_checksums(self) -> dict[str, str]:
        lines = (self._path / IMAGE_SUMS_FILE).read_text(encoding="utf-8").splitlines()
        pairs = (line.split("  ", 1) for line in lines if "  " in line)
        return {f"{IMAGES_FOLDER}/{name}": checksum for checksum, name in pairs}

    def _matches(self, name: str, checksum: str) -> bool:
        file = self._path / name
        return file.is_file() and sha256_of(file) == checksum

    def _optional(self, name: str, schema: pl.Schema) -> pl.DataFrame | None:
        return self._table(name, schema) if name in self._manifest.checksums else None

    def _table(self, name: str, schema: pl.Schema) -> pl.DataFrame:
        try:
            table = pl.read_parquet(self._path / name)
        except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            raise PreparedDatasetError(f"{self._path / name}: cannot be read: {_first_line(error)}") from error
        if table.schema != schema:
            raise PreparedDatasetError(
                f"{self._path / name}: columns {dict(table.schema)}; expected {dict(schema)}; prepare it again"
            )
        return table


def _evaluated(part: str) -> str:
    if part not in (VALIDATION, TEST):
        raise OptionError("part", part, f"{VALIDATION!r} or {TEST!r}")
    return part


def _first_line(error: Any) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
