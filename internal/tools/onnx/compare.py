"""Compares internal/encoder with ONNX Runtime (32-bit floats, one thread) on this machine.

    python compare.py model.safetensors vocab.txt [--rounds 15] [--plain]

Needs numpy, onnx, onnxruntime, safetensors and tokenizers; go on the PATH. Builds the ONNX graph from the safetensors file, checks it
against reference.py, then runs rounds that take turns: ONNX Runtime, then the benchmark of the Go package, each with as many tokens.
Prints the medians and their ratios. The Go figure holds the tokeniser, that of ONNX Runtime does not.
"""

import argparse
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

import reference

SIZES = (16, 32, 128, 256)
PACKAGE = Path(__file__).resolve().parents[2] / "encoder"


class Graph:
    def __init__(self, params):
        self.params, self.nodes, self.initializers, self.n = params, [], {}, 0

    def const(self, array, name=None):
        name = name or f"const{len(self.initializers)}"
        self.initializers[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def op(self, kind, *inputs, **attributes):
        self.n += 1
        self.nodes.append(helper.make_node(kind, list(inputs), [f"v{self.n}"], **attributes))
        return f"v{self.n}"

    def linear(self, x, name):
        product = self.op("MatMul", x, self.const(self.params[name + ".weight"].T))
        return self.op("Add", product, self.const(self.params[name + ".bias"]))

    def norm(self, x, name):
        weight, bias = (self.const(self.params[f"{name}.{part}"]) for part in ("weight", "bias"))
        return self.op("LayerNormalization", x, weight, bias, axis=-1, epsilon=1e-12)

    def split(self, x, perm):
        shape = self.const(np.array([0, -1, reference.HEADS, reference.DIM // reference.HEADS], np.int64))
        return self.op("Transpose", self.op("Reshape", x, shape), perm=perm)

    def layer(self, x, name):
        q = self.split(self.linear(x, name + "attention.self.query"), [0, 2, 1, 3])
        k = self.split(self.linear(x, name + "attention.self.key"), [0, 2, 3, 1])
        v = self.split(self.linear(x, name + "attention.self.value"), [0, 2, 1, 3])
        root = self.const(np.array((reference.DIM // reference.HEADS) ** 0.5, np.float32))
        seen = self.op("Softmax", self.op("Div", self.op("MatMul", q, k), root), axis=-1)
        joined = self.op("Transpose", self.op("MatMul", seen, v), perm=[0, 2, 1, 3])
        joined = self.op("Reshape", joined, self.const(np.array([0, -1, reference.DIM], np.int64)))
        out = self.linear(joined, name + "attention.output.dense")
        x = self.norm(self.op("Add", x, out), name + "attention.output.LayerNorm")
        inner = self.op("Gelu", self.linear(x, name + "intermediate.dense"))
        return self.norm(self.op("Add", x, self.linear(inner, name + "output.dense")), name + "output.LayerNorm")


def session(params):
    g, e = Graph(params), "embeddings."
    x = g.op("Gather", g.const(params[e + "word_embeddings.weight"]), "ids")
    positions = params[e + "position_embeddings.weight"] + params[e + "token_type_embeddings.weight"][0]
    end = g.op("Shape", "ids", start=1, end=2)
    zero = g.const(np.array([0], np.int64))
    x = g.norm(g.op("Add", x, g.op("Slice", g.const(positions), zero, end, zero)), e + "LayerNorm")
    for i in range(reference.LAYERS):
        x = g.layer(x, f"encoder.layer.{i}.")
    mean = g.op("ReduceMean", x, g.const(np.array([1], np.int64)), keepdims=0)
    g.nodes.append(helper.make_node("LpNormalization", [mean], ["embedding"], axis=-1, p=2))
    graph = helper.make_graph(
        g.nodes,
        "encoder",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, reference.DIM])],
        list(g.initializers.values()),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def time_onnx(s, ids, seconds=0.3):
    s.run(None, {"ids": ids})
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        s.run(None, {"ids": ids})
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def time_go(binary, benchmark, size):
    args = [binary, "-test.run=^$", f"-test.bench=^{benchmark}$/^{size}$", "-test.benchtime=0.3s", "-test.cpu=1"]
    out = subprocess.run(args, cwd=PACKAGE, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"([\d.]+) ns/op", out).group(1)) / 1e6


def main():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("model")
    args.add_argument("vocab")
    args.add_argument("--rounds", type=int, default=15)
    args.add_argument("--plain", action="store_true", help="the plain Go kernels too")
    args = args.parse_args()
    params, tokens = reference.load(args.model), reference.tokenizer(args.vocab)
    s = session(params)
    for text in reference.SENTENCES:
        ids = tokens.encode(text).ids
        got = s.run(None, {"ids": np.array([ids])})[0][0]
        assert got @ reference.encode(params, ids) > 0.99999, text
    benchmarks = ["BenchmarkEncode"] + ["BenchmarkEncodePlain"] * args.plain
    print(f"{'tokens':>6} {'onnx ms':>9}" + "".join(f" {b:>22} ms {'ratio':>6}" for b in benchmarks))
    with tempfile.TemporaryDirectory() as tmp:
        binary = f"{tmp}/encoder.test"
        subprocess.run(["go", "test", "-c", "-o", binary, "."], cwd=PACKAGE, check=True)
        for size in SIZES:
            ids = np.array([tokens.encode("sleep " * (size - 2)).ids])
            rounds = [[time_onnx(s, ids)] + [time_go(binary, b, size) for b in benchmarks] for _ in range(args.rounds)]
            onnx, *go = (statistics.median(column) for column in zip(*rounds))
            ratios = (statistics.median(r[i + 1] / r[0] for r in rounds) for i in range(len(benchmarks)))
            print(f"{size:>6} {onnx:>9.2f}" + "".join(f" {ms:>22.2f} ms {r:>6.2f}" for ms, r in zip(go, ratios)))


if __name__ == "__main__":
    main()
