from __future__ import annotations

from rr_data.images.failures import FAILED, Failure, failure_table


def test_one_row_a_failure_by_item_id() -> None:
    table = failure_table([Failure("b", "u", "404", 1), Failure("a", "v", "503", 5)])
    assert table.schema == FAILED
    assert table.rows() == [("a", "v", "503", 5), ("b", "u", "404", 1)]
    assert failure_table([]).schema == FAILED
