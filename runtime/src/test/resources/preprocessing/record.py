"""Records what transformers' CLIPImageProcessorPil makes of a pattern: python record.py, with Pillow and transformers."""
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil


def pattern(height, width):
    y, x, c = np.indices((height, width, 3))
    return ((y * 37 + x * 91 + c * 53 + y * x % 7 * 29) % 256).astype(np.uint8)


CASES = [
    dict(size=[13, 9], config=dict(size=dict(height=8, width=6), do_center_crop=False)),
    dict(size=[13, 9], config=dict(size=dict(height=20, width=24), resample=2, do_center_crop=False,
                                   image_mean=[.5, .5, .5], image_std=[.5, .25, .5])),
    # The shorter edge becomes 7, the longer one int(7 * 40 / 33) = 8.
    dict(size=[33, 40], config=dict(size=dict(shortest_edge=7), crop_size=dict(height=5, width=4))),
    dict(size=[40, 33], config=dict(size=dict(shortest_edge=9), crop_size=6, resample=1, do_normalize=False)),
    dict(size=[30, 31], config=dict(size=10, crop_size=10, do_rescale=False)),
    dict(size=[9, 8], config=dict(do_resize=False, crop_size=dict(height=4, width=3), rescale_factor=.01)),
]
tensors = {}
for i, case in enumerate(CASES):
    processor = CLIPImageProcessorPil(**case['config'])
    out = processor(Image.fromarray(pattern(*case['size'])), return_tensors='pt')['pixel_values']
    tensors[str(i)] = torch.as_tensor(out).float().contiguous()
    print(i, list(out.shape))
for name in ('BICUBIC', 'BILINEAR'):
    for size in ((13, 9, 6, 20), (5, 7, 8, 7), (33, 40, 16, 8)):
        image = Image.fromarray(pattern(*size[:2])).resize((size[3], size[2]), Image.Resampling[name])
        print(f'"{name}, {", ".join(map(str, size))}, {hashlib.sha256(np.asarray(image).tobytes()).hexdigest()}",')
here = Path(__file__).parent
here.joinpath('cases.json').write_text('[\n' + ',\n'.join(json.dumps(case) for case in CASES) + '\n]\n')
save_file(tensors, str(here / 'expected.safetensors'))
