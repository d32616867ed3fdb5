"""Records what transformers computes for small CLIP models of several configurations.

In the form of ../variants. Run with transformers installed: python record.py; it writes variants.json and
variants.safetensors beside itself.
"""
import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file

here = Path(__file__).parent
sys.path.insert(0, str(here.parent / 'variants'))
from formula import values  # noqa: E402

TEXT = dict(vocab_size=40, hidden_size=24, intermediate_size=32, num_hidden_layers=2, num_attention_heads=3,
            max_position_embeddings=9, eos_token_id=39)
VISION = dict(hidden_size=16, intermediate_size=20, num_hidden_layers=2, num_attention_heads=2, image_size=16,
              patch_size=4)
IDS = [[38, 5, 7, 39, 39, 39, 39, 39, 39], [38, 1, 2, 3, 4, 30, 31, 39, 0]]

CLIPS = {
    'plain': dict(projection_dim=12, text_config=TEXT, vision_config=VISION),
    # The size of CLIPModel's embeddings is its own, not that of its parts; 17 pixels hold three patches of 5.
    'gelu': dict(
        projection_dim=7,
        text_config=dict(TEXT, hidden_act='gelu', projection_dim=5, eos_token_id=2),
        vision_config=dict(VISION, hidden_act='gelu', projection_dim=6, image_size=17, patch_size=5,
                           layer_norm_eps=0.01, num_channels=1)),
    # Files of before transformers 4.25: what *_config_dict leaves out is the default, not what *_config says.
    'legacy-dicts': dict(
        projection_dim=8, text_config=dict(TEXT, hidden_act='gelu'), text_config_dict=TEXT,
        vision_config=dict(VISION, layer_norm_eps=0.5, hidden_act='relu'), vision_config_dict=VISION),
}
VISIONS = {
    'plain': VISION,
    'gelu-new': dict(VISION, hidden_act='gelu_new', num_hidden_layers=1, projection_dim=9),
}

variants, tensors = [], {}


def load(model):
    model.load_state_dict({name: values(name, tuple(t.shape)) for name, t in model.state_dict().items()})
    return model.eval().float()


def record(name, class_name, config, graphs):
    """graphs: name -> (input specs, outputs by name)"""
    variants.append(dict(name=name, className=class_name, config=config,
                         graphs={graph: inputs for graph, (inputs, _) in graphs.items()}))
    for graph, (_, outputs) in graphs.items():
        for key, output in outputs.items():
            tensors[f'{name}.{graph}.{key}'] = output.detach().contiguous().float().clone()


def vision_outputs(out):
    return dict(pooler_output=out.pooler_output, last_hidden_state=out.last_hidden_state)


def clip(name, config):
    model = load(transformers.CLIPModel(transformers.CLIPConfig(**json.loads(json.dumps(config)))))
    vision = {**VISION, **config['vision_config']}
    pixels = [2, vision.get('num_channels', 3), vision['image_size'], vision['image_size']]
    with torch.no_grad():
        text = model.text_projection(model.text_model(torch.tensor(IDS)).pooler_output)
        seen = model.vision_model(values('input.pixel_values', pixels))
        record('clip-' + name, 'CLIPModel', config, dict(
            text_model=(dict(input_ids=dict(i64=IDS)), dict(text_embeds=text)),
            vision_model=(dict(pixel_values=pixels),
                          dict(image_embeds=model.visual_projection(seen.pooler_output), **vision_outputs(seen)))))


def vision(name, config, projected):
    class_name = 'CLIPVisionModelWithProjection' if projected else 'CLIPVisionModel'
    model = load(getattr(transformers, class_name)(transformers.CLIPVisionConfig(**config)))
    pixels = [2, 3, config['image_size'], config['image_size']]
    with torch.no_grad():
        tower = model.vision_model if projected else model
        seen = tower(values('input.pixel_values', pixels))
        outputs = vision_outputs(seen)
        if projected:
            outputs['image_embeds'] = model.visual_projection(seen.pooler_output)
    record(('projected-vision-' if projected else 'vision-') + name, class_name, config,
           dict(image_encoder=(dict(pixel_values=pixels), outputs)))


for name, config in CLIPS.items():
    clip(name, config)
for name, config in VISIONS.items():
    vision(name, config, False)
    vision(name, config, True)
here.joinpath('variants.json').write_text(
    '[\n' + ',\n'.join(json.dumps(variant) for variant in variants) + '\n]\n')
save_file(tensors, str(here / 'variants.safetensors'))
print(len(variants), 'variants,', sum(t.numel() for t in tensors.values()), 'values')
