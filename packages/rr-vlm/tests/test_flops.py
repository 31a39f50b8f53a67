import numpy as np
import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from rr_vlm.flops import query_flops
from rr_vlm.inference.rank import decide


@pytest.mark.parametrize("with_evidence", [False, True])
def test_the_count_agrees_with_torch(reasoner, queries, evidence, with_evidence):
    one = type(queries)(
        users=queries.users[:1],
        histories=queries.histories[:1],
        evidence_horizon=queries.evidence_horizon[:1],
        candidates=None,
    )
    own = {n: type(queries)(items=a.items[:1], scores=a.scores[:1]) for n, a in evidence.items()}
    prompts = reasoner.encode(one, own if with_evidence else None)
    model, encoder = reasoner._model, reasoner._encoder
    tools = encoder.thought.tools if with_evidence else ()
    # The counter knows no fused attention on CPUs; the plain one does the same products.
    with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        decide(model, encoder, reasoner._collator, prompts, tools=encoder.thought.tools, tools_alone=(), tool_rates={})
    counted = query_flops(
        model.backbone.config.get_text_config(),
        n_items=model.config.n_items,
        n_thoughts=model.config.n_thoughts,
        tokens=len(prompts[0]) + 1,
        decided=2 + len(tools) + 1 + with_evidence + 2,
        slots=2 + len(tools),
        item_softmaxes=1 + with_evidence,
    )
    assert counted == pytest.approx(counter.get_total_flops(), rel=0.03)


def test_the_reasoner_states_its_cost_at_the_tuning_lengths(reasoner, rows):
    assert 0 < reasoner.flops_per_query < reasoner.flops_with_evidence < 1e8
    assert np.isfinite(reasoner.flops_with_evidence)
    assert torch.is_grad_enabled()


def test_queries_are_counted_at_the_lengths_of_their_prompts(reasoner, queries, evidence):
    first = {n: type(queries)(items=a.items[:, :1], scores=a.scores[:, :1]) for n, a in evidence.items()}
    alone, one, four = (reasoner.flops(queries, said) for said in (None, first, evidence))
    assert alone.shape == (len(queries.users),)
    assert (alone < one).all()
    assert (one < four).all()
    assert alone.mean() == pytest.approx(reasoner.flops_per_query, rel=0.2)
    assert four.mean() == pytest.approx(reasoner.flops_with_evidence, rel=0.2)
