"""Metric names."""

import pytest

from rr_eval import InvalidArgumentError, UnknownNameError, parse_metric
from rr_eval.metrics import parse_metrics


def test_names_are_normalised_and_kept_once():
    assert [metric.name for metric in parse_metrics(["hr@5", " NDCG@10 ", "HR@5", "mrr"])] == ["HR@5", "NDCG@10", "MRR"]
    assert parse_metric("MRR@3").values([1, 4]).tolist() == [1.0, 0.0]


@pytest.mark.parametrize(("name", "nearest"), [("NDGC@10", "NDCG@10"), ("HT@5", "HR@5"), ("MMR@5", "MRR@5")])
def test_the_nearest_name_is_offered(name, nearest):
    with pytest.raises(UnknownNameError, match=f"unknown metric '{name}': did you mean '{nearest}"):
        parse_metric(name)


@pytest.mark.parametrize("name", ["HR", "NDCG@0"])
def test_a_wrong_cut_is_refused(name):
    with pytest.raises(InvalidArgumentError, match="a cut of 1 or more"):
        parse_metric(name)


@pytest.mark.parametrize("name", ["", "HR@", "HR@-1", "HR@5.5", "accuracy@5"])
def test_nonsense_is_refused(name):
    with pytest.raises(UnknownNameError):
        parse_metric(name)


def test_no_metrics_are_refused():
    with pytest.raises(InvalidArgumentError, match="at least one"):
        parse_metrics([])
