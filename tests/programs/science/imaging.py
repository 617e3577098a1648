"""Whole programs: filters and reconstructions of images, loop by loop."""

from __future__ import annotations

import numpy as np

from tests.programs.cases import Cases, array, signed

cases = Cases()


@cases(array(6, 7), 0.9)
def gaussian_blur(image, sigma):
    """A separable filter with the border repeated."""
    radius = 2
    kernel = np.zeros(2 * radius + 1)
    for k in range(-radius, radius + 1):
        kernel[k + radius] = np.exp(-0.5 * (k / sigma) ** 2)
    kernel /= kernel.sum()
    h, w = image.shape
    rows = np.zeros_like(image)
    for i in range(h):
        for j in range(w):
            for k in range(-radius, radius + 1):
                jj = min(max(j + k, 0), w - 1)
                rows[i, j] += kernel[k + radius] * image[i, jj]
    out = np.zeros_like(image)
    for i in range(h):
        for k in range(-radius, radius + 1):
            ii = min(max(i + k, 0), h - 1)
            out[i] += kernel[k + radius] * rows[ii]
    return out


SOBEL = np.array([[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]])


@cases(array(6, 6), 0.8)
def edges(image, threshold):
    """Sobel's gradient, weak edges dropped."""
    h, w = image.shape
    magnitude = np.zeros((h, w))
    for y in range(1, h - 1):
        for x in range(1, w - 1):
            gx = gy = 0.0
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    gx += SOBEL[dy + 1, dx + 1] * image[y + dy, x + dx]
                    gy += SOBEL[dx + 1, dy + 1] * image[y + dy, x + dx]
            m = np.sqrt(gx * gx + gy * gy)
            if m > threshold:
                magnitude[y, x] = m
    return magnitude


@cases(array(5, 5), 1.0, 0.4)
def bilateral_filter(image, sigma_space, sigma_range):
    """Weights by distance and by likeness."""
    h, w = image.shape
    out = np.empty_like(image)
    for i in range(h):
        for j in range(w):
            total, norm = 0.0, 0.0
            for di in range(-1, 2):
                for dj in range(-1, 2):
                    ii, jj = i + di, j + dj
                    if ii < 0 or ii >= h or jj < 0 or jj >= w:
                        continue
                    space = (di**2 + dj**2) / (2 * sigma_space**2)
                    likeness = (image[i, j] - image[ii, jj]) ** 2 / (2 * sigma_range**2)
                    weight = np.exp(-space - likeness)
                    total += weight * image[ii, jj]
                    norm += weight
            out[i, j] = total / norm
    return out


@cases(array(6, 6), np.array([[0.9, 0.1], [-0.12, 1.05]]), np.array([0.41, 0.27]))
def affine_warp(image, A, shift):
    """An image read at moved places, linear between pixels, zero outside."""
    h, w = image.shape
    out = np.zeros_like(image)
    for i in range(h):
        for j in range(w):
            y, x = A @ np.array([i, j]) + shift
            y0, x0 = int(np.floor(y)), int(np.floor(x))
            if not (0 <= y0 < h - 1 and 0 <= x0 < w - 1):
                continue
            fy, fx = y - y0, x - x0
            top = (1 - fx) * image[y0, x0] + fx * image[y0, x0 + 1]
            bottom = (1 - fx) * image[y0 + 1, x0] + fx * image[y0 + 1, x0 + 1]
            out[i, j] = (1 - fy) * top + fy * bottom
    return out


def convolve_same(signal, kernel):
    n, m = len(signal), len(kernel)
    out = np.zeros(n)
    for i in range(n):
        for k in range(m):
            j = i + k - m // 2
            if 0 <= j < n:
                out[i] += kernel[k] * signal[j]
    return out


@cases(array(8), array(3))
def richardson_lucy(measured, psf):
    """A blurred signal sharpened by multiplications."""
    psf = psf / psf.sum()
    estimate = np.full(len(measured), measured.mean())
    for _ in range(3):
        blurred = convolve_same(estimate, psf)
        ratio = measured / (blurred + 1e-12)
        estimate *= convolve_same(ratio, psf[::-1])
    return estimate


