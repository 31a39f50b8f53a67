"""What a planner talks to: a tuned deliberator with everything it needs to answer queries (sections 3.1 to 3.3)."""

# transformers is typed in part
# mypy: allow-untyped-calls
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from rr_data.interfaces import (
    Prompt,
    Trace,
    describe_user,
    evidence_text,
    probability_text,
    render_prompt,
    verbalize,
)
from rr_vlm.artifact import ReasonerCard, ReasonerParts, read_reasoner, write_reasoner
from rr_vlm.backbones.merging import merge_adapters
from rr_vlm.catalogue import Catalogue, PromptOptions
from rr_vlm.deliberator import Deliberator
from rr_vlm.encoding import EncodedPrompt, PromptEncoder, prompts_about
from rr_vlm.errors import InputError
from rr_vlm.flops import query_flops
from rr_vlm.growth import grow, grown_catalogue, item_features
from rr_vlm.inference.confidence import TOP, ConfidenceModel, fit_confidence
from rr_vlm.inference.evidence_trust import EvidenceTrust, everybody_speaks, fit_trusts, trusted
from rr_vlm.inference.explain import write_texts
from rr_vlm.inference.isotonic import fit_isotonic
from rr_vlm.inference.questions import yes_probabilities
from rr_vlm.inference.rank import NO_ITEM, Decided, decide, decide_both, last_states, restrict, top_k
from rr_vlm.questions import question, task_wording
from rr_vlm.tokens.thought_tokens import N_BINS
from rr_vlm.training.collator import Collator

IntArray = NDArray[np.int64]


class Queries(Protocol):
    """The columns of a query batch that a reasoner reads."""

    @property
    def users(self) -> NDArray[Any]:
        """[B] user codes."""
        ...

    @property
    def histories(self) -> Sequence[NDArray[Any]]:
        """B arrays of item codes, oldest first."""
        ...

    @property
    def evidence_horizon(self) -> NDArray[np.float64]:
        """[B] floats in [0, 1]."""
        ...

    @property
    def candidates(self) -> NDArray[Any] | None:
        """[B, C] item codes to rank, or None."""
        ...


