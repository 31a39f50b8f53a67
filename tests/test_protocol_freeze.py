"""What other people's classes must offer, frozen: a change here breaks implementations that we cannot see.

To change a protocol on purpose, renew the snapshot with
`python tests/test_protocol_freeze.py > tests/rr_planner_protocols.txt`, and say in rr-planner's changelog what those
who implement it must do.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "packages" / "rr-planner" / "src" / "rr_planner"
SNAPSHOT = ROOT / "tests" / "rr_planner_protocols.txt"
VALUES = ("QueryBatch", "Ranking", "Route")  # what the protocols' methods take and give


def outline() -> Iterator[str]:
    """Yield a line for each protocol, its members, and the fields of the values that cross it."""
    for node in classes("protocols.py"):
        yield f"protocol {node.name}({', '.join(ast.unparse(base) for base in node.bases)})"
        for member in node.body:
            if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                decorators = "".join(f"@{ast.unparse(decorator)} " for decorator in member.decorator_list)
                returned = ast.unparse(member.returns) if member.returns else "?"
                yield f"    {decorators}{member.name}({ast.unparse(member.args)}) -> {returned}"
            elif isinstance(member, ast.AnnAssign | ast.Assign):
                yield f"    {ast.unparse(member)}"
    for node in classes("types.py"):
        if node.name in VALUES:
            yield f"value {node.name}"
            fields = (item for item in node.body if isinstance(item, ast.AnnAssign | ast.Assign))
            yield from (f"    {ast.unparse(item)}" for item in fields)


def classes(file: str) -> list[ast.ClassDef]:
    return [node for node in ast.parse((SOURCE / file).read_text()).body if isinstance(node, ast.ClassDef)]


def test_the_protocols_are_what_they_were() -> None:
    assert list(outline()) == SNAPSHOT.read_text().splitlines(), __doc__


def test_the_snapshot_is_of_something() -> None:
    frozen = SNAPSHOT.read_text()
    assert "protocol Tool(" in frozen
    assert "protocol Reasoner(" in frozen
    assert "    rank(self, queries: QueryBatch, k: int) -> RankingLike" in frozen


if __name__ == "__main__":
    sys.stdout.write("\n".join(outline()) + "\n")
