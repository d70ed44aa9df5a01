export { type ActivationLayer, gelu, logistic, relu, softmax, softplus, tanh } from './activation.js';
export { dense, type DenseOptions, type DenseParameters } from './dense.js';
export { glorot, he, type Initializer, normalInitializer, uniformInitializer, zeros } from './initializer.js';
