"""Writes the rows of docs/gpu.md's table from what on-host.sh left in OUT: python3 rows.py OUT. Python alone: no packages."""

import glob
import json
import os
import sys


def documents(pattern):
    """name -> what the JSON file holds; files that hold no JSON are passed over, their absence shows in the rows."""
    found = {}
    for path in sorted(glob.glob(pattern)):
        try:
            with open(path) as file:
                found[os.path.basename(path).rsplit(".", 1)[0]] = json.load(file)
        except ValueError:
            continue
    return found


def lines(path):
    if not os.path.exists(path):
        return []
    with open(path) as file:
        return [json.loads(line) for line in file if line.startswith("{")]


def main(out):
    results = os.path.join(out, "results")
    device = "device unknown"
    if os.path.exists(os.path.join(results, "device.txt")):
        with open(os.path.join(results, "device.txt")) as file:
            device = file.read().strip()
    if os.path.exists(os.path.join(results, "rehearsal")):
        print("A rehearsal: packages imitated on a CPU. Nothing here says anything of TensorRT.\n")
    print(f"Device, driver, memory: {device}\n")
    print("| What | Result | Limit | Verdict |\n|---|---|---|---|")

    def row(what, result, limit, passed):
        print(f"| {what} | {result} | {limit} | {'pass' if passed else 'FAIL'} |" if passed is not None else f"| {what} | {result} | {limit} | - |")

    for path in sorted(glob.glob(os.path.join(results, "fixture-*.jsonl"))):
        checks = lines(path)
        name = os.path.basename(path)[len("fixture-"):-len(".jsonl")]
        if checks:
            worst = max(check.get("relative", float("inf")) for check in checks)
            row(f"fixture {name}, {len(checks)} outputs", f"{worst:.2e} relative at worst", f"{checks[0].get('limit')}",
                all(check.get("passed", False) for check in checks))

    times = documents(os.path.join(results, "*.time.json"))
    for name, time in times.items():
        if name.startswith("gate-"):
            row(f"quality gate of the demo, {name[5:-5]}", f"exit {time['exit']}", "0", time["exit"] == 0)

    leaks = lines(os.path.join(results, "leaks.jsonl"))
    if leaks:
        loads, runs = [x for x in leaks if "loads" in x], [x for x in leaks if "runs" in x]
        for what, points in (("loads", loads), ("runs", runs)):
            if points:
                grown = [(points[-1][kind] - points[0][kind]) / 2**20 for kind in ("hostBytes", "deviceBytes")]
                row(f"{points[-1][what]} {what}", f"{grown[0]:+.0f} MiB on the host, {grown[1]:+.0f} MiB on the device after the first tenth", "64 MiB",
                    max(grown) <= 64)

    memory = documents(os.path.join(results, "*.memory.json"))
    for model in ("sd15", "sdxl"):
        peer = documents(os.path.join(results, f"peer-{model}.json")).get(f"peer-{model}")
        for precision, wanted in (("f16", 1.3), ("int8", None), ("fp8", 1.6)):
            turns = documents(os.path.join(results, f"bench-{model}-{precision}-*.json")).values()
            medians = [turn["components"]["unet"]["seconds"]["p50"] * 1e3 for turn in turns if "components" in turn]  # else an error
            if not medians:
                continue
            text = " and ".join(f"{value:.2f}" for value in medians) + " ms"
            slowest, passed, limit = max(medians), None, "reported"
            if peer and "compiledMilliseconds" in peer:
                ratio = peer["compiledMilliseconds"] / slowest
                text += f"; torch {peer['compiledMilliseconds']:.2f} ms: {ratio:.2f}x"
                if wanted:
                    limit, passed = f"{wanted}x", ratio >= wanted
            if peer:
                kind = {"f16": "float16", "int8": "int8", "fp8": "float8"}[precision]
                peak = peer["matrixPeakTeraflops"].get(kind)
                if peak:
                    reached = peer["operations"] / (slowest / 1e3) / 1e12
                    text += f"; {reached:.0f} TFLOP/s, {reached / peak:.0%} of {peak:.0f} in a {kind} matrix product"
            row(f"UNet step, {model} size, batch 2, {precision}", text, limit, passed)
            built = times.get(f"build-{model}-{precision}.time")
            if built:
                used = memory.get(f"build-{model}-{precision}.memory", {}).get("deviceMebibytes")
                running = memory.get(f"bench-{model}-{precision}-1.memory", {}).get("deviceMebibytes")
                row(f"build of {model}-{precision}", f"{built['seconds']:.0f} s, {used} MiB on the device; running {running} MiB", "reported", None)
            for step in lines(os.path.join(results, f"step-{model}-{precision}.jsonl")):
                row(f"that step against float32, {precision}", f"{step.get('relative', float('inf')):.2e} relative", "1e-2" if precision == "f16" else "reported",
                    step.get("passed") if precision == "f16" else None)


if __name__ == "__main__":
    main(sys.argv[1])
