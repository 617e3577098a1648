"""Derivations: the stages of a function with their derivatives, as tables, LaTeX and HTML."""
