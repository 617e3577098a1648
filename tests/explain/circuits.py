"""Circuits for the tests of pictures: the neuron of the notes, and random ones with boxes inside boxes."""

import random

from symdiff.explain.circuit.graph import Edge, Graph, Group, Node


def circuit(title, inputs, operations, groups=()):
    """`inputs`: names; `operations`: (name, sign, operands, group)."""
    nodes = [Node(name, label=name, value="1.5", gradient="-0.25") for name in inputs]
    edges = []
    for name, sign, operands, group in operations:
        nodes.append(Node(name, sign, name, "2.25", "0.125", group=group, ordered=sign == "−"))
        edges += [Edge(operand, name, f"{operand} = 1.5") for operand in operands]
    return Graph(title, tuple(nodes), tuple(edges), tuple(groups))


def neuron():
    """logistic-neuron-staged.md: y = 1/y1 … y7 = w2 x2."""
    stages = [
        ("y6", "×", ("w1", "x1")),
        ("y7", "×", ("w2", "x2")),
        ("y5", "+", ("y6", "y7")),
        ("y4", "+", ("y5", "b")),
        ("y3", "× −1", ("y4",)),
        ("y2", "exp", ("y3",)),
        ("y1", "+ 1", ("y2",)),
        ("y", "1/x", ("y1",)),
    ]
    return circuit("neuron", ("w1", "x1", "w2", "x2", "b"), [(*stage, "") for stage in stages])


def chain(length):
    """length operations one behind the other, and an input that every third one uses."""
    operations, last = [], "x"
    for k in range(length):
        operands = (last, "a") if k % 3 == 0 else (last,)
        operations.append((f"y{k}", "×" if k % 3 == 0 else "sin", operands, ""))
        last = f"y{k}"
    return circuit("chain", ("x", "a"), operations)


def random_circuit(seed, size=80):
    """Operations of one to three operands, most of them recent; every third run of operations is boxed, some twice."""
    draw = random.Random(seed)
    names, operations, groups = [f"in{k}" for k in range(5)], [], []
    box = ""
    for k in range(size - len(names)):
        if k % 7 == 0:
            box = draw.choice(["", f"g{k}"])
            if box:
                groups.append(Group(box, f"for i in range({k})"))
                if draw.random() < 0.5:
                    groups.append(Group(f"{box}h", "helper(x)", box))
        inside = box + draw.choice(["", "h"]) if box and f"{box}h" in {g.name for g in groups} else box
        sign, count = draw.choice([("+", 2), ("×", 2), ("−", 2), ("exp", 1), ("sum(axis=0)", 1), ("where", 3)])
        operands = [names[-1 - min(len(names) - 1, int(draw.expovariate(0.2)))] for _ in range(count)]
        operations.append((f"t{k}", sign, operands, inside))
        names.append(f"t{k}")
    return circuit(f"random {seed}", names[:5], operations, groups)
