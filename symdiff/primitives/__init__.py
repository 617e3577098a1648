"""Every primitive, declared once: importing this package fills `symdiff.ir.core.REGISTRY`."""

from symdiff.primitives import control, creation, elementwise, indexing, linalg, reductions, selection, shaping, structure

__all__ = ["control", "creation", "elementwise", "indexing", "linalg", "reductions", "selection", "shaping", "structure"]
