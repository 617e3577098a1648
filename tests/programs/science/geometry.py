"""Whole programs: rays, cameras, arms and meshes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tests.programs.cases import Cases, signed

cases = Cases()


def dh_matrix(theta, d, a, alpha):
    ct, st = np.cos(theta), np.sin(theta)
    ca, sa = np.cos(alpha), np.sin(alpha)
    return np.array(
        [
            [ct, -st * ca, st * sa, a * ct],
            [st, ct * ca, -ct * sa, a * st],
            [0.0, sa, ca, d],
            [0.0, 0.0, 0.0, 1.0],
        ]
    )


ARM = [(0.4, 0.0, math.pi / 2), (0.0, 0.6, 0.0), (0.1, 0.3, -math.pi / 2), (0.2, 0.0, 0.1)]


@cases(signed(4), signed(3))
def forward_kinematics(joints, goal):
    """The hand of an arm by Denavit-Hartenberg, and its distance to a goal."""
    T = np.eye(4)
    for theta, (d, a, alpha) in zip(joints, ARM):
        T = T @ dh_matrix(theta, d, a, alpha)
    hand = T[:3, 3]
    return np.linalg.norm(hand - goal), T


@cases(np.array([0.4, 0.3, 0.2]), np.array([1.2, 0.9]))
def inverse_kinematics(angles, target):
    """Cyclic coordinate descent of a planar arm until the hand is there."""
    lengths = [0.8, 0.7, 0.5]

    def joints(angles):
        points = [np.zeros(2)]
        total = 0.0
        for angle, length in zip(angles, lengths):
            total = total + angle
            points.append(points[-1] + length * np.array([np.cos(total), np.sin(total)]))
        return points

    for _ in range(3):
        for k in range(2, -1, -1):
            points = joints(angles)
            to_hand, to_target = points[-1] - points[k], target - points[k]
            turn = np.arctan2(to_target[1], to_target[0]) - np.arctan2(to_hand[1], to_hand[0])
            angles[k] += turn
        if np.linalg.norm(joints(angles)[-1] - target) < 1e-6:
            break
    return joints(angles)[-1]


def rotation(w):
    """Rodrigues' formula."""
    theta = np.sqrt(np.sum(w**2) + 1e-12)
    k = w / theta
    K = np.array([[0.0, -k[2], k[1]], [k[2], 0.0, -k[0]], [-k[1], k[0], 0.0]])
    return np.eye(3) + np.sin(theta) * K + (1 - np.cos(theta)) * K @ K


@dataclass
class Camera:
    pose: np.ndarray
    shift: np.ndarray
    focal: float
    k1: float

    def project(self, point):
        p = rotation(self.pose) @ point + self.shift
        x, y = p[0] / p[2], p[1] / p[2]
        r2 = x * x + y * y
        distortion = 1 + self.k1 * r2
        return self.focal * distortion * np.array([x, y])


SEEN = [(0, 0, 0.1, 0.2), (0, 1, -0.3, 0.1), (1, 0, 0.2, 0.0), (1, 2, 0.4, -0.2), (1, 1, 0.0, 0.3)]
CAMERAS = [
    Camera(np.array([0.1, -0.2, 0.05]), np.array([0.0, 0.1, 4.0]), 1.1, 0.02),
    Camera(np.array([-0.1, 0.3, 0.0]), np.array([0.3, 0.0, 5.0]), 0.9, -0.01),
]


@cases(CAMERAS, signed(3, 3))
def bundle_adjustment(cameras, points):
    """The reprojection error with a robust loss."""
    total = 0.0
    for cam, pt, u, v in SEEN:
        error = cameras[cam].project(points[pt]) - np.array([u, v])
        e2 = error @ error
        if e2 < 0.04:
            total += 0.5 * e2
        else:
            total += 0.2 * (np.sqrt(e2) - 0.1)
    return total


SURFACES = [{"z": 0.0, "n": 1.5}, {"z": 0.4, "n": 1.0}, {"z": 1.0, "n": 1.7}, {"z": 1.2, "n": 1.0}]


@cases(np.array([2.0, -3.0, 4.0, -2.5]), np.array([0.1, -0.15, 0.2]), 3.0)
def lens_tracer(radii, heights, screen):
    """Rays through spherical surfaces; the squared size of the spot."""
    hits = []
    for h in heights:
        position = np.array([h, -1.0])
        direction = np.array([0.0, 1.0])
        n1 = 1.0
        for surface, R in zip(SURFACES, radii):
            centre = np.array([0.0, surface["z"] + R])
            oc = position - centre
            b = oc @ direction
            disc = b * b - (oc @ oc - R * R)
            if disc < 0:
                raise ValueError("the ray misses the lens")
            t = -b - np.sqrt(disc) if R > 0 else -b + np.sqrt(disc)
            position = position + t * direction
            normal = (position - centre) / R
            eta = n1 / surface["n"]
            cosi = -normal @ direction
            direction = eta * direction + (eta * cosi - np.sqrt(1 - eta**2 * (1 - cosi**2))) * normal
            n1 = surface["n"]
        t = (screen - position[1]) / direction[1]
        hits.append(position[0] + t * direction[0])
    hits = np.array(hits)
    return np.mean((hits - hits.mean()) ** 2)


@dataclass
class Sphere:
    centre: np.ndarray
    radius: float
    colour: float
    mirror: float

    def hit(self, origin, direction):
        oc = origin - self.centre
        b = oc @ direction
        disc = b * b - oc @ oc + self.radius**2
        if disc < 0:
            return np.inf
        t = -b - np.sqrt(disc)
        return t if t > 1e-6 else np.inf


