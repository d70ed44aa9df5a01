/** Bytes of the WebAssembly binary format: numbers in LEB128, and code as a tree of bytes that is flattened once. */
import { required } from '../../require.js';

/** Bytes, nested, so that putting pieces of code together copies nothing; those of whole functions as they are. */
export type Code = readonly (number | Code | Hole)[] | Uint8Array;

/** Five bytes that are written later: the number of a slot, and what is added to it. */
class Hole {
  readonly slot: number;
  readonly addend: number;
  readonly isSigned: boolean;

  constructor(slot: number, addend: number, isSigned: boolean) {
    this.slot = slot;
    this.addend = addend;
    this.isSigned = isSigned;
  }
}

/** Further apart than any two numbers of 32 bits, so that what is added to a slot never reaches another. */
const APART = 2 ** 34;

/** A number that is filled in later: it may be added to, and goes into code as any other. */
export const slotNumber = (slot: number): number => (slot + 1) * APART;

const holeOf = (value: number, isSigned: boolean): Hole | undefined => {
  const slot = Math.round(value / APART) - 1;
  return slot < 0 ? undefined : new Hole(slot, value - slotNumber(slot), isSigned);
};

/** Numbers of one byte, made once: most are. */
const SINGLE = Array.from({ length: 0x80 }, (_, byte): readonly number[] => Object.freeze([byte]));

/** Unsigned LEB128. */
export const unsigned = (value: number): Code => {
  const single = SINGLE[value];
  if (single !== undefined) return single;
  const hole = holeOf(value, false);
  if (hole !== undefined) return [hole];
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return bytes;
};

/** Signed LEB128 of a 32-bit number. */
export const signed = (value: number): Code => {
  const hole = holeOf(value, true);
  if (hole !== undefined) return [hole];
  let rest = value | 0;
  const single = rest >= -0x40 && rest < 0x40 ? SINGLE[rest & 0x7f] : undefined;
  if (single !== undefined) return single;
  const bytes: number[] = [];
  for (;;) {
    const byte = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (byte & 0x40) === 0) || (rest === -1 && (byte & 0x40) !== 0);
    bytes.push(done ? byte : byte | 0x80);
    if (done) return bytes;
  }
};

/** The four bytes of a 32-bit integer, little-endian. */
export const int32Bytes = (value: number): readonly number[] => [
  value & 0xff,
  (value >> 8) & 0xff,
  (value >> 16) & 0xff,
  (value >> 24) & 0xff,
];

const SCRATCH = new DataView(new ArrayBuffer(4));

/** The four bytes of a float32, little-endian. */
export const float32Bytes = (value: number): readonly number[] => {
  SCRATCH.setFloat32(0, value, true);
  return int32Bytes(SCRATCH.getInt32(0, true));
};

/** The eight bytes of a float64, little-endian. */
export const float64Bytes = (value: number): readonly number[] => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
};

/** Bytes written one after another into an array that doubles when it is full. */
interface Writer {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
  readonly holes: PlacedHole[];
}

interface PlacedHole {
  readonly at: number;
  readonly hole: Hole;
}

/** The bytes of a number that is filled in: LEB128 that is as long for small numbers as for large ones. */
const HOLE_BYTES = 5;

const fillHole = (bytes: Uint8Array, { at, hole }: PlacedHole, values: readonly number[]): void => {
  const value = required(values[hole.slot], 'an address') + hole.addend;
  const most = 2 ** 32;
  if (!(value >= 0 && value < most)) throw new RangeError(`wasm: no address: ${value}`);
  const rest = value | 0;
  for (let i = 0; i < HOLE_BYTES - 1; i++) bytes[at + i] = ((rest >>> (7 * i)) & 0x7f) | 0x80;
  bytes[at + HOLE_BYTES - 1] = hole.isSigned ? (rest >> 28) & 0x7f : rest >>> 28;
};

const reserve = (writer: Writer, more: number): void => {
  const needed = writer.length + more;
  if (needed <= writer.bytes.length) return;
  const grown = new Uint8Array(Math.max(needed, 2 * writer.bytes.length));
  grown.set(writer.bytes.subarray(0, writer.length));
  writer.bytes = grown;
};

const append = (code: Code, writer: Writer): void => {
  reserve(writer, code.length);
  if (code instanceof Uint8Array) {
    writer.bytes.set(code, writer.length);
    writer.length += code.length;
    return;
  }
  // A plain loop: of every byte of every module.
  for (let i = 0; i < code.length; i++) {
    const piece = code[i];
    if (piece instanceof Hole) {
      reserve(writer, HOLE_BYTES + code.length - i);
      writer.holes.push({ at: writer.length, hole: piece });
      writer.length += HOLE_BYTES;
    } else if (typeof piece === 'object') {
      append(piece, writer);
      reserve(writer, code.length - i);
    } else if (piece !== undefined) writer.bytes[writer.length++] = piece;
  }
};

/** The bytes of a function, but for numbers that are filled in. */
export interface Template {
  readonly bytes: Uint8Array;
  readonly holes: readonly PlacedHole[];
}

/** The bytes of a code tree, one after another, with room for the numbers that are filled in. */
export const templateOf = (code: Code): Template => {
  const writer: Writer = { bytes: new Uint8Array(256), length: 0, holes: [] };
  append(code, writer);
  return { bytes: writer.bytes.slice(0, writer.length), holes: writer.holes };
};

/** A template's bytes with a number for each slot. */
export const filled = ({ bytes, holes }: Template, values: readonly number[]): Uint8Array<ArrayBuffer> => {
  const copy = new Uint8Array(bytes);
  for (const hole of holes) fillHole(copy, hole, values);
  return copy;
};

/** The bytes of a code tree, one after another. */
export const flatten = (code: Code): Uint8Array<ArrayBuffer> => filled(templateOf(code), []);

/** A vector of the binary format: how many, then each. */
export const list = (items: readonly Code[]): Code => [unsigned(items.length), items];

/** A name: its UTF-8 bytes, counted. */
export const name = (text: string): Code => {
  const bytes = [...new TextEncoder().encode(text)];
  return [unsigned(bytes.length), bytes];
};

/** Code with its length in front. */
export const sized = (code: Code): Code => {
  const bytes = flatten(code);
  return [unsigned(bytes.length), bytes];
};
