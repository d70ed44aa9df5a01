export type { Data, DataOf, DType, FloatDType, IntegerDType } from './dtype.js';
export { type Nested, scalar, type ShapeOf, tensor } from './primitive/constant.js';
export type { Draw, Primitive, Sample, SampledInput, Spec, Value } from './primitive/primitive.js';
export { primitiveNames, primitives } from './primitive/table.js';
export { type Scalar, type Shape, sizeOf } from './shape.js';
export type { AnyTensor, AttributesOf, PrimitiveName, Tensor } from './tensor.js';