@cases(array(6, 6), 0.2, 0.5)
def perona_malik(image, rate, kappa):
    """Diffusion that stops at edges."""
    u = image.copy()
    for _ in range(3):
        north = np.zeros_like(u)
        south = np.zeros_like(u)
        east = np.zeros_like(u)
        west = np.zeros_like(u)
        north[1:] = u[:-1] - u[1:]
        south[:-1] = u[1:] - u[:-1]
        east[:, :-1] = u[:, 1:] - u[:, :-1]
        west[:, 1:] = u[:, :-1] - u[:, 1:]
        change = 0
        for d in (north, south, east, west):
            change = change + np.exp(-((d / kappa) ** 2)) * d
        u += rate * change
    return u


@cases(array(5, 5), 0.3)
def total_variation(noisy, weight):
    """Descent on a denoising energy; the energies on the way."""
    u = noisy.copy()
    energies = []
    for _ in range(4):
        dx = np.diff(u, axis=1)
        dy = np.diff(u, axis=0)
        nx = np.sqrt(dx**2 + 0.01)
        ny = np.sqrt(dy**2 + 0.01)
        gradient = u - noisy
        gradient[:, :-1] -= weight * dx / nx
        gradient[:, 1:] += weight * dx / nx
        gradient[:-1, :] -= weight * dy / ny
        gradient[1:, :] += weight * dy / ny
        u -= 0.2 * gradient
        energies.append(0.5 * np.sum((u - noisy) ** 2) + weight * (nx.sum() + ny.sum()))
    return u, energies[-1]


@cases(array(7, 7), array(7, 7, seed=1), 0.01, 0.03)
def structural_similarity(a, b, c1, c2):
    """The mean over windows of luminance and structure."""
    size = 3
    scores = []
    for i in range(0, a.shape[0] - size + 1, 2):
        for j in range(0, a.shape[1] - size + 1, 2):
            p, q = a[i : i + size, j : j + size], b[i : i + size, j : j + size]
            mp, mq = p.mean(), q.mean()
            cov = np.mean((p - mp) * (q - mq))
            luminance = (2 * mp * mq + c1) / (mp**2 + mq**2 + c1)
            structure = (2 * cov + c2) / (p.var() + q.var() + c2)
            scores.append(luminance * structure)
    return sum(scores) / len(scores)


@cases(array(3, 6), array(3, 6, seed=1), array(6, seed=2, low=0.1, high=0.4))
def volume_rendering(densities, colours, steps):
    """Light along rays, left early where nothing gets through."""
    pixels = np.zeros(densities.shape[0])
    for ray in range(densities.shape[0]):
        transmittance = 1.0
        colour = 0.0
        for sigma, c, dt in zip(densities[ray], colours[ray], steps):
            alpha = 1.0 - np.exp(-5 * sigma * dt)
            colour += transmittance * alpha * c
            transmittance *= 1.0 - alpha
            if transmittance < 0.05:
                break
        pixels[ray] = colour
    return pixels


@cases(array(6, 6))
def seam(energy):
    """The cheapest path from top to bottom, by dynamic programming and a walk back."""
    h, w = energy.shape
    cost = energy.copy()
    for i in range(1, h):
        for j in range(w):
            lo, hi = max(j - 1, 0), min(j + 2, w)
            cost[i, j] += cost[i - 1, lo:hi].min()
    j = np.argmin(cost[-1])
    total = energy[h - 1, j]
    for i in range(h - 2, -1, -1):
        lo, hi = max(j - 1, 0), min(j + 2, w)
        j = lo + np.argmin(cost[i, lo:hi])
        total += energy[i, j]
    return total, cost[-1].min()


@cases(array(8), signed(8), array(4, seed=3, low=1.2, high=5.6))
def tomography(absorption, phase, positions):
    """Sums of an object along shifted paths, each with its own weight."""
    n = len(absorption)
    sinogram = np.zeros((len(positions), 2))
    for k, p in enumerate(positions):
        for i in range(n):
            distance = abs(i - p)
            if distance >= 1.5:
                continue
            weight = 1 - distance / 1.5
            sinogram[k, 0] += weight * absorption[i]
            sinogram[k, 1] += weight * np.sin(phase[i])
    return np.exp(-sinogram[:, 0]) * sinogram[:, 1]
