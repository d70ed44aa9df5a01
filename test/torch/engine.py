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


def span(size, dilation):
    return (size - 1) * dilation + 1


def paddings(options, space, sizes):
    """[before, after] of each axis; 'same' is TensorFlow's."""
    padding = options.get("padding", "valid")
    if padding == "valid":
        return [(0, 0)] * len(space)
    if padding == "same":
        totals = [max(0, (-(-length // stride) - 1) * stride + span(size, dilation) - length)
                  for length, size, stride, dilation in zip(space, sizes, options["stride"], options["dilation"])]
        return [(total // 2, total - total // 2) for total in totals]
    return padding


def padded(x, around, value=0.0):
    """Channels first, the last axes padded."""
    return F.pad(x, [count for pair in reversed(around) for count in pair], value=value)


def channels_first(x):
    return x.movedim(-1, 1)


def channels_last(x):
    return x.movedim(1, -1)


def convolution(kind):
    def run(options, x, kernel, bias):
        axes = x.dim() - 2
        x = padded(channels_first(x), paddings(options, x.shape[1:-1], kernel.shape[:axes]))
        weight = kernel.permute(-1, -2, *range(axes)).contiguous()
        return channels_last(kind(x, weight, bias, stride=options["stride"], dilation=options["dilation"],
                                  groups=options["groups"]))

    return run


def transposed(kind):
    def run(options, x, kernel, bias):
        axes, groups, stride = x.dim() - 2, options["groups"], options["stride"]
        inputs, outputs = kernel.shape[-2], kernel.shape[-1] // groups
        # [...window, inputs of a group, groups * outputs] to [inputs, outputs of a group, ...window]
        weight = kernel.reshape(*kernel.shape[:axes], inputs, groups, outputs)
        weight = weight.permute(axes + 1, axes, axes + 2, *range(axes)).reshape(groups * inputs, outputs, *kernel.shape[:axes])
        y = kind(channels_first(x), weight, None, stride=stride, dilation=options["dilation"], groups=groups)
        for axis in range(axes):
            size, full = x.shape[axis + 1], y.shape[axis + 2]
            padding = options["padding"]
            low, high = 0, 0
            if padding == "same":
                low = max(0, span(kernel.shape[axis], options["dilation"][axis]) - stride[axis]) // 2
                high = full - low - size * stride[axis]
            elif padding != "valid":
                low, high = padding[axis]
            if high < 0:
                y = F.pad(y, [0, 0] * (axes - axis - 1) + [0, -high])
                full, high = full - high, 0
            y = y.narrow(axis + 2, low, full - low - high)
        return channels_last(y + bias.reshape(-1, *[1] * axes))

    return run


def max_pooling(kind):
    def run(options, x):
        x = padded(channels_first(x), paddings(options, x.shape[1:-1], options["size"]), value=-float("inf"))
        return channels_last(kind(x, options["size"], stride=options["stride"], dilation=options["dilation"]))

    return run


def average_pooling(options, x):
    """By convolution with ones, of the input and of ones in its place: padding does not count."""
    axes, channels = x.dim() - 2, x.shape[-1]
    kind = F.conv1d if axes == 1 else F.conv2d
    around = paddings(options, x.shape[1:-1], options["size"])

    def total(each):
        return kind(padded(channels_first(each), around), torch.ones(channels, 1, *options["size"]),
                    stride=options["stride"], dilation=options["dilation"], groups=channels)

    return channels_last(total(x) / total(torch.ones_like(x)).clamp(min=1))


def batch_normalization(options, x, scale, offset, mean, variance):
    mean, variance = mean.detach().clone(), variance.detach().clone()
    eps, momentum = options["epsilon"], 1 - options["momentum"]
    y = F.batch_norm(channels_first(x), mean, variance, scale, offset, True, momentum, eps)
    predicted = F.batch_norm(channels_first(x), mean, variance, scale, offset, False, momentum, eps)
    parts = [channels_last(y), mean, variance, channels_last(predicted)]
    return torch.cat([part.reshape(-1) for part in parts])


def attention(options, x, memory=None, **weights):
    """PyTorch's own, whose weights are [outputs, inputs]."""
    memory = x if memory is None else memory
    parts = ["query", "key", "value"]
    kernels = torch.cat([weights[f"{part}Kernel"].T for part in parts])
    biases = torch.cat([weights[f"{part}Bias"] for part in parts])
    future = torch.ones(x.shape[1], memory.shape[1]).triu(1).bool() if options["causal"] else None
    y, _ = F.multi_head_attention_forward(
        x.transpose(0, 1), memory.transpose(0, 1), memory.transpose(0, 1), x.shape[-1], options["heads"],
        kernels, biases, None, None, False, 0.0, weights["outputKernel"].T, weights["outputBias"],
        need_weights=False, attn_mask=future)
    return y.transpose(0, 1)


def over_time(kind):
    """PyTorch's own cell at each place, its weights [gates * units, inputs]."""

    def run(options, x, kernel, recurrentKernel, bias, recurrentBias=None):
        units = recurrentKernel.shape[0]
        others = torch.zeros_like(bias) if recurrentBias is None else recurrentBias
        hidden = memory = torch.zeros(x.shape[0], units)
        told = []
        for given in (x.flip(1) if options["reverse"] else x).unbind(1):
            weights = (kernel.T, recurrentKernel.T, bias, others)
            if kind is torch.lstm_cell:
                hidden, memory = kind(given, (hidden, memory), *weights)
            else:
                hidden = kind(given, hidden, *weights)
            told.append(hidden)
        y = torch.stack(told, 1)
        return y.flip(1) if options["reverse"] else y

    return run


ENGINE = dict(
    simpleCell=over_time(torch.rnn_tanh_cell),
    gruCell=over_time(torch.gru_cell),
    lstmCell=over_time(torch.lstm_cell),
    embedding=nothing_but(lambda x, table: F.embedding(x, table)),
    selfAttention=attention,
    crossAttention=attention,
    batchNormalization=batch_normalization,
    layerNormalization=lambda options, x, scale, offset: F.layer_norm(
        x, x.shape[-1:], scale, offset, options["epsilon"]),
    groupNormalization=lambda options, x, scale, offset: channels_last(
        F.group_norm(channels_first(x), options["groups"], scale, offset, options["epsilon"])),
    rmsNormalization=lambda options, x, scale: x / (x * x).mean(-1, keepdim=True).add(options["epsilon"]).sqrt() * scale,
    convolution1d=convolution(F.conv1d),
    convolution2d=convolution(F.conv2d),
    transposedConvolution1d=transposed(F.conv_transpose1d),
    transposedConvolution2d=transposed(F.conv_transpose2d),
    maxPooling1d=max_pooling(F.max_pool1d),
    maxPooling2d=max_pooling(F.max_pool2d),
    averagePooling1d=average_pooling,
    averagePooling2d=average_pooling,
    dense=nothing_but(lambda x, kernel, bias: x @ kernel + bias),
    relu=nothing_but(lambda x: F.relu(x)),
    tanh=nothing_but(lambda x: torch.tanh(x)),
    sigmoid=nothing_but(lambda x: torch.sigmoid(x)),
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
    hardSigmoid=nothing_but(lambda x: F.hardsigmoid(x)),
    hardSwish=nothing_but(lambda x: F.hardswish(x)),
    logSigmoid=nothing_but(lambda x: F.logsigmoid(x)),
    logSoftmax=nothing_but(lambda x: F.log_softmax(x, dim=-1)),
    glu=nothing_but(lambda x: F.glu(x, dim=-1)),
    prelu=nothing_but(lambda x, slope: F.prelu(x, slope)),
    softmax=nothing_but(lambda x: F.softmax(x, dim=-1)),
    meanAbsoluteError=nothing_but(lambda prediction, target: F.l1_loss(prediction, target)),
    huber=nothing_but(lambda prediction, target: F.huber_loss(prediction, target, delta=0.5)),
    hinge=nothing_but(lambda prediction, target: F.relu(1 - prediction * target).mean()),
    cosineDistance=nothing_but(lambda prediction, target: 1 - F.cosine_similarity(prediction, target, dim=-1).mean()),
    klDivergence=nothing_but(lambda prediction, target: F.kl_div(
        F.log_softmax(prediction, dim=-1), target, reduction="batchmean")),
    smoothedCrossEntropy=nothing_but(lambda prediction, target: F.cross_entropy(
        prediction, target, label_smoothing=0.25)),
    meanSquaredError=nothing_but(lambda prediction, target: F.mse_loss(prediction, target)),
    binaryCrossEntropy=nothing_but(
        lambda prediction, target: F.binary_cross_entropy_with_logits(prediction, target)),
    softmaxCrossEntropy=nothing_but(lambda prediction, target: F.cross_entropy(prediction, target)),
    sparseSoftmaxCrossEntropy=nothing_but(lambda prediction, target: F.cross_entropy(prediction, target)),
    sgd=optimizer(torch.optim.SGD),
    momentum=optimizer(torch.optim.SGD),
    rmsprop=optimizer(torch.optim.RMSprop),
    adam=optimizer(torch.optim.Adam),
    amsgrad=optimizer(torch.optim.Adam),
    adamw=optimizer(torch.optim.AdamW),
    adamax=optimizer(torch.optim.Adamax),
    # Of 1.13 only this form multiplies each momentum into the product once.
    nadam=optimizer(lambda parameters, **options: torch.optim.NAdam(parameters, foreach=True, **options)),
    adagrad=optimizer(torch.optim.Adagrad),
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
