export type { Data, DataOf, DType, FloatDType, IntegerDType } from './dtype.js';
export { type Nested, scalar, type ShapeOf, tensor } from './primitive/constant.js';
export type {
  Draw,
  Primitive,
  PrimitiveKind,
  Sample,
  SampledInput,
  Spec,
  Value,
} from './primitive/primitive.js';
export { primitiveNames, primitives } from './primitive/table.js';
export type { Contracted, Permuted, Reduced } from './shape-rule.js';
export { type Scalar, type Shape, sizeOf } from './shape.js';
export type {
  AnyTensor,
  Application,
  AttributesOf,
  Body,
  Check,
  Constant,
  CustomRule,
  Input,
  Node,
  None,
  PrimitiveName,
  Scan,
  Scope,
  SomeApplication,
  Tensor,
  Window,
} from './tensor.js';
