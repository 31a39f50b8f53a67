"""A tuning run from files: rows in Parquet, a prepared dataset, options in YAML. What `rr-vlm train` does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import datasets  # type: ignore[import-untyped]
import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import yaml  # type: ignore[import-untyped]

from rr_data.interfaces import PreparedDataset
from rr_vlm.backbones.embedded import EmbeddedOptions
from rr_vlm.backbones.options import SMOL, PretrainedOptions
from rr_vlm.backbones.pretrained import hidden_width
from rr_vlm.catalogue import Catalogue, PromptOptions
from rr_vlm.encoding import shows_tools
from rr_vlm.errors import ArtifactError, InputError
from rr_vlm.observer.backbone_vision import BackboneVision
from rr_vlm.observer.item_encoder import encode_items
from rr_vlm.observer.vision_features import vision_features
from rr_vlm.presets import preset
from rr_vlm.training.train import train

Progress = Callable[[str, int, int], None]
_SUFFIX = ".recipe.json"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A tuning run.

    Attributes:
        rows: Parquet files of SFT rows.
        data: a prepared dataset, for titles, categories, pictures and training sequences.
        out: folder of the reasoner.
        name: of the reasoner.
        tools: that thoughts and evidence name, in the order of the thoughts.
        prompt: arguments of `PromptOptions`.
        backbone: arguments of `EmbeddedOptions`, or with a `name` of `PretrainedOptions`.
        preset: see `rr_vlm.preset`; what is given here goes before it.
        template: of each task only rows in this wording are used (the paper's single-template ablation); None uses all.
        use_tools: False leaves out every row that shows tools' answers (the ablation without tools).
        training: arguments of `RvitConfig`.
        cache: folder of picture features; None keeps none.
    """

    rows: tuple[str, ...]
    data: str
    out: str
    name: str = "vlm"
    tools: tuple[str, ...] = ()
    prompt: Mapping[str, Any] = field(default_factory=dict)
    backbone: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    preset: str = "reasonrec"
    template: int | None = None
    use_tools: bool = True
    cache: str | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Recipe:
        """Build from plain values.

        Raises:
            InputError: a key is unknown or missing.
        """
        known = {entry.name for entry in fields(cls)}
        unknown, missing = sorted(set(values) - known), sorted({"rows", "data", "out"} - set(values))
        if unknown or missing:
            raise InputError("recipe", f"unknown {unknown}, missing {missing}", f"keys among {sorted(known)}")
        return cls(**{**values, "rows": tuple(values["rows"]), "tools": tuple(values.get("tools", ()))})

    def run(self, *, resume: bool = False, progress: Progress | None = None) -> Path:
        """Tune, leaving a note beside `out` from which `rr-vlm resume` continues after an interruption.

        Raises:
            VlmError: rows, dataset or options cannot be used.
        """
        out = Path(self.out)
        chosen = preset(self.preset)
        prompt = _build(PromptOptions, "prompt", {**chosen.prompt(), **self.prompt})
        kind = PretrainedOptions if "name" in self.backbone else EmbeddedOptions
        backbone = _build(kind, "backbone", self.backbone)
        rows = select_rows(_read_rows(self.rows), template=self.template, use_tools=self.use_tools)
        data = PreparedDataset.open(self.data)
        catalogue = _catalogue(self, data, backbone, progress)
        note = out.with_name(out.name + _SUFFIX)
        out.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps(asdict(self), indent=1))
        train(
            rows,
            catalogue=catalogue,
            out=out,
            tools=self.tools,
            prompt=prompt,
            backbone=backbone,
            options={**chosen.training, **self.training},
            name=self.name,
            notes={"preset": self.preset, "item map": data.manifest.item_map_checksum},
            resume=resume,
            progress=None if progress is None else lambda done, total: progress("tuning", done, total),
        )
        note.unlink()
        return out


