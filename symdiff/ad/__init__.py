"""Differentiation: activity, the reverse pass and the forward pass, each closed over its own output."""
