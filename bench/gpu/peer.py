"""The same UNet under torch.compile(mode="max-autotune"): what dopt's engines are held against, in the same run.

    python3 peer.py CHECKPOINT [--size 512x512] [--batch 2] [--tokens 77] [--dtype bfloat16] [--device cuda] [--iterations 50] [--mode max-autotune]
                    [--reference FILE.safetensors] [--no-compile]

CHECKPOINT is a diffusers folder (unet/config.json, and its weights where there are any). Prints one JSON document: median milliseconds of a step,
eager and compiled (CUDA events; a clock on the CPU), its floating-point operations as torch counts them, the peak of dense matrix products
of this device measured here, memory, versions. --reference writes the inputs and the outputs of one step computed in float32, in the form
compare.py reads. Needs torch and diffusers (KIT/python/src on PYTHONPATH).
"""

import argparse
import json
import os
import platform
import statistics
import time

import torch

torch.set_grad_enabled(False)
torch.backends.cudnn.allow_tf32 = False  # for the reference in float32; 16-bit products are not touched by it


def clocked(call, iterations, warm_up, cuda):
    """Milliseconds of every call after the warm-up."""
    for _ in range(warm_up):
        call()
    times = []
    if not cuda:
        for _ in range(iterations):
            start = time.perf_counter()
            call()
            times.append((time.perf_counter() - start) * 1e3)
        return times
    torch.cuda.synchronize()
    for _ in range(iterations):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        call()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return times


def matrix_peaks(device, edge):
    """TFLOP/s of a dense product of two square matrices, by type; what a type lacks on this device is left out and said."""
    peaks, refused = {}, {}
    cuda = device.type == "cuda"

    def peak(name, product):
        try:
            milliseconds = statistics.median(clocked(product, 20, 5, cuda))
            peaks[name] = 2 * edge**3 / milliseconds / 1e9
        except (RuntimeError, NotImplementedError, AttributeError, TypeError) as reason:
            refused[name] = str(reason).splitlines()[0]

    for name in ("bfloat16", "float16"):
        a = torch.randn(edge, edge, device=device).to(getattr(torch, name))
        peak(name, lambda a=a: a @ a)
    one = torch.ones((), device=device)
    eight = torch.randn(edge, edge, device=device).to(torch.float8_e4m3fn)
    peak("float8", lambda: torch._scaled_mm(eight, eight.t(), scale_a=one, scale_b=one, out_dtype=torch.bfloat16))
    whole = torch.randint(-100, 100, (edge, edge), device=device, dtype=torch.int8)
    peak("int8", lambda: torch._int_mm(whole, whole.t()))
    return peaks, refused


class Step(torch.nn.Module):
    """One call of the UNet with tensors only, which is what an engine takes."""

    def __init__(self, unet):
        super().__init__()
        self.unet = unet
        self.conditions = unet.config.addition_embed_type == "text_time"

    def forward(self, sample, timestep, encoder_hidden_states, text_embeds=None, time_ids=None):
        added = {"text_embeds": text_embeds, "time_ids": time_ids} if self.conditions else None
        return self.unet(sample, timestep, encoder_hidden_states, added_cond_kwargs=added, return_dict=False)[0]


def load(checkpoint, device, dtype):
    from diffusers import UNet2DConditionModel

    folder = os.path.join(checkpoint, "unet")
    with torch.device(device):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(folder))
    files = sorted(name for name in os.listdir(folder) if name.endswith(".safetensors"))
    if files:
        from safetensors.torch import load_file

        weights = {}
        for name in files:
            weights.update(load_file(os.path.join(folder, name), device=str(device)))
        unet.load_state_dict(weights)
    return Step(unet.to(dtype).eval()), bool(files)


