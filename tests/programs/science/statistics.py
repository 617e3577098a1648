"""Whole programs: filters, likelihoods and posteriors."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(signed(7), 0.3, 0.5, np.array([0.1, 1.0]))
def kalman_filter(ys, q, r, x0):
    """Log-likelihood of a position seen with noise, constant velocity."""
    dt = 1.0
    F = np.array([[1.0, dt], [0.0, 1.0]])
    H = np.array([[1.0, 0.0]])
    Q = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    R = np.array([[r]])
    x, P = x0, np.eye(2)
    loglik = 0.0
    for y in ys:
        x = F @ x
        P = F @ P @ F.T + Q
        innovation = y - H @ x
        S = H @ P @ H.T + R
        K = P @ H.T @ np.linalg.inv(S)
        x = x + K @ innovation
        P = (np.eye(2) - K @ H) @ P
        loglik -= 0.5 * (innovation @ np.linalg.solve(S, innovation) + np.log(np.linalg.det(2 * np.pi * S)))
    return loglik


def logsumexp(a, axis=None):
    m = np.max(a, axis=axis, keepdims=True)
    s = np.log(np.sum(np.exp(a - m), axis=axis, keepdims=True)) + m
    return np.squeeze(s, axis=axis)


@cases(signed(3), signed(3, 3), signed(3, 4), np.array([0, 3, 2, 2, 1, 0]))
def hmm_forward(log_start, log_trans, log_emit, observed):
    """The forward pass in logarithms, from weights that are normalised here."""
    log_start = log_start - logsumexp(log_start)
    log_trans = log_trans - logsumexp(log_trans, axis=1)[:, None]
    log_emit = log_emit - logsumexp(log_emit, axis=1)[:, None]
    n_states = len(log_start)
    alpha = np.zeros((len(observed), n_states))
    alpha[0] = log_start + log_emit[:, observed[0]]
    for t in range(1, len(observed)):
        for j in range(n_states):
            alpha[t, j] = logsumexp(alpha[t - 1] + log_trans[:, j]) + log_emit[j, observed[t]]
    return logsumexp(alpha[-1])


@cases(signed(9, 2), signed(3, 2, seed=1), signed(3), signed(3, seed=6))
def gaussian_mixture_em(data, means, log_scales, logits):
    """Log-likelihood after two rounds of expectation and maximisation."""
    scales = np.exp(log_scales)
    weights = np.exp(logits) / np.sum(np.exp(logits))
    n, d = data.shape
    k = len(weights)
    for _ in range(2):
        resp = np.zeros((n, k))
        for j in range(k):
            diff = data - means[j]
            resp[:, j] = weights[j] * np.exp(-0.5 * np.sum(diff**2, axis=1) / scales[j] ** 2) / scales[j] ** d
        total = resp.sum(axis=1, keepdims=True)
        resp /= total
        counts = resp.sum(axis=0)
        means = (resp.T @ data) / counts[:, np.newaxis]
        for j in range(k):
            scales[j] = np.sqrt((resp[:, j] * ((data - means[j]) ** 2).sum(axis=1)).sum() / (d * counts[j]))
        weights = counts / n
    return np.sum(np.log(total)) - n * d / 2 * np.log(2 * np.pi)


@cases(signed(3), signed(8, 3), array(8, seed=3), np.array([1, 0, 1, 1, 0, 1, 1, 0], dtype=bool))
def cox_partial_likelihood(beta, covariates, times, event):
    """Each death against those still at risk."""
    order = np.argsort(-times)
    risk = covariates[order] @ beta
    event = event[order]
    loglik = 0.0
    at_risk = 0.0
    for i in range(len(risk)):
        at_risk += np.exp(risk[i])
        if event[i]:
            loglik += risk[i] - np.log(at_risk)
    return -loglik


class Subject(NamedTuple):
    time: float
    censored: bool
    dose: float


SUBJECTS = [
    Subject(1.2, False, 0.3),
    Subject(0.4, False, 1.0),
    Subject(2.5, True, 0.0),
    Subject(1.9, False, 0.7),
    Subject(0.8, True, 0.2),
]


@cases(1.3, 0.8, 0.4)
def weibull_survival(shape, scale, effect):
    """Weibull regression with right censoring, subject by subject."""
    if shape <= 0 or scale <= 0:
        return -np.inf
    total = 0.0
    for subject in SUBJECTS:
        lam = scale * math.exp(-effect * subject.dose)
        hazard = (subject.time / lam) ** shape
        if subject.censored:
            total -= hazard
        else:
            total += math.log(shape / lam) + (shape - 1) * math.log(subject.time / lam) - hazard
    return total


@cases(signed(12), 0.1, 0.15, 0.7)
def garch(returns, omega, alpha, beta):
    """Gaussian likelihood of a GARCH(1,1)."""
    n = len(returns)
    sigma2 = np.empty(n)
    sigma2[0] = np.var(returns)
    for t in range(1, n):
        sigma2[t] = omega + alpha * returns[t - 1] ** 2 + beta * sigma2[t - 1]
    return 0.5 * np.sum(np.log(2 * np.pi * sigma2) + returns**2 / sigma2)


@cases(signed(8, 2), np.array([1.0, 0, 1, 1, 0, 0, 1, 0]), 0.5)
def logistic_regression_irls(X, y, ridge):
    """The maximum of a penalised likelihood by Newton's method, and its deviance."""
    n, d = X.shape
    beta = np.zeros(d)
    for it in range(25):
        p = 1.0 / (1.0 + np.exp(-X @ beta))
        W = p * (1 - p)
        gradient = X.T @ (y - p) - ridge * beta
        H = X.T @ (W[:, None] * X) + ridge * np.eye(d)
        step = np.linalg.solve(H, gradient)
        beta = beta + step
        if np.abs(step).max() < 1e-10:
            break
    p = 1.0 / (1.0 + np.exp(-X @ beta))
    deviance = -2 * np.sum(y * np.log(p) + (1 - y) * np.log(1 - p))
    return deviance, beta


