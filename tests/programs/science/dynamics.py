"""Whole programs: differential equations, particles and waves stepped in time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def lorenz(state, params):
    x, y, z = state
    return np.array(
        [
            params["sigma"] * (y - x),
            x * (params["rho"] - z) - y,
            x * y - params["beta"] * z,
        ]
    )


def rk4_step(f, state, dt, params):
    k1 = f(state, params)
    k2 = f(state + 0.5 * dt * k1, params)
    k3 = f(state + 0.5 * dt * k2, params)
    k4 = f(state + dt * k3, params)
    return state + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


@cases({"sigma": 10.0, "rho": 28.0, "beta": 2.7}, np.array([1.0, 1.5, 2.0]), signed(6, 3), 0.01)
def lorenz_fit(params, start, observed, dt):
    """Mean squared distance of a Lorenz trajectory to what was observed."""
    n_steps = observed.shape[0]
    trajectory = np.empty((n_steps, 3))
    trajectory[0] = start
    for k in range(1, n_steps):
        trajectory[k] = rk4_step(lorenz, trajectory[k - 1], dt, params)
    residual = trajectory - observed
    return np.mean(np.sum(residual**2, axis=1))


@cases(np.array([1.0, 0.3]), 0.0, 1.7, 1.2, 1e-3)
def adaptive_runge_kutta(y, t, t_end, mu, tol):
    """Bogacki-Shampine steps, rejected while the error estimate is too large."""

    def rhs(t, y):
        return np.array([y[1], mu * (1 - y[0] ** 2) * y[1] - y[0] + 0.1 * np.sin(t)])

    h = 0.1
    accepted = rejected = 0
    k1 = rhs(t, y)
    while t < t_end:
        if t + h > t_end:
            h = t_end - t
        k2 = rhs(t + h / 2, y + h / 2 * k1)
        k3 = rhs(t + 3 * h / 4, y + 3 * h / 4 * k2)
        y_new = y + h * (2 / 9 * k1 + 1 / 3 * k2 + 4 / 9 * k3)
        k4 = rhs(t + h, y_new)
        error = np.max(np.abs(h * (-5 / 72 * k1 + 1 / 12 * k2 + 1 / 9 * k3 - 1 / 8 * k4)))
        if error > tol:
            rejected += 1
            h = 0.5 * h
            continue
        t, y, k1 = t + h, y_new, k4
        accepted += 1
        if error < 0.1 * tol:
            h *= 1.5
        if accepted + rejected > 500:
            raise RuntimeError("too many steps")
    return y


def gravity(positions, masses, softening):
    n = len(masses)
    acc = np.zeros_like(positions)
    for i in range(n):
        for j in range(n):
            if i == j:
                continue
            d = positions[j] - positions[i]
            r2 = d @ d + softening**2
            acc[i] += masses[j] * d / r2**1.5
    return acc


@cases(signed(3, 2), signed(3, 2, seed=4), array(3), 0.3)
def n_body(positions, velocities, masses, softening):
    """Leapfrog of a few bodies; the total energy at the end."""
    dt = 0.05
    acc = gravity(positions, masses, softening)
    for _ in range(6):
        velocities += 0.5 * dt * acc
        positions += dt * velocities
        acc = gravity(positions, masses, softening)
        velocities += 0.5 * dt * acc
    kinetic = 0.5 * np.sum(masses[:, None] * velocities**2)
    potential = 0.0
    for i in range(len(masses)):
        for j in range(i + 1, len(masses)):
            r = np.sqrt(np.sum((positions[i] - positions[j]) ** 2) + softening**2)
            potential -= masses[i] * masses[j] / r
    return kinetic + potential


def thomas(lower, diag, upper, rhs):
    """Solve a tridiagonal system; the inputs are overwritten."""
    n = len(diag)
    for i in range(1, n):
        w = lower[i - 1] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        rhs[i] -= w * rhs[i - 1]
    x = np.zeros(n)
    x[-1] = rhs[-1] / diag[-1]
    for i in range(n - 2, -1, -1):
        x[i] = (rhs[i] - upper[i] * x[i + 1]) / diag[i]
    return x


@cases(array(8), array(8, seed=2), 0.4)
def crank_nicolson(u, conductivity, dt):
    """Heat in a rod of varying conductivity, fixed ends."""
    n = len(u)
    dx = 1.0 / (n - 1)
    face = 0.5 * (conductivity[1:] + conductivity[:-1])
    r = 0.01 * dt / dx**2
    for step in range(4):
        lower, upper = np.zeros(n - 1), np.zeros(n - 1)
        diag = np.ones(n)
        rhs = u.copy()
        for i in range(1, n - 1):
            left, right = r * face[i - 1], r * face[i]
            lower[i - 1] = -left
            upper[i] = -right
            diag[i] = 1 + left + right
            rhs[i] = u[i] + left * (u[i - 1] - u[i]) + right * (u[i + 1] - u[i])
        u = thomas(lower, diag, upper, rhs)
    return u


@cases(array(6, 5), 0.5, array(4, seed=3))
def wave_2d(speed, dt, source):
    """A point source in a membrane of varying speed; two buffers that change places; the trace of one sensor."""
    ny, nx = speed.shape
    u_prev = np.zeros((ny, nx))
    u = np.zeros((ny, nx))
    u_next = np.zeros((ny, nx))
    c2 = (speed * dt) ** 2
    trace = []
    for t in range(8):
        lap = u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1]
        u_next[1:-1, 1:-1] = 2 * u[1:-1, 1:-1] - u_prev[1:-1, 1:-1] + c2[1:-1, 1:-1] * lap
        if t < len(source):
            u_next[ny // 2, nx // 2] += source[t]
        trace.append(u_next[1, 1])
        u_prev, u, u_next = u, u_next, u_prev
    return np.array(trace)


@cases(signed(10), 0.05, 0.1)
def burgers(u, viscosity, dx):
    """Upwind advection and central diffusion on a ring, the step chosen from the speed."""
    t, t_end = 0.0, 0.2
    while t < t_end:
        dt = 0.4 * dx / np.max(np.abs(u))
        if t + dt > t_end:
            dt = t_end - t
        back = (u - np.roll(u, 1)) / dx
        ahead = (np.roll(u, -1) - u) / dx
        advection = np.where(u > 0, u * back, u * ahead)
        diffusion = viscosity * 0.1 * (np.roll(u, -1) - 2 * u + np.roll(u, 1)) / dx**2
        u = u - dt * advection + dt * diffusion
        t += dt
    return u


def laplacian(a):
    return np.roll(a, 1, axis=0) + np.roll(a, -1, axis=0) + np.roll(a, 1, axis=1) + np.roll(a, -1, axis=1) - 4 * a


@cases(
    array(5, 5, high=0.9),
    array(5, 5, seed=1, low=0.1, high=0.4),
    {"Du": 0.16, "Dv": 0.08, "feed": 0.035, "kill": 0.065},
)
def gray_scott(u, v, p):
    """Reaction and diffusion of two substances."""
    for _ in range(5):
        uvv = u * v**2
        u += p["Du"] * laplacian(u) - uvv + p["feed"] * (1 - u)
        v += p["Dv"] * laplacian(v) + uvv - (p["feed"] + p["kill"]) * v
    return np.sum(u * v), v


@dataclass
class Particle:
    position: np.ndarray
    velocity: np.ndarray

    def kick(self, impulse):
        self.velocity = self.velocity + impulse

    def drift(self, dt):
        self.position = self.position + self.velocity * dt


class Field:
    """A uniform magnetic field and a quadrupole."""

    def __init__(self, b, strength):
        self.b = b
        self.strength = strength

    def electric(self, r):
        return self.strength * np.array([r[0], r[1], -2 * r[2]])

    def rotate(self, v, half):
        t = self.b * half
        s = 2 * t / (1 + t @ t)
        w = v + cross(v, t)
        return v + cross(w, s)


def cross(a, b):
    return np.array(
        [
            a[1] * b[2] - a[2] * b[1],
            a[2] * b[0] - a[0] * b[2],
            a[0] * b[1] - a[1] * b[0],
        ]
    )


@cases(signed(3), signed(3, seed=2), signed(3, seed=5), 0.2)
def boris_pusher(r0, v0, b, strength):
    """A charged particle in a trap, by the rotation that keeps the energy."""
    field = Field(b, strength)
    p = Particle(r0, v0)
    dt = 0.1
    for _ in range(12):
        half = 0.5 * dt
        p.kick(half * field.electric(p.position))
        p.velocity = field.rotate(p.velocity, half)
        p.kick(half * field.electric(p.position))
        p.drift(dt)
        if p.position @ p.position > 100.0:
            break
    return p.position, 0.5 * p.velocity @ p.velocity


@dataclass
class Compartments:
    s: float
    i: float
    r: float

    @property
    def total(self):
        return self.s + self.i + self.r


@cases(0.35, 0.1, 0.4, [(10, 0.5), (20, 0.8)])
def epidemic(beta, gamma, reduction, lockdowns):
    """SIR with contacts reduced on given days; the peak and the final size."""
    state = Compartments(s=990.0, i=10.0, r=0.0)
    peak = 0.0
    for day in range(30):
        rate = beta
        for start, strength in lockdowns:
            if start <= day < start + 5:
                rate *= 1 - reduction * strength
        infections = rate * state.s * state.i / state.total
        recoveries = gamma * state.i
        state.s -= infections
        state.i += infections - recoveries
        state.r += recoveries
        peak = max(peak, state.i)
        if state.i < 1.0:
            print("over on day", day)
            break
    return peak / 1000, state.r / 1000


def alpha_n(v):
    return 0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10))


def beta_n(v):
    return 0.125 * np.exp(-(v + 65) / 80)


def alpha_m(v):
    return 0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10))


def beta_m(v):
    return 4.0 * np.exp(-(v + 65) / 18)


def alpha_h(v):
    return 0.07 * np.exp(-(v + 65) / 20)


def beta_h(v):
    return 1.0 / (1 + np.exp(-(v + 35) / 10))


HH = {"C": 1.0, "E_Na": 50.0, "E_K": -77.0, "E_L": -54.4}


@cases({"g_Na": 120.0, "g_K": 36.0, "g_L": 0.3}, array(15, low=8.0, high=12.0), 0.02)
def hodgkin_huxley(g, current, dt):
    """The membrane voltage under an injected current."""
    v, n, m, h = -65.0, 0.32, 0.05, 0.6
    voltages = np.zeros(len(current))
    for t, injected in enumerate(current):
        i_na = g["g_Na"] * m**3 * h * (v - HH["E_Na"])
        i_k = g["g_K"] * n**4 * (v - HH["E_K"])
        i_l = g["g_L"] * (v - HH["E_L"])
        dv = (injected - i_na - i_k - i_l) / HH["C"]
        n += dt * (alpha_n(v) * (1 - n) - beta_n(v) * n)
        m += dt * (alpha_m(v) * (1 - m) - beta_m(v) * m)
        h += dt * (alpha_h(v) * (1 - h) - beta_h(v) * h)
        v += dt * dv
        voltages[t] = v
    return np.mean(voltages), voltages[-1]


@cases(np.array([1.2, 0.4]), 3.0, 0.1)
def implicit_van_der_pol(y, mu, h):
    """Backward Euler, each step solved by Newton's method to a tolerance."""
    for _ in range(5):
        y_next = y.copy()
        for iteration in range(20):
            x, v = y_next
            residual = np.array([x - y[0] - h * v, v - y[1] - h * (mu * (1 - x * x) * v - x)])
            jacobian = np.array([[1.0, -h], [h * (2 * mu * x * v + 1), 1 - h * mu * (1 - x * x)]])
            delta = np.linalg.solve(jacobian, residual)
            y_next = y_next - delta
            if np.linalg.norm(delta) < 1e-12:
                break
        else:
            raise RuntimeError("Newton did not converge")
        y = y_next
    return y


