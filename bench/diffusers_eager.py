"""Times diffusers eager: one image of a pipeline folder, prompt to pixels, after one warm-up call.

    python bench/diffusers_eager.py FOLDER --prompt P --steps 20 --guidance 3 --size 64x64 --threads 2 --repeat 5

Needs torch, transformers and diffusers (any recent version). Prints one JSON line: seconds of every call.
"""

import argparse
import json
import time

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--prompt", required=True)
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--guidance", type=float, default=3.0)
parser.add_argument("--size", default="64x64", help="HEIGHTxWIDTH")
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeat", type=int, default=5)
arguments = parser.parse_args()

import torch

torch.set_num_threads(arguments.threads)
torch.set_grad_enabled(False)

import diffusers

diffusers.utils.logging.set_verbosity_error()
diffusers.utils.logging.disable_progress_bar()
pipeline = diffusers.DiffusionPipeline.from_pretrained(arguments.folder, torch_dtype=torch.float32)
pipeline.set_progress_bar_config(disable=True)
height, width = map(int, arguments.size.split("x"))


def generate(seed):
    pipeline(
        arguments.prompt,
        num_inference_steps=arguments.steps,
        guidance_scale=arguments.guidance,
        height=height,
        width=width,
        output_type="np",
        generator=torch.Generator().manual_seed(seed),
    )


generate(0)
seconds = []
for repeat in range(arguments.repeat):
    start = time.perf_counter()
    generate(repeat)
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": seconds, "torch": torch.__version__, "diffusers": diffusers.__version__}))
