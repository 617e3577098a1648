"""Names found when it runs: the nearest town on a heap, the way back through names, words put in order, states."""

from __future__ import annotations

import heapq

import numpy as np

from tests.programs.cases import Cases, array

cases = Cases()


@cases(array(6))
def way_back(x):
    roads = {"Ulm": [("Bonn", 0), ("Aalen", 1)], "Bonn": [("Aalen", 2)], "Aalen": [("Jena", 3)], "Jena": []}
    distance, before = dict.fromkeys(roads, 9.0), dict.fromkeys(roads)
    heap, done = [(0.0, "Ulm")], []
    while heap:
        d, town = heapq.heappop(heap)
        if town not in done:
            done.append(town)
            for other, k in roads[town]:
                if d + x[k] < distance[other]:
                    distance[other], before[other] = d + x[k] ** 2, town
                    heapq.heappush(heap, (d + x[k] ** 2, other))
    town, total = "Jena", distance["Jena"] ** 2
    while town is not None:
        total = total * x[5] + (2.0 if town == "Aalen" else 1.0)
        town = before[town]
    return total * len(done)


@cases(array(6))
def words_in_order(x):
    words, total = [], 0.0
    for t in x:
        word = "warm" if t > 1.2 else "cold" if t < 0.8 else "mild"
        total += t * t if not words or words[-1] < word else t
        words.append(word)
    for k, word in enumerate(sorted(words)):
        total += x[k] ** 2 * (2 if word == "mild" else 1)
    while "cold" in words:
        words.remove("cold")
    return total * words.count("warm") + x[0] * words.index(max(words)) + (min(words) <= "mild") * x[1]


@cases(array(6))
def machine(x):
    table = {("idle", "go"): "run", ("run", "stop"): "idle", ("run", "go"): "run"}
    cost = {("idle", "run"): x[0], ("run", "idle"): x[1] ** 2}
    state, total = "idle", 0.0
    for t in x:
        event = "go" if t > 1 else "stop"
        after = table.get((state, event), state)
        if (state, after) in cost:
            total += cost[state, after] * t
        total += cost.get((after, state), 0.1) * t
        state = after
    return total


@cases(array(6))
def rewritten(x):
    rules = {"F": "F+G", "G": "FG"}
    axiom, total, angle = "F", 0.0, 0.0
    for _ in range(3):
        axiom = "".join(rules.get(letter, letter) for letter in axiom)
    for k, letter in enumerate(axiom):
        angle += x[0] if letter == "+" else 0.0
        total += angle * x[k % 6] ** 2 if letter == "F" else x[1]
    for t in x:
        word = "GF" if t > 1 else "FFG"
        for k, letter in enumerate(word):
            total += (k + 1) * t * t if letter == "F" else t
    return total


@cases(array(6))
def pieces(x):
    worth = {"a": x[0], "ab": x[1] ** 2, "c": x[2], "bc": x[3]}
    text = "abcab"
    best, back = [0.0] * (len(text) + 1), [""] * (len(text) + 1)
    best[0] = 1.0
    for i in range(1, len(text) + 1):
        for piece, w in worth.items():
            if text[:i].endswith(piece) and best[i - len(piece)] * w > best[i]:
                best[i], back[i] = best[i - len(piece)] * w, piece
    found, i = [], len(text)
    while i > 0:
        found.append(back[i])
        i -= len(back[i])
    for k, piece in enumerate(reversed(found)):
        best[-1] += (k + 1) * worth[piece]
    return best[-1] * len(found)


@cases(array(6))
def left_early(x):
    total, limit = 0.0, 1.0
    for j in range(len(x)):
        for t in x:
            if t * (j + 1) > 4:
                mode, f = "shrink", np.sin
                break
            if total > 3 * limit:
                mode, f = "keep", np.exp
                break
        else:
            mode, f = "grow", np.cos
        limit *= 1.2
        if mode != "keep":
            how = "fast" if mode == "grow" else "slow"
        total += f(x[j]) * (2 if how == "fast" else 1)
    return total * len(mode)
