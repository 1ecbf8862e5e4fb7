#!/usr/bin/env bash
# Pillow's Image.quantize(kmeans=n): a larger n gives a worse palette, and 1 is the best there is.
#
# First guess, made before the first run (three values were tried as numbers of iterations): after
# median cut, n iterations of k-means move the colours to the means of what they stand for, so that
# 10 is a little better than 3, and 3 than 1.
#
# Seen with Pillow 13.0.0 and NumPy 2.4.6, 20,000 random colours in a palette of 32, the root of the
# mean squared distance from a pixel to its colour: kmeans=0 76.4, 1 40.6, 10 40.6, 100 40.64,
# 1000 41.6, 5000 44.6, 10000 and more 54.9.
#
# Why: it iterates until at most so many pixels go to another colour than before. 1 goes on to the
# end, a number above that of the pixels stops after one round; 0 alone means none. The reference
# says "an integer greater than or equal to zero". diffvis gives 1 (rendering.palette).
#
# bash findings/quantize_kmeans_is_no_count.sh; exit status 0: still so, 1: it has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q pillow==13.0.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'EOF'
import sys

import numpy as np
import PIL
from PIL import Image

pixels = np.random.default_rng(0).integers(0, 256, (1, 20_000, 3), dtype=np.uint8)
image = Image.fromarray(pixels)
print(f"Pillow {PIL.__version__}, NumPy {np.__version__}")
error = {}
for kmeans in (0, 1, 10, 100, 1000, 5000, 10_000, 1_000_000):
    made = image.quantize(32, Image.Quantize.MEDIANCUT, kmeans=kmeans, dither=Image.Dither.NONE)
    away = np.asarray(made.convert("RGB"), np.float64) - pixels
    error[kmeans] = (away**2).sum(-1).mean() ** 0.5
    print(f"kmeans={kmeans:<8} {error[kmeans]:6.2f}")
best = error[1] <= error[10] <= error[100] <= error[1000] <= error[5000] <= error[10_000]
surprising = best and error[10_000] > 1.2 * error[1] and error[1_000_000] == error[10_000]
sys.exit(0 if surprising and error[0] > error[10_000] else "it has changed")
EOF
