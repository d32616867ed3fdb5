"""Records what diffusers' schedulers do, for SchedulerParityTest.

Run with diffusers, torch, scipy and safetensors installed:

    python runtime/src/test/python/record_schedulers.py runtime/src/test/resources/schedulers

Writes defaults.json (every key of each class with its default), cases.json (configuration, timesteps, sigmas of each case) and samples.safetensors: a start
sample, eight model outputs and eight noises shared by all cases, and per case one stack: the start
sample noised, the start sample scaled, and the samples after the recorded steps. Output k of a case is outputs[k % 8],
its j-th draw of noise is noises[j % 8].
"""

import json
import sys
import warnings
from pathlib import Path

import diffusers
import numpy as np
import torch
from safetensors.numpy import save_file

warnings.simplefilter("ignore")
SHAPE = (2, 2, 4, 4)
SPACINGS = ["linspace", "leading", "trailing"]
PREDICTIONS = ["epsilon", "sample", "v_prediction"]
SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "steps_offset": 1}
ZERO_SNR = {**SD, "rescale_betas_zero_snr": True, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}
# as published with SDXL base: keys of sibling classes beside its own
SDXL = {
    "_class_name": "EulerDiscreteScheduler",
    "_diffusers_version": "0.19.0.dev0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "interpolation_type": "linear",
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "sample_max_value": 1.0,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "trained_betas": None,
    "use_karras_sigmas": False,
}
AYS = [999, 850, 736, 645, 545, 455, 343, 233, 124, 24]
ALL = [
    "DDIM",
    "PNDM",
    "EulerDiscrete",
    "EulerAncestralDiscrete",
    "DPMSolverMultistep",
    "UniPCMultistep",
    "HeunDiscrete",
    "LMSDiscrete",
    "DDPM",
    "LCM",
    "TCD",
]


def predictions(name):
    if name == "PNDM" or name == "EulerAncestralDiscrete":
        return ["epsilon", "v_prediction"]
    return PREDICTIONS