class Answers(Protocol):
    """A tool's answers to the queries of a batch."""

    @property
    def items(self) -> NDArray[np.int64]:
        """[B, k] item codes, best first."""
        ...

    @property
    def scores(self) -> NDArray[Any]:
        """[B, k] floats; -inf marks padding."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Deliberation:
    """A ranking with the thoughts behind it.

    Attributes:
        items: [B, k] int64 item codes, best first, -1 where there are no more.
        scores: [B, k] float32 log-probabilities, -inf at padding.
        confidence: [B] calibrated probability that the right item is among the first five.
        thoughts: B readable thoughts.
        traces: the same thoughts as values; their confidence bin is that of the calibrated confidence.
    """

    items: IntArray
    scores: NDArray[np.float32]
    confidence: NDArray[np.float64]
    thoughts: tuple[str, ...]
    traces: tuple[Trace, ...]

    def __len__(self) -> int:
        """Return B."""
        return len(self.items)


class VlmReasoner:
    """A tuned deliberator that answers queries, with or without the tools' answers.

    It satisfies `rr_planner.protocols.Reasoner` by shape. An empty history, an unknown user, unknown items in a
    history, and a missing or an unknown tool are answered, not raised. Build one with `rr_vlm.train` and
    `VlmReasoner.load`.
    """

    def __init__(self, *, model: Deliberator, encoder: PromptEncoder, catalogue: Catalogue, card: ReasonerCard) -> None:
        """Use `load`."""
        self._model = model.eval()
        self._encoder = encoder
        self._catalogue = catalogue
        self._card = card
        pictures = None if catalogue.pictures is None else torch.from_numpy(np.asarray(catalogue.pictures, np.float32))
        self._collator = Collator(int(encoder.tokenizer.pad_token_id), pictures)

    @classmethod
    def load(cls, path: str | Path) -> VlmReasoner:
        """Read a folder that `rr_vlm.train` or `save` wrote.

        Raises:
            ArtifactError: the folder is missing, damaged or of another version.
        """
        parts = read_reasoner(Path(path))
        return cls(model=parts.model, encoder=parts.encoder, catalogue=parts.catalogue, card=parts.card)

    def save(self, path: str | Path) -> None:
        """Write everything to the folder `path`, whole or not at all; an existing reasoner there is replaced."""
        write_reasoner(Path(path), self._model, self._encoder, self._catalogue, self._card)

    @property
    def name(self) -> str:
        """A short name."""
        return self._card.name

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools whose answers it was tuned on."""
        return self._encoder.thought.tools

    @property
    def n_items(self) -> int:
        """Items of the catalogue."""
        return len(self._catalogue)

    @property
    def prompt(self) -> PromptOptions:
        """How queries are written."""
        return self._card.prompt

    @property
    def flops_per_query(self) -> float:
        """Floating-point operations of one query without evidence, at the mean prompt length of tuning."""
        return self._flops(self._card.tokens_alone, cited=False)

    @property
    def flops_with_evidence(self) -> float:
        """Floating-point operations of one query with evidence, at the mean prompt length of tuning."""
        return self._flops(self._card.tokens_with_evidence, cited=True)

    def flops(self, queries: Queries, evidence: Mapping[str, Answers] | None = None) -> NDArray[np.float64]:
        """Return [B] floating-point operations of these queries, each at the length of its own prompt.

        What the tools say makes most of a prompt, and a planner that is asked for ten items shows ten of each tool.
        """
        prompts = self.encode(queries, evidence)
        return np.array([self._flops(len(prompt), cited=bool(evidence)) for prompt in prompts], np.float64)

    def deliberate(self, queries: Queries, k: int, evidence: Mapping[str, Answers] | None = None) -> Deliberation:
        """Think about each query and rank the k best items.

        Args:
            queries: B queries; known items of a history are not recommended again, unless they are candidates.
            k: length of the lists.
            evidence: tools' answers by tool name; a tool may be missing. None or empty: the model answers alone.
        """
        decided, log_probs = self._decide(queries, evidence)
        return self._deliberation(decided, log_probs, k, evidence)

    def deliberate_both(
        self, queries: Queries, k: int, evidence: Mapping[str, Answers]
    ) -> tuple[Deliberation, Deliberation]:
        """Deliberate without and with evidence: as two calls, but what both prompts begin with is computed once."""
        decisions = decide_both(
            self._model,
            self._encoder,
            self._collator,
            self.encode(queries),
            self.encode(queries, evidence),
            tools=self.tools,
            tools_alone=self._card.tools_alone,
            tool_rates=self._card.tool_rates,
        )
        alone, both = (
            self._deliberation(decided, self._answer(decided, queries, shown), k, shown)
            for decided, shown in zip(decisions, (None, evidence), strict=True)
        )
        return alone, both

    def _deliberation(
        self,
        decided: Decided,
        log_probs: NDArray[np.float32],
        k: int,
        evidence: Mapping[str, Answers] | None,
    ) -> Deliberation:
        items, scores = top_k(log_probs, max(k, TOP))
        model: ConfidenceModel = self._card.confidence_with_evidence if evidence else self._card.confidence_alone
        confidence = model.predict(**_raw_confidence(decided, scores))
        traces = tuple(
            replace(trace, confidence_bin=_bin(sure)) for trace, sure in zip(decided.traces, confidence, strict=True)
        )
        return Deliberation(
            items=items[:, :k],
            scores=scores[:, :k],
            confidence=confidence,
            thoughts=tuple(map(self._readable, traces, items[:, 0].tolist(), confidence)),
            traces=traces,
        )

    def scores(self, queries: Queries, evidence: Mapping[str, Answers] | None = None) -> NDArray[np.float32]:
        """Return [B, n_items] log-probabilities of the answer; -inf for items that are not to be recommended."""
        return self._decide(queries, evidence)[1]

    def calibrated(
        self,
        queries: Queries,
        targets: ArrayLike,
        evidence: Mapping[str, Answers] | None = None,
        *,
        disturbed: Sequence[Mapping[str, Answers]] = (),
    ) -> VlmReasoner:
        """Return a reasoner that is calibrated on validation queries: its confidence, and how far it trusts tools.

        Args:
            queries: B validation queries, unseen in tuning.
            targets: [B] their right items; queries with a target below 0 are left out.
            evidence: the tools' answers, to calibrate answering with evidence; None to calibrate answering alone. The
                two are calibrated one by one.
            disturbed: other answers of the tools to the same queries, some missing or wrong, on which the trust in
                tools is fitted too: on right answers alone it learns to follow any.
        """
        card = self._card
        if evidence:
            card = replace(card, trust=EvidenceTrust(), trust_incomplete=EvidenceTrust())
        untrusting = self._with_card(card)
        decided, log_probs = untrusting._decide(queries, evidence)
        right = np.asarray(targets, dtype=np.int64)
        known = right >= 0
        if evidence:
            answered = [(log_probs, evidence), *((untrusting._decide(queries, said)[1], said) for said in disturbed)]
            complete, incomplete = fit_trusts(answered, right, self.prompt.answers_shown)
            card = replace(card, trust=complete, trust_incomplete=incomplete)
            log_probs = self._with_card(card)._answer(decided, queries, evidence)
        items, scores = top_k(log_probs, TOP)
        hits = (items == right[:, None]).any(axis=1)
        raw = {name: values[known] for name, values in _raw_confidence(decided, scores).items()}
        fitted = fit_confidence(hits=hits[known], **raw)
        if evidence:
            return self._with_card(replace(card, confidence_with_evidence=fitted))
        return self._with_card(replace(card, confidence_alone=fitted))

    def click_probability(
        self, queries: Queries, evidence: Mapping[str, ArrayLike] | None = None, *, task: str = "ctr"
    ) -> NDArray[np.float64]:
        """Return [B, C] calibrated probabilities of yes, for each candidate of each query.

        The questions about one user share the keys and values of their common beginning, so they are the cheaper, the
        later the wording names the item. P(yes) is read right after `<answer>`: tuning rows of the task should hold
        rows without a thought.

        Args:
            queries: with candidates [B, C]; the probability of an unknown code is 0.
            evidence: [B, C] probabilities by tool, NaN for a tool without an answer (ctr); or None.
            task: `ctr` or `direct`, whose wording asks.

        Raises:
            InputError: there are no candidates, or another task.
        """
        raw = self._yes(queries, evidence, task)
        scaled = self._card.clicks.predict(raw)
        return np.where(raw > 0, self._card.clicks_curve.predict(scaled), 0.0)

    def rank_by_yes(self, queries: Queries, k: int) -> tuple[IntArray, NDArray[np.float32]]:
        """Rank candidates by the probability of yes (the direct task): items and scores [B, k], as `deliberate`'s."""
        raw = self._yes(queries, None, "direct")
        candidates = np.asarray(queries.candidates, dtype=np.int64)
        order = np.argsort(-raw, axis=1, kind="stable")[:, :k]
        with np.errstate(divide="ignore"):
            scores = np.log(np.take_along_axis(raw, order, axis=1)).astype(np.float32)
        items = np.where(np.isneginf(scores), NO_ITEM, np.take_along_axis(candidates, order, axis=1))
        missing = ((0, 0), (0, max(0, k - order.shape[1])))
        return np.pad(items, missing, constant_values=NO_ITEM), np.pad(scores, missing, constant_values=-np.inf)

    def calibrated_clicks(self, queries: Queries, labels: ArrayLike) -> VlmReasoner:
        """Return a reasoner whose click probabilities are calibrated on validation questions.

        First by Platt scaling, then by an isotonic curve: items that nobody had in training look worse than they are,
        which no scaling mends. Where the curve is flat, the probabilities of different questions become equal.

        Args:
            queries: with candidates [B, C], unseen in tuning.
            labels: [B, C] 1 or 0; below 0 is left out.
        """
        raw, right = self._yes(queries, None, "ctr"), np.asarray(labels)
        used = (right >= 0) & (raw > 0)
        probability, hits = raw[used], right[used] == 1
        scaling = fit_confidence(probability, hits)
        curve = fit_isotonic(scaling.predict(probability), hits)
        return self._with_card(replace(self._card, clicks=scaling, clicks_curve=curve))

    def explain(
        self,
        queries: Queries,
        items: ArrayLike,
        stars: ArrayLike,
        *,
        notes: Sequence[str] | None = None,
        max_words: int = 32,
        beams: int = 1,
    ) -> list[str]:
        """Write why each user rates an item so, in one sentence; no tool is asked.

        Args:
            queries: B queries; only their histories and horizons are read.
            items: [B] item codes.
            stars: [B] ratings, 1 to 5.
            notes: B texts that are appended to the questions, as `rr_data`'s rows may have them (`question_rows`).
            max_words: tokens after which a text is cut.
            beams: of the beam search; 1 is greedy.

        Raises:
            InputError: an unknown item, a rating outside 1 to 5, or another number of them or of notes than of queries.
        """
        codes, rated = np.asarray(items, dtype=np.int64), np.asarray(stars, dtype=np.int64)
        histories = self._known(queries.histories)
        if not codes.shape == rated.shape == (len(histories),):
            raise InputError(
                "items, stars", f"shapes {codes.shape}, {rated.shape}", f"one for each of {len(histories)}"
            )
        if len(codes) and not (0 <= codes.min() <= codes.max() < self.n_items and 1 <= rated.min() <= rated.max() <= 5):
            raise InputError("items, stars", (codes, rated), f"codes below {self.n_items}, stars from 1 to 5")
        said = [""] * len(histories) if notes is None else list(notes)
        if len(said) != len(histories):
            raise InputError("notes", f"{len(said)} texts", f"one for each of {len(histories)} queries")
        prompts = [
            self._question(
                "explanation", queries, row, history, int(codes[row]), stars=int(rated[row]), notes=said[row]
            )
            for row, history in enumerate(histories)
        ]
        encoded = self._encode(prompts)
        return write_texts(self._model, self._encoder, self._collator, encoded, max_words=max_words, beams=beams)

    @property
    def parts(self) -> ReasonerParts:
        """What it is made of, for engines that run it elsewhere."""
        return ReasonerParts(self._model, self._encoder, self._catalogue, self._card)

    @property
    def collator(self) -> Collator:
        """What pads its prompts and looks up their pictures."""
        return self._collator

    @property
    def item_vectors(self) -> NDArray[np.float32]:
        """[n_items, width] fused item embeddings."""
        vectors: NDArray[np.float32] = self._model.item_rows().detach().numpy()
        return vectors

    def represent(self, histories: Sequence[NDArray[Any]], evidence_horizon: ArrayLike) -> NDArray[np.float32]:
        """Return [B, width] what is seen of each user: the hidden state where the thought begins (section 3.1).

        Args:
            histories: B arrays of item codes, oldest first.
            evidence_horizon: [B] in [0, 1].
        """
        horizon = np.asarray(evidence_horizon, dtype=np.float64)
        queries = SimpleNamespace(users=horizon, histories=histories, evidence_horizon=horizon, candidates=None)
        return last_states(self._model, self._encoder, self._collator, self.encode(queries))

    def with_items(
        self,
        titles: Sequence[str],
        categories: Sequence[Sequence[str]],
        *,
        pictures: NDArray[np.float32] | None = None,
    ) -> VlmReasoner:
        """Return a reasoner that knows new items besides, without retraining.

        Their tokens' embeddings are predicted from their texts and pictures by a regression over the items it was tuned
        on; their codes follow those of the others.

        Args:
            titles: M titles.
            categories: M lists of categories.
            pictures: [M, ...] as in the catalogue, or None; a missing picture is zero.

        Raises:
            InputError: shapes do not fit.
        """
        catalogue = grown_catalogue(self._catalogue, titles, categories, pictures)
        model, encoder = grow(self._model, self._encoder, item_features(catalogue, width=self._model.width))
        return VlmReasoner(model=model, encoder=encoder, catalogue=catalogue, card=self._card)

    def merged(self) -> VlmReasoner:
        """Return the same reasoner with its adapters merged into its backbone; saved, it is a whole model."""
        model = merge_adapters(self._model)
        return VlmReasoner(model=model, encoder=self._encoder, catalogue=self._catalogue, card=self._card)

    def encode(self, queries: Queries, evidence: Mapping[str, Answers] | None = None) -> list[EncodedPrompt]:
        """Write and encode the prompts of queries."""
        options, wording = self.prompt, task_wording("sequential", self.prompt)
        prompts = []
        for row, history in enumerate(self._known(queries.histories)):
            older, shown = history[: -options.history_length].tolist(), history[-options.history_length :]
            prompts.append(
                render_prompt(
                    wording,
                    user=None,
                    user_desc=describe_user([self._catalogue.categories[code] for code in older]),
                    history=shown,
                    evidence_horizon=float(queries.evidence_horizon[row]),
                    pictures=options.pictures,
                    tools=evidence_text({name: self._shown(answer, row) for name, answer in (evidence or {}).items()}),
                )
            )
        return self._encode(prompts)

    def _encode(self, prompts: Sequence[Prompt]) -> list[EncodedPrompt]:
        return self._encoder.encode([prompt.messages for prompt in prompts], [prompt.image_items for prompt in prompts])

    def _question(self, task: str, queries: Queries, row: int, history: IntArray, item: int, **given: Any) -> Prompt:
        return question(
            task,
            options=self.prompt,
            categories=self._catalogue.categories,
            history=history,
            evidence_horizon=float(queries.evidence_horizon[row]),
            item=item,
            **given,
        )

    def _yes(self, queries: Queries, evidence: Mapping[str, ArrayLike] | None, task: str) -> NDArray[np.float64]:
        """[B, C] raw probabilities of yes, 0 for unknown codes."""
        if queries.candidates is None or task not in ("ctr", "direct"):
            received = f"task {task!r} and candidates {queries.candidates}"
            raise InputError("queries", received, "candidates [B, C], and the task 'ctr' or 'direct'")
        candidates = np.asarray(queries.candidates, dtype=np.int64)
        said = {name: np.asarray(values, dtype=np.float64) for name, values in (evidence or {}).items()}
        known = (candidates >= 0) & (candidates < self.n_items)
        groups = [
            self._about(
                task, queries, row, history, candidates[row, known[row]],
                [probability_text({name: float(values[row, place]) for name, values in said.items()})
                 for place in np.flatnonzero(known[row])],
            )
            for row, history in enumerate(self._known(queries.histories))
        ]  # fmt: skip
        raw = np.zeros(candidates.shape)
        answers = yes_probabilities(self._model, self._encoder, self._collator, groups)
        raw[known] = np.concatenate([np.empty(0), *answers])
        return raw

    def _about(
        self, task: str, queries: Queries, row: int, history: IntArray, items: IntArray, tools: Sequence[str]
    ) -> list[EncodedPrompt]:
        """Write a user's question about each item, with what the tools say of it.

        Where nothing but the item tells the questions apart, only two are written, and the others made from these.
        """

        def write(places: Sequence[int]) -> list[EncodedPrompt]:
            return self._encode(
                [self._question(task, queries, row, history, int(items[place]), tools=tools[place]) for place in places]
            )

        unlike = np.unique(items, return_index=True)[1].tolist()
        if len(unlike) > 2 and not any(tools):
            first, second = write(unlike[:2])
            made = prompts_about(items, first, second, self._encoder.items)
            if made is not None:
                return made
        return write(range(len(items)))

    def _decide(self, queries: Queries, evidence: Mapping[str, Answers] | None) -> tuple[Decided, NDArray[np.float32]]:
        prompts = self.encode(queries, evidence)
        decided = decide(
            self._model,
            self._encoder,
            self._collator,
            prompts,
            tools=self.tools,
            tools_alone=self._card.tools_alone,
            tool_rates=self._card.tool_rates,
        )
        return decided, self._answer(decided, queries, evidence)

    def _answer(
        self, decided: Decided, queries: Queries, evidence: Mapping[str, Answers] | None
    ) -> NDArray[np.float32]:
        """[B, n_items] log-probabilities of what may be recommended."""
        log_probs, card, shown = decided.log_probs, self._card, self.prompt.answers_shown
        if evidence and card.trust.queries:
            log_probs = trusted(decided.log_probs, evidence, card.trust, shown)
            silent = ~everybody_speaks(evidence, card.trust.listed, shown, log_probs.shape)
            if silent.any():
                log_probs[silent] = trusted(decided.log_probs, evidence, card.trust_incomplete, shown)[silent]
        return restrict(log_probs, self._known(queries.histories), queries.candidates)

    def _with_card(self, card: ReasonerCard) -> VlmReasoner:
        return VlmReasoner(model=self._model, encoder=self._encoder, catalogue=self._catalogue, card=card)

    def _known(self, histories: Sequence[NDArray[Any]]) -> list[IntArray]:
        codes = [np.asarray(history, dtype=np.int64) for history in histories]
        return [history[(history >= 0) & (history < self.n_items)] for history in codes]

    def _shown(self, answer: Answers, row: int) -> IntArray:
        items, scores = np.asarray(answer.items[row], dtype=np.int64), np.asarray(answer.scores[row])
        usable = ~np.isneginf(scores) & (items >= 0) & (items < self.n_items)
        return items[usable][: self.prompt.answers_shown]

    def _readable(self, trace: Trace, item: int, confidence: float) -> str:
        thought = verbalize(trace, self._catalogue.titles)
        answer = "Nothing to recommend" if item == NO_ITEM else f"Recommend {self._catalogue.titles[item]}"
        return f"{thought} {answer}. Confidence: {confidence:.2f}."

    def _flops(self, tokens: int, *, cited: bool) -> float:
        config, tools = self._model.config, len(self.tools if cited else self._card.tools_alone)
        return query_flops(
            self._model.backbone.config.get_text_config(),
            n_items=config.n_items,
            n_thoughts=config.n_thoughts,
            tokens=tokens + 1,
            # level, bin, tools, <evidence>, the cited item, </think> <answer>
            decided=2 + tools + 1 + cited + 2,
            slots=2 + tools,
            item_softmaxes=1 + cited,
        )


def _bin(confidence: float) -> int:
    """Return the bin of a confidence in [0, 1]."""
    return min(int(N_BINS * confidence), N_BINS - 1)


def _raw_confidence(decided: Decided, scores: NDArray[np.float32]) -> dict[str, NDArray[np.float64]]:
    """By name, the [B] arguments of a `ConfidenceModel`, from log-probabilities [B, k] of the best items."""
    probability = np.exp(scores[:, :TOP].astype(np.float64))
    return {"mass": probability.sum(axis=1), "thought": decided.confidence, "first": probability[:, 0]}
