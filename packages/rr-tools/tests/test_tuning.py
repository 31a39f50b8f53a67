from __future__ import annotations

from dataclasses import replace

import pytest

optuna = pytest.importorskip("optuna")

from rr_tools import ConfigError, InvalidDataError, ToolError, tuning  # noqa: E402
from rr_tools.tuning import tune  # noqa: E402


def test_the_best_is_no_worse_than_the_defaults_and_what_is_given_stays(ring, tmp_path):
    calls = []
    result = tune("item-transition", ring, trials=4, config={"window": "2"}, progress=lambda *call: calls.append(call))
    defaults = tune("item-transition", ring, trials=1, config={"window": 2})
    assert result.score >= defaults.score
    assert (result.trials, result.pruned, result.options["window"]) == (4, 0, "2")
    assert set(result.options) == {"window", "backward", "history", "decay"}
    assert defaults.options["decay"] == 0.7  # the first trial has the defaults
    assert calls[-1] == (4, 4, f"best {result.score:.4f}")


def test_equal_seeds_search_alike(ring):
    assert tune("item-transition", ring, trials=3, seed=5) == tune("item-transition", ring, trials=3, seed=5)


def test_a_search_goes_on_where_its_storage_ends(ring, tmp_path):
    storage = tmp_path / "trials.db"
    first = tune("item-transition", ring, trials=2, storage=storage)
    more = tune("item-transition", ring, trials=5, storage=storage)
    assert (first.trials, more.trials) == (2, 5)
    assert more.score >= first.score
    calls = []
    again = tune("item-transition", ring, trials=5, storage=storage, progress=lambda *call: calls.append(call))
    assert again == more
    assert len(calls) == 1  # nothing was trained
    (study,) = optuna.get_all_study_summaries(f"sqlite:///{storage}")
    drawn = [
        tuple(trial.params.values())
        for trial in optuna.load_study(study_name=study.study_name, storage=f"sqlite:///{storage}").trials
    ]
    assert len(set(drawn)) == 5  # it does not draw again what it drew before
    assert tune("itemknn", ring, trials=1, storage=storage).trials == 1  # another search in the same file


def test_hopeless_trials_are_pruned(ring, monkeypatch):
    pytest.importorskip("recbole")
    monkeypatch.setattr(tuning, "TRIALS_BEFORE_PRUNING", 1)
    epochs = []
    config = {"epochs": 6, "patience": 6, "batch_size": 128}
    result = tune("bpr", ring, trials=8, config=config, progress=lambda done, total, text: epochs.append(text))
    assert 0 < result.pruned < 8
    assert len([text for text in epochs if "epoch" in text]) < 8 * 6


def test_options_that_do_not_go_together_are_no_failure(ring, monkeypatch):
    pytest.importorskip("recbole")
    monkeypatch.setattr(
        tuning, "search_space", lambda *_, **__: {"n_heads": tuning.Choices.of(3, 2), "epochs": tuning.Integers(1, 1)}
    )
    config = {"hidden_size": 8, "max_length": 4}
    result = tune("sasrec", ring, trials=4, config=config, seed=1)
    assert result.options["n_heads"] == 2
    assert result.pruned + 1 <= result.trials == 4


def test_optuna_is_quiet_only_as_long_as_the_search_lasts(ring, capfd):
    before = optuna.logging.get_verbosity()
    tune("item-transition", ring, trials=2)
    assert optuna.logging.get_verbosity() == before
    assert capfd.readouterr() == ("", "")


def test_mistakes(ring, tmp_path):
    with pytest.raises(InvalidDataError, match="validation"):
        tune("item-transition", replace(ring, validation=None))
    with pytest.raises(ConfigError, match="unknown option 'windou', did you mean 'window'"):
        tune("item-transition", ring, config={"windou": 3})
    with pytest.raises(ConfigError, match="leaves nothing to tune"):
        tune("popularity", ring)
    with pytest.raises(ConfigError, match="trials is 0"):
        tune("item-transition", ring, trials=0)
    with pytest.raises(ToolError, match="no trial ended"):
        tune("item-transition", ring, timeout=0.0)
    with pytest.raises(ToolError, match="cannot keep the trials"):
        tune("item-transition", ring, storage=tmp_path / "none" / "trials.db")