class RBF:
    def __init__(self, lengthscale, variance):
        self.lengthscale = lengthscale
        self.variance = variance

    def __call__(self, x, y):
        return self.variance * np.exp(-0.5 * ((x - y) / self.lengthscale) ** 2)

    def __add__(self, other):
        return SumKernel(self, other)


class Periodic(RBF):
    def __init__(self, lengthscale, variance, period):
        super().__init__(lengthscale, variance)
        self.period = period

    def __call__(self, x, y):
        s = np.sin(np.pi * (x - y) / self.period)
        return self.variance * np.exp(-2 * s**2 / self.lengthscale**2)


class SumKernel:
    def __init__(self, *parts):
        self.parts = parts

    def __call__(self, x, y):
        return sum(part(x, y) for part in self.parts)


@cases({"length": 0.8, "variance": 1.2, "period": 1.1, "noise": 0.2}, array(6), signed(6))
def gaussian_process(theta, x, y):
    """The marginal likelihood under a sum of two kernels."""
    kernel = RBF(theta["length"], theta["variance"]) + Periodic(1.0, 0.5, theta["period"])
    n = len(x)
    K = np.zeros((n, n))
    for i in range(n):
        for j in range(i + 1):
            K[i, j] = kernel(x[i], x[j])
            K[j, i] = K[i, j]
    K += theta["noise"] ** 2 * np.eye(n)
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    return -0.5 * y @ alpha - np.log(np.diag(L)).sum() - n / 2 * np.log(2 * np.pi)


@cases(signed(6), 0.5, 0.9, signed(6, 4))
def particle_filter(ys, sigma, phi, noise):
    """Weights of particles moved by given noise, no resampling; the evidence."""
    n_particles = noise.shape[1]
    particles = np.zeros(n_particles)
    log_w = np.full(n_particles, -np.log(n_particles))
    for y, eps in zip(ys, noise):
        particles = phi * particles + sigma * eps
        log_w = log_w - 0.5 * ((y - particles) / 0.8) ** 2 - np.log(0.8)
        w = np.exp(log_w - log_w.max())
        w /= w.sum()
        ess = 1.0 / np.sum(w**2)
        if ess < 1.0:
            log_w = np.full(n_particles, logsumexp(log_w) - np.log(n_particles))
    return logsumexp(log_w)


SCHOOLS = {
    "effect": np.array([2.8, 0.8, -0.3, 0.7]),
    "sigma": np.array([1.5, 1.0, 1.6, 1.1]),
}


