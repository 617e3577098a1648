"""Whole programs by field, written as their users write them."""
