"""rr-vlm: a vision-language model that observes and deliberates."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rr_vlm.artifact import ReasonerCard, read_card
    from rr_vlm.backbones.embedded import EmbeddedOptions
    from rr_vlm.backbones.options import PretrainedOptions
    from rr_vlm.card import model_card, push_to_hub, write_model_card
    from rr_vlm.catalogue import Catalogue, PromptOptions
    from rr_vlm.curriculum.phases import Curriculum, CurriculumPlan, Phase
    from rr_vlm.curriculum.sampler import CurriculumSampler
    from rr_vlm.errors import ArtifactError, InputError, MissingExtraError, VlmError
    from rr_vlm.inference.confidence import ConfidenceModel
    from rr_vlm.inference.vllm_engine import VllmEngine
    from rr_vlm.observer.backbone_vision import BackboneVision
    from rr_vlm.observer.item_encoder import FusionOptions, ItemFeatures, encode_items
    from rr_vlm.observer.observation import Observation, observe
    from rr_vlm.observer.vision_features import vision_features
    from rr_vlm.presets import PRESETS, Preset, preset
    from rr_vlm.reasoner import Deliberation, VlmReasoner
    from rr_vlm.recipe import Recipe, interrupted_recipe, read_options, select_rows
    from rr_vlm.training.sft_config import RvitConfig
    from rr_vlm.training.sft_trainer import RvitTrainer, read_history
    from rr_vlm.training.train import train

__version__ = "0.1.0"

__all__ = [
    "PRESETS",
    "ArtifactError",
    "BackboneVision",
    "Catalogue",
    "ConfidenceModel",
    "Curriculum",
    "CurriculumPlan",
    "CurriculumSampler",
    "Deliberation",
    "EmbeddedOptions",
    "FusionOptions",
    "InputError",
    "ItemFeatures",
    "MissingExtraError",
    "Observation",
    "Phase",
    "Preset",
    "PretrainedOptions",
    "PromptOptions",
    "ReasonerCard",
    "Recipe",
    "RvitConfig",
    "RvitTrainer",
    "VllmEngine",
    "VlmError",
    "VlmReasoner",
    "__version__",
    "encode_items",
    "interrupted_recipe",
    "model_card",
    "observe",
    "preset",
    "push_to_hub",
    "read_card",
    "read_history",
    "read_options",
    "select_rows",
    "train",
    "vision_features",
    "write_model_card",
]

_HOMES = {
    "rr_vlm.artifact": ("ReasonerCard", "read_card"),
    "rr_vlm.backbones.embedded": ("EmbeddedOptions",),
    "rr_vlm.backbones.options": ("PretrainedOptions",),
    "rr_vlm.catalogue": ("Catalogue", "PromptOptions"),
    "rr_vlm.curriculum.phases": ("Curriculum", "CurriculumPlan", "Phase"),
    "rr_vlm.curriculum.sampler": ("CurriculumSampler",),
    "rr_vlm.errors": ("ArtifactError", "InputError", "MissingExtraError", "VlmError"),
    "rr_vlm.card": ("model_card", "push_to_hub", "write_model_card"),
    "rr_vlm.observer.backbone_vision": ("BackboneVision",),
    "rr_vlm.observer.item_encoder": ("FusionOptions", "ItemFeatures", "encode_items"),
    "rr_vlm.observer.observation": ("Observation", "observe"),
    "rr_vlm.observer.vision_features": ("vision_features",),
    "rr_vlm.inference.vllm_engine": ("VllmEngine",),
    "rr_vlm.inference.confidence": ("ConfidenceModel",),
    "rr_vlm.recipe": ("Recipe", "interrupted_recipe", "read_options", "select_rows"),
    "rr_vlm.presets": ("PRESETS", "Preset", "preset"),
    "rr_vlm.reasoner": ("Deliberation", "VlmReasoner"),
    "rr_vlm.training.sft_config": ("RvitConfig",),
    "rr_vlm.training.sft_trainer": ("RvitTrainer", "read_history"),
    "rr_vlm.training.train": ("train",),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
