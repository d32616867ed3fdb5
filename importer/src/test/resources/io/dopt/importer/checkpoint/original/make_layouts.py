"""Writes layouts.json: names and shapes of tiny files of the original layout, and what diffusers 0.40 makes of them.

Tensor number n of a file holds n << 32 | i at flat index i, so that a hash of a converted tensor tells which elements of which
tensor it is made of, in which order. The original names are made of diffusers' by the maps below; the way back, which is the
expected result, is diffusers' own (loaders/single_file_utils.py).
"""
import json, re
from pathlib import Path
import numpy as np, torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from diffusers.loaders import single_file_utils as single
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection


def unet_names(model, resnets, attends):
    levels = len(attends)
    pairs = [('time_embedding.linear_1', 'time_embed.0'), ('time_embedding.linear_2', 'time_embed.2'), ('conv_in', 'input_blocks.0.0'),
             ('conv_norm_out', 'out.0'), ('conv_out', 'out.2'), ('add_embedding.linear_1', 'label_emb.0.0'), ('add_embedding.linear_2', 'label_emb.0.2'),
             ('mid_block.resnets.0', 'middle_block.0'), ('mid_block.attentions.0', 'middle_block.1'), ('mid_block.resnets.1', 'middle_block.2')]
    k = 1
    for i in range(levels):
        for j in range(resnets):
            pairs += [(f'down_blocks.{i}.resnets.{j}', f'input_blocks.{k}.0'), (f'down_blocks.{i}.attentions.{j}', f'input_blocks.{k}.1')]
            k += 1
        pairs.append((f'down_blocks.{i}.downsamplers.0.conv', f'input_blocks.{k}.0.op'))
        k += 1
    k = 0
    for i in range(levels):
        for j in range(resnets + 1):
            pairs += [(f'up_blocks.{i}.resnets.{j}', f'output_blocks.{k}.0'), (f'up_blocks.{i}.attentions.{j}', f'output_blocks.{k}.1')]
            if j == resnets:
                pairs.append((f'up_blocks.{i}.upsamplers.0.conv', f'output_blocks.{k}.{2 if attends[levels - 1 - i] else 1}.conv'))
            k += 1
    for name, tensor in model.state_dict().items():
        new = next(old + name[len(start):] for start, old in pairs if name.startswith(start + '.'))
        if 'resnets' in name:
            for a, b in (('norm1', 'in_layers.0'), ('conv1', 'in_layers.2'), ('norm2', 'out_layers.0'), ('conv2', 'out_layers.3'),
                         ('time_emb_proj', 'emb_layers.1'), ('conv_shortcut', 'skip_connection')):
                new = new.replace(f'.{a}.', f'.{b}.')
        yield 'model.diffusion_model.' + new, tensor.shape


def vae_names(model, levels, prefix):
    for name, tensor in model.state_dict().items():
        shape = tensor.shape
        new = re.sub(r'down_blocks\.(\d)\.resnets\.(\d)', r'down.\1.block.\2', name)
        new = re.sub(r'down_blocks\.(\d)\.downsamplers\.0', r'down.\1.downsample', new)
        new = re.sub(r'up_blocks\.(\d)\.resnets\.(\d)', lambda m: f'up.{levels - 1 - int(m[1])}.block.{m[2]}', new)
        new = re.sub(r'up_blocks\.(\d)\.upsamplers\.0', lambda m: f'up.{levels - 1 - int(m[1])}.upsample', new)
        new = re.sub(r'mid_block\.resnets\.(\d)', lambda m: f'mid.block_{int(m[1]) + 1}', new)
        new = new.replace('mid_block.attentions.0.', 'mid.attn_1.').replace('conv_norm_out', 'norm_out').replace('conv_shortcut', 'nin_shortcut')
        if 'attn_1' in new:
            for a, b in (('group_norm', 'norm'), ('to_q', 'q'), ('to_k', 'k'), ('to_v', 'v'), ('to_out.0', 'proj_out')):
                new = new.replace(f'attn_1.{a}.', f'attn_1.{b}.')
            shape = (*shape, 1, 1) if len(shape) == 2 else shape
        yield prefix + new, shape


def bare(name):
    return name.removeprefix('text_model.')


def clip_names(model, prefix, text_model='text_model.'):
    for name, tensor in model.state_dict().items():
        yield prefix + text_model + bare(name), tensor.shape


def open_clip_names(model, prefix, layers, width):
    for name, shape in (('positional_embedding', None), ('token_embedding.weight', None), ('ln_final.weight', (width,)), ('ln_final.bias', (width,)),
                        ('text_projection', (width, width)), ('logit_scale', ())):
        table = {'positional_embedding': 'position_embedding', 'token_embedding.weight': 'token_embedding'}.get(name)
        yield prefix + name, shape if shape is not None else next(t.shape for n, t in model.state_dict().items() if table in n)
    for i in range(layers):
        for name, shape in (('attn.in_proj_weight', (3 * width, width)), ('attn.in_proj_bias', (3 * width,)), ('attn.out_proj.weight', (width, width)),
                            ('attn.out_proj.bias', (width,)), ('ln_1.weight', (width,)), ('ln_1.bias', (width,)), ('ln_2.weight', (width,)), ('ln_2.bias', (width,)),
                            ('mlp.c_fc.weight', (2 * width, width)), ('mlp.c_fc.bias', (2 * width,)), ('mlp.c_proj.weight', (width, 2 * width)), ('mlp.c_proj.bias', (width,))):
            yield f'{prefix}transformer.resblocks.{i}.{name}', shape


