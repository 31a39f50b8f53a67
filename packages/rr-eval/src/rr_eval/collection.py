"""From a predictions table, or one that is read piece by piece, to the answers and costs of each system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rr_eval.answers import Answers, answers_of, concat_answers
from rr_eval.errors import InvalidArgumentError, InvalidPredictionsError, UnknownNameError
from rr_eval.groups import group_order, split_by
from rr_eval.predictions import Predictions
from rr_eval.ranking.rank import Ties
from rr_eval.routing.cost import Cost, CostSums


@dataclass(frozen=True, slots=True, eq=False)
class Collected:
    """What metrics need of one group of rows.

    Attributes:
        task: of all the rows.
        answers, costs: by system, in order of first appearance.
    """

    task: str
    answers: Mapping[str, Answers]
    costs: Mapping[str, Cost]


def collect(
    predictions: Predictions | Iterable[Predictions], *, task: str | None, ties: Ties, by: str | None = None
) -> dict[str, Collected]:
    """Reduce a table to answers, by group; without `by` the one group is "".

    Args:
        predictions: the table, or tables one after the other.
        task: which task, where the table holds several.
        ties: where in its tie group a target stands.
        by: a column to group by.

    Raises:
        EvalError: as `evaluate` and `split_by`.
    """
    answers: dict[str, dict[str, list[Answers]]] = {}
    costs: dict[str, dict[str, CostSums]] = {}
    for chosen, rows in _rows_of_task(predictions, task):
        for group, part in {"": rows}.items() if by is None else split_by(rows, by).items():
            for system, own in part.by_system():
                answers.setdefault(group, {}).setdefault(system, []).append(answers_of(own, task=chosen, ties=ties))
                of_group = costs.setdefault(group, {})
                of_group[system] = of_group.get(system, CostSums()) + CostSums.of(own)
    if not answers:
        raise InvalidPredictionsError("query_id", "no rows", "at least one prediction to score")
    return {
        group: Collected(
            chosen,
            {system: concat_answers(parts, system=system) for system, parts in by_system.items()},
            {system: sums.means() for system, sums in costs[group].items()},
        )
        for group, by_system in sorted(answers.items(), key=lambda item: group_order(item[0]))
    }


def _rows_of_task(
    predictions: Predictions | Iterable[Predictions], task: str | None
) -> Iterator[tuple[str, Predictions]]:
    """Yield the task and its rows, piece by piece.

    Raises:
        InvalidArgumentError: there are several tasks and none was chosen.
        UnknownNameError: no row has the task.
    """
    seen: dict[str, None] = {}
    for piece in [predictions] if isinstance(predictions, Predictions) else predictions:
        seen |= dict.fromkeys(piece.tasks)
        if task is None and len(seen) > 1:
            raise InvalidArgumentError("task", f"a table with {', '.join(seen)}", "a choice of one of them")
        if task in piece.tasks or (task is None and len(piece)):
            chosen = task or piece.tasks[0]
            yield chosen, piece.of_task(chosen)
    if task is not None and seen and task not in seen:
        raise UnknownNameError("task", task, seen)