@cases(signed(6, 6), 1.6)
def gauss_seidel(f, omega):
    """Poisson's equation by successive over-relaxation in place, until the change is small."""
    n = f.shape[0]
    h2 = 1.0 / (n - 1) ** 2
    u = np.zeros_like(f)
    for sweep in range(40):
        change = 0.0
        for i in range(1, n - 1):
            for j in range(1, n - 1):
                new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h2 * f[i, j])
                delta = omega * (new - u[i, j])
                u[i, j] += delta
                change = max(change, abs(delta))
        if change < 1e-3:
            break
    return u


SPRINGS = [(0, 1, 1.0), (1, 2, 1.0), (2, 3, 1.0), (0, 2, 1.4), (1, 3, 1.4)]


@cases(np.array([[0.0, 0.0], [1.1, 0.1], [2.0, -0.3], [3.2, 0.2]]), 5.0, 0.3)
def spring_chain(x, stiffness, damping):
    """Masses on springs, the first one held."""
    v = np.zeros_like(x)
    dt = 0.02
    for _ in range(10):
        force = np.zeros_like(x)
        force[:, 1] -= 9.81
        for a, b, rest in SPRINGS:
            d = x[b] - x[a]
            length = np.sqrt(d @ d)
            pull = stiffness * (length - rest) * d / length
            force[a] += pull
            force[b] -= pull
        force -= damping * v
        force[0] = 0.0
        v += dt * force
        x += dt * v
    return x


@cases(array(5, 2, low=0.0, high=4.0), signed(5, 2), 4.0)
def molecular_dynamics(r, v, box):
    """Velocity Verlet of Lennard-Jones particles in a periodic box; a neighbour farther than the cutoff is skipped."""

    def forces(r):
        f = np.zeros_like(r)
        energy = 0.0
        n = r.shape[0]
        for i in range(n - 1):
            for j in range(i + 1, n):
                d = r[i] - r[j]
                d = d - box * np.round(d / box)
                r2 = np.sum(d**2) + 0.5
                if r2 > 4.0:
                    continue
                inv6 = 1.0 / r2**3
                energy += 4.0 * inv6 * (inv6 - 1.0)
                magnitude = 24.0 * inv6 * (2.0 * inv6 - 1.0) / r2
                f[i] += magnitude * d
                f[j] -= magnitude * d
        return f, energy

    dt = 0.005
    f, energy = forces(r)
    for _ in range(3):
        r = r + v * dt + 0.5 * f * dt**2
        f_new, energy = forces(r)
        v = v + 0.5 * (f + f_new) * dt
        f = f_new
    return energy + 0.5 * np.sum(v**2)
