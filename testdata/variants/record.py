"""Records what diffusers and transformers compute for small models of many configurations.

Weights and inputs are not stored: both sides compute them from their names (formula.py). Run with diffusers and
transformers installed: python record.py; it writes variants.json and variants.safetensors beside itself.
"""
import json
from pathlib import Path

import torch
import transformers
from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DConditionModel
from safetensors.torch import save_file

from formula import values

UNET = dict(
    block_out_channels=[16, 32], layers_per_block=1, norm_num_groups=4, cross_attention_dim=12, attention_head_dim=2,
    down_block_types=['CrossAttnDownBlock2D', 'DownBlock2D'], up_block_types=['UpBlock2D', 'CrossAttnUpBlock2D'])
ALL_CROSS = dict(
    down_block_types=['CrossAttnDownBlock2D'] * 2, up_block_types=['CrossAttnUpBlock2D'] * 2)
RESNET = dict(
    down_block_types=['ResnetDownsampleBlock2D', 'DownBlock2D'], up_block_types=['UpBlock2D', 'ResnetUpsampleBlock2D'],
    mid_block_type='UNetMidBlock2D')
TEXT_TIME = dict(
    addition_embed_type='text_time', addition_time_embed_dim=4, projection_class_embeddings_input_dim=30)
UNETS = {
    'plain': {},
    'odd-size': dict(block_out_channels=[8, 8, 16], **{
        'down_block_types': ['DownBlock2D', 'CrossAttnDownBlock2D', 'DownBlock2D'],
        'up_block_types': ['UpBlock2D', 'CrossAttnUpBlock2D', 'UpBlock2D']}),
    'odd-size-padding-0': dict(downsample_padding=0),
    'linear-projection': dict(use_linear_projection=True, attention_head_dim=[2, 4], **ALL_CROSS),
    'heads-not-dividing': dict(attention_head_dim=3),
    'text-time': TEXT_TIME,
    'text-time-flipped': dict(flip_sin_to_cos=False, freq_shift=1, **TEXT_TIME),
    'addition-text': dict(addition_embed_type='text', addition_embed_type_num_heads=3),
    'scale-shift': dict(resnet_time_scale_shift='scale_shift'),
    'mish': dict(act_fn='mish'),
    'gelu': dict(act_fn='gelu'),
    'relu': dict(act_fn='relu'),
    'center': dict(center_input_sample=True),
    'in-9-out-8': dict(in_channels=9, out_channels=8),
    'kernels': dict(conv_in_kernel=5, conv_out_kernel=1),
    'norm-eps': dict(norm_eps=0.05),
    'downsample-padding-0': dict(downsample_padding=0),
    'mid-scale': dict(mid_block_scale_factor=1.7),
    'mid-plain': dict(mid_block_type='UNetMidBlock2D'),
    'mid-none': dict(mid_block_type=None),
    'only-cross': dict(only_cross_attention=[True, False], **ALL_CROSS),
    'depth-per-layer': dict(
        layers_per_block=[1, 2], transformer_layers_per_block=[1, [0, 2]],
        reverse_transformer_layers_per_block=[[2, 1, 1], 2], **ALL_CROSS),
    'hidden-projection': dict(encoder_hid_dim=10),
    'time-activations': dict(time_embedding_act_fn='gelu', timestep_post_act='relu', time_embedding_dim=20),
    'time-condition': dict(time_cond_proj_dim=6),
    'fourier': dict(time_embedding_type='fourier'),
    'class-embedding': dict(num_class_embeds=7),
    'class-concat': dict(num_class_embeds=7, class_embeddings_concat=True),
    'class-timestep': dict(class_embed_type='timestep', act_fn='gelu'),
    'class-identity': dict(class_embed_type='identity'),
    'class-projection': dict(class_embed_type='projection', projection_class_embeddings_input_dim=9, act_fn='relu'),
    'class-simple-projection': dict(
        class_embed_type='simple_projection', projection_class_embeddings_input_dim=9),
    'attention-blocks': dict(
        down_block_types=['AttnDownBlock2D', 'DownBlock2D'], up_block_types=['UpBlock2D', 'AttnUpBlock2D'],
        attention_head_dim=8),
    'resnet-resampling': RESNET,
    'resnet-resampling-settings': dict(
        resnet_skip_time_act=True, resnet_out_scale_factor=1.3, resnet_time_scale_shift='scale_shift', **RESNET),
}
VAE = dict(
    block_out_channels=[8, 16], norm_num_groups=4, down_block_types=['DownEncoderBlock2D'] * 2,
    up_block_types=['UpDecoderBlock2D'] * 2)
VAES = {
    'plain': {},
    'layers-relu': dict(layers_per_block=2, act_fn='relu', latent_channels=3),
    'no-quant-convs': dict(use_quant_conv=False, use_post_quant_conv=False),
    'no-attention': dict(mid_block_add_attention=False, shift_factor=0.1),
}
TINY = {
    'plain': dict(num_encoder_blocks=[1, 2], num_decoder_blocks=[2, 1], encoder_block_out_channels=[8, 8],
                  decoder_block_out_channels=[8, 8]),
    'gelu': dict(num_encoder_blocks=[1, 0, 1], num_decoder_blocks=[1, 1, 1], encoder_block_out_channels=[8] * 3,
                 decoder_block_out_channels=[6] * 3, act_fn='gelu', latent_channels=5),
}
TEXT = dict(vocab_size=40, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3,
            max_position_embeddings=9, eos_token_id=39)
