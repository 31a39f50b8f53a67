"""A report: a summary on top, sections below, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol


class Section(Protocol):
    """What stands in a report: a dataclass with a template of its own.

    Attributes:
        kind: `Table` or `Figure`, which are numbered, or an empty string.
        template: the file that shows it.
        title: of the section.
        lead: a sentence or two before it.
    """

    kind: ClassVar[str]
    template: ClassVar[str]

    @property
    def title(self) -> str:
        """Title of the section."""
        ...

    @property
    def lead(self) -> str:
        """A sentence or two before it."""
        ...


@dataclass(frozen=True, slots=True)
class Highlight:
    """One figure for the top of the page.

    Attributes:
        value: as it is to be printed, such as "0.0853".
        label: what it is.
        note: something to compare it with.
    """

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where the numbers come from, for the foot of the page.

    Attributes:
        command: what to type to get them again.
        seeds: by what they were used for.
        details: data set, versions, checksums, times: by name.
    """

    command: str
    seeds: Mapping[str, int] = field(default_factory=dict)
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """A page.

    Attributes:
        title: the headline.
        summary: what a reader in a hurry must know.
        sections: in order.
        provenance: where the numbers come from.
        highlights: up to four figures under the summary.
    """

    title: str
    summary: str
    sections: Sequence[Section]
    provenance: Provenance
    highlights: Sequence[Highlight] = ()
