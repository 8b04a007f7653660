"""Who looks: what a visitor may see follows from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    """By default the only one there is, on the machine of their own."""

    owner: str = ""  # of the ideas that they may see; empty without log-in
    has_list: bool = True  # else they see the ideas whose address they hold
    counted_as: str = ""  # what the limits know them by; empty: without limits
