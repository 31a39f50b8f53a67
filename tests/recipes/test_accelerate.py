"""The configurations for several GPUs say what accelerate understands."""

from pathlib import Path

import pytest
import yaml
from accelerate.commands.config.config_args import ClusterConfig

from rr_vlm import PretrainedOptions, PromptOptions, RvitConfig

FOLDER = Path(__file__).parents[2] / "recipes" / "accelerate"


@pytest.mark.parametrize("name", ["ddp", "fsdp", "zero3"])
def test_accelerate_reads_it(name: str) -> None:
    config = ClusterConfig.from_yaml_file(yaml_file=str(FOLDER / f"{name}.yaml"))
    assert config.num_processes == 8
    assert config.mixed_precision == "bf16"


def test_the_7b_configuration_is_understood(tmp_path: Path) -> None:
    values = yaml.safe_load((FOLDER / "llava-7b.yaml").read_text())
    PromptOptions(**values["prompt"])
    assert PretrainedOptions(**values["backbone"]).source == "llava-hf/llava-1.5-7b-hf"
    on_a_cpu = {**values["training"], "bf16": False, "use_cpu": True}
    assert RvitConfig(output_dir=str(tmp_path), **on_a_cpu).learning_rate == 2e-5
