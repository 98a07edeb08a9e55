"""Makes the reference data of internal/encoder's tests with another implementation: numpy in 32-bit floats, and tokenizers.

    python reference.py model.safetensors vocab.txt ../../encoder/testdata

Needs numpy, safetensors and tokenizers (0.23.3). Writes tokens.json (texts and their pieces) and embeddings.json (texts and their
embeddings). Run it again whenever the weights change. With --hostile N it writes N random texts and their pieces to standard output,
one JSON object a line, for a comparison on more than is worth committing.
"""

import argparse
import base64
import json
import math
import random
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

LAYERS, HEADS, DIM, MAX_TOKENS = 6, 12, 384, 256


def tokenizer(vocab_file):
    """The reference without added tokens: "[SEP]" in a text is text."""
    vocab = {p.rstrip("\n"): i for i, p in enumerate(open(vocab_file, encoding="utf-8", newline="\n"))}
    t = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    cls, sep = ("[CLS]", vocab["[CLS]"]), ("[SEP]", vocab["[SEP]"])
    t.post_processor = processors.BertProcessing(sep, cls)
    t.enable_truncation(MAX_TOKENS)
    return t


def erf(x):
    return np.vectorize(math.erf, otypes=[np.float32])(x)


def norm(x, p, name):
    d = x - x.mean(-1, keepdims=True)
    return d / np.sqrt((d * d).mean(-1, keepdims=True) + np.float32(1e-12)) * p[name + ".weight"] + p[name + ".bias"]


def linear(x, p, name):
    return x @ p[name + ".weight"].T + p[name + ".bias"]


