"""Records the image embeddings of examples/shapes-world-clip for images of 8 bits: python record_example.py.

Of the four images in examples/shapes-world-provenance/reference.safetensors, rounded, and of the pattern that
ImageOperationsTest makes, in 96x80, which is resized.
"""
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file
from transformers import CLIPModel
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

here = Path(__file__).parent
examples = here.parent.parent / 'examples'
model = CLIPModel.from_pretrained(examples / 'shapes-world-clip', dtype=torch.float32).eval()
processor = CLIPImageProcessorPil.from_pretrained(examples / 'shapes-world-clip')
images = load_file(examples / 'shapes-world-provenance' / 'reference.safetensors')['e2e.image']
y, x, c = np.indices((96, 80, 3))
pictures = [*np.rint(images * 255).astype(np.uint8), ((y * 37 + x * 91 + c * 53 + y * x % 7 * 29) % 256).astype(np.uint8)]
with torch.no_grad():
    rows = [model.get_image_features(**processor(Image.fromarray(p), return_tensors='pt')).pooler_output[0].numpy()
            for p in pictures]
save_file(dict(image_embeds=np.stack(rows)), str(here / 'example.safetensors'))
print(np.stack(rows).shape)
