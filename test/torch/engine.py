"""PyTorch's side of the comparison: questions come in as JSON, a line each, and answers go out so, in float64."""
import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
DTYPES = {"float32": torch.float64, "int32": torch.int64, "uint32": torch.int64, "bool": torch.bool}


def tensor(numbers):
    return torch.tensor(numbers["data"], dtype=DTYPES[numbers["dtype"]]).reshape(numbers["shape"])


def optimizer(kind):
    def steps(options, parameter, **gradients):
        parameter = parameter.detach().clone().requires_grad_()
        update = kind([parameter], **options)
        for gradient in gradients.values():
            parameter.grad = gradient.detach().clone()
            update.step()
        return parameter.detach()

    return steps


def nothing_but(f):
    """A function without options."""
    return lambda options, **inputs: f(**inputs)


ENGINE = dict(
    dense=nothing_but(lambda x, kernel, bias: x @ kernel + bias),
    relu=nothing_but(lambda x: F.relu(x)),
    tanh=nothing_but(lambda x: torch.tanh(x)),
    logistic=nothing_but(lambda x: torch.sigmoid(x)),
    softplus=nothing_but(lambda x: F.softplus(x, threshold=1e9)),
    gelu=nothing_but(lambda x: F.gelu(x)),
    silu=nothing_but(lambda x: F.silu(x)),
    mish=nothing_but(lambda x: F.mish(x)),
    geluTanh=nothing_but(lambda x: F.gelu(x, approximate="tanh")),
    elu=nothing_but(lambda x: F.elu(x, 0.5)),
    celu=nothing_but(lambda x: F.celu(x, 0.5)),
    selu=nothing_but(lambda x: F.selu(x)),
    softsign=nothing_but(lambda x: F.softsign(x)),
    leakyRelu=nothing_but(lambda x: F.leaky_relu(x, 0.2)),
    relu6=nothing_but(lambda x: F.relu6(x)),
    hardTanh=nothing_but(lambda x: F.hardtanh(x)),
    hardLogistic=nothing_but(lambda x: F.hardsigmoid(x)),
    hardSwish=nothing_but(lambda x: F.hardswish(x)),
    logSigmoid=nothing_but(lambda x: F.logsigmoid(x)),
    logSoftmax=nothing_but(lambda x: F.log_softmax(x, dim=-1)),
    glu=nothing_but(lambda x: F.glu(x, dim=-1)),
    prelu=nothing_but(lambda x, slope: F.prelu(x, slope)),
    softmax=nothing_but(lambda x: F.softmax(x, dim=-1)),
    meanSquaredError=nothing_but(lambda prediction, target: F.mse_loss(prediction, target)),
    binaryCrossEntropy=nothing_but(
        lambda prediction, target: F.binary_cross_entropy_with_logits(prediction, target)),
    softmaxCrossEntropy=nothing_but(lambda prediction, target: F.cross_entropy(prediction, target)),
    sparseSoftmaxCrossEntropy=nothing_but(lambda prediction, target: F.cross_entropy(prediction, target)),
    sgd=optimizer(torch.optim.SGD),
    momentum=optimizer(torch.optim.SGD),
    rmsprop=optimizer(torch.optim.RMSprop),
    adam=optimizer(torch.optim.Adam),
)


def answer(question):
    inputs = {name: tensor(numbers) for name, numbers in question["inputs"].items()}
    floats = {name: each.requires_grad_() for name, each in inputs.items() if each.is_floating_point()}
    result = ENGINE[question["name"]](question["options"], **inputs)
    gradients = {}
    if question["gradients"]:
        (result * tensor(question["cotangent"])).sum().backward()
        gradients = {name: torch.zeros_like(each) if each.grad is None else each.grad for name, each in floats.items()}
    return dict(
        shape=list(result.shape),
        result=result.detach().flatten().tolist(),
        gradients={name: each.flatten().tolist() for name, each in gradients.items()},
    )


print(json.dumps(dict(version=torch.__version__)))
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
