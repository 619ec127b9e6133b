"""Policies as the tables name them."""

from __future__ import annotations

from alvh.strategy.engine import Outcomes

__all__ = ["policy_names"]


def policy_names(outcomes: Outcomes) -> list[str]:
    """Names of the policies in order; one that comes again gets a number."""
    names: list[str] = []
    for policy in outcomes.policies:
        name, again = policy.name, 2
        while name in names:
            name = f"{policy.name} ({again})"
            again += 1
        names.append(name)
    return names
