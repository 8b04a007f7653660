"""The risks, one after the other."""

from idearc.views import Content
from idearc.views.parts import field, remark


def draw(content: Content) -> None:
    for one in content.part.findings:
        key = f"risk-{content.idea.key}-{one.position}"
        field(one.name, f"{key}-name")
        remark(one.what, f"{key}-what")