def cases():
    """Yields name, class, configuration and what else differs from 10 steps from pure noise."""

    def case(label, name, config, **options):
        return f"{name}/{label}", name, config, options

    for name in ALL:
        base = {**SD, "skip_prk_steps": True}
        for prediction in predictions(name):
            for spacing in SPACINGS if name not in ("LCM", "TCD") else SPACINGS[:1]:
                config = {**base, "prediction_type": prediction, "timestep_spacing": spacing}
                yield case(f"{spacing}-{prediction}", name, config)
        yield case("class-defaults", name, {})
        yield case("from-sdxl", name, SDXL, steps=5)
        yield case("use-default-values", name, {**SDXL, "_use_default_values": ["timestep_spacing", "steps_offset"]}, steps=4)
        yield case("squaredcos", name, {**base, "beta_schedule": "squaredcos_cap_v2"}, steps=6)
        yield case("trained-betas", name, {**base, "num_train_timesteps": 60, "trained_betas": [round(0.001 + 0.0015 * i, 6) for i in range(60)]}, steps=6)
        yield case("image-to-image", name, base, strength=0.65)
        yield case("one-step", name, {**base, "timestep_spacing": "trailing"}, steps=1)
    for name in ["DDIM", "DDPM", "LCM", "TCD", "EulerDiscrete", "EulerAncestralDiscrete", "DPMSolverMultistep", "UniPCMultistep"]:
        yield case("zero-snr", name, ZERO_SNR)
    for name in ["DDIM", "DDPM", "LCM", "DPMSolverMultistep", "UniPCMultistep"]:
        yield case("thresholding", name, {**SD, "thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 3.0}, steps=6)
    for name in ["EulerDiscrete", "HeunDiscrete", "LMSDiscrete", "DPMSolverMultistep", "UniPCMultistep"]:
        for spacing in ["karras", "exponential", "beta"]:
            key = f"use_{spacing}_sigmas"
            yield case(spacing, name, {**SD, key: True})
            yield case(f"{spacing}-bounds", name, {**SD, key: True, "sigma_min": 0.05, "sigma_max": 11.5, "timestep_spacing": "leading"}, steps=7)
        yield case("karras-squaredcos", name, {**SD, "use_karras_sigmas": True, "beta_schedule": "squaredcos_cap_v2"}, steps=5)
    for name in ["EulerDiscrete", "DPMSolverMultistep", "UniPCMultistep"]:
        yield case("final-sigma-min", name, {**SD, "final_sigmas_type": "sigma_min"}, steps=6)
        yield case("fifty-steps", name, SDXL, steps=50)
    yield case("fifty-steps", "DDIM", SDXL, steps=50)
    yield case("fifty-steps", "PNDM", SDXL, steps=50)
    yield case("thirty-one-steps", "HeunDiscrete", SDXL, steps=31)
    yield case("thirty-one-steps", "LMSDiscrete", SDXL, steps=31)
    for name in ["EulerDiscrete", "HeunDiscrete", "DPMSolverMultistep", "DDPM", "LCM", "TCD"]:
        yield case("listed-timesteps", name, SD, timesteps_given=AYS)

    yield case("eta-half", "DDIM", SD, eta=0.5)
    yield case("eta-one", "DDIM", {**SD, "set_alpha_to_one": False, "clip_sample": False}, eta=1.0)
    yield case("clip-range", "DDIM", {**SD, "clip_sample_range": 2.5})
    for eta in [0.3, 1.0]:
        yield case(f"eta-{eta}", "TCD", SD, eta=eta, steps=4)
    yield case("ignored-limits", "TCD", {**SD, "thresholding": True, "clip_sample": True}, eta=0.2, steps=4)
    yield case("runge-kutta", "PNDM", SD, steps=8)
    yield case("runge-kutta-linspace", "PNDM", {**SD, "timestep_spacing": "linspace", "set_alpha_to_one": True}, steps=7)
    yield case("runge-kutta-v-trailing", "PNDM", {**SD, "timestep_spacing": "trailing", "prediction_type": "v_prediction"}, steps=4)
    for steps in [2, 3]:
        yield case(f"{steps}-steps", "PNDM", {**SD, "skip_prk_steps": True}, steps=steps)
    yield case("log-linear", "EulerDiscrete", {**SD, "interpolation_type": "log_linear"})
    yield case("log-linear-karras", "EulerDiscrete", {**SD, "interpolation_type": "log_linear", "use_karras_sigmas": True})
    yield case("continuous-v", "EulerDiscrete", {**SD, "timestep_type": "continuous", "prediction_type": "v_prediction", "use_karras_sigmas": True, "sigma_min": 0.002, "sigma_max": 700.0})
    yield case("continuous-epsilon", "EulerDiscrete", {**SD, "timestep_type": "continuous"}, steps=4)
    yield case("exp-betas", "HeunDiscrete", {**SD, "beta_schedule": "exp"}, steps=5)
    yield case("clip", "HeunDiscrete", {**SD, "clip_sample": True, "clip_sample_range": 1.5}, steps=5)
    for schedule in ["laplace", "sigmoid"]:
        yield case(schedule, "DDPM", {**SD, "beta_schedule": schedule}, steps=6)
    for variance in ["fixed_small_log", "fixed_large", "learned", "learned_range"]:
        yield case(variance, "DDPM", {**SD, "variance_type": variance, "clip_sample": False}, steps=6)
    yield case("original-steps", "LCM", {**SD, "original_inference_steps": 100, "timestep_scaling": 3.0}, steps=7)
    yield case("clip", "LCM", {**SD, "clip_sample": True, "clip_sample_range": 0.8}, steps=4)

    dpm = "DPMSolverMultistep"
    for algorithm, orders in [("dpmsolver", 3), ("dpmsolver++", 3), ("sde-dpmsolver", 2), ("sde-dpmsolver++", 3)]:
        config = {**SD, "algorithm_type": algorithm}
        if "++" not in algorithm:
            config["final_sigmas_type"] = "sigma_min"
        yield case(f"{algorithm}-1", dpm, {**config, "solver_order": 1}, steps=6)
        for solver in ["midpoint", "heun"]:
            yield case(f"{algorithm}-2-{solver}", dpm, {**config, "solver_type": solver}, steps=6)
        if orders == 3:
            yield case(f"{algorithm}-3", dpm, {**config, "solver_order": 3}, steps=8)
            yield case(f"{algorithm}-3-unlowered", dpm, {**config, "solver_order": 3, "lower_order_final": False}, steps=6)
        for prediction in PREDICTIONS[1:]:
            yield case(f"{algorithm}-{prediction}", dpm, {**config, "prediction_type": prediction}, steps=5)
        yield case(f"{algorithm}-thresholding", dpm, {**config, "thresholding": True, "sample_max_value": 2.0}, steps=5)
    yield case("sixteen-steps", dpm, {**SD, "solver_order": 3, "final_sigmas_type": "sigma_min"}, steps=16)
    yield case("euler-at-final", dpm, {**SD, "solver_order": 3, "euler_at_final": True, "final_sigmas_type": "sigma_min"}, steps=16)
    yield case("lu", dpm, {**SD, "use_lu_lambdas": True})
    yield case("lu-squaredcos", dpm, {**SD, "use_lu_lambdas": True, "beta_schedule": "squaredcos_cap_v2"}, steps=5)
    yield case("sibling-names", dpm, {**SD, "algorithm_type": "deis", "solver_type": "logrho", "final_sigmas_type": "sigma_min"}, steps=5)
    for spacing in SPACINGS:
        config = {"beta_schedule": "squaredcos_cap_v2", "lambda_min_clipped": -5.1, "timestep_spacing": spacing}
        yield case(f"lambda-min-{spacing}", dpm, config, steps=6)
    yield case("lambda-min-infinite", dpm, {**SD, "lambda_min_clipped": float("-inf")}, steps=4)
    flow = {"use_flow_sigmas": True, "prediction_type": "flow_prediction", "flow_shift": 3.0}
    yield case("flow", dpm, flow, steps=6)
    unipc = "UniPCMultistep"
    yield case("flow", unipc, flow, steps=6)
    yield case("flow-terminal", unipc, {**flow, "shift_terminal": 0.1, "final_sigmas_type": "sigma_min"}, steps=6)
    yield case("flow-karras", unipc, {**flow, "use_karras_sigmas": True, "sigma_max": 200.0, "sigma_min": 0.01}, steps=6)
    for solver in ["bh1", "bh2"]:
        for order in [1, 2, 3]:
            for original in [True, False]:
                config = {**SD, "solver_type": solver, "solver_order": order, "predict_x0": original}
                if solver == "bh1" or not original:
                    # to noise level zero these are not finite
                    config["final_sigmas_type"] = "sigma_min"
                yield case(f"{solver}-{order}-{'original' if original else 'noise'}", unipc, config, steps=8)
    for prediction in PREDICTIONS[1:]:
        yield case(f"noise-{prediction}", unipc, {**SD, "prediction_type": prediction, "predict_x0": False, "final_sigmas_type": "sigma_min"}, steps=5)
    yield case("some-uncorrected", unipc, {**SD, "disable_corrector": [0, 2]}, steps=6)
    yield case("sibling-names", unipc, {**SD, "solver_type": "midpoint"}, steps=5)
    yield case("unlowered", unipc, {**SD, "solver_order": 3, "lower_order_final": False, "final_sigmas_type": "sigma_min"}, steps=6)
    yield case("karras-sigma-min", unipc, {**SD, "use_karras_sigmas": True, "final_sigmas_type": "sigma_min"}, steps=5)


def model_output(scheduler, pool, call):
    output = pool[call % 8]
    if scheduler.config.get("variance_type") in ("learned", "learned_range") and "DDPM" in type(scheduler).__name__:
        variance = pool[(call + 1) % 8]
        if scheduler.config.variance_type == "learned":
            variance = variance.abs()
        output = torch.cat([output, variance], dim=1)
    return output


def record(name, config, options, start, outputs, noises):
    cls = getattr(diffusers, name + "Scheduler")
    draws = []

    def next_noise(shape, **_):
        draws.append(None)
        return noises[(len(draws) - 1) % 8].clone()

    module = sys.modules[cls.__module__]
    if hasattr(module, "randn_tensor"):
        module.randn_tensor = next_noise
    scheduler = cls.from_config(dict(config))
    steps = options.get("steps", 10)
    if "timesteps_given" in options:
        scheduler.set_timesteps(timesteps=options["timesteps_given"])
        steps = len(options["timesteps_given"])
    else:
        scheduler.set_timesteps(steps)
    begin = 0
    if "strength" in options:
        begin = (steps - min(int(steps * options["strength"]), steps)) * scheduler.order
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(begin)
    times = scheduler.timesteps
    stack = [
        scheduler.add_noise(start, noises[0], times[begin : begin + 1].repeat(SHAPE[0])),
        scheduler.scale_model_input(start, times[begin]),
    ]
    sample = start * scheduler.init_noise_sigma
    calls = len(times) - begin
    recorded = [k for k in range(calls) if calls <= 12 or k % 8 == 7 or k == calls - 1]
    for call in range(calls):
        t = times[begin + call]
        scheduler.scale_model_input(sample, t)
        extra = {"eta": options.get("eta", 0.0)} if name in ("DDIM", "TCD") else {}
        sample = scheduler.step(model_output(scheduler, outputs, call), t, sample, **extra).prev_sample
        assert torch.isfinite(sample).all(), (name, config, options, call)
        if call in recorded:
            stack.append(sample)
    sigmas = scheduler.sigmas.double().tolist() if hasattr(scheduler, "sigmas") else []
    facts = {
        "begin": begin,
        "recorded": recorded,
        "draws": len(draws),
        "timesteps": times.double().tolist(),
        "sigmas": sigmas,
        "initNoiseSigma": float(scheduler.init_noise_sigma),
    }
    return facts, torch.stack(stack)


def classes():
    """The classes recorded and the siblings whose configurations they can be given."""
    siblings = {sibling.name for sibling in diffusers.schedulers.scheduling_utils.KarrasDiffusionSchedulers}
    siblings |= {name + "Scheduler" for name in ALL}
    siblings |= {"SASolverScheduler", "FlowMatchEulerDiscreteScheduler", "CogVideoXDDIMScheduler"}
    siblings -= {"DPMSolverSDEScheduler"}  # needs torchsde
    for name in sorted(siblings):
        yield name, getattr(diffusers, name)


def json_of(config):
    kept = {key: value for key, value in config.items() if not key.startswith("_")}
    return {key: "-Infinity" if value == float("-inf") else value for key, value in kept.items()}


def main(folder):
    generator = torch.Generator().manual_seed(20261121)
    start = torch.randn(SHAPE, generator=generator)
    outputs = torch.randn((8, *SHAPE), generator=generator)
    noises = torch.randn((8, *SHAPE), generator=generator)
    tensors = {"start": start, "outputs": outputs, "noises": noises}
    table = []
    for label, name, config, options in cases():
        facts, tensors[label] = record(name, config, options, start, outputs, noises)
        shown = {k: "-Infinity" if v == float("-inf") else v for k, v in config.items()}
        table.append({"name": label, "class": name, "config": shown, **options, **facts})
    arrays = {name: tensor.float().numpy() for name, tensor in tensors.items()}
    save_file(arrays, folder / "samples.safetensors", {"diffusers": diffusers.__version__})
    lines = ",\n".join(json.dumps(row) for row in table)
    (folder / "cases.json").write_text(f"[\n{lines}\n]\n")
    defaults = {name: json_of(cls().config) for name, cls in classes()}
    rows = ",\n".join(f"{json.dumps(name)}: {json.dumps(config)}" for name, config in defaults.items())
    (folder / "defaults.json").write_text(f"{{\n{rows}\n}}\n")
    print(len(table), "cases")


if __name__ == "__main__":
    np.seterr(all="ignore")
    main(Path(sys.argv[1]))
