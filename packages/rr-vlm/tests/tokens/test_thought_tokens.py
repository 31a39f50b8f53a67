from rr_data.interfaces import Trace
from rr_vlm.tokens.thought_tokens import ThoughtTokens


def test_any_choice_from_the_slots_is_a_thought():
    thought = ThoughtTokens.of(["sasrec", "bpr"])
    for choose in (0, -1):
        decided = [slot[choose] for slot in thought.slots(["sasrec", "bpr"])]
        trace = Trace.from_tokens(["<think>", *decided, "<evidence>", "</think>"])
        assert [name for name, _ in trace.tools] == ["sasrec", "bpr"]
        assert trace.eh_level == (0 if choose == 0 else 2)
        assert trace.confidence_bin == (0 if choose == 0 else 9)
