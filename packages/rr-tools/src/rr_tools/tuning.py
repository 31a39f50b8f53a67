"""Searching a model's options with Optuna: trials of whole trainings, hopeless ones pruned early."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rr_tools.artifact import checksum, read_card
from rr_tools.configuration import parse_config
from rr_tools.errors import ConfigError, InvalidDataError, MissingExtraError, ToolError
from rr_tools.explanation.explanation_data import VALIDATION, ExplanationData
from rr_tools.model import Progress, silent
from rr_tools.registry import get_model
from rr_tools.search_space import Choices, Floats, Integers, SearchSpace, search_space
from rr_tools.training import train
from rr_tools.training_data import TrainingData

# What a card's metrics are judged by: the first that is there.
SCORES = ("validation_auc", "validation_log_likelihood", "validation_ndcg@5")
TRIALS_BEFORE_PRUNING = 5
EPOCHS_BEFORE_PRUNING = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningResult:
    """What a search came to.

    Attributes:
        options: those of the best trial, given ones included.
        score: its validation score: NDCG@5 over the full catalogue, AUC of click models, or of explaining ones the mean
            log-likelihood of a word.
        trials: trials that ended, those of earlier calls with the same storage included.
        pruned: of these, how many were ended early or had options that do not go together.
    """

    options: Mapping[str, Any]
    score: float
    trials: int
    pruned: int


def tune(
    name: str,
    data: TrainingData | ExplanationData,
    *,
    trials: int = 20,
    timeout: float | None = None,
    storage: str | Path | None = None,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> TuningResult:
    """Search the options that a model's configuration declares in `SEARCH_SPACE`.

    The first trial has the defaults, the next ones are drawn by Optuna's tree-structured Parzen estimator. After five
    trials, one that at some epoch scores below the median of those before is pruned. Nothing is kept of a trial but its
    options and score; train the best ones with `train(name, data, config=result.options, ...)`.

    Args:
        name: a registered model.
        data: with validation items: they decide.
        trials: trials in all, those of earlier calls with the same storage included.
        timeout: seconds after which no further trial begins.
        storage: SQLite file, or a database's address, that keeps the trials; called again, the search goes on from
            there. A file may hold searches of several models and data sets.
        config: options that are given and not searched.
        seed: of the search and of every training.
        progress: called with (trials done, trials, text).

    Raises:
        MissingExtraError: Optuna is not installed.
        ConfigError: an unknown option, a model without a search space, or no trial is asked for.
        InvalidDataError: `data` has no validation items.
        ToolError: no trial ended before the timeout, or the storage cannot be used.
    """
    model = get_model(name)
    given = dict(config or {})
    parse_config(model.config_type, given)
    space = search_space(model.config_type, without=given)
    if not _has_validation(data):
        raise InvalidDataError("tuning needs validation items: read the dataset with until='train'")
    if trials < 1:
        raise ConfigError(f"trials is {trials}; it must be above 0")
    tell = progress or silent
    with _quiet_optuna() as optuna:
        study = _study(optuna, f"{name} {_fingerprint(data, given, seed)}", storage, seed)
        if not study.trials:
            study.enqueue_trial(_defaults(model.config_type, space))

        def objective(trial: Any) -> float:
            drawn = {option: _draw(trial, option, values) for option, values in space.items()}
            return _score(optuna, trial, name, data, {**given, **drawn}, seed, _report(study, tell, trials))

        study.optimize(objective, n_trials=max(0, trials - len(_ended(study))), timeout=timeout)
        tell(len(_ended(study)), trials, _best_so_far(study))
        return _result(study, given)


def _score(
    optuna: Any,
    trial: Any,
    name: str,
    data: TrainingData | ExplanationData,
    options: Mapping[str, Any],
    seed: int,
    tell: Callable[[str], None],
) -> float:
    """Train once; return the validation score, or raise Optuna's TrialPruned."""

    def watch(epoch: int, score: float) -> None:
        trial.report(score, epoch)
        if epoch >= EPOCHS_BEFORE_PRUNING and trial.should_prune():
            raise optuna.TrialPruned

    try:
        parse_config(get_model(name).config_type, options)
    except ConfigError as error:  # drawn one by one, options may not go together
        raise optuna.TrialPruned(str(error)) from error
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "tool"
        train(name, data, out=out, config=options, seed=seed, progress=lambda _, __, text: tell(text), watch=watch)
        metrics = read_card(out).metrics
    return float(next(metrics[score] for score in SCORES if score in metrics))


def _study(optuna: Any, name: str, storage: str | Path | None, seed: int) -> Any:
    address = None if storage is None else str(storage)
    if address is not None and "://" not in address:
        address = f"sqlite:///{Path(address).absolute()}"
    try:
        study = optuna.create_study(study_name=name, storage=address, direction="maximize", load_if_exists=True)
    except Exception as error:  # the database's own errors have no root in common
        raise ToolError(
            f"{storage} cannot keep the trials ({str(error).splitlines()[0]}); give a file for SQLite"
        ) from error
    # A search that goes on must not draw again what it drew before.
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    study.pruner = optuna.pruners.MedianPruner(n_startup_trials=TRIALS_BEFORE_PRUNING)
    return study


def _draw(trial: Any, option: str, values: Floats | Integers | Choices) -> Any:
    if isinstance(values, Choices):
        return trial.suggest_categorical(option, values.values)
    suggest = trial.suggest_int if isinstance(values, Integers) else trial.suggest_float
    return suggest(option, values.low, values.high, log=values.log)


def _defaults(config_type: type[Any], space: SearchSpace) -> dict[str, Any]:
    """Return the default of every option that may be drawn at all."""
    defaults = config_type()
    values = {option: getattr(defaults, option) for option in space}
    return {option: value for option, value in values.items() if _may_be_drawn(space[option], value)}


def _may_be_drawn(values: Floats | Integers | Choices, value: Any) -> bool:
    return value in values.values if isinstance(values, Choices) else bool(values.low <= value <= values.high)


def _ended(study: Any) -> list[Any]:
    return [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED")]


def _result(study: Any, given: Mapping[str, Any]) -> TuningResult:
    ended = _ended(study)
    complete = [trial for trial in ended if trial.state.name == "COMPLETE"]
    if not complete:
        raise ToolError("no trial ended; give more time or more trials")
    best = max(complete, key=lambda trial: trial.value)
    options = {**given, **best.params}
    return TuningResult(options=options, score=best.value, trials=len(ended), pruned=len(ended) - len(complete))


def _report(study: Any, progress: Progress, trials: int) -> Callable[[str], None]:
    done = len(_ended(study))
    best = _best_so_far(study)
    return lambda text: progress(done, trials, f"trial {done + 1}, {text}; {best}")


def _best_so_far(study: Any) -> str:
    values = [trial.value for trial in study.trials if trial.state.name == "COMPLETE"]
    return f"best {max(values):.4f}" if values else "none ended"


def _has_validation(data: TrainingData | ExplanationData) -> bool:
    if isinstance(data, ExplanationData):
        return bool((data.parts == VALIDATION).any())
    return data.validation is not None and bool((data.validation >= 0).any())


def _fingerprint(data: TrainingData | ExplanationData, given: Mapping[str, Any], seed: int) -> str:
    return checksum(json.dumps([data.fingerprint(), sorted(given.items()), seed], default=str).encode())[:16]


@contextmanager
def _quiet_optuna() -> Iterator[Any]:
    """Import Optuna and silence what it logs on every trial, as long as the search lasts."""
    try:
        import optuna  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise MissingExtraError("optuna") from error
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        yield optuna
    finally:
        optuna.logging.set_verbosity(before)
