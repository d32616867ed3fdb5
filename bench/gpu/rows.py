"""Writes the rows of docs/gpu.md's table from what on-host.sh left in OUT: python3 rows.py OUT KIT PART...

PART: fixtures, gate, leaks, sd15, sdxl. Ends with 1 when a row is FAIL, which it is, too, when its result is missing. Python alone: no packages.
"""

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


SPEED = (("f16", 1.3), ("int8", None), ("fp8", 1.6))


class Table:
    """Rows, and whether all that was asked for is there and within its limits."""

    def __init__(self):
        self.failed = 0

    def row(self, what, result, limit, passed=None):
        verdict = {None: "-", True: "pass", False: "FAIL"}[passed]
        self.failed += passed is False
        print(f"| {what} | {result} | {limit} | {verdict} |")

    def missing(self, what, limit):
        self.row(what, "no result", limit, False)


def fixtures(table, results, kit):
    """Those of the kit, in both types."""
    names = sorted(os.path.basename(path) for path in glob.glob(os.path.join(kit, "fixtures", "*")))
    if not names:
        table.missing("fixtures (none in the kit)", "1")
    for name in names:
        for precision, limit in (("f32", "0.001"), ("f16", "0.01")):
            checks = lines(os.path.join(results, f"fixture-{name}-{precision}.jsonl"))
            if not checks:
                table.missing(f"fixture {name}-{precision}", limit)
                continue
            worst = max(check.get("relative", float("inf")) for check in checks)
            table.row(f"fixture {name}-{precision}, {len(checks)} outputs", f"{worst:.2e} relative at worst", f"{checks[0].get('limit')}",
                      all(check.get("passed", False) for check in checks))


def gate(table, results):
    times = documents(os.path.join(results, "gate-*.time.json"))
    for precision in ("f16", "int8", "fp8"):
        time = times.get(f"gate-{precision}.time")
        if time is None:
            table.missing(f"quality gate of the demo, {precision}", "0")
        else:
            table.row(f"quality gate of the demo, {precision}", f"exit {time['exit']}", "0", time["exit"] == 0)


def leaks(table, results):
    measured = lines(os.path.join(results, "leaks.jsonl"))
    for what in ("loads", "runs"):
        points = [point for point in measured if what in point]
        if not points:
            table.missing(f"leaks over {what}", "64 MiB")
            continue
        grown = [(points[-1][kind] - points[0][kind]) / 2**20 for kind in ("hostBytes", "deviceBytes")]
        table.row(f"{points[-1][what]} {what}", f"{grown[0]:+.0f} MiB on the host, {grown[1]:+.0f} MiB on the device after the first tenth", "64 MiB",
                  max(grown) <= 64)


def speed(table, results, model, rehearsal):
    peer = documents(os.path.join(results, f"peer-{model}.json")).get(f"peer-{model}", {})
    times = documents(os.path.join(results, "*.time.json"))
    memory = documents(os.path.join(results, "*.memory.json"))
    # Tiny models on a CPU have no speed to be held to anything.
    for precision, wanted in SPEED:
        wanted = None if rehearsal else wanted
        limit = f"{wanted}x" if wanted else "reported"
        what = f"UNet step, {model} size, batch 2, {precision}"
        turns = documents(os.path.join(results, f"bench-{model}-{precision}-*.json")).values()
        medians = [turn["components"]["unet"]["seconds"]["p50"] * 1e3 for turn in turns if "components" in turn]  # else an error
        if len(medians) < 2:
            table.missing(f"{what} ({len(medians)} of 2 turns)", limit)
            continue
        text = " and ".join(f"{value:.2f}" for value in medians) + " ms"
        slowest = max(medians)
        passed = None
        if "compiledMilliseconds" in peer:
            ratio = peer["compiledMilliseconds"] / slowest
            text += f"; torch {peer['compiledMilliseconds']:.2f} ms: {ratio:.2f}x"
            if wanted:
                passed = ratio >= wanted
        else:
            text += "; no time of torch to compare with"
            passed = False
        kind = {"f16": "float16", "int8": "int8", "fp8": "float8"}[precision]
        peak = peer.get("matrixPeakTeraflops", {}).get(kind)
        if peak:
            reached = peer["operations"] / (slowest / 1e3) / 1e12
            text += f"; {reached:.0f} TFLOP/s, {reached / peak:.0%} of {peak:.0f} in a {kind} matrix product"
        table.row(what, text, limit, passed)
        built = times.get(f"build-{model}-{precision}.time")
        if built:
            used = memory.get(f"build-{model}-{precision}.memory", {}).get("deviceMebibytes")
            running = memory.get(f"bench-{model}-{precision}-1.memory", {}).get("deviceMebibytes")
            table.row(f"build of {model}-{precision}", f"{built['seconds']:.0f} s, {used} MiB on the device; running {running} MiB", "reported")
        limited = precision == "f16"
        steps = lines(os.path.join(results, f"step-{model}-{precision}.jsonl"))
        if not steps:
            table.missing(f"that step against float32, {precision}", "1e-2" if limited else "reported")
        for step in steps:
            table.row(f"that step against float32, {precision}", f"{step.get('relative', float('inf')):.2e} relative", "1e-2" if limited else "reported",
                      step.get("passed", False) if limited else None)


def main(out, kit, parts):
    results = os.path.join(out, "results")
    device = "device unknown"
    if os.path.exists(os.path.join(results, "device.txt")):
        with open(os.path.join(results, "device.txt")) as file:
            device = file.read().strip()
    rehearsal = os.path.exists(os.path.join(results, "rehearsal"))
    if rehearsal:
        print("A rehearsal: packages imitated on a CPU. Nothing here says anything of TensorRT.\n")
    print(f"Device, driver, memory: {device}\n")
    print("| What | Result | Limit | Verdict |\n|---|---|---|---|")
    table = Table()
    for part in parts:
        if part == "fixtures":
            fixtures(table, results, kit)
        elif part == "gate":
            gate(table, results)
        elif part == "leaks":
            leaks(table, results)
        elif part in ("sd15", "sdxl"):
            speed(table, results, part, rehearsal)
        else:
            sys.exit(f"rows.py: there is no part '{part}': fixtures, gate, leaks, sd15, sdxl")
    if table.failed:
        print(f"rows.py: {table.failed} of the rows failed or are missing", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
