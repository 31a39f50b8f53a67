from __future__ import annotations

from rr_data.splits.leaks import ids_inside_ids


def test_item_ids_inside_user_ids() -> None:
    users = ["A1B000XYZ9", "u7", "7", "u_7", "x-B01", "ann", "B01", "u12345678", None]
    found = ids_inside_ids(users, ["B000XYZ", "7", "B01", "234567"])
    assert found.examples == ("A1B000XYZ9", "u_7", "x-B01")
    assert (found.containing, found.n_users) == (3, 9)


def test_numbers_in_the_order_of_the_list() -> None:
    assert ids_inside_ids(["0", "1", "2"], []).numbered == 3
    assert ids_inside_ids(["1", "2", "3", "x"], ["1"]).to_json() == {
        "users": 4, "containing_item_ids": 0, "sequence_numbers": 3, "examples": [],
    }  # fmt: skip
    assert ids_inside_ids(["3", "5", "1"], []).numbered == 0
    assert ids_inside_ids([], []).numbered == 0
