"""Pose, open mouth and open eyes of a face, from its 68 landmarks."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Points [..., 2], x and y."""

LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # as seen in the picture
LEFT_JAW, RIGHT_JAW = slice(1, 4), slice(13, 16)
NOSE_TIP, NOSE_BASE = 30, 33
UPPER_LIP, LOWER_LIP = 62, 66  # the middle of their inner edges


@dataclass(frozen=True)
class FaceFrame:
    """A face's coordinates: origin between its eyes, x along the eyes, y down, in units of the eye distance."""

    origin: Points
    """Origin [2] in the picture's pixels."""
    across: Points
    """One unit of x [2] in the picture's pixels: from the eye at the left to the eye at the right."""
    down: Points
    """One unit of y [2] in the picture's pixels: `across`, turned by 90 degrees."""

    def to_picture(self, points: Points) -> Points:
        """Convert points [..., 2] from the face's coordinates to the picture's pixels."""
        return self.origin + points[..., :1] * self.across + points[..., 1:] * self.down

    def to_face(self, points: Points) -> Points:
        """Convert points [..., 2] from the picture's pixels to the face's coordinates."""
        return (points - self.origin) @ np.stack((self.across, self.down), 1) / (self.across @ self.across)


def face_frame(landmarks: Points) -> FaceFrame:
    """Return the coordinate system of a face with landmarks [68, 2]."""
    left, right = landmarks[LEFT_EYE].mean(0), landmarks[RIGHT_EYE].mean(0)
    across = right - left
    return FaceFrame((left + right) / 2, across, np.array((-across[1], across[0])))


def shape_labels(landmarks: Points) -> dict[str, float]:
    """Return the labels of a face with landmarks [68, 2]; a larger value means more of what the name says.

    `yaw` is the position of the nose's tip between the sides of the jaw, -1 to 1, positive to the picture's right.
    `pitch` is the height of the tip above the nose's base, in lengths of the nose. The others are openings of mouth and
    eyes, in eye distances.
    """
    face = face_frame(landmarks).to_face(landmarks)
    left = face[NOSE_TIP, 0] - face[LEFT_JAW, 0].mean()
    right = face[RIGHT_JAW, 0].mean() - face[NOSE_TIP, 0]
    return {
        "yaw": (left - right) / (left + right),
        "pitch": (face[NOSE_BASE, 1] - face[NOSE_TIP, 1]) / face[NOSE_BASE, 1],
        "mouth-open": face[LOWER_LIP, 1] - face[UPPER_LIP, 1],
        "eyes-open": (_opening(face[LEFT_EYE]) + _opening(face[RIGHT_EYE])) / 2,
    }


def _opening(eye: Points) -> float:
    """Return the distance between the lids of an eye [6, 2]: corner, two above, corner, two below."""
    return float(eye[4:, 1].mean() - eye[1:3, 1].mean())
