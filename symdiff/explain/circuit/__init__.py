"""The circuit picture of the lectures.

file       what
graph      the circuit as data; Mermaid and DOT
levels     boxes: the circuit taken apart into levels, the inside of a box on its own
layers     columns, and long wires cut into links between neighbouring columns
order      few crossings
place      level wires
band       one band of columns with all its places
layout     levels folded into bands, bands stacked, boxes in their places
picture    what is drawn, with its place
svg        the picture as text
"""
