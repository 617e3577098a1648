"""Whole programs: factorisations, iterations and interpolation written out."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(4, 4), signed(4))
def cholesky_by_hand(B, b):
    """log det A and bᵀA⁻¹b of A = BBᵀ + I."""
    n = B.shape[0]
    A = B @ B.T + np.eye(n)
    L = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            s = A[i, j]
            for k in range(j):
                s -= L[i, k] * L[j, k]
            if i == j:
                if s <= 0.0:
                    raise ValueError("not positive definite")
                L[i, i] = np.sqrt(s)
            else:
                L[i, j] = s / L[j, j]
    z = np.zeros(n)
    for i in range(n):
        z[i] = (b[i] - L[i, :i] @ z[:i]) / L[i, i]
    return 2 * np.sum(np.log(np.diag(L))), z @ z


@cases(signed(4, 4), signed(4))
def lu_with_pivoting(A, b):
    """Solve Ax = b in place, rows exchanged; the determinant on the way."""
    n = len(b)
    det = 1.0
    for k in range(n):
        pivot = k + np.argmax(np.abs(A[k:, k]))
        if pivot != k:
            A[[k, pivot]] = A[[pivot, k]]
            b[k], b[pivot] = b[pivot], b[k]
            det = -det
        det *= A[k, k]
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            A[i, k + 1 :] -= A[i, k] * A[k, k + 1 :]
            b[i] -= A[i, k] * b[k]
    x = np.zeros(n)
    for i in reversed(range(n)):
        x[i] = (b[i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return x, det


@cases(signed(5, 3), signed(5))
def gram_schmidt(A, b):
    """Least squares by a QR factorisation, column by column."""
    m, n = A.shape
    Q = np.zeros((m, n))
    R = np.zeros((n, n))
    for j in range(n):
        v = A[:, j].copy()
        for i in range(j):
            R[i, j] = Q[:, i] @ v
            v -= R[i, j] * Q[:, i]
        R[j, j] = np.linalg.norm(v)
        Q[:, j] = v / R[j, j]
    y = Q.T @ b
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - np.dot(R[i, i + 1 :], x[i + 1 :])) / R[i, i]
    return x


@cases(signed(4, 4), signed(4))
def householder(A, b):
    """|det A| and QᵀB by reflections of the trailing block."""
    A = A.copy()
    b = b.copy()
    n = A.shape[0]
    logdet = 0.0
    for k in range(n - 1):
        x = A[k:, k]
        alpha = -np.sign(x[0]) * np.sqrt(np.sum(x**2))
        v = x.copy()
        v[0] -= alpha
        v /= np.linalg.norm(v)
        A[k:, k:] -= 2 * np.outer(v, v @ A[k:, k:])
        b[k:] -= 2 * v * (v @ b[k:])
        logdet += np.log(abs(A[k, k]))
    logdet += np.log(abs(A[n - 1, n - 1]))
    return logdet, b


@cases(signed(5, 5), signed(5))
def conjugate_gradient(B, b):
    """Solve (BᵀB + I)x = b, stopping at a small residual."""

    def matvec(v):
        return B.T @ (B @ v) + v

    x = np.zeros_like(b)
    r = b - matvec(x)
    p = r.copy()
    rs = r @ r
    for i in range(2 * len(b)):
        Ap = matvec(p)
        alpha = rs / (p @ Ap)
        x += alpha * p
        r -= alpha * Ap
        rs_new = r @ r
        if np.sqrt(rs_new) < 1e-9:
            break
        p = r + (rs_new / rs) * p
        rs = rs_new
    return x


@cases(array(4, 4), array(4))
def power_iteration(A, v):
    """The largest eigenvalue of a positive matrix."""
    eigenvalue = 0.0
    for _ in range(100):
        w = A @ v
        new = np.linalg.norm(w)
        v = w / new
        if abs(new - eigenvalue) < 1e-13:
            eigenvalue = new
            break
        eigenvalue = new
    return eigenvalue, v


@cases(signed(3, 3))
def jacobi_eigenvalues(B):
    """Rotations until the matrix is diagonal."""
    A = B + B.T
    n = A.shape[0]
    for sweep in range(10):
        off = 0.0
        for p in range(n - 1):
            for q in range(p + 1, n):
                off += A[p, q] ** 2
                if abs(A[p, q]) < 1e-14:
                    continue
                theta = (A[q, q] - A[p, p]) / (2 * A[p, q])
                t = np.sign(theta) / (abs(theta) + np.sqrt(theta**2 + 1))
                c = 1 / np.sqrt(t**2 + 1)
                s = t * c
                J = np.eye(n)
                J[p, p] = J[q, q] = c
                J[p, q], J[q, p] = s, -s
                A = J.T @ A @ J
        if off < 1e-10:
            break
    return np.sort(np.diag(A))


class NaturalSpline:
    """A cubic spline through points, second derivative zero at the ends."""

    def __init__(self, x, y):
        self.x, self.y = x, y
        n = len(x)
        h = np.diff(x)
        A = np.eye(n)
        rhs = np.zeros(n)
        for i in range(1, n - 1):
            A[i, i - 1] = h[i - 1]
            A[i, i] = 2 * (h[i - 1] + h[i])
            A[i, i + 1] = h[i]
            rhs[i] = 6 * ((y[i + 1] - y[i]) / h[i] - (y[i] - y[i - 1]) / h[i - 1])
        self.m = np.linalg.solve(A, rhs)

    def interval(self, t):
        i = 0
        while i < len(self.x) - 2 and t > self.x[i + 1]:
            i += 1
        return i

    def __call__(self, t):
        i = self.interval(t)
        h = self.x[i + 1] - self.x[i]
        a = (self.x[i + 1] - t) / h
        b = (t - self.x[i]) / h
        bend = ((a**3 - a) * self.m[i] + (b**3 - b) * self.m[i + 1]) * h**2 / 6
        return a * self.y[i] + b * self.y[i + 1] + bend


@cases(np.array([0.0, 0.7, 1.5, 2.1, 3.0]), signed(5), np.array([0.2, 1.0, 2.9]))
def spline(x, y, at):
    s = NaturalSpline(x, y)
    return np.array([s(t) for t in at])


@cases(np.array([0.9, 0.6]), np.array([0.0, 0.5, 1.0, 1.5, 2.0]), array(5))
def levenberg_marquardt(p, t, y):
    """Fit a·exp(−bt), the damping changed with success."""
    lam = 1e-2

    def residuals(p):
        return p[0] * np.exp(-p[1] * t) - y

    r = residuals(p)
    cost = 0.5 * r @ r
    for _ in range(6):
        e = np.exp(-p[1] * t)
        J = np.stack([e, -p[0] * t * e], axis=1)
        H = J.T @ J
        step = np.linalg.solve(H + lam * np.diag(np.diag(H)), -J.T @ r)
        trial = residuals(p + step)
        trial_cost = 0.5 * trial @ trial
        if trial_cost < cost:
            p, r, cost = p + step, trial, trial_cost
            lam /= 10
        else:
            lam *= 10
    return p, cost


@cases(signed(3, 3), 1.4)
def matrix_exponential(A, t):
    """Scaling and squaring of a Taylor polynomial, as often as the norm asks for."""
    X = A * t
    squarings = 0
    while np.abs(X).sum(axis=0).max() > 0.5:
        X = X / 2
        squarings += 1
    term = np.eye(3)
    total = np.eye(3)
    for k in range(1, 13):
        term = term @ X / k
        total = total + term
    for _ in range(squarings):
        total = total @ total
    return total


@cases(signed(8), 0.7)
def fft_by_halves(x, w):
    """The recursive Fourier transform, and the power beyond a frequency."""

    def fft(a):
        n = len(a)
        if n == 1:
            return a
        even, odd = fft(a[::2]), fft(a[1::2])
        twiddle = np.exp(-2j * np.pi * np.arange(n // 2) / n)
        return np.concatenate([even + twiddle * odd, even - twiddle * odd])

    spectrum = fft(x.astype(complex))
    power = np.abs(spectrum) ** 2
    return np.sum(power[2:]) * w + power[0]


@cases(signed(4, 4), signed(4), 3)
def arnoldi(A, b, m):
    """A Krylov basis kept in a list; the projected problem solved by least squares."""
    beta = np.linalg.norm(b)
    basis = [b / beta]
    H = np.zeros((m + 1, m))
    for k in range(m):
        w = A @ basis[k]
        for j in range(k + 1):
            H[j, k] = np.dot(w, basis[j])
            w = w - H[j, k] * basis[j]
        H[k + 1, k] = np.linalg.norm(w)
        basis.append(w / H[k + 1, k])
    e1 = np.zeros(m + 1)
    e1[0] = beta
    y = np.linalg.solve(H.T @ H, H.T @ e1)
    x = sum(y[k] * basis[k] for k in range(m))
    return np.linalg.norm(A @ x - b)


@cases(signed(6), 0.3)
def clenshaw(coefficients, x):
    """A Chebyshev series by its backward recurrence."""
    b1 = b2 = 0.0
    for c in coefficients[:0:-1]:
        b1, b2 = 2 * x * b1 - b2 + c, b1
    return x * b1 - b2 + coefficients[0]


@cases(np.array([1.2, 0.8]), {"a": 1.1, "b": 2.0})
def newton_system(x, p):
    """Two equations, the Jacobian by hand, the step halved while it does not help."""

    def equations(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - p["b"], np.exp(x[0]) * x[1] - p["a"] * 2.0])

    f = equations(x)
    it = 0
    while np.linalg.norm(f) > 1e-11 and it < 50:
        J = np.array([[2 * x[0], 2 * x[1]], [np.exp(x[0]) * x[1], np.exp(x[0])]])
        dx = np.linalg.solve(J, f)
        scale = 1.0
        while True:
            trial = x - scale * dx
            f_trial = equations(trial)
            if np.linalg.norm(f_trial) < np.linalg.norm(f) or scale < 1e-3:
                break
            scale *= 0.5
        x, f = trial, f_trial
        it += 1
    return x


@cases(signed(4, 4), signed(4, 4, seed=3))
def strassen(A, B):
    """Products by seven products of quarters, down to single numbers."""
    n = A.shape[0]
    if n == 1:
        return A * B
    h = n // 2
    a, b, c, d = A[:h, :h], A[:h, h:], A[h:, :h], A[h:, h:]
    e, f, g, i = B[:h, :h], B[:h, h:], B[h:, :h], B[h:, h:]
    p1 = strassen(a, f - i)
    p2 = strassen(a + b, i)
    p3 = strassen(c + d, e)
    p4 = strassen(d, g - e)
    p5 = strassen(a + d, e + i)
    p6 = strassen(b - d, g + i)
    p7 = strassen(a - c, e + f)
    C = np.empty((n, n))
    C[:h, :h] = p5 + p4 - p2 + p6
    C[:h, h:] = p1 + p2
    C[h:, :h] = p3 + p4
    C[h:, h:] = p1 + p5 - p3 - p7
    return C
