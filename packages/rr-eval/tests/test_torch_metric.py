"""Metrics in a training loop: the same numbers as the functions, batch by batch."""

import numpy as np
import pytest

from rr_eval import InvalidArgumentError, auc, gauc, log_loss, parse_metric, ranks_of_targets

torch = pytest.importorskip("torch")
pytest.importorskip("torchmetrics")


def batches(rng):
    for size in (5, 1, 17):
        yield rng.integers(0, 4, (size, 6)).astype(np.float32), rng.integers(0, 6, size)


@pytest.mark.parametrize("name", ["HR@2", "NDCG@3", "MRR", "MAP@3", "Recall@1", "Precision@4"])
@pytest.mark.parametrize("ties", ["middle", "pessimistic"])
def test_ranking(name, ties):
    from rr_eval import TorchMetric

    metric, seen = TorchMetric(name, ties=ties), []
    for scores, targets in batches(np.random.default_rng(0)):
        metric.update(torch.from_numpy(scores), torch.from_numpy(targets))
        seen.append(ranks_of_targets(scores, targets, ties=ties))
    assert metric.compute().item() == pytest.approx(parse_metric(name).values(np.concatenate(seen)).mean(), abs=1e-12)
    metric.reset()
    metric.update(torch.tensor([[2.0, 1.0]]), torch.tensor([0]))
    assert metric.compute().item() == (0.25 if name.startswith("Prec") else 1.0)


def test_clicks():
    from rr_eval import TorchMetric

    rng = np.random.default_rng(0)
    labels, scores, users = rng.integers(0, 2, 40), rng.random(40), rng.integers(0, 6, 40)
    for name, expected in (("AUC", auc(labels, scores)), ("LogLoss", log_loss(labels, scores).mean())):
        metric = TorchMetric(name)
        for part in (slice(0, 11), slice(11, 40)):
            metric.update(torch.from_numpy(scores[part]), torch.from_numpy(labels[part]))
        assert metric.compute().item() == pytest.approx(expected)
        assert metric.higher_is_better == (name == "AUC")
    metric = TorchMetric("GAUC")
    metric.update(torch.from_numpy(scores), torch.from_numpy(labels), torch.from_numpy(users))
    assert metric.compute().item() == pytest.approx(gauc(labels, scores, users))
    with pytest.raises(InvalidArgumentError, match="users"):
        metric.update(torch.from_numpy(scores), torch.from_numpy(labels))
    with pytest.raises(InvalidArgumentError, match="texts are no tensors"):
        TorchMetric("BLEU-4")
