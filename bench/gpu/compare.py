"""Holds what dopt computed against a reference. Python alone: no packages.

    python3 compare.py inputs REFERENCE.safetensors COMPONENT INPUTS.safetensors
    python3 compare.py outputs REFERENCE.safetensors COMPONENT OUTPUTS.safetensors LIMIT

A reference holds COMPONENT.in.NAME and COMPONENT.out.NAME. `inputs` writes the component's inputs for `dopt run`; `outputs` prints one JSON line
per output with the relative error |a - b| / |b| (2-norm) and the greatest difference over the greatest value, and exits with 1 when the first is
above LIMIT or a value is not finite. `components` lists the components.
"""

import array
import json
import math
import struct
import sys


def read(path):
    """name -> (type, shape, bytes), as the safetensors format lays them out."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: (entry["dtype"], entry["shape"], data[slice(*entry["data_offsets"])]) for name, entry in header.items()}


def write(path, tensors):
    header, offset = {}, 0
    for name, (dtype, shape, data) in tensors.items():
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for _, _, data in tensors.values():
            file.write(data)


def floats(tensor):
    dtype, _, data = tensor
    if dtype == "BF16":
        wide = array.array("I", (value << 16 for value in array.array("H", data)))
        return array.array("f", wide.tobytes())
    if dtype == "F16":
        return [value for (value,) in struct.iter_unpack("<e", data)]
    return array.array({"F32": "f", "F64": "d", "I64": "q", "I32": "i"}[dtype], data)


def component_names(reference):
    return sorted({name.split(".in.")[0] for name in reference if ".in." in name})


def part(reference, component, side):
    prefix = component + "." + side + "."
    return {name[len(prefix):]: tensor for name, tensor in reference.items() if name.startswith(prefix)}


def difference(got, wanted):
    """Relative error in the 2-norm, and the greatest difference over the greatest value."""
    got, wanted = floats(got), floats(wanted)
    if len(got) != len(wanted):
        return math.inf, math.inf
    norm = math.sqrt(sum(b * b for b in wanted)) or 1.0
    error = math.sqrt(sum((a - b) * (a - b) for a, b in zip(got, wanted)))
    return error / norm, max(abs(a - b) for a, b in zip(got, wanted)) / (max(map(abs, wanted)) or 1.0)


def main(arguments):
    command, reference = arguments[0], read(arguments[1])
    if command == "components":
        print("\n".join(component_names(reference)))
        return 0
    component, path = arguments[2], arguments[3]
    if command == "inputs":
        write(path, part(reference, component, "in"))
        return 0
    limit, got, failed = float(arguments[4]), read(path), False
    for name, wanted in sorted(part(reference, component, "out").items()):
        if name not in got:
            print(json.dumps({"component": component, "output": name, "missing": True}))
            failed = True
            continue
        relative, greatest = difference(got[name], wanted)
        passed = relative <= limit  # false for NaN, too
        failed = failed or not passed
        print(json.dumps({"component": component, "output": name, "relative": relative, "greatest": greatest, "limit": limit, "passed": passed}))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
