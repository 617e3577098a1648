"""The Python frontend: a partial evaluator from a function's syntax tree to IR."""

from symdiff.frontend.python.lower import lower

__all__ = ["lower"]
