"""The classifiers by which commands measure what an edit does to a face."""

from typing import TYPE_CHECKING

from hyperstyle.cli.options import training_packages
from hyperstyle.editing.person import person_in
from hyperstyle.metrics.identity import FaceIdentity
from hyperstyle.photo.faces import FaceFinder
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch

if TYPE_CHECKING:
    from hyperstyle.metrics.attributes import Labeller
    from hyperstyle.metrics.descriptions import Describer


def load_labeller() -> "Labeller":
    """Load the networks that label a face; they need the packages of the extra `train`."""
    with training_packages():
        from hyperstyle.metrics.attribute_networks import AttributeNetworks
        from hyperstyle.metrics.attributes import Labeller
    networks = AttributeNetworks(*(fetch(WEIGHTS[name]) for name in ("age-net", "gender-net", "emotion-net")))
    return Labeller(fetch(WEIGHTS["dlib-landmarks"]), networks)


def load_describer() -> "Describer":
    """Load all networks by which a portrait is described in words."""
    labeller = load_labeller()
    from hyperstyle.metrics.attribute_mesh import FaceMesh
    from hyperstyle.metrics.attribute_objects import Objects
    from hyperstyle.metrics.descriptions import Describer

    mesh, objects = FaceMesh(fetch(WEIGHTS["face-mesh"])), Objects(fetch(WEIGHTS["object-net"]))
    return Describer(labeller, mesh, objects, person_in)


def load_identity() -> FaceIdentity:
    """Load dlib's face descriptor, by which identities are compared."""
    return FaceIdentity(FaceFinder(fetch(WEIGHTS["dlib-landmarks"])), fetch(WEIGHTS["dlib-identity"]))
