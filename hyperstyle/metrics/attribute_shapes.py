"""What the 68 landmarks of a face say: where it is turned to, and what its eyes and mouth do."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

LEFT_EYE, RIGHT_EYE = slice(36, 42), slice(42, 48)  # as seen in the picture
LEFT_JAW, RIGHT_JAW = slice(1, 4), slice(13, 16)
NOSE_TIP, NOSE_BASE = 30, 33
UPPER_LIP, LOWER_LIP = 62, 66  # their inner rims, in the middle


@dataclass(frozen=True)
class Frame:
    """A face's own axes: from between the eyes, across and down, with the distance of the eyes as unit."""

    origin: Points
    across: Points
    down: Points

    def to_picture(self, points: Points) -> Points:
        """Points [..., 2] of the face in pixels of the picture."""
        return self.origin + points[..., :1] * self.across + points[..., 1:] * self.down

    def to_face(self, points: Points) -> Points:
        """Points [..., 2] of the picture in the face's axes."""
        return (points - self.origin) @ np.stack((self.across, self.down), 1) / (self.across @ self.across)


def frame_of(landmarks: Points) -> Frame:
    """The axes of a face with landmarks [68, 2]."""
    left, right = landmarks[LEFT_EYE].mean(0), landmarks[RIGHT_EYE].mean(0)
    across = right - left
    return Frame((left + right) / 2, across, np.array((-across[1], across[0])))


def shape_labels(landmarks: Points) -> dict[str, float]:
    """Figures of a face with landmarks [68, 2]; the larger, the more of what the name says.

    `yaw` is where the tip of the nose stands between the sides of the jaw, -1 to 1, positive to the picture's right;
    `pitch` how far it stands above the nose's base, in lengths of the nose. The others are in distances of the eyes.
    """
    face = frame_of(landmarks).to_face(landmarks)
    left = face[NOSE_TIP, 0] - face[LEFT_JAW, 0].mean()
    right = face[RIGHT_JAW, 0].mean() - face[NOSE_TIP, 0]
    return {
        "yaw": (left - right) / (left + right),
        "pitch": (face[NOSE_BASE, 1] - face[NOSE_TIP, 1]) / face[NOSE_BASE, 1],
        "mouth-open": face[LOWER_LIP, 1] - face[UPPER_LIP, 1],
        "eyes-open": (_opening(face[LEFT_EYE]) + _opening(face[RIGHT_EYE])) / 2,
    }


def _opening(eye: Points) -> float:
    """Distance of the lids of an eye [6, 2]: corner, two above, corner, two below."""
    return float(eye[4:, 1].mean() - eye[1:3, 1].mean())
