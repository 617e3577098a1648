"""Saves dt, v, x, x_in, vs (3 numbers, 2 lists with an entry per turn).

@dataclass
class Particle:
    x: float
    v: float

    def step(self, dt):
        self.v -= self.x * dt
        self.x += self.v * dt


def object_state(x: float, dt: float, n: int):
    p = Particle(x, 0.0)
    for _ in range(n):
        p.step(dt)
    return p.x**2 + p.v**2
"""


def object_state_forward(x: float, dt: float, n: int) -> tuple:
    """Return object_state(x, dt, n) and what `object_state_backward` reads."""
    v = 0.0
    x_in = []
    vs = []
    for _ in range(n):   # 3
        x_in.append(x)
        v -= x * dt      # 2
        vs.append(v)
        x += v * dt      # 3
    y = x ** 2 + v ** 2  # 5
    return y, (dt, v, x, x_in, vs)


def object_state_backward(saved: tuple, d_y: float = 1.0) -> tuple[float, float]:
    """Return d_y · ∂object_state/∂(x, dt) at the point where `object_state_forward` was called."""
    dt, v, x, x_in, vs = saved
    d_v = d_y * (2 * v)   # ∂y2/∂v = 2·v
    d_x = d_y * (2 * x)   # ∂y1/∂x = 2·x
    d_dt = 0.0
    for x, v in zip(reversed(x_in), reversed(vs), strict=True):  # 3
        d_v += d_x * dt   # ∂y5/∂v = dt
        d_dt += d_x * v   # ∂y5/∂dt = v
        d_y4 = -d_v       # ∂v/∂y4 = -1
        d_x += d_y4 * dt  # ∂y4/∂x = dt
        d_dt += d_y4 * x  # ∂y4/∂dt = x
    return d_x, d_dt
