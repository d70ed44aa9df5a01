"""PyTorch, with as many threads as asked for (Debian: python3-torch)."""
import json
import sys
import time

import torch

threads = int(sys.argv[1]) if len(sys.argv) > 1 else 1
torch.set_num_threads(threads)
ENGINE = f"PyTorch {torch.__version__.split('+')[0]}"


def say(workload, metric, value, unit):
    print(json.dumps(dict(workload=workload, engine=ENGINE, threads=threads, metric=metric, value=value, unit=unit)))


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


say("mnist step", "step, median",
    median_ms(trainer(128, 784, 512, 10, lambda p: torch.optim.RMSprop(p, 1e-3, alpha=0.9)), 3), "ms")
for batch in (1, 32):
    ms = median_ms(trainer(batch, 4, 16, 3, lambda p: torch.optim.SGD(p, 0.01)), warm_up=200)
    say(f"tiny step, batch {batch}", "rate", 1000 / ms, "steps/s")
