"""A reasoner on disk: a folder of safetensors, JSON and the tokenizer, written whole or not at all."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_torch_file
from transformers import PreTrainedTokenizerFast
from transformers.utils import SAFE_WEIGHTS_NAME, logging

from rr_vlm.backbones.options import PretrainedOptions
from rr_vlm.backbones.pretrained import adapt, pretrained_backbone
from rr_vlm.catalogue import Catalogue, PromptOptions
from rr_vlm.deliberator import Deliberator, DeliberatorConfig
from rr_vlm.encoding import PromptEncoder
from rr_vlm.errors import ArtifactError
from rr_vlm.inference.confidence import ConfidenceModel
from rr_vlm.inference.evidence_trust import EvidenceTrust
from rr_vlm.inference.isotonic import IsotonicCurve
from rr_vlm.tokens.item_tokens import ItemTokens
from rr_vlm.tokens.thought_tokens import ThoughtTokens

SCHEMA_VERSION = 2
KIND = "reasoner-artifact"
CARD, PICTURES = "reasoner.json", "pictures.safetensors"


@dataclass(frozen=True, kw_only=True)
class ReasonerCard:
    """What is known of a reasoner besides its weights.

    Attributes:
        name: a short name.
        prompt: how queries are written.
        tools_alone: tools that a thought names where no evidence is shown.
        tool_rates: by tool, the share of tuning thoughts that use it.
        tokens_alone: mean length of tuning prompts without evidence.
        tokens_with_evidence: mean length of tuning prompts with evidence.
        confidence_alone: calibration of answers without evidence.
        confidence_with_evidence: calibration of answers with evidence.
        trust: how far answers follow the evidence where every tool speaks.
        trust_incomplete: the same where one is silent.
        clicks: calibration of click probabilities, of which only bias and mass are used.
        clicks_curve: what follows it.
        training: how it was tuned: rows, steps, options, final losses, seconds.
    """

    name: str = "vlm"
    prompt: PromptOptions = field(default_factory=PromptOptions)
    tools_alone: tuple[str, ...] = ()
    tool_rates: Mapping[str, float] = field(default_factory=dict)
    tokens_alone: int = 0
    tokens_with_evidence: int = 0
    confidence_alone: ConfidenceModel = field(default_factory=ConfidenceModel)
    confidence_with_evidence: ConfidenceModel = field(default_factory=ConfidenceModel)
    trust: EvidenceTrust = field(default_factory=EvidenceTrust)
    trust_incomplete: EvidenceTrust = field(default_factory=EvidenceTrust)
    clicks: ConfidenceModel = field(default_factory=ConfidenceModel)
    clicks_curve: IsotonicCurve = field(default_factory=IsotonicCurve)
    training: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ReasonerParts:
    """What a reasoner is made of."""

    model: Deliberator
    encoder: PromptEncoder
    catalogue: Catalogue
    card: ReasonerCard


def write_reasoner(
    path: Path, model: Deliberator, encoder: PromptEncoder, catalogue: Catalogue, card: ReasonerCard
) -> None:
    """Write a reasoner to `path`; an existing one is replaced.

    Raises:
        ArtifactError: `path` exists and is not a reasoner.
    """
    if path.exists() and not (path / CARD).is_file():
        raise ArtifactError(f"{path} exists and is not a reasoner: choose another folder or remove it")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        with no_progress_bars():
            model.save_pretrained(partial)
        encoder.tokenizer.save_pretrained(partial)
        if catalogue.pictures is not None:
            save_file({"pictures": np.asarray(catalogue.pictures, dtype=np.float16)}, partial / PICTURES)
        content = {
            "schema_version": SCHEMA_VERSION,
            "kind": KIND,
            **asdict(card),
            "tools": list(encoder.thought.tools),
            "ranks": encoder.ranks,
            "visual_tokens": encoder.visual_tokens,
            "titles": list(catalogue.titles),
            "categories": [list(names) for names in catalogue.categories],
            "checksums": {file.name: _checksum(file) for file in sorted(partial.iterdir())},
        }
        (partial / CARD).write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
        partial.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        partial.replace(path)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def read_card(path: Path) -> dict[str, Any]:
    """Read and check `reasoner.json` of the folder `path`.

    Raises:
        ArtifactError: it is missing, not a reasoner's, or of another schema version.
    """
    try:
        content: dict[str, Any] = json.loads((path / CARD).read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise ArtifactError(
            f"{path} is not a reasoner: {CARD} is missing or damaged; train one with `rr-vlm train`"
        ) from error
    if content.get("kind") != KIND:
        raise ArtifactError(f"{path / CARD}: kind is {content.get('kind')!r}, needed is {KIND!r}")
    if content.get("schema_version") != SCHEMA_VERSION:
        found = content.get("schema_version")
        raise ArtifactError(f"{path}: schema version {found}, this rr-vlm knows {SCHEMA_VERSION}: train it again")
    return content


def read_reasoner(path: Path) -> ReasonerParts:
    """Read a reasoner.

    Raises:
        ArtifactError: the folder is missing, damaged or of another version.
    """
    content = read_card(path)
    for name, checksum in content["checksums"].items():
        if not (path / name).is_file() or _checksum(path / name) != checksum:
            raise ArtifactError(f"{path / name} is missing or was changed after it was written: train or copy it again")
    try:
        config = DeliberatorConfig.from_pretrained(path)
        with no_progress_bars():
            model = _model(path, config)
        tokenizer = PreTrainedTokenizerFast.from_pretrained(path)
        pictures = load_file(path / PICTURES)["pictures"] if (path / PICTURES).is_file() else None
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ArtifactError(f"{path}: cannot be loaded: {error}") from error
    encoder = PromptEncoder(
        tokenizer=tokenizer,
        items=ItemTokens(config.item_offset, config.n_items),
        thought=ThoughtTokens.of(content["tools"]),
        ranks=content["ranks"],
        visual_tokens=content["visual_tokens"],
    )
    catalogue = Catalogue(
        titles=content["titles"],
        categories=content["categories"],
        pictures=None if pictures is None else pictures.astype(np.float32),
    )
    card = ReasonerCard(
        name=content["name"],
        prompt=PromptOptions(**content["prompt"]),
        tools_alone=tuple(content["tools_alone"]),
        tool_rates=content["tool_rates"],
        tokens_alone=content["tokens_alone"],
        tokens_with_evidence=content["tokens_with_evidence"],
        confidence_alone=ConfidenceModel(**content["confidence_alone"]),
        confidence_with_evidence=ConfidenceModel(**content["confidence_with_evidence"]),
        trust=EvidenceTrust(**content["trust"]),
        trust_incomplete=EvidenceTrust(**content.get("trust_incomplete", content["trust"])),
        clicks=ConfidenceModel(**content["clicks"]),
        clicks_curve=_curve(content.get("clicks_curve", {})),
        training=content["training"],
    )
    return ReasonerParts(model, encoder, catalogue, card)


def _curve(knots: Mapping[str, list[float]]) -> IsotonicCurve:
    """Read a curve; a reasoner from before it has none."""
    return IsotonicCurve(**{name: tuple(values) for name, values in knots.items()})


def _model(path: Path, config: DeliberatorConfig) -> Deliberator:
    if config.base is None:
        return Deliberator.from_pretrained(path, config=config)
    options = PretrainedOptions(**config.base)
    vocabulary = config.item_offset + config.n_items
    model = Deliberator(config, pretrained_backbone(options, vocabulary=vocabulary))
    adapt(model.backbone, options, new_tokens=range(config.thought_offset, vocabulary))
    trained = load_torch_file(path / SAFE_WEIGHTS_NAME)
    missing = {name for name, value in model.named_parameters() if value.requires_grad} - set(trained)
    unexpected = model.load_state_dict(trained, strict=False).unexpected_keys
    if missing or unexpected:
        raise ArtifactError(f"{path}: its weights do not fit the backbone {options.name!r}: train it again")
    return model


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing bars for a file of a few megabytes."""
    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
