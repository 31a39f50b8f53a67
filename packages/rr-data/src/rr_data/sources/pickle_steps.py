"""What each operation of a pickle does, for protocols 2 to 5 (see the module `pickletools` for their meaning)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from rr_data.sources.pickle_machine import PickleMachine
from rr_data.sources.pickle_values import integer, old_text, plain, plain_key, plain_pairs, text


def _append(machine: PickleMachine) -> None:
    value = machine.pop()
    plain(list, machine.top()).append(value)


def _append_all(machine: PickleMachine) -> None:
    values = machine.since_mark()
    plain(list, machine.top()).extend(values)


def _set_item(machine: PickleMachine) -> None:
    value, key = machine.pop(), machine.pop()
    plain(dict, machine.top())[plain_key(key)] = value


def _set_items(machine: PickleMachine) -> None:
    pairs = plain_pairs(machine.since_mark())
    plain(dict, machine.top()).update(pairs)


def _add_items(machine: PickleMachine) -> None:
    values = [plain_key(value) for value in machine.since_mark()]
    plain(set, machine.top()).update(values)


def _tuple_of(size: int) -> Callable[[PickleMachine], None]:
    def step(machine: PickleMachine) -> None:
        values = [machine.pop() for _ in range(size)]
        machine.push(tuple(reversed(values)))

    return step


def _global_by_stack(machine: PickleMachine) -> None:
    name, module = machine.pop(), machine.pop()
    machine.name_global(plain(str, module), plain(str, name))


STEPS: Final[Mapping[int, Callable[[PickleMachine], Any]]] = MappingProxyType(
    {
        0x80: lambda machine: machine.take(1),  # PROTO
        0x95: lambda machine: machine.take(8),  # FRAME
        ord("("): PickleMachine.mark,
        ord("0"): PickleMachine.pop,
        ord("1"): PickleMachine.since_mark,  # POP_MARK
        ord("2"): lambda machine: machine.push(machine.top()),  # DUP
        ord("N"): lambda machine: machine.push(None),
        0x88: lambda machine: machine.push(True),
        0x89: lambda machine: machine.push(False),
        ord("J"): lambda machine: machine.push(integer(machine.take(4))),
        ord("K"): lambda machine: machine.push(machine.take(1)[0]),
        ord("M"): lambda machine: machine.push(int.from_bytes(machine.take(2), "little")),
        0x8A: lambda machine: machine.push(integer(machine.counted(1))),
        0x8B: lambda machine: machine.push(integer(machine.counted(4))),
        ord("G"): lambda machine: machine.push(struct.unpack(">d", machine.take(8))[0]),
        0x8C: lambda machine: machine.push(text(machine.counted(1))),
        ord("X"): lambda machine: machine.push(text(machine.counted(4))),
        0x8D: lambda machine: machine.push(text(machine.counted(8))),
        ord("U"): lambda machine: machine.push(old_text(machine.counted(1))),
        ord("T"): lambda machine: machine.push(old_text(machine.counted(4))),
        ord("C"): lambda machine: machine.push(machine.counted(1)),
        ord("B"): lambda machine: machine.push(machine.counted(4)),
        0x8E: lambda machine: machine.push(machine.counted(8)),
        ord("]"): lambda machine: machine.push([]),
        ord("}"): lambda machine: machine.push({}),
        ord(")"): lambda machine: machine.push(()),
        0x8F: lambda machine: machine.push(set()),
        ord("a"): _append,
        ord("e"): _append_all,
        ord("s"): _set_item,
        ord("u"): _set_items,
        0x90: _add_items,
        0x91: lambda machine: machine.push(frozenset(plain_key(value) for value in machine.since_mark())),
        ord("l"): lambda machine: machine.push(machine.since_mark()),
        ord("d"): lambda machine: machine.push(dict(plain_pairs(machine.since_mark()))),
        ord("t"): lambda machine: machine.push(tuple(machine.since_mark())),
        0x85: _tuple_of(1),
        0x86: _tuple_of(2),
        0x87: _tuple_of(3),
        ord("q"): lambda machine: machine.memoize(machine.take(1)[0]),
        ord("r"): lambda machine: machine.memoize(int.from_bytes(machine.take(4), "little")),
        0x94: lambda machine: machine.memoize(machine.memo_size()),
        ord("h"): lambda machine: machine.recall(machine.take(1)[0]),
        ord("j"): lambda machine: machine.recall(int.from_bytes(machine.take(4), "little")),
        ord("c"): lambda machine: machine.name_global(machine.line(), machine.line()),
        0x93: _global_by_stack,
        ord("R"): PickleMachine.call,
        0x81: PickleMachine.new,
        ord("b"): PickleMachine.build,
    }
)
