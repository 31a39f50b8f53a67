from __future__ import annotations

import json
from contextlib import suppress

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from rr_tools import CheckpointError, TrainingRun  # noqa: E402
from rr_tools.recbole.seeding import seeded  # noqa: E402
from rr_tools.recbole.trainer import Optimization, fit_module  # noqa: E402
from rr_tools.validation import NextItemScore  # noqa: E402


def run(scores, *, epochs=10, patience=2):
    """Train one weight towards 1, validate with prepared scores; return result, module, weight after each epoch."""
    module = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(module.weight)
    weights, remaining = [], iter(scores or [])

    def validate():
        assert not module.training
        weights.append(module.weight.item())
        return NextItemScore(0.0, next(remaining), 1)

    result = fit_module(
        module,
        batches=lambda rng: [torch.ones(1, 1)] * 3,
        loss=lambda batch: (module(batch) - 1).square().mean(),
        validate=validate if scores is not None else None,
        optimization=Optimization(
            learning_rate=0.01, weight_decay=0.0, epochs=epochs, patience=patience, steps_per_epoch=3
        ),
        rng=np.random.default_rng(0),
        run=TrainingRun(),
    )
    return result, module, weights


def test_the_best_weights_are_kept():
    result, module, weights = run([0.1, 0.5, 0.3, 0.2])
    assert (result.best_epoch, result.epochs, result.best.ndcg) == (2, 4, 0.5)
    assert module.weight.item() == pytest.approx(weights[1])
    assert not module.training


def test_an_equal_score_is_no_improvement():
    assert run([0.5, 0.5, 0.5])[0].best_epoch == 1


def test_without_validation_the_last_epoch_counts():
    result, module, _ = run(None, epochs=5)
    assert (result.epochs, result.best_epoch, result.best) == (5, 5, None)
    assert module.weight.item() > 0


def test_seeding_restores_the_callers_generator():
    torch.manual_seed(7)
    expected = torch.rand(2)
    torch.manual_seed(7)
    with seeded(0):
        first = torch.rand(3)
    assert torch.equal(torch.rand(2), expected)
    with seeded(0):
        assert torch.equal(torch.rand(3), first)


def noisy_training(run, *, epochs=6, scores=(0.1, 0.4, 0.2, 0.3, 0.1, 0.2)):
    """Train a small network with dropout on random batches; return its weights and the result."""
    answers = dict(enumerate(scores, start=1))
    done = []
    with seeded(3):
        module = torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.Dropout(0.5), torch.nn.Linear(8, 1))

        def validate():
            done.append(0)
            return NextItemScore(0.5, answers[len(done) + skipped], 10)

        skipped = epochs_done(run)
        result = fit_module(
            module,
            batches=lambda rng: [torch.from_numpy(rng.normal(size=(4, 3)).astype(np.float32)) for _ in range(3)],
            loss=lambda batch: (module(batch) - batch.sum(dim=1, keepdim=True)).square().mean(),
            validate=validate,
            optimization=Optimization(
                learning_rate=0.05, weight_decay=0.01, epochs=epochs, patience=epochs, steps_per_epoch=3
            ),
            rng=np.random.default_rng(5),
            run=run,
        )
    return {name: value.clone() for name, value in module.state_dict().items()}, result


def epochs_done(run):
    path = run.checkpoint and run.checkpoint / "training" / "checkpoint.json"
    return json.loads(path.read_text())["values"]["epoch"] if path and path.exists() else 0


class Stopped(Exception):
    pass


def stop_at(epoch):
    def progress(done, total, text):
        if done == epoch:
            raise Stopped

    return progress


@pytest.mark.parametrize("stopped_at", [1, 3, 5])
def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path, stopped_at):
    expected, whole = noisy_training(TrainingRun())
    with pytest.raises(Stopped):
        noisy_training(TrainingRun(checkpoint=tmp_path, progress=stop_at(stopped_at)))
    weights, result = noisy_training(TrainingRun(checkpoint=tmp_path))
    assert result == whole
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_a_finished_training_is_not_run_again(tmp_path):
    expected, whole = noisy_training(TrainingRun(checkpoint=tmp_path))
    weights, result = noisy_training(TrainingRun(checkpoint=tmp_path, progress=stop_at(1)))
    assert result == whole
    assert all(torch.equal(weights[name], expected[name]) for name in expected)


def test_another_trainings_checkpoint_is_refused(tmp_path):
    noisy_training(TrainingRun(checkpoint=tmp_path, fingerprint="one"), epochs=1)
    with pytest.raises(CheckpointError, match="another training"):
        noisy_training(TrainingRun(checkpoint=tmp_path, fingerprint="two"), epochs=1)


def test_logs_after_a_stop_are_those_of_one_run(tmp_path):
    noisy_training(TrainingRun(logs=tmp_path / "whole"))
    for progress in (stop_at(2), stop_at(99)):
        with suppress(Stopped):
            noisy_training(TrainingRun(logs=tmp_path / "parts", checkpoint=tmp_path, progress=progress))
    whole, parts = (
        [row.rpartition(",")[0] for row in (tmp_path / name / "training.csv").read_text().splitlines()]
        for name in ("whole", "parts")
    )
    assert whole == parts
    assert whole[0] == "epoch,loss,hit_rate@5,ndcg@5,learning_rate"
    assert len(whole) == 7
