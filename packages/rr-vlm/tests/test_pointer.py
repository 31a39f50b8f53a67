import torch

from rr_vlm.pointer import PointerHead, credit


def head():
    torch.manual_seed(0)
    return PointerHead(8, 4, slots=6)


def test_it_mixes_two_distributions_and_leaves_rows_without_evidence():
    pointer = head()
    log_probs = torch.log_softmax(torch.randn(3, 10), dim=1)
    items = torch.tensor([[4, 4, 7], [1, 2, 0], [0, 0, 0]])
    slots = torch.tensor([[0, 3, 5], [1, 2, -1], [-1, -1, -1]])
    mixed = pointer(log_probs, torch.randn(3, 8), torch.randn(3, 3, 8), items, slots)
    assert torch.allclose(mixed.exp().sum(dim=1), torch.ones(3), atol=1e-5)
    assert torch.equal(mixed[2], log_probs[2])
    # Copied items gain, all others lose; padding gives item 0 nothing.
    gain = mixed - log_probs
    assert (gain[0, [4, 7]] > 0).any()
    assert (gain[0, [0, 1, 2, 3]] < 0).all()
    assert gain[1, 0] < 0


def test_an_item_that_two_tools_name_counts_twice():
    pointer = head()
    log_probs = torch.full((1, 10), -torch.log(torch.tensor(10.0)).item())
    states = torch.zeros(1, 3, 8)
    mixed = pointer(log_probs, torch.zeros(1, 8), states, torch.tensor([[4, 4, 7]]), torch.tensor([[0, 1, 2]]))
    gate = torch.sigmoid(pointer.gate.bias)
    expected = (1 - gate) / 10 + gate * torch.tensor([2 / 3, 1 / 3])
    assert torch.allclose(mixed[0, [4, 7]].exp(), expected, atol=1e-6)


def test_evidence_that_the_model_itself_thinks_likely_can_weigh_more():
    pointer = head()
    log_probs = torch.log_softmax(torch.tensor([[0.0, 3.0, 0.0, 0.0]]), dim=1)
    shown = (torch.zeros(1, 8), torch.zeros(1, 2, 8), torch.tensor([[1, 2]]), torch.tensor([[0, 1]]))
    with torch.no_grad():
        pointer.gate.bias.fill_(30.0)  # the copy alone
        even = pointer(log_probs, *shown)[0, [1, 2]].exp()
        pointer.own_weight.fill_(1.0)
        weighed = pointer(log_probs, *shown)[0, [1, 2]].exp()
    assert torch.allclose(even, torch.tensor([0.5, 0.5]), atol=1e-5)
    assert torch.allclose(weighed[0] / weighed[1], torch.tensor(3.0).exp(), rtol=1e-4)


def test_gradients_stay_finite_without_any_evidence():
    pointer = head()
    states = torch.randn(2, 8, requires_grad=True)
    nothing = torch.full((2, 1), -1)
    mixed = pointer(
        torch.log_softmax(torch.randn(2, 5), 1), states, torch.randn(2, 1, 8), nothing.clamp(min=0), nothing
    )
    mixed.sum().backward()
    assert states.grad is None or torch.isfinite(states.grad).all()
    assert all(torch.isfinite(p.grad).all() for p in pointer.parameters() if p.grad is not None)


def test_a_list_that_nobody_else_and_the_model_itself_does_not_believe_gets_little():
    log_probs = torch.log_softmax(torch.tensor([[4.0, 4.0, 4.0, 4.0, 0.0, 0.0]]), dim=1)
    items, slots = torch.tensor([[0, 1, 1, 2, 4, 5, 0]]), torch.tensor([[0, 1, 2, 3, 4, 5, -1]])
    found = credit(log_probs.gather(1, items), items, slots, ranks=2)[0]
    own = log_probs[0, 0].item()
    assert torch.allclose(found[:4, 0], torch.full((4,), own))
    assert torch.allclose(found[4:6, 0], torch.full((2,), own - 4))
    assert torch.allclose(found[:, 1].exp() - 1, torch.tensor([1.0, 1, 1, 1, 0, 0, 0]))
    assert found[6].tolist() == [0.0, 0.0]
    pointer = PointerHead(8, 4, slots=6, ranks=2)
    shown = (torch.zeros(1, 8), torch.zeros(1, 7, 8), items, slots)
    with torch.no_grad():
        pointer.gate.bias.fill_(30.0)  # the copy alone
        before = pointer(log_probs, *shown)[0, [4, 5]].exp().sum()
        pointer.credit_weights.fill_(1.0)
        after = pointer(log_probs, *shown)[0, [4, 5]].exp().sum()
    assert after < 0.05 < before
