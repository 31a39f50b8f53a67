from rr_planner import AlwaysBoth, Bands, Planner, explain


def test_says_who_why_and_what_failed(toy_tool, toy_reasoner, make_queries):
    tools = [toy_tool("a", 1), toy_tool("b", 2, raises=OSError("gone"))]
    answer = Planner(tools=tools, reasoner=toy_reasoner(), policy=AlwaysBoth()).answer(make_queries([0.4]), 3)[0]
    words = explain(answer)
    for part in ("Query q0 was answered by vlm", "the reasoner and the tools", "Evidence from: a.", "user 0 with a"):
        assert part in words
    assert "Degraded: b failed to answer: OSError: gone." in words
    assert "Policy: always-both" in words
    assert ", ".join(map(str, answer.items.tolist())) in words


def test_a_delegated_query(toy_tool, toy_reasoner, make_queries):
    run = Planner(tools=[toy_tool("a")], reasoner=toy_reasoner(), policy=Bands(tool_confidence=0.0))
    words = explain(run.answer(make_queries([0.1]), 3)[0])
    assert "Sent to a light tool, low risk" in words
    assert "The tools' confidence: a 0." in words
    assert "Thought" not in words
    assert "Degraded" not in words
