"""Who looks: what a visitor may see follows from it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Visitor:
    owner: str  # of the ideas that they may see; empty without log-in
    has_list: bool  # else they see the ideas whose addresses they hold, one by one
    counted_as: str  # what the limits know them by; empty: without limits


ALONE = Visitor(owner="", has_list=True, counted_as="")  # at a machine of their own