TEXTS = {
    'quick-gelu': {},
    'gelu-one-layer': dict(hidden_act='gelu', num_hidden_layers=1, layer_norm_eps=0.01),
    'gelu-new': dict(hidden_act='gelu_new'),
    'legacy-end-token': dict(eos_token_id=2),
}
IDS = [[38, 5, 7, 39, 39, 39, 39, 39, 39], [38, 1, 2, 3, 4, 30, 31, 39, 0]]

variants, tensors = [], {}


def load(model):
    model.load_state_dict({name: values(name, tuple(t.shape)) for name, t in model.state_dict().items()})
    return model.eval().float()


def tensor(name, spec):
    if isinstance(spec, dict):
        return torch.tensor(spec['i64'])
    return torch.tensor(spec, dtype=torch.float32) if isinstance(spec, float) else values('input.' + name, spec)


def record(name, class_name, config, graphs):
    """graphs: name -> (input specs, function of the input tensors that gives the outputs by name)"""
    entry = dict(name=name, className=class_name, config=config, graphs={})
    for graph, (inputs, function) in graphs.items():
        with torch.no_grad():
            outputs = function(**{key: tensor(key, spec) for key, spec in inputs.items()})
        entry['graphs'][graph] = inputs
        for key, output in outputs.items():
            tensors[f'{name}.{graph}.{key}'] = output.contiguous().float()
    variants.append(entry)


def unet(name, change):
    config = {**UNET, **change}
    model = load(UNet2DConditionModel(**config))
    size = [7, 10] if name.startswith('odd') else [8, 12]
    inputs = dict(sample=[2, config.get('in_channels', 4), *size], timestep=437.0,
                  encoder_hidden_states=[2, 5, config.get('encoder_hid_dim', config['cross_attention_dim'])])
    kind = config.get('class_embed_type')
    if 'num_class_embeds' in config:
        inputs['class_labels'] = dict(i64=[3, 6])
    elif kind == 'timestep':
        inputs['class_labels'] = [2]
    elif kind:
        inputs['class_labels'] = [2, 64 if kind == 'identity' else 9]
    if 'time_cond_proj_dim' in config:
        inputs['timestep_cond'] = [2, 6]
    if config.get('addition_embed_type') == 'text_time':
        inputs.update(text_embeds=[2, 6], time_ids=[2, 6])

    def call(text_embeds=None, time_ids=None, **kwargs):
        added = dict(text_embeds=text_embeds, time_ids=time_ids) if time_ids is not None else None
        return dict(sample=model(**kwargs, added_cond_kwargs=added).sample)
    record('unet-' + name, 'UNet2DConditionModel', config, dict(unet=(inputs, call)))


def vae(name, change):
    config = {**VAE, **change}
    model = load(AutoencoderKL(**config))

    def encode(sample):
        moments = model.encode(sample).latent_dist
        return dict(mean=moments.mean, logvar=moments.logvar)
    record('vae-' + name, 'AutoencoderKL', config, dict(
        vae_encoder=(dict(sample=[2, 3, 8, 12]), encode),
        vae_decoder=(dict(latent=[2, config.get('latent_channels', 4), 5, 4]),
                     lambda latent: dict(sample=model.decode(latent).sample))))


def tiny_encoding(model, sample):
    latents = model.encode(sample).latents
    return dict(latents=latents, mean=latents.clone())  # safetensors refuses shared memory


def tiny(name, config):
    model = load(AutoencoderTiny(**config))
    record('taesd-' + name, 'AutoencoderTiny', config, dict(
        vae_encoder=(dict(sample=[2, 3, 8, 12]), lambda sample: tiny_encoding(model, sample)),
        vae_decoder=(dict(latent=[2, config.get('latent_channels', 4), 3, 2]),
                     lambda latent: dict(sample=model.decode(latent).sample))))


def text(name, change, projected):
    config = {**TEXT, **change, **(dict(projection_dim=10) if projected else {})}
    class_name = 'CLIPTextModelWithProjection' if projected else 'CLIPTextModel'
    model = load(getattr(transformers, class_name)(transformers.CLIPTextConfig(**config)))

    def call(input_ids):
        out = model(input_ids, output_hidden_states=True)
        pooled = dict(text_embeds=out.text_embeds) if projected else dict(pooler_output=out.pooler_output)
        return dict(last_hidden_state=out.last_hidden_state, hidden_states_penultimate=out.hidden_states[-2], **pooled)
    record(('projected-' if projected else 'text-') + name, class_name, config,
           dict(text_encoder=(dict(input_ids=dict(i64=IDS)), call)))


for name, change in UNETS.items():
    unet(name, change)
for name, change in VAES.items():
    vae(name, change)
for name, config in TINY.items():
    tiny(name, config)
for name, change in TEXTS.items():
    text(name, change, False)
    text(name, change, True)
here = Path(__file__).parent
here.joinpath('variants.json').write_text(
    '[\n' + ',\n'.join(json.dumps(variant) for variant in variants) + '\n]\n')
save_file(tensors, str(here / 'variants.safetensors'))
print(len(variants), 'variants,', sum(t.numel() for t in tensors.values()), 'values')