def fill(names):
    tensors = {}
    for n, (name, shape) in enumerate(names):
        count = int(np.prod(shape)) if len(shape) else 1
        tensors[name] = ((n << 32) + torch.arange(count, dtype=torch.int64)).reshape(tuple(shape))
    return tensors


def hashed(tensors):
    result = {}
    for name, tensor in tensors.items():
        values = tensor.contiguous().flatten().numpy().astype(np.uint64)
        weights = np.arange(1, len(values) + 1, dtype=np.uint64)
        result[name] = [list(tensor.shape), int((values * weights).sum(dtype=np.uint64).astype(np.int64))]
    return result


def text(projects, width, layers, act):
    config = CLIPTextConfig(vocab_size=24, hidden_size=width, intermediate_size=2 * width, num_hidden_layers=layers, num_attention_heads=width // 64,
                            max_position_embeddings=8, hidden_act=act, projection_dim=width)
    return (CLIPTextModelWithProjection if projects else CLIPTextModel)(config)


def unet(channels, attends, **options):
    down = ['CrossAttnDownBlock2D' if a else 'DownBlock2D' for a in attends]
    up = ['CrossAttnUpBlock2D' if a else 'UpBlock2D' for a in reversed(attends)]
    return UNet2DConditionModel(block_out_channels=channels, down_block_types=down, up_block_types=up, layers_per_block=1, norm_num_groups=32, **options)


def expect(model, converted):
    wanted = {k: tuple(v.shape) for k, v in model.state_dict().items()}
    got = {k if k in wanted else bare(k): tuple(v.shape) for k, v in converted.items() if 'position_ids' not in k}
    assert wanted == got, (wanted.items() ^ got.items())
    return hashed(converted)


vae = AutoencoderKL(block_out_channels=(32, 64), down_block_types=('DownEncoderBlock2D',) * 2, up_block_types=('UpDecoderBlock2D',) * 2,
                    layers_per_block=1, latent_channels=4, norm_num_groups=32)
families = {}


def record(name, unet_model, resnets, attends, clip_parts, vae_prefix, extra=()):
    names = [*unet_names(unet_model, resnets, attends), *vae_names(vae, 2, vae_prefix), *[x for part in clip_parts for x in part[2]], *extra]
    tensors = fill(names)
    components = {'unet': expect(unet_model, single.convert_ldm_unet_checkpoint(tensors, unet_model.config)),
                  'vae': expect(vae, single.convert_ldm_vae_checkpoint(tensors, vae.config))}
    for component, model, _, prefix in clip_parts:
        if 'transformer.' in prefix:
            converted = single.convert_ldm_clip_checkpoint({k: v for k, v in tensors.items() if k.startswith(prefix)})
        else:
            kept = {k: v for k, v in tensors.items() if model.config.num_hidden_layers > int((re.findall(r'resblocks\.(\d+)', k) or ['0'])[0])}
            converted = single.convert_open_clip_checkpoint(model, kept, prefix)
        components[component] = expect(model, converted)
    families[name] = dict(file=[[k, list(v.shape)] for k, v in tensors.items()], components=components)


small = text(False, 64, 1, 'quick_gelu')
penultimate = text(False, 128, 1, 'gelu')
second = text(True, 128, 2, 'gelu')
record('STABLE_DIFFUSION_1', unet((32, 64), (True, False), cross_attention_dim=64, attention_head_dim=8), 1, (True, False),
       [('text_encoder', small, [*clip_names(small, 'cond_stage_model.transformer.'), ('cond_stage_model.transformer.text_model.embeddings.position_ids', (1, 8))],
         'cond_stage_model.transformer.')], 'first_stage_model.', [('betas', (4,)), ('model_ema.decay', ())])
record('STABLE_DIFFUSION_2', unet((64, 128), (True, False), cross_attention_dim=128, attention_head_dim=[1, 2], use_linear_projection=True), 1, (True, False),
       [('text_encoder', penultimate, [*open_clip_names(penultimate, 'cond_stage_model.model.', 2, 128)], 'cond_stage_model.model.')], 'first_stage_model.')
record('STABLE_DIFFUSION_XL', unet((64, 128), (False, True), cross_attention_dim=192, attention_head_dim=[1, 2], use_linear_projection=True,
                                   transformer_layers_per_block=[1, 2], addition_embed_type='text_time', addition_time_embed_dim=16,
                                   projection_class_embeddings_input_dim=128 + 6 * 16), 1, (False, True),
       [('text_encoder', small, [*clip_names(small, 'conditioner.embedders.0.transformer.')], 'conditioner.embedders.0.transformer.'),
        ('text_encoder_2', second, [*open_clip_names(second, 'conditioner.embedders.1.model.', 2, 128)], 'conditioner.embedders.1.model.')],
       'first_stage_model.', [('denoiser.sigmas', (4,))])
Path(__file__).with_name('layouts.json').write_text(json.dumps(families, separators=(',', ':')))
