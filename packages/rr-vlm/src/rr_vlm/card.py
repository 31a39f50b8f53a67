"""A reasoner's model card, and the way to the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rr_vlm.artifact import read_card
from rr_vlm.errors import VlmError

README = "README.md"
_FRONT = """---
license: apache-2.0
library_name: rr-vlm
pipeline_tag: image-text-to-text
tags: [recommendation, rr-vlm, trl]
{base}---
"""


def model_card(folder: Path, metrics: Mapping[str, float] | None = None) -> str:
    """Describe a reasoner in Markdown: backbone, data and their checksums, options, losses, metrics.

    Args:
        folder: of the reasoner.
        metrics: measured on test data, by name.

    Raises:
        ArtifactError: the folder is not a reasoner.
    """
    card = read_card(folder)
    made = card["training"]
    backbone = made.get("backbone", {})
    base = f"base_model: {backbone['name']}\n" if "/" in backbone.get("name", "") else ""
    lines = [
        _FRONT.format(base=base),
        f"# {card['name']}",
        "",
        "A recommender made by rr-vlm: it answers a history with one distribution",
        f"over {len(card['titles']):,} items, a thought, and a confidence, alone or with the answers of the tools "
        f"{', '.join(card['tools']) or '(none)'}.",
        "",
        "```python",
        "from rr_vlm import VlmReasoner",
        'reasoner = VlmReasoner.load("FOLDER")',
        "```",
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in _facts(card, made).items()),
        "",
    ]
    if metrics:
        lines += [
            "| metric | value |",
            "|---|---|",
            *(f"| {name} | {value:.4f} |" for name, value in metrics.items()),
            "",
        ]
    lines += ["## Options", "", "```json", json.dumps(made.get("options", {}), indent=1), "```", ""]
    return "\n".join(lines)


def write_model_card(folder: Path, metrics: Mapping[str, float] | None = None) -> Path:
    """Write `model_card` to `README.md` in the reasoner's folder."""
    file = folder / README
    file.write_text(model_card(folder, metrics), encoding="utf-8")
    return file


def push_to_hub(
    folder: Path, repository: str, *, private: bool = True, metrics: Mapping[str, float] | None = None
) -> str:
    """Upload a reasoner with its model card to the Hugging Face hub.

    Args:
        folder: of the reasoner.
        repository: `owner/name`; it is created where it does not exist.
        private: of a repository that is created.
        metrics: for the model card.

    Returns:
        The address of the commit.

    Raises:
        ArtifactError: the folder is not a reasoner.
        VlmError: the hub cannot be reached or refuses.
    """
    from huggingface_hub import HfApi  # noqa: PLC0415  (slow to import)
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError  # noqa: PLC0415

    if not (folder / README).is_file() or metrics:
        write_model_card(folder, metrics)
    api = HfApi()
    try:
        api.create_repo(repository, private=private, exist_ok=True)
        return str(api.upload_folder(repo_id=repository, folder_path=folder, commit_message="Upload by rr-vlm"))
    except (HfHubHTTPError, HFValidationError, OSError) as error:
        first = str(error).strip().splitlines()[0]
        raise VlmError(f"cannot push {folder} to {repository!r}: {first}; log in with `hf auth login`") from error


def _facts(card: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, Any]:
    facts = {
        "steps": made.get("steps"),
        "rows": made.get("rows"),
        "batch size": made.get("batch_size"),
        "seconds": made.get("seconds"),
        "final loss": made.get("last", {}).get("loss"),
        "backbone": json.dumps(made.get("backbone")),
        "confidence calibrated on": card["confidence_alone"]["queries"],
    }
    return {**facts, **made.get("notes", {})}
