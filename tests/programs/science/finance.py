"""Whole programs: prices, curves and portfolios."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


def norm_cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def black_scholes(spot, strike, rate, sigma, maturity):
    d1 = (math.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / (sigma * math.sqrt(maturity))
    d2 = d1 - sigma * math.sqrt(maturity)
    return spot * norm_cdf(d1) - strike * math.exp(-rate * maturity) * norm_cdf(d2)


@cases(100.0, 104.0, 0.03, 0.25, 1.0, 8)
def american_put(spot, strike, rate, sigma, maturity, steps):
    """A binomial tree rolled back in place, exercised where that pays more."""
    dt = maturity / steps
    u = np.exp(sigma * np.sqrt(dt))
    d = 1 / u
    p = (np.exp(rate * dt) - d) / (u - d)
    discount = np.exp(-rate * dt)
    values = np.zeros(steps + 1)
    for j in range(steps + 1):
        values[j] = max(strike - spot * u**j * d ** (steps - j), 0.0)
    for i in range(steps - 1, -1, -1):
        for j in range(i + 1):
            hold = discount * (p * values[j + 1] + (1 - p) * values[j])
            exercise = strike - spot * u**j * d ** (i - j)
            values[j] = max(hold, exercise)
    return values[0]


@cases(9.0, 100.0, 103.0, 0.02, 0.8)
def implied_volatility(price, spot, strike, rate, maturity):
    """Newton's method, by bisection where it leaves the bracket."""
    low, high = 1e-3, 3.0
    sigma = 0.4
    for _ in range(60):
        value = black_scholes(spot, strike, rate, sigma, maturity)
        difference = value - price
        if abs(difference) < 1e-12:
            return sigma
        if difference > 0:
            high = sigma
        else:
            low = sigma
        d1 = (math.log(spot / strike) + (rate + 0.5 * sigma**2) * maturity) / (sigma * math.sqrt(maturity))
        vega = spot * math.exp(-0.5 * d1**2) / math.sqrt(2 * math.pi) * math.sqrt(maturity)
        step = sigma - difference / vega
        sigma = step if low < step < high else 0.5 * (low + high)
    return sigma


@cases(array(4, 3, low=0.9, high=1.1), np.array([0.5, 0.3, 0.2]), 0.002)
def rebalanced_portfolio(returns, target, cost_rate):
    """Wealth over periods, traded back to the target at a cost."""
    wealth = 1.0
    weights = target
    history = np.ones(len(returns) + 1)
    for t, growth in enumerate(returns, start=1):
        grown = weights * growth
        wealth = wealth * grown.sum()
        weights = grown / grown.sum()
        turnover = np.sum(np.abs(weights - target))
        wealth -= cost_rate * wealth * turnover
        weights = target
        history[t] = wealth
    peak = history[0]
    drawdown = 0.0
    for value in history:
        if value > peak:
            peak = value
        drawdown = max(drawdown, 1 - value / peak)
    return np.log(wealth) - 2.0 * drawdown


@dataclass
class Curve:
    """Zero rates at maturities, linear between."""

    times: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)

    def add(self, t, r):
        self.times.append(t)
        self.rates.append(r)

    def rate(self, t):
        if t <= self.times[0]:
            return self.rates[0]
        for k in range(1, len(self.times)):
            if t <= self.times[k]:
                w = (t - self.times[k - 1]) / (self.times[k] - self.times[k - 1])
                return (1 - w) * self.rates[k - 1] + w * self.rates[k]
        return self.rates[-1]

    def discount(self, t):
        return np.exp(-self.rate(t) * t)


@cases([0.02, 0.025, 0.028], 0.04)
def bootstrap_curve(coupons, coupon):
    """Zero rates from par bonds one after the other; a bond priced off them."""
    curve = Curve()
    for n, c in enumerate(coupons, start=1):
        annuity = sum(curve.discount(k) for k in range(1, n))
        df = (1 - c * annuity) / (1 + c)
        curve.add(float(n), -np.log(df) / n)
    cashflows = [(0.5, coupon / 2), (1.0, coupon / 2), (1.5, coupon / 2), (2.5, 1 + coupon / 2)]
    return sum(amount * curve.discount(t) for t, amount in cashflows)


