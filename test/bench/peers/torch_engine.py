"""PyTorch, with as many threads as asked for (Debian: python3-torch)."""
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
ENGINE = f"PyTorch {torch.__version__.split('+')[0]}"


def say(workload, metric, value, unit):
    print(json.dumps(dict(workload=workload, engine=ENGINE, threads=threads, metric=metric, value=value, unit=unit)))


def wanted(workload):
    """Whether a workload is asked for: ONLY is a part of the names of those that are."""
    return os.environ.get("ONLY", "") in workload


def median_ms(run, seconds=1.5, warm_up=10, most=5000):
    for _ in range(warm_up):
        run()
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 5 or (time.perf_counter() < end and len(times) < most):
        before = time.perf_counter()
        run()
        times.append(time.perf_counter() - before)
    return 1000 * sorted(times)[len(times) // 2]


for m, k, n in [(128, 784, 512), (512, 512, 512), (1024, 1024, 1024)]:
    if not wanted(f"sgemm {m}×{k}×{n}"):
        continue
    a, b = torch.rand(m, k), torch.rand(k, n)
    ms = median_ms(lambda: a @ b)
    say(f"sgemm {m}×{k}×{n}", "rate", 2 * m * k * n / ms / 1e6, "GFLOP/s")


def trainer(batch, inputs, hidden, outputs, optimizer):
    model = torch.nn.Sequential(torch.nn.Linear(inputs, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, outputs))
    update = optimizer(model.parameters())
    x, y = torch.rand(batch, inputs), torch.arange(batch) % outputs

    def step():
        update.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        update.step()
        return loss.item()

    return step


def trained(model, optimizer, x, y):
    update = optimizer(model.parameters())

    def step():
        update.zero_grad()
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        update.step()
        return loss.item()

    return step


class Block(torch.nn.Module):
    def __init__(self, width, heads, time):
        super().__init__()
        self.heads = heads
        self.before, self.between = torch.nn.LayerNorm(width), torch.nn.LayerNorm(width)
        self.projections, self.output = torch.nn.Linear(width, 3 * width), torch.nn.Linear(width, width)
        self.widen, self.narrow = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)
        self.register_buffer("future", torch.ones(time, time).triu(1).bool())

    def forward(self, x):
        batch, time, width = x.shape
        parts = self.projections(self.before(x)).split(width, -1)
        q, k, v = [part.view(batch, time, self.heads, -1).transpose(1, 2) for part in parts]
        scores = (q @ k.transpose(-2, -1)) * (width // self.heads) ** -0.5
        weights = scores.masked_fill(self.future, -float("inf")).softmax(-1)
        x = x + self.output((weights @ v).transpose(1, 2).reshape(batch, time, width))
        return x + self.narrow(F.gelu(self.widen(self.between(x))))


class Transformer(torch.nn.Module):
    def __init__(self, words=64, time=64, width=128):
        super().__init__()
        self.table, self.places = torch.nn.Embedding(words, width), torch.nn.Parameter(torch.zeros(time, width))
        self.blocks = torch.nn.Sequential(*[Block(width, 4, time) for _ in range(4)])
        self.norm, self.logits = torch.nn.LayerNorm(width), torch.nn.Linear(width, words)

    def forward(self, x):
        return self.logits(self.norm(self.blocks(self.table(x) + self.places))).flatten(0, 1)


def sgd(parameters):
    return torch.optim.SGD(parameters, 0.01)


nn = torch.nn
convnet = nn.Sequential(
    nn.Conv2d(1, 8, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(784, 10))
if wanted("convnet step"):
    say("convnet step", "step, median",
        median_ms(trained(convnet, sgd, torch.rand(128, 1, 28, 28), torch.arange(128) % 10), 3), "ms")
words = torch.randint(0, 64, (32, 64))
for name, optimizer in [("Adam", torch.optim.Adam), ("SGD", sgd)]:
    if wanted(f"transformer step, {name}"):
        say(f"transformer step, {name}", "step, median",
            median_ms(trained(Transformer(), optimizer, words, words.flatten()), 4, warm_up=3), "ms")
wide = nn.Sequential(*[layer for _ in range(3) for layer in (nn.Linear(1024, 1024), nn.ReLU())], nn.Linear(1024, 10))
if wanted("wide perceptron step"):
    say("wide perceptron step", "step, median",
        median_ms(trained(wide, sgd, torch.rand(256, 1024), torch.arange(256) % 10), 3), "ms")

if wanted("mnist step"):
    say("mnist step", "step, median",
        median_ms(trainer(128, 784, 512, 10, lambda p: torch.optim.RMSprop(p, 1e-3, alpha=0.9)), 3), "ms")
for batch in (1, 32):
    if not wanted(f"tiny step, batch {batch}"):
        continue
    ms = median_ms(trainer(batch, 4, 16, 3, lambda p: torch.optim.SGD(p, 0.01)), warm_up=200)
    say(f"tiny step, batch {batch}", "rate", 1000 / ms, "steps/s")
