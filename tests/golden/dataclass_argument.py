"""Saves stiffness, x, y4s, class_1 (2 numbers, 1 list with an entry per turn, 1 class).

@dataclass
class Spring:
    stiffness: float
    rest: float

    def force(self, x):
        return self.stiffness * (self.rest - x)


def dataclass_argument(spring, x, n):
    v = 0.0
    for _ in range(n):
        v += 0.1 * spring.force(x)
        x += 0.1 * v
    return x * x
"""


def dataclass_argument_forward(spring: object, x: float, n: int) -> tuple:
    """Return dataclass_argument(spring, x, n) and what `dataclass_argument_backward` reads."""
    if not (tuple(getattr(type(spring), '__dataclass_fields__', ())) == ('stiffness', 'rest')):
        raise TypeError('dataclass_argument_forward: spring must have the structure '
                'Spring(stiffness=*, rest=*), not ' + _found(spring))
    stiffness = spring.stiffness
    rest = spring.rest
    v = 0.0
    y4s = []
    for _ in range(n):               # 3
        y4 = rest - x                # 2
        y4s.append(y4)
        v += 0.1 * (stiffness * y4)  # 4
        x += 0.1 * v                 # 5
    y = x * x                        # 6
    return y, (stiffness, x, y4s, type(spring))


def dataclass_argument_backward(saved: tuple, d_y: float = 1.0) -> tuple[object, float]:
    """Return d_y · ∂dataclass_argument/∂(spring, x) at the point where `dataclass_argument_forward` was called."""
    stiffness, x, y4s, class_1 = saved
    d_x = 2.0 * (d_y * x)         # ∂y/∂x = 2·x
    d_v = 0.0
    d_rest = 0.0
    d_stiffness = 0.0
    for y4 in reversed(y4s):      # 3
        d_v += d_x * 0.1          # ∂y5/∂v = 0.1
        d_y3 = d_v * 0.1          # ∂y2/∂y3 = 0.1
        d_stiffness += d_y3 * y4  # ∂y3/∂stiffness = y4
        d_y4 = d_y3 * stiffness   # ∂y3/∂y4 = stiffness
        d_rest += d_y4            # ∂y4/∂rest = 1
        d_x -= d_y4               # ∂y4/∂x = -1
    return _rebuilt(class_1, stiffness=d_stiffness, rest=d_rest), d_x
