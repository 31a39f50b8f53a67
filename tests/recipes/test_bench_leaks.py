import json
from pathlib import Path

from typer.testing import CliRunner

from recipes.bench.__main__ import app


def test_numbers_in_order_of_appearance_leak_and_random_codes_do_not(tmp_path: Path) -> None:
    """Users who took new items one after the other, numbered as they appear: the next integer is often right."""
    lines = [f"{user} " + " ".join(str(10 * user + step) for step in range(1, 8)) for user in range(200)]
    path = tmp_path / "sequences.txt"
    path.write_text("\n".join(lines) + "\n")
    run = CliRunner().invoke(app, ["leaks", "--sequences", str(path), "--seeds", "2", "--json"])
    assert run.exit_code == 0, run.output
    rates = json.loads(run.output)
    assert rates["source_numbers"] == 1
    assert max(rates["random_codes"]) < 0.02
