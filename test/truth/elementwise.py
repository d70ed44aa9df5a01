"""Value, first and second derivative of the element-wise functions, to 50 digits, rounded once to float64.

Run with Debian's python3-mpmath: /usr/bin/python3 test/truth/elementwise.py > test/truth/elementwise.json
The tests read the file that it writes and need no Python. Derivatives are differences of the function itself with 600
digits, so they share nothing with the forms that the library uses. At a kink the piece on its left is taken.
A number beyond float64 is 1e999; what does not exist is null.
"""

import struct

from mpmath import cos, erf, erfc, exp, expm1, isnan, log, log1p, mp, mpf, pi, sin, sinh, sqrt, tanh

mp.dps = 60


def single(x):
    return struct.unpack('f', struct.pack('f', float(x)))[0]


def points():
    """The float32 line: powers of 2 from the smallest denormal number to the largest, tails, kinks, odd numbers."""
    sizes = [2.0**k * m for k in (-149, -140, -127, -126, -120, -90, -60, -40, -30, -24, -20, -14, -12, -10, -8, -6,
                                  -4, -3, -2) for m in (1, 1.37)]
    sizes += [0.4, 0.5, 0.6, 0.625, 0.7, 0.75, 0.8, 0.9, 0.99999994, 1, 1.0000001, 1.1, 1.25, 1.278, 1.41, 1.5, 1.7,
              1.9, 2, 2.2, 2.4, 2.5, 2.7, 2.9999998, 3, 3.0000002, 3.2, 3.45, 3.7, 4, 4.3, 4.6, 5, 5.5, 5.9, 6, 6.3,
              6.7, 7, 7.5, 8, 8.3, 8.7, 9, 9.1, 9.5, 10, 10.3, 10.6, 11, 12, 12.7, 13, 13.2, 13.9, 14.4, 15, 16.6, 17,
              20, 24.3, 31.7, 40, 50, 64, 75, 86, 87.3, 88.7, 89, 95, 103, 104, 105, 150, 600, 740, 750, 1e3, 1e4, 3e5,
              1e7, 1e10, 1e15, 1e19, 2e19, 1e25, 1e30, 9e37, 3.4028234663852886e38]
    sizes = sorted({single(s) for s in sizes})
    return [-s for s in reversed(sizes)] + [0.0] + sizes


def sigma(x):
    return 1 / (1 + exp(-x)) if x > 0 else exp(x) / (1 + exp(x))


def soft(x):
    return log1p(exp(x)) if x < 0 else x + log1p(exp(-x))


def mish_gate(x):
    u = exp(-abs(x))
    return (u * u + 2 * u) / (u * u + 2 * u + 2) if x < 0 else (1 + 2 * u) / (1 + 2 * u + 2 * u * u)


def gelu_tanh(x):
    return x * sigma(2 * sqrt(2 / pi) * (x + mpf('0.044715') * x**3))


def log_cosh(x):
    a = abs(x)
    return log1p(2 * sinh(a / 2)**2) if a < 1 else a - log(2) + log1p(exp(-2 * a))


ALPHA, SCALE = mpf('1.6732632423543772848170429916717'), mpf('1.0507009873554804934193349852946')


def bent(left, right, at=0):
    """A function of two pieces; the kink belongs to the left one."""
    return lambda x: left if x <= at else right


# Each is a function, or tells for a number which smooth piece it is on.
SMOOTH = {
    'exp': exp,
    'expm1': expm1,
    'log': log,
    'log1p': log1p,
    'sqrt': sqrt,
    'sin': sin,
    'cos': cos,
    'tanh': tanh,
    'erf': erf,
    'sigmoid': sigma,
    'softplus': soft,
    'logSigmoid': lambda x: -soft(-x),
    'gelu': lambda x: x * erfc(-x / sqrt(mpf(2))) / 2,
    'geluTanh': gelu_tanh,
    'silu': lambda x: x * sigma(x),
    'mish': lambda x: x * mish_gate(x),
    'logCosh': log_cosh,
    'reciprocal': lambda x: 1 / x,
    'square': lambda x: x * x,
    'cube': lambda x: x * x * x,
    'power -3': lambda x: 1 / (x * x * x),
    'power 2.5': lambda x: x * x * sqrt(x),
}
PIECES = {
    'elu': bent(expm1, lambda x: x),
    'celu': bent(lambda x: 2 * expm1(x / 2), lambda x: x),
    'selu': bent(lambda x: SCALE * ALPHA * expm1(x), lambda x: SCALE * x),
    'softsign': bent(lambda x: x / (1 - x), lambda x: x / (1 + x)),
    'relu': bent(lambda x: x * 0, lambda x: x),
    'abs': bent(lambda x: -x, lambda x: x),
    'leakyRelu': bent(lambda x: x / 64, lambda x: x),
    'hardSigmoid': lambda x: (lambda y: y * 0) if x <= -3 else (lambda y: (y + 3) / 6) if x < 3 else (lambda y: y * 0 + 1),
    'hardSwish': lambda x: (lambda y: y * 0) if x <= -3 else (lambda y: y * (y + 3) / 6) if x < 3 else (lambda y: y),
}
# What has no derivative at 0 but that which the library documents.
AT_ZERO = {'abs': (0, 0, 0), 'cube': (0, 0, 0), 'softsign': (0, 1, None), 'reciprocal': (None, None, None), 'power -3': (None, None, None),
           'power 2.5': (0, 0, 0), 'sqrt': (0, None, None), 'log': (None, None, None)}
DOMAIN = {'log': 0, 'sqrt': 0, 'power 2.5': 0, 'log1p': -1}


def derivative(f, x, n):
    size = abs(x) if x else mpf(1)
    # Within the same piece, and small beside all that f changes on.
    with mp.workdps(600):
        step = min(size, 1 / max(size, 1)) * mpf(10)**-40
        if n == 1:
            return (f(x + step) - f(x - step)) / (2 * step)
        return (f(x + step) - 2 * f(x) + f(x - step)) / step**2


def shown(number):
    if number is None or isnan(number):
        return 'null'
    value = float(number)
    if value in (float('inf'), float('-inf')):
        return '1e999' if value > 0 else '-1e999'
    text = repr(value)
    return text[:-2] if text.endswith('.0') else text


def row(name, x):
    if x == 0 and name in AT_ZERO:
        return [shown(v if v is None else mpf(v)) for v in AT_ZERO[name]]
    if name in DOMAIN and x <= DOMAIN[name]:
        return ['null'] * 3
    f = SMOOTH[name] if name in SMOOTH else PIECES[name](x)
    y = mpf(x)
    with mp.workdps(200):
        value = f(y)
    return [shown(value), shown(derivative(f, y, 1)), shown(derivative(f, y, 2))]


def main():
    at = points()
    print('{\n"at": [%s],' % ', '.join(shown(mpf(x)) for x in at))
    names = [*SMOOTH, *PIECES]
    for k, name in enumerate(names):
        rows = [row(name, x) for x in at]
        parts = ['  "%s": [%s]' % (part, ', '.join(r[i] for r in rows)) for i, part in enumerate(('value', 'first', 'second'))]
        print('"%s": {\n%s\n}%s' % (name, ',\n'.join(parts), ',' if k < len(names) - 1 else ''))
    print('}')


main()
