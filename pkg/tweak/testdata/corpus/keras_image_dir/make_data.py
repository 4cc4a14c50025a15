import os
import numpy as np
from PIL import Image
rng = np.random.default_rng(0)
for part, n in (("train", 30), ("test", 10)):
    for label, base in (("cats", 60), ("dogs", 190)):
        os.makedirs("dataset/%s/%s" % (part, label))
        for i in range(n):
            a = np.clip(rng.normal(base, 40, (16, 16, 3)), 0, 255).astype("uint8")
            Image.fromarray(a).save("dataset/%s/%s/%03d.png" % (part, label, i))