def interrupted_recipe(out: Path) -> Recipe:
    """Read the note that an interrupted run left beside `out`.

    Raises:
        ArtifactError: there is none.
    """
    note = out.with_name(out.name + _SUFFIX)
    if not note.is_file():
        raise ArtifactError(f"nothing to resume at {out}: {note.name} is not there; start with `rr-vlm train`")
    return Recipe.of(json.loads(note.read_text()))


def read_options(file: Path | None) -> dict[str, Any]:
    """Read a YAML (or JSON) file with the keys of `Recipe`.

    Raises:
        ArtifactError: it is missing or is not a mapping.
    """
    if file is None:
        return {}
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise ArtifactError(f"{file}: cannot be read as YAML: {error}") from error
    if not isinstance(values, dict):
        raise ArtifactError(f"{file}: holds {type(values).__name__}, needed is a mapping of options")
    return values


def select_rows(rows: Any, *, template: int | None = None, use_tools: bool = True) -> Any:
    """Leave out rows, for an ablation.

    Args:
        rows: a `datasets.Dataset` of SFT rows.
        template: keep this wording alone.
        use_tools: False keeps only rows that show no tool's answer.

    Raises:
        InputError: nothing is left.
    """
    kept = np.ones(len(rows), dtype=bool)
    if template is not None:
        kept &= np.array(rows["template"]) == template
    if not use_tools:
        kept &= [not shows_tools(prompt) for prompt in rows["prompt"]]
    if not kept.any():
        received = f"template={template}, use_tools={use_tools}"
        raise InputError("rows", received, f"options that leave some of the {len(rows)} rows")
    return rows if kept.all() else rows.select(np.flatnonzero(kept))


def _build(kind: type[Any], name: str, values: Mapping[str, Any]) -> Any:
    known = [entry.name for entry in fields(kind)]
    unknown = sorted(set(values) - set(known))
    if unknown:
        raise InputError(name, f"unknown {unknown}", f"keys among {known}")
    return kind(**values)


def _read_rows(files: Sequence[str]) -> Any:
    missing = [file for file in files if not Path(file).is_file()]
    if missing or not files:
        raise ArtifactError(f"rows: {missing or 'no file'} not found; write them with rr_data's sft_rows")
    try:
        with _no_bars():
            return datasets.concatenate_datasets([datasets.Dataset.from_parquet(str(file)) for file in files])
    except (pa.ArrowInvalid, ValueError, datasets.exceptions.DatasetGenerationError) as error:
        raise ArtifactError(f"rows: {', '.join(files)} cannot be read as Parquet files of SFT rows: {error}") from error


@contextmanager
def _no_bars() -> Iterator[None]:
    """Keep datasets from drawing a bar the first time that it sees a file, terminal or not."""
    hidden = datasets.are_progress_bars_disabled()
    datasets.disable_progress_bars()
    try:
        yield
    finally:
        if not hidden:
            datasets.enable_progress_bars()


def _catalogue(
    recipe: Recipe, data: PreparedDataset, backbone: EmbeddedOptions | PretrainedOptions, progress: Progress | None
) -> Catalogue:
    titles, categories = data.items["title"].fill_null("").to_list(), data.items["categories"].to_list()
    paths = data.image_paths()
    pictures = None
    if preset(recipe.preset).pictures and any(path is not None for path in paths):
        pictures = vision_features(
            paths,
            encoder=_tower(backbone),
            cache=recipe.cache,
            progress=None if progress is None else lambda done, total: progress("pictures", done, total),
        )
    vectors = encode_items(
        [f"{title} {' '.join(names or [])}" for title, names in zip(titles, categories, strict=True)],
        width=hidden_width(backbone) if isinstance(backbone, PretrainedOptions) else backbone.width,
        vision=pictures,
        sequences=data.sequences(),
    ).vectors
    return Catalogue(
        titles=titles, categories=[names or [] for names in categories], pictures=pictures, vectors=vectors
    )


def _tower(backbone: EmbeddedOptions | PretrainedOptions) -> BackboneVision | None:
    own = isinstance(backbone, PretrainedOptions) and backbone.source != SMOL
    return BackboneVision(backbone) if own and isinstance(backbone, PretrainedOptions) else None
