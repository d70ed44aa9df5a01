/** Bytes of the WebAssembly binary format: numbers in LEB128, and code as a tree of bytes that is flattened once. */

/** Bytes, nested, so that putting pieces of code together copies nothing; those of whole functions as they are. */
export type Code = readonly (number | Code)[] | Uint8Array;

/** Numbers of one byte, made once: most are. */
const SINGLE = Array.from({ length: 0x80 }, (_, byte): readonly number[] => Object.freeze([byte]));

/** Unsigned LEB128. */
export const unsigned = (value: number): readonly number[] => {
  const single = SINGLE[value];
  if (single !== undefined) return single;
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
export const signed = (value: number): readonly number[] => {
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

/** The four bytes of a float32, little-endian. */
export const float32Bytes = (value: number): readonly number[] => {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value, true);
  return int32Bytes(view.getInt32(0, true));
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
}

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
    if (typeof piece === 'object') {
      append(piece, writer);
      reserve(writer, code.length - i);
    } else if (piece !== undefined) writer.bytes[writer.length++] = piece;
  }
};

/** The bytes of a code tree, one after another. */
export const flatten = (code: Code): Uint8Array<ArrayBuffer> => {
  const writer: Writer = { bytes: new Uint8Array(256), length: 0 };
  append(code, writer);
  return writer.bytes.slice(0, writer.length);
};

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
