"""The steps from a prepared dataset to an agent that has answered the test items, each with what it depends on."""

from __future__ import annotations

from functools import cached_property

from recipes.demo.evaluation import evaluate
from recipes.demo.routing import fit_router
from recipes.demo.settings import Settings
from recipes.demo.sources import DemoError
from recipes.demo.steps import Step, StepRunner
from recipes.demo.tuning import observe, tune, write_rows
from recipes.demo.zoo import train_tools
from rr_data.interfaces import PreparedDataset

MINIMUM_QUERIES = 100
PROMPT = ("history", "pictures", "evidence_top", "variant")
DRAWN = ("seed", "queries", "sample")


class AgentSteps:
    """Each step runs with what it needs when it is first asked for, and not again while nothing of that changed.

    Args:
        runner: where the steps are kept.
        prepared: the step that made the dataset.
        data: the dataset.
        settings: of the run.
        suffix: of the steps' names, where several agents share what does not differ: pictures, and the tools.
        pictures: where the pictures' features are kept, if not with the rest: they hang on the dataset alone.

    Raises:
        DemoError: the dataset has too few users to calibrate a planner on.
    """

    def __init__(
        self,
        runner: StepRunner,
        prepared: Step,
        data: PreparedDataset,
        settings: Settings,
        *,
        suffix: str = "",
        pictures: StepRunner | None = None,
    ) -> None:
        """Count the queries."""
        self.runner, self.prepared, self.data, self.settings, self.suffix = runner, prepared, data, settings, suffix
        self.pictures = pictures or runner
        queries = int((data.targets("validation") >= 0).sum())
        if queries < MINIMUM_QUERIES:
            raise DemoError(
                f"{data.manifest.name} has {queries} users with three or more interactions; the planner is "
                f"calibrated on validation items and needs {MINIMUM_QUERIES}: choose a larger set"
            )

    @cached_property
    def observed(self) -> Step:
        """The pictures' features."""
        return self.pictures.run(
            "observe",
            lambda folder, report: _ignore(observe(self.data, folder, report)),
            settings={},
            code=("rr_vlm.observer.vision_features",),
            after=[self.prepared],
            about="encode pictures with the frozen vision tower",
        )

    @cached_property
    def tools(self) -> Step:
        """The tools, final and honest."""
        return self.runner.run(
            "tools",
            lambda folder, report: train_tools(self.data, self.settings, folder, report),
            settings=self.settings.subset("seed", "evidence_from", "tool_epochs", "tools"),
            code=("rr_tools", "recipes.demo.zoo", "recipes.demo.examples"),
            after=[self.prepared],
            about="train the tools, on everything and honestly (about 2 minutes)",
        )

    @cached_property
    def rows(self) -> Step:
        """The tuning rows."""
        tools = self.tools
        return self.runner.run(
            f"rows{self.suffix}",
            lambda folder, report: write_rows(self.data, self.settings, tools.folder, folder, report),
            settings=self.settings.subset(
                "k", "examples_per_user", "evidence_from", "stride", "alone_every", *PROMPT, *DRAWN
            ),
            code=("rr_data.prompts", "recipes.demo.tuning", "recipes.demo.examples"),
            after=[self.prepared, tools],
            about="write chain-of-thought prompts with honest evidence",
        )

    @cached_property
    def tuned(self) -> Step:
        """The tuned VLM."""
        observed, rows = self.observed, self.rows
        return self.runner.run(
            f"tune{self.suffix}",
            lambda folder, report: tune(self.data, self.settings, rows.folder, observed.folder, folder, report),
            settings=self.settings.subset("seed", "steps", "batch", "learning_rate", "width", *PROMPT),
            code=("rr_vlm", "recipes.demo.tuning"),
            after=[self.prepared, observed, rows],
            about="tune the embedded VLM along the curriculum (about 6 minutes)",
        )

    @cached_property
    def routed(self) -> Step:
        """The calibrated VLM and the planner's policy."""
        tools, tuned = self.tools, self.tuned
        return self.runner.run(
            f"route{self.suffix}",
            lambda folder, report: fit_router(self.data, self.settings, tools.folder, tuned.folder, folder, report),
            settings=self.settings.subset("k", "candidates", "cost_budget", "min_share", *DRAWN),
            code=("rr_planner", "rr_vlm", "rr_tools.runtime", "recipes.demo.routing"),
            after=[self.prepared, tools, tuned],
            about="calibrate confidences and the three bands on validation items",
        )

    @cached_property
    def tested(self) -> Step:
        """What every system answered to the test items."""
        tools, router = self.tools, self.routed
        return self.runner.run(
            f"evaluate{self.suffix}",
            lambda folder, report: evaluate(self.data, self.settings, tools.folder, router.folder, folder, report),
            settings=self.settings.subset("k", "candidates", *DRAWN),
            code=("rr_planner", "rr_vlm", "rr_tools.runtime", "rr_eval", "recipes.demo.evaluation"),
            after=[self.prepared, tools, router],
            about="let every system answer the test items",
        )


def _ignore(value: object) -> None:
    """A step leaves its results in its folder; what it returns is not needed."""
