"""The demo company: a pure, seeded generator of facts with a known truth."""

from models.demo.company import Company, company
from models.demo.shape import Shape, Signal

__all__ = ["Company", "Shape", "Signal", "company"]
