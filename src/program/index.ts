/** Programs: what a function is traced to, how it is printed, rewritten and run, and the trees that go in and out. */
export {
  compileChecked,
  defaultBackend,
  force,
  interpret,
  print,
  reference,
  type Visit,
} from '../backend/index.js';
export * from '../graph/index.js';
export { layersOf } from '../learner/index.js';
export {
  type Application,
  type AttributesOf,
  type Body,
  type Check,
  type Constant,
  type Contracted,
  type CustomRule,
  type Draw,
  type Input,
  type Node,
  type None,
  type Permuted,
  type Primitive,
  type PrimitiveKind,
  type PrimitiveName,
  primitiveNames,
  primitives,
  type Reduced,
  type Sample,
  type SampledInput,
  type Scan,
  type Scope,
  sizeOf,
  type SomeApplication,
  type Spec,
  type Value,
  type Window,
} from '../tensor/index.js';
export { leafPaths, leaves, mapTree, unflatten, zipTrees } from '../tree/index.js';
