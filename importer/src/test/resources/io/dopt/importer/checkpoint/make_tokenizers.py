"""Writes tokenizers.json with transformers 5.18: what CLIPTokenizer makes of the shapes-world tokenizer saved in several forms.

python make_tokenizers.py ROOT_OF_REPOSITORY
"""
import json, shutil, sys, tempfile
from pathlib import Path
from transformers import CLIPTokenizer

source = Path(sys.argv[1]) / 'examples/shapes-world/tokenizer'
pair = ['vocab.json', 'merges.txt']
added = lambda text, normalized, **kw: dict(content=text, lstrip=False, normalized=normalized, rstrip=False, single_word=False, **kw)
begin, end = '<|startoftext|>', '<|endoftext|>'
typed = dict(__type='AddedToken')
stable_diffusion = dict(add_prefix_space=False, bos_token=added(begin, True, **typed), do_lower_case=True, eos_token=added(end, True, **typed),
                        errors='replace', model_max_length=77, pad_token=end, tokenizer_class='CLIPTokenizer', unk_token=added(end, True, **typed))
forms = {
    'pair alone': (pair, None, None),
    'as Stable Diffusion 1': (pair, stable_diffusion, dict(bos_token=added(begin, True), eos_token=added(end, True), pad_token=end, unk_token=end)),
    'as Stable Diffusion 2': (pair, stable_diffusion, dict(bos_token=added(begin, True), eos_token=added(end, True), pad_token='!', unk_token=end)),
    'as SDXL, second': (pair, dict(add_prefix_space=False, added_tokens_decoder={
        '0': added('!', False, special=True), '614': added(begin, True, special=True), '615': added(end, True, special=True)},
        bos_token=begin, eos_token=end, pad_token='!', unk_token=end, model_max_length=77, tokenizer_class='CLIPTokenizer'), None),
    'tokenizer.json alone': (['tokenizer.json'], None, None),
    'tokenizer.json, another pad': (['tokenizer.json'], dict(pad_token='!', model_max_length=20, bos_token=begin, eos_token=end, unk_token=end), None),
    'map alone': (pair, None, dict(pad_token='!')),
    'no maximum': (pair, dict(model_max_length=1000000000000000019884624838656, pad_token='!'), None),
}
prompts = ['', 'a small red circle', 'A LARGE Blue Star!!', "it's the dog's, don't you'll we've I'm he'd", 'tab\tand\nnewline   spaces ', 'caf\u00e9 cafe\u0301 \u00c5ngstr\u00f6m \u2163',
           '\u65e5\u672c\u8a9e \u4e2d\u6587 \ud55c\uad6d\uc5b4', 'emoji \U0001f600\U0001f469\u200d\U0001f680 ok', '1234 3.14 x2', "!? ... --- (a:1.2) [b] {c} <d> \\'", f'mid {end} dle {begin} x', '<|ENDOFTEXT|> <|StartOfText|>',
           '\u0130stanbul \u1e9e \ufb01', 'word ' * 60, '\u00a0\u2003nbsp\u3000', 'under_score snake_case@mail.com #tag']
result = dict(prompts=prompts, forms={})
for name, (files, config, special) in forms.items():
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            shutil.copyfile(source / file, Path(folder) / file)
        if config is not None:
            (Path(folder) / 'tokenizer_config.json').write_text(json.dumps(config))
        if special is not None:
            (Path(folder) / 'special_tokens_map.json').write_text(json.dumps(special))
        t = CLIPTokenizer.from_pretrained(folder)
        t.backend_tokenizer.no_padding()
        result['forms'][name] = dict(files=files, config=config, map=special, begin=t.bos_token_id, end=t.eos_token_id, pad=t.pad_token_id,
                                     maximum=min(t.model_max_length, 77), ids=[t(p).input_ids for p in prompts])
Path(__file__).with_name('tokenizers.json').write_text(json.dumps(result))
