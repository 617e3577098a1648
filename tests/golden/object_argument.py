"""Saves length, dt, angle, speed, angle_in, y11s, speeds, y5, y6, class_1 (6 numbers, 3 lists with an entry per turn, 1 class).

class Pendulum:
    def __init__(self, length: float, angle: float, speed: float):
        self.length = length
        self.angle = angle
        self.speed = speed

    @property
    def energy(self):
        return 0.5 * (self.length * self.speed) ** 2 - 9.81 * self.length * math.cos(self.angle)

    def swing(self, dt):
        self.speed -= dt * 9.81 / self.length * math.sin(self.angle)
        self.angle += dt * self.speed


def object_argument(pendulum, dt, n):
    for _ in range(n):
        pendulum.swing(dt)
    return pendulum.energy
"""


def object_argument_forward(pendulum: object, dt: float, n: int) -> tuple:
    """Return object_argument(pendulum, dt, n) and what `object_argument_backward` reads."""
    if not (getattr(pendulum, '__dict__', {}).keys() == {'angle', 'length', 'speed'}):
        raise TypeError('object_argument_forward: pendulum must have the structure '
                'Pendulum(angle=*, length=*, speed=*), not ' + _found(pendulum))
    angle = pendulum.angle
    length = pendulum.length
    speed = pendulum.speed
    angle_in = []
    y11s = []
    speeds = []
    for _ in range(n):                      # 2
        angle_in.append(angle)
        y11 = math.sin(angle)               # 2
        y11s.append(y11)
        speed -= dt * 9.81 / length * y11   # 2
        speeds.append(speed)
        angle += dt * speed                 # 3
    y6 = length * speed
    y5 = math.cos(angle)
    y = 0.5 * y6 ** 2 - 9.81 * length * y5  # 2
    return y, (length, dt, angle, speed, angle_in, y11s, speeds, y5, y6, type(pendulum))


def object_argument_backward(saved: tuple, d_y: float = 1.0) -> tuple[object, float]:
    """Return d_y · ∂object_argument/∂(pendulum, dt) at the point where `object_argument_forward` was called."""
    length, dt, angle, speed, angle_in, y11s, speeds, y5, y6, class_1 = saved
    d_y2 = -d_y                              # ∂y/∂y2 = -1
    d_y4 = d_y2 * y5                         # ∂y2/∂y4 = y5
    d_y5 = d_y2 * (9.81 * length)            # ∂y2/∂y5 = y4
    d_angle = d_y5 * -np.sin(angle)          # ∂y5/∂angle = -sin angle
    d_length = d_y4 * 9.81                   # ∂y4/∂length = 9.81
    d_y3 = d_y * 0.5                         # ∂y1/∂y3 = 0.5
    d_y6 = d_y3 * (2 * y6)                   # ∂y3/∂y6 = 2·y6
    d_length += d_y6 * speed                 # ∂y6/∂length = speed
    d_speed = d_y6 * length                  # ∂y6/∂speed = length
    d_dt = 0.0
    for angle, y11, speed in zip(reversed(angle_in), reversed(y11s), reversed(speeds), strict=True):  # 2
        y10 = dt * 9.81 / length
        d_dt += d_angle * speed              # ∂y8/∂dt = speed
        d_speed += d_angle * dt              # ∂y8/∂speed = dt
        d_y9 = -d_speed                      # ∂speed/∂y9 = -1
        d_y10 = d_y9 * y11                   # ∂y9/∂y10 = y11
        d_y11 = d_y9 * y10                   # ∂y9/∂y11 = y10
        d_angle += d_y11 * np.cos(angle)     # ∂y11/∂angle = cos angle
        d_y12 = d_y10 * (1 / length)         # ∂y10/∂y12 = 1/length
        d_length += d_y10 * (-y10 / length)  # ∂y10/∂length = -y12/length²
        d_dt += d_y12 * 9.81                 # ∂y12/∂dt = 9.81
    return _rebuilt(class_1, length=float(d_length), angle=float(d_angle), speed=float(d_speed)), float(d_dt)
