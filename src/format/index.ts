export { idx } from './idx-codec.js';
export {
  decodeIdx,
  type Idx,
  type IdxArrays,
  type IdxError,
  type IdxPair,
  type IdxType,
  pairIdx,
} from './idx.js';
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsError,
} from './safetensors.js';
