import pytest

from rr_vlm import InputError, RvitConfig


def test_defaults_are_right_on_a_cpu(tmp_path):
    config = RvitConfig(output_dir=str(tmp_path))
    assert not config.bf16
    assert not config.gradient_checkpointing
    assert config.lr_scheduler_kwargs == {"min_lr": 1e-7}
    assert config.max_length is None
    assert not config.remove_unused_columns


@pytest.mark.parametrize(
    "change", [{"answer_weight": -1.0}, {"curriculum": {"warmup": 1}}, {"curriculum": {"warm_up": (1, 0, 0)}}]
)
def test_wrong_options_are_refused(tmp_path, change):
    with pytest.raises(InputError):
        RvitConfig(output_dir=str(tmp_path), **change)
