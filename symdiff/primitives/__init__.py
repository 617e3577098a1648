"""Every primitive, declared once: importing this package fills `symdiff.ir.core.REGISTRY`."""

from symdiff.primitives import control, elementwise, indexing, structure

__all__ = ["control", "elementwise", "indexing", "structure"]