def trace(origin, direction, scene, light, depth):
    nearest, found = np.inf, scene[0]
    for sphere in scene:
        t = sphere.hit(origin, direction)
        if t < nearest:
            nearest, found = t, sphere
    if nearest == np.inf:
        return 0.5 * (direction[1] + 1.0)
    point = origin + nearest * direction
    normal = (point - found.centre) / found.radius
    to_light = light - point
    to_light = to_light / np.linalg.norm(to_light)
    shade = found.colour * max(0.0, normal @ to_light)
    if depth == 0 or found.mirror == 0:
        return shade
    mirrored = direction - 2 * (direction @ normal) * normal
    return (1 - found.mirror) * shade + found.mirror * trace(point, mirrored, scene, light, depth - 1)


SCENE = [
    Sphere(np.array([0.0, 0.0, 4.0]), 1.0, 0.9, 0.3),
    Sphere(np.array([1.2, 0.4, 3.0]), 0.6, 0.7, 0.5),
]


@cases(SCENE, np.array([2.0, 3.0, -1.0]))
def ray_tracer(scene, light):
    """A small picture of mirrors and a light."""
    size = 3
    image = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            x, y = (j - 1.05) * 0.31, (1.07 - i) * 0.29
            d = np.array([x, y, 1.0])
            image[i, j] = trace(np.zeros(3), d / np.linalg.norm(d), scene, light, depth=2)
    return image


class Quaternion:
    def __init__(self, w, x, y, z):
        self.w, self.x, self.y, self.z = w, x, y, z

    def __mul__(self, o):
        if isinstance(o, Quaternion):
            return Quaternion(
                self.w * o.w - self.x * o.x - self.y * o.y - self.z * o.z,
                self.w * o.x + self.x * o.w + self.y * o.z - self.z * o.y,
                self.w * o.y - self.x * o.z + self.y * o.w + self.z * o.x,
                self.w * o.z + self.x * o.y - self.y * o.x + self.z * o.w,
            )
        return Quaternion(self.w * o, self.x * o, self.y * o, self.z * o)

    __rmul__ = __mul__

    def __add__(self, o):
        return Quaternion(self.w + o.w, self.x + o.x, self.y + o.y, self.z + o.z)

    @property
    def conjugate(self):
        return Quaternion(self.w, -self.x, -self.y, -self.z)

    def norm(self):
        return math.sqrt(self.w**2 + self.x**2 + self.y**2 + self.z**2)

    def normalised(self):
        return (1.0 / self.norm()) * self

    def rotate(self, v):
        q = self * Quaternion(0.0, *v) * self.conjugate
        return np.array([q.x, q.y, q.z])

    @classmethod
    def from_axis(cls, axis, angle):
        s = math.sin(angle / 2)
        return cls(math.cos(angle / 2), *(s * a for a in axis))


@cases(signed(5, 3), signed(3), 0.02)
def gyroscope(rates, start, dt):
    """The attitude of a body from its rates of turning."""
    q = Quaternion(1.0, 0.0, 0.0, 0.0)
    for rate in rates:
        omega = Quaternion(0.0, rate[0], rate[1], rate[2])
        q = (q + 0.5 * dt * 10 * (q * omega)).normalised()
    q = q * Quaternion.from_axis((0.0, 0.0, 1.0), dt)
    return q.rotate(start)


def sphere_sdf(p, centre, radius):
    return np.sqrt(np.sum((p - centre) ** 2)) - radius


def box_sdf(p, half):
    q = np.abs(p) - half
    return np.linalg.norm(np.maximum(q, 0.0)) + min(np.max(q), 0.0)


@cases(np.array([0.3, 0.2, -3.0]), np.array([0.05, -0.03, 1.0]), np.array([0.2, 0.1, 0.0]), 0.8)
def ray_marching(origin, direction, centre, radius):
    """Steps along a ray by the distance to the nearest of two bodies."""
    direction = direction / np.linalg.norm(direction)
    half = np.array([0.5, 0.4, 0.6])

    def distance(p):
        a, b = sphere_sdf(p, centre, radius), box_sdf(p - np.array([0.6, 0.0, 0.0]), half)
        h = max(0.2 - abs(a - b), 0.0) / 0.2
        return min(a, b) - h * h * 0.05

    t = 0.0
    for step in range(80):
        d = distance(origin + t * direction)
        if d < 1e-7:
            break
        t += d
        if t > 20.0:
            return -1.0
    return t


@cases(np.array([[52.5, 13.4], [48.9, 2.35], [51.5, -0.1], [41.9, 12.5]]))
def tour_length(cities):
    """Great circles between places, round and back."""
    R = 6371.0
    total = 0
    for (lat1, lon1), (lat2, lon2) in zip(cities, np.roll(cities, -1, axis=0)):
        p1, p2 = math.radians(lat1), math.radians(lat2)
        dphi, dlam = p2 - p1, math.radians(lon2 - lon1)
        a = math.sin(dphi / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dlam / 2) ** 2
        total += 2 * R * math.atan2(math.sqrt(a), math.sqrt(1 - a))
    return total / R


@cases(signed(5, 2), signed(6, 2, seed=3))
def iterative_closest_point(source, target):
    """A rigid alignment in the plane, to the nearest points each time."""
    for _ in range(3):
        d = np.sum((source[:, None, :] - target[None, :, :]) ** 2, axis=2)
        match = target[np.argmin(d, axis=1)]
        cs, ct = source.mean(axis=0), match.mean(axis=0)
        a, b = source - cs, match - ct
        sin = np.sum(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
        cos = np.sum(a * b)
        angle = np.arctan2(sin, cos)
        R = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        source = a @ R.T + ct
    return np.sum((source - match) ** 2)