@cases({"kappa": 1.5, "theta": 0.04, "xi": 0.3, "rho": -0.6, "v0": 0.05}, signed(4, 6, 2), 100.0)
def heston(p, noise, spot):
    """Paths of price and variance by given noise; the mean payoff."""
    dt = 1 / 6
    payoff = 0.0
    for path in noise:
        s, v = spot, p["v0"]
        for z1, z2 in path:
            z2 = p["rho"] * z1 + np.sqrt(1 - p["rho"] ** 2) * z2
            v_pos = max(v, 0.0)
            s = s * np.exp(-0.5 * v_pos * dt + np.sqrt(v_pos * dt) * z1)
            v = v + p["kappa"] * (p["theta"] - v_pos) * dt + p["xi"] * np.sqrt(v_pos * dt) * z2
        payoff += max(s - 95.0, 0.0)
    return payoff / len(noise)


@cases(signed(6, 3), 1.0, 1.05)
def longstaff_schwartz(noise, spot, strike):
    """An American option by regression on simulated paths."""
    n_paths, n_steps = noise.shape
    sigma, dt, r = 0.3, 1 / 3, 0.02
    paths = np.zeros((n_paths, n_steps + 1))
    paths[:, 0] = spot
    for t in range(n_steps):
        paths[:, t + 1] = paths[:, t] * np.exp((r - 0.5 * sigma**2) * dt + sigma * np.sqrt(dt) * noise[:, t])
    cash = np.maximum(strike - paths[:, -1], 0)
    for t in range(n_steps - 1, 0, -1):
        cash = cash * np.exp(-r * dt)
        x = paths[:, t]
        basis = np.column_stack([np.ones(n_paths), x, x**2])
        coef = np.linalg.solve(basis.T @ basis + 1e-3 * np.eye(3), basis.T @ cash)
        hold = basis @ coef
        exercise = np.maximum(strike - x, 0)
        cash = np.where((exercise > hold) & (exercise > 0), exercise, cash)
    return np.exp(-r * dt) * cash.mean()


class Loan:
    def __init__(self, principal, rate, months):
        self.balance = principal
        self.rate = rate / 12
        self.payment = principal * self.rate / (1 - (1 + self.rate) ** -months)
        self.paid_interest = 0.0

    @property
    def done(self):
        return self.balance < 1e-6

    def month(self, extra=0.0):
        interest = self.balance * self.rate
        paid = min(self.payment + extra, self.balance + interest)
        self.balance = self.balance + interest - paid
        self.paid_interest += interest
        return paid


@cases(1000.0, 0.05, 12, 15.3)
def mortgage(principal, rate, months, extra):
    """Interest paid when more than the instalment is given, until the loan is done."""
    loan = Loan(principal, rate, months)
    n = 0
    while not loan.done:
        loan.month(extra if n % 3 == 2 else 0.0)
        n += 1
        if n > 10 * months:
            raise RuntimeError(f"not paid back after {n} months")
    return loan.paid_interest


@cases(signed(5), signed(12, 5), 0.8)
def expected_shortfall(weights, scenarios, level):
    """The mean of the worst losses of a portfolio, its weights normalised."""
    w = np.exp(weights) / np.exp(weights).sum()
    losses = -scenarios @ w
    ordered = np.sort(losses)[::-1]
    k = max(1, int((1 - level) * len(losses)))
    return ordered[:k].mean()


@cases(np.array([0.04, -0.02, 0.01, 1.5]), np.array([0.5, 1.0, 2.0, 5.0, 10.0]), array(5, low=0.01, high=0.05))
def nelson_siegel(theta, maturities, yields):
    """The misfit of a curve of four parameters, with a penalty for negative short rates."""
    b0, b1, b2, tau = theta
    error = 0.0
    for m, y in zip(maturities, yields):
        x = m / tau
        slope = (1 - np.exp(-x)) / x
        error += (b0 + b1 * slope + b2 * (slope - np.exp(-x)) - y) ** 2
    if b0 + b1 < 0.025:
        error += 10 * (0.025 - b0 - b1) ** 2
    return error * 1e3