def inputs_of(step, arguments, device, dtype):
    config = step.unet.config
    height, width = (int(edge) // 8 for edge in arguments.size.split("x"))
    generator = torch.Generator().manual_seed(7)

    def normal(*shape):
        return torch.randn(*shape, generator=generator).to(device, dtype)

    inputs = {
        "sample": normal(arguments.batch, config.in_channels, height, width),
        "timestep": torch.tensor(500.0, device=device),
        "encoder_hidden_states": normal(arguments.batch, arguments.tokens, config.cross_attention_dim),
    }
    if step.conditions:
        numbers = 6
        inputs["text_embeds"] = normal(arguments.batch, config.projection_class_embeddings_input_dim - numbers * config.addition_time_embed_dim)
        edges = [height * 8, width * 8, 0, 0, height * 8, width * 8]
        inputs["time_ids"] = torch.tensor([edges] * arguments.batch, device=device, dtype=dtype)
    return inputs


def operations(step, inputs):
    """What torch counts: two for each multiply-add of matrix products, convolutions and attention."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        step(**inputs)
    return counter.get_total_flops()


def write_reference(path, step, inputs):
    from safetensors.torch import save_file

    exact = step.float()
    wide = {name: tensor.float() for name, tensor in inputs.items()}
    tensors = {"unet.in." + name: tensor.cpu().contiguous() for name, tensor in wide.items()}
    tensors["unet.out.sample"] = exact(**wide).cpu().contiguous()
    save_file(tensors, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint")
    parser.add_argument("--size", default="512x512", help="HEIGHTxWIDTH of the image in pixels")
    parser.add_argument("--batch", type=int, default=2, help="2: one image with guidance")
    parser.add_argument("--tokens", type=int, default=77)
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float16", "float32"])
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--iterations", type=int, default=50)
    parser.add_argument("--warm-up", type=int, default=10)
    parser.add_argument("--mode", default="max-autotune")
    parser.add_argument("--peak-edge", type=int, default=8192, help="edge of the square matrices whose product is the peak")
    parser.add_argument("--reference", help="write inputs and outputs of one step in float32")
    parser.add_argument("--no-compile", action="store_true")
    arguments = parser.parse_args()
    device, dtype = torch.device(arguments.device), getattr(torch, arguments.dtype)
    cuda = device.type == "cuda"

    step, trained = load(arguments.checkpoint, device, torch.float32)
    if arguments.reference:
        write_reference(arguments.reference, step, inputs_of(step, arguments, device, torch.float32))
    step = step.to(dtype)
    inputs = inputs_of(step, arguments, device, dtype)
    result = {
        "checkpoint": os.path.basename(os.path.abspath(arguments.checkpoint)),
        "weights": "the checkpoint's" if trained else "random",
        "size": arguments.size,
        "batch": arguments.batch,
        "tokens": arguments.tokens,
        "dtype": arguments.dtype,
        "mode": arguments.mode,
        "parameters": sum(parameter.numel() for parameter in step.parameters()),
        "operations": operations(step, inputs),
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "device": torch.cuda.get_device_name(device) if cuda else platform.processor() or platform.machine(),
    }
    if cuda:
        torch.cuda.reset_peak_memory_stats()
    eager = clocked(lambda: step(**inputs), arguments.iterations, arguments.warm_up, cuda)
    result["eagerMilliseconds"] = statistics.median(eager)
    if not arguments.no_compile:
        compiled = torch.compile(step, mode=arguments.mode, fullgraph=True)
        start = time.perf_counter()
        compiled(**inputs)
        if cuda:
            torch.cuda.synchronize()
        result["compileSeconds"] = time.perf_counter() - start
        times = clocked(lambda: compiled(**inputs), arguments.iterations, arguments.warm_up, cuda)
        result["compiledMilliseconds"] = statistics.median(times)
        result["compiledTimes"] = times
    if cuda:
        result["peakBytes"] = torch.cuda.max_memory_allocated()
    result["matrixPeakTeraflops"], result["matrixPeakRefused"] = matrix_peaks(device, arguments.peak_edge)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
