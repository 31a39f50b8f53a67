"""Results as tables for a paper, in Markdown and LaTeX: a number is bold only where it is significantly the best."""

from __future__ import annotations

from collections.abc import Callable

from rr_eval.comparison import Comparison
from rr_eval.evaluation import Evaluation

_LATEX = str.maketrans(
    {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}"}
    | {sign: f"\\{sign}" for sign in "&%$#_"}
    | {"~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
)


def markdown_table(evaluation: Evaluation, comparison: Comparison, *, stars: bool = True) -> str:
    """Return a table in Markdown, a row a system and a column a metric, and a line that says how to read it.

    Args:
        evaluation: of `evaluate`.
        comparison: of `compare`, what is bold.
        stars: mark significant differences to the reference.
    """
    rows = _rows(evaluation, comparison, stars, str, "**{}**".format)
    head = ["system", *(metric.name for metric in evaluation.metrics)]
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
    return "\n".join(
        [*lines, "", _caption(evaluation, comparison, stars), *(f"Note: {note}." for note in evaluation.notes)]
    )


def latex_table(evaluation: Evaluation, comparison: Comparison, *, stars: bool = True) -> str:
    """Return a `tabular` for the package booktabs; arguments are those of `markdown_table`."""
    rows = _rows(evaluation, comparison, stars, lambda text: text.translate(_LATEX), r"\textbf{{{}}}".format)
    remarks = (_caption(evaluation, comparison, stars), *(f"Note: {note}." for note in evaluation.notes))
    lines = [" & ".join(row) + r" \\" for row in (["system", *(metric.name for metric in evaluation.metrics)], *rows)]
    columns = "l" + "r" * len(evaluation.metrics)
    top = [*(f"% {remark}" for remark in remarks), rf"\begin{{tabular}}{{{columns}}}", r"\toprule", lines[0]]
    return "\n".join([*top, r"\midrule", *lines[1:], r"\bottomrule", r"\end{tabular}"])


def _rows(
    evaluation: Evaluation, comparison: Comparison, stars: bool, text: Callable[[str], str], bold: Callable[[str], str]
) -> list[list[str]]:
    rows = []
    for system in evaluation.systems:
        row = [text(system)]
        for metric in (metric.name for metric in evaluation.metrics):
            number = f"{evaluation.score(system, metric).value:.4f}"
            star = "*" if stars and comparison.is_significant(system, metric) else ""
            row.append((bold(number) if comparison.best[metric] == system else number) + star)
        rows.append(row)
    return rows


def _caption(evaluation: Evaluation, comparison: Comparison, stars: bool) -> str:
    sizes = sorted({len(answers) for answers in evaluation.answers.values()})
    queries = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    star = f" *: differs significantly from {comparison.reference}." if stars else ""
    return (
        f"Task {evaluation.task}, {queries} queries; ties: {evaluation.ties}. Bold: significantly better than every "
        f"other system (paired {comparison.test} test, {evaluation.n_resamples} resamples, seed {evaluation.seed}, "
        f"Holm's correction, p < {comparison.alpha:g}).{star}"
    )
