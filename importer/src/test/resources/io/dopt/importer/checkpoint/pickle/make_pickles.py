"""Writes the files beside it with torch 2.13; state.safetensors holds what the others should give."""
import collections, sys, types
import numpy as np, torch
from safetensors.torch import save_file

g = torch.Generator().manual_seed(1)
r = lambda *s: torch.randn(s, generator=g)
big = r(24)
state = collections.OrderedDict()
state['plain.weight'] = r(3, 4)
state['view.a'], state['view.b'] = big[:10], big[10:22].view(3, 4)
state['transposed'] = r(4, 3).T
state['channels_last'] = r(2, 3, 4, 5).to(memory_format=torch.channels_last)
state['parameter'] = torch.nn.Parameter(r(5))
state['half'], state['bfloat16'], state['double'] = r(3).half(), r(3).bfloat16(), r(3).double()
state['long'], state['int'], state['short'] = (torch.tensor([-1, 2], dtype=t) for t in (torch.int64, torch.int32, torch.int16))
state['char'], state['byte'], state['bool'] = torch.tensor([-1, 2], dtype=torch.int8), torch.tensor([200], dtype=torch.uint8), torch.tensor([True, False])
state['scalar'], state['empty'] = torch.tensor(2.5), torch.zeros(0, 3)
state['one.row'] = r(6, 4)[2:3]
state._metadata = collections.OrderedDict([('', {'version': 1})])
save_file({k: v.detach().clone().contiguous() for k, v in state.items()}, 'state.safetensors')
torch.save(state, 'zip.bin')
torch.save(state, 'legacy.bin', _use_new_zipfile_serialization=False)
torch.save(state, 'protocol4.bin', pickle_protocol=4)
torch.save({'e4m3': r(4).to(torch.float8_e4m3fn), 'uint16': torch.tensor([60000], dtype=torch.uint16)}, 'version3.bin')
for name in ('pytorch_lightning', 'pytorch_lightning.callbacks', 'pytorch_lightning.callbacks.model_checkpoint'):
    sys.modules[name] = types.ModuleType(name)
class ModelCheckpoint:
    def __init__(self): self.monitor = 'val/loss'
ModelCheckpoint.__module__ = 'pytorch_lightning.callbacks.model_checkpoint'; ModelCheckpoint.__qualname__ = 'ModelCheckpoint'
sys.modules['pytorch_lightning.callbacks.model_checkpoint'].ModelCheckpoint = ModelCheckpoint
torch.save({'epoch': 3, 'global_step': 470000, 'big': 2 ** 80, 'pi': 3.14, 'callbacks': {ModelCheckpoint: {'best_model_score': np.float64(0.5), 'object': ModelCheckpoint(), 'device': torch.device('cpu')}},
            'state_dict': state, 'optimizer_states': [{'state': {0: {'exp_avg': r(4)}}}]}, 'training.ckpt')
torch.save({'gap': r(4, 8)[:, :5]}, 'gap.bin')
torch.save({'expanded': r(4, 1).expand(4, 5)}, 'expanded.bin')
