"""Writes diffusers' own ONNX export of a pipeline's unet, for bench/int8.sh.

    python bench/export_unet.py PIPELINE OUTPUT.onnx --batch 1 --latents 64x64 --tokens 77

Needs torch, onnx, onnxscript and diffusers. Shapes are fixed, as in dopt's engines.
"""

import argparse

parser = argparse.ArgumentParser()
parser.add_argument("pipeline")
parser.add_argument("output")
parser.add_argument("--batch", type=int, default=1)
parser.add_argument("--latents", default="64x64")
parser.add_argument("--tokens", type=int, default=77)
arguments = parser.parse_args()

import os
import shutil

import onnx
import torch
from diffusers import UNet2DConditionModel

unet = UNet2DConditionModel.from_pretrained(arguments.pipeline, subfolder="unet", torch_dtype=torch.float32).eval()
height, width = map(int, arguments.latents.split("x"))
sample = torch.randn(arguments.batch, unet.config.in_channels, height, width)
text = torch.randn(arguments.batch, arguments.tokens, unet.config.cross_attention_dim)


class Wrapper(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.unet = unet

    def forward(self, sample, timestep, encoder_hidden_states):
        return self.unet(sample, timestep, encoder_hidden_states, return_dict=False)[0]


folder = arguments.output + ".parts"
os.makedirs(folder, exist_ok=True)
raw = os.path.join(folder, "raw.onnx")
with torch.no_grad():
    torch.onnx.export(
        Wrapper(),
        (sample, torch.tensor([500.0]), text),
        raw,
        input_names=["sample", "timestep", "encoder_hidden_states"],
        output_names=["out_sample"],
        opset_version=17,
        do_constant_folding=True,
        dynamo=False,
    )
model = onnx.load(raw)
onnx.save(model, arguments.output, save_as_external_data=True, all_tensors_to_one_file=True,
          location=os.path.basename(arguments.output) + ".data")
shutil.rmtree(folder)