@cases({"mu": 0.4, "log_tau": 0.2, "z": np.array([0.3, -0.5, 0.1, 0.9])})
def eight_schools(params):
    """A hierarchical posterior, non-centred."""

    def normal_logpdf(x, loc, scale):
        return -0.5 * ((x - loc) / scale) ** 2 - np.log(scale) - 0.5 * np.log(2 * np.pi)

    tau = np.exp(params["log_tau"])
    theta = params["mu"] + tau * params["z"]
    terms = {
        "mu": normal_logpdf(params["mu"], 0.0, 5.0),
        "tau": -np.log(1 + (tau / 2.5) ** 2) + params["log_tau"],
        "z": normal_logpdf(params["z"], 0.0, 1.0).sum(),
        "data": np.sum(normal_logpdf(SCHOOLS["effect"], theta, SCHOOLS["sigma"])),
    }
    total = 0.0
    for name, term in terms.items():
        assert np.isfinite(term), name
        total += term
    return total


@cases(signed(3), np.array([2, 0, 5, 1]), signed(4, 3), 1.7)
def negative_binomial(beta, counts, X, dispersion):
    """A regression on counts."""
    loglik = 0.0
    for y, row in zip(counts, X):
        mu = math.exp(row @ beta)
        r = 1.0 / dispersion
        loglik += math.lgamma(y + r) - math.lgamma(r) - math.lgamma(y + 1)
        loglik += r * math.log(r / (r + mu)) + y * math.log(mu / (r + mu))
    return loglik


@cases(signed(5, 3), signed(3, 3), [0, 2, 1, 1, 0])
def conditional_random_field(unary, pairwise, tags):
    """The score of a labelling less the logarithm of the sum over all labellings."""
    score = unary[0, tags[0]]
    for prev, (i, tag) in zip(tags, enumerate(tags[1:], start=1)):
        score += pairwise[prev, tag] + unary[i, tag]
    forward = unary[0]
    for row in unary[1:]:
        forward = row + logsumexp(forward[:, None] + pairwise, axis=0)
    return score - logsumexp(forward)


@cases(signed(8), np.array([0.5, -0.3]), np.array([0.4]))
def arma_css(y, ar, ma):
    """Conditional sum of squares of an ARMA(2, 1)."""
    p, q = len(ar), len(ma)
    e = np.zeros(len(y))
    for t in range(len(y)):
        prediction = 0.0
        for k in range(p):
            if t - k - 1 >= 0:
                prediction += ar[k] * y[t - k - 1]
        for k in range(q):
            if t - k - 1 >= 0:
                prediction += ma[k] * e[t - k - 1]
        e[t] = y[t] - prediction
    return np.sum(e**2)


@cases(np.array([0.3, -0.7]), np.array([0.5, 0.2]), 0.15, 5)
def hamiltonian_trajectory(q, p, eps, n_steps):
    """Leapfrog on a banana-shaped density; the error in the energy, the acceptance and the end."""

    def potential(q):
        return 0.5 * q[0] ** 2 + 2.0 * (q[1] - q[0] ** 2) ** 2

    def slope(q):
        c = 4.0 * (q[1] - q[0] ** 2)
        return np.array([q[0] - 2 * q[0] * c, c])

    start = potential(q) + 0.5 * np.dot(p, p)
    p = p - 0.5 * eps * slope(q)
    for k in range(n_steps):
        q = q + eps * p
        if k != n_steps - 1:
            p = p - eps * slope(q)
    p = p - 0.5 * eps * slope(q)
    end = potential(q) + 0.5 * np.dot(p, p)
    return min(1.0, math.exp(start - end)), end - start, q


@cases(signed(4, 4), signed(4, 4, seed=9), 0.8)
def metropolis_energy(spins, couplings, temperature):
    """Energy of a lattice with periodic sides, and what each flip would cost."""
    n, m = spins.shape
    energy = 0.0
    acceptance = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            s = spins[i, j]
            neighbours = spins[(i + 1) % n, j] + spins[i, (j + 1) % m] + spins[i - 1, j] + spins[i, j - 1]
            energy += -0.5 * couplings[i, j] * s * neighbours
            delta = 2 * couplings[i, j] * s * neighbours
            if delta <= 0:
                acceptance[i, j] = 1.0
            else:
                acceptance[i, j] = np.exp(-delta / temperature)
    return energy, acceptance.mean()


@cases(signed(10), 0.4, 1.3, 0.6)
def change_point(y, before, after, sigma):
    """The evidence for a jump of the mean, summed over where it is."""
    n = len(y)
    log_terms = []
    for tau in range(1, n):
        left = -0.5 * np.sum((y[:tau] - before) ** 2) / sigma**2
        right = -0.5 * np.sum((y[tau:] - after) ** 2) / sigma**2
        log_terms.append(left + right)
    log_terms = np.array(log_terms)
    top = log_terms.max()
    return top + np.log(np.mean(np.exp(log_terms - top))) - n * np.log(sigma)