def encode(p, ids):
    n = len(ids)
    e = "embeddings."
    x = p[e + "word_embeddings.weight"][ids] + p[e + "position_embeddings.weight"][:n] + p[e + "token_type_embeddings.weight"][0]
    x = norm(x, p, e + "LayerNorm")
    for i in range(LAYERS):
        layer = f"encoder.layer.{i}."
        q, k, v = (
            linear(x, p, layer + "attention.self." + part).reshape(n, HEADS, DIM // HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / np.float32(math.sqrt(DIM // HEADS))
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        seen = scores / scores.sum(-1, keepdims=True) @ v
        x = norm(x + linear(seen.transpose(1, 0, 2).reshape(n, DIM), p, layer + "attention.output.dense"), p, layer + "attention.output.LayerNorm")
        inner = linear(x, p, layer + "intermediate.dense")
        inner = inner * np.float32(0.5) * (1 + erf(inner / np.float32(math.sqrt(2))))
        x = norm(x + linear(inner, p, layer + "output.dense"), p, layer + "output.LayerNorm")
    mean = x.mean(0)
    return (mean / np.linalg.norm(mean)).astype("<f4")


def load(file):
    return {k.removeprefix("bert."): v for k, v in load_file(file).items() if v.dtype == np.float32}


SENTENCES = [
    "",
    "k",
    "hello",
    "How long do withdrawals last?",
    "how long does it take to feel normal again",
    "I can't sleep since I stopped",
    "My bladder hurts after quitting ket, is that normal?",
    "what are the first days like",
    "Is it dangerous to stop all at once?",
    "i keep dreaming about using",
    "Does tapering help?",
    "who can i talk to at night",
    "naïve café résumé Ångström",
    "日本語のテキスト",
    "Привет, как дела?",
    "مرحبا كيف حالك",
    "🙂🙂 can't stop 🙂",
    "!!!???...",
    "[CLS] [SEP] [MASK] [UNK]",
    "ALL CAPS SHOUTING AT THE BOT",
    "k-hole",
    "k hole what happens",
    "is it ok to drink coffee when you can not sleep and feel anxious all the time",
    "a" * 101,
    "x" * 99,
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "3 days, 12 hours and 45 minutes",
    "https://example.org/a/b?c=d#e",
    "I relapsed yesterday and feel ashamed. What now?",
    "My friend took something and does not wake up",
    "the the the the the the the the",
    "line one\nline two\ttabbed\r\nline three",
    "Is anxiety part of it? " * 4,
    "I have been clean for two weeks now and the tiredness is still there. " * 3,
    "When I stopped, the first thing I noticed was how flat everything felt. " * 6,
    "Could someone tell me what helped with cravings in the evening? " * 10,
    "It comes and goes in waves, and some days are fine. " * 16,
    "week after week " * 70,
    "this goes far beyond the limit of the model " * 60,
    "1 2 3 4 5 6 7 8 9 0 " * 30,
    "ünïcödé " * 90,
]

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz ",
    "aeiou'’-_.,!? \t\n\r",
    "ABCÇÉÈÊËÎÏÔÛÙÜŸÆŒẞİIıſKÅ ",
    "\u0300\u0301\u0327\u0345\u034f\u05b0\u0e31\u302a\u302e\U0001d165\u0344\u0f73ae",
    "\x00\x01\x0b\x0c\x1c\x1f\x7f\x85\xa0\xad\u1680\u180e\u2000\u200b\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff\ufffdab",
    "漢字仮名가각힣ㄱㅏ각豈﨎\U0002f800\U00020000々〇㐀",
    "[]{}()<>#@$%^&*~`|\\/+=«»„“”…‽¿¡‐–—⁇；。、",
    "½²ⅷ①ﬁ℃㎏Ω™ａＡ１𝐀𝟏",
    "اأإآبتثंिक्ষাস்தกขคשלםאבג",
    "🙂👍🏽👨‍👩‍👧🇩🇪❤️",
]
WORDS = "[CLS] [SEP] [PAD] [UNK] [MASK] [unused1] ##ing ## playing ketamine K-hole don't naïve İstanbul ﬀ".split()


def hostile(rng, vocab):
    parts = []
    for _ in range(rng.choice([1, 1, 2, 3, 5, 12, 40])):
        kind = rng.random()
        if kind < 0.45:
            parts.append("".join(rng.choice(rng.choice(ALPHABETS)) for _ in range(rng.choice([1, 2, 3, 5, 9, 30, 120]))))
        elif kind < 0.6:
            parts.append("".join(chr(any_point(rng)) for _ in range(rng.choice([1, 2, 4, 9]))))
        elif kind < 0.7:
            parts.append(rng.choice(WORDS))
        else:
            parts.append("".join(rng.choice(vocab) for _ in range(rng.choice([1, 1, 2, 3]))))
    return rng.choice(["", " ", " ", "  "]).join(parts)


def any_point(rng):
    while True:
        c = rng.randrange(rng.choice([0x300, 0x3000, 0x10000, 0x20000, 0x110000]))
        if not 0xD800 <= c < 0xE000:
            return c


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model")
    args.add_argument("vocab")
    args.add_argument("out", nargs="?")
    args.add_argument("--hostile", type=int, default=0)
    args = args.parse_args()
    t = tokenizer(args.vocab)
    vocab = open(args.vocab, encoding="utf-8").read().split("\n")
    if args.hostile:
        rng = random.Random(2)
        for _ in range(args.hostile):
            text = hostile(rng, vocab)
            print(json.dumps({"text": text, "ids": t.encode(text).ids}))
        return
    out = Path(args.out)
    rng = random.Random(1)
    texts = SENTENCES + [hostile(rng, vocab) for _ in range(300 - len(SENTENCES))]
    with open(out / "tokens.json", "w") as f:
        f.write("[\n" + ",\n".join(json.dumps({"text": s, "ids": t.encode(s).ids}) for s in texts) + "\n]\n")
    p = load(args.model)
    rows = []
    for s in SENTENCES:
        e = encode(p, t.encode(s).ids)
        rows.append(json.dumps({"text": s, "floats": base64.b64encode(e.tobytes()).decode()}))
    with open(out / "embeddings.json", "w") as f:
        f.write("[\n" + ",\n".join(rows) + "\n]\n")


if __name__ == "__main__":
    main()
