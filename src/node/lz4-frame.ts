/** Decompression of LZ4 frames, the compression of Arrow buffers. */

/**
 * Decompresses LZ4 frames to at most `most` bytes. Throws if the input is not valid LZ4, or is larger. Checksums are
 * not verified. The text of this function is part of a worker's program, so it refers to nothing outside.
 *
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md and lz4_Block_format.md.
 */
export const lz4Frame = (input: Uint8Array, most: number): Uint8Array => {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  const own = {
    at: 0,
    written: 0,
    output: new Uint8Array(Math.min(most, 4 * input.length)),

    /** Makes room for this many more bytes. */
    reserve(count: number): void {
      const needed = own.written + count;
      if (needed > most) throw new Error(`LZ4: more than ${most} bytes`);
      if (needed <= own.output.length) return;
      const larger = new Uint8Array(Math.min(most, Math.max(needed, 2 * own.output.length)));
      larger.set(own.output.subarray(0, own.written));
      own.output = larger;
    },

    /** A length of 15 continues in further bytes, up to the first that is not 255. */
    length(start: number, end: number): number {
      let length = start;
      if (start === 15)
        for (let byte = 255; byte === 255;) {
          if (own.at >= end) throw new Error('LZ4: a length goes beyond its block');
          byte = view.getUint8(own.at++);
          length += byte;
        }
      return length;
    },

    /** Decodes literals, then matches in the output, also of earlier blocks. */
    block(end: number): void {
      while (own.at < end) {
        const token = view.getUint8(own.at++);
        const literals = own.length(token >> 4, end);
        if (own.at + literals > end) throw new Error('LZ4: literals go beyond their block');
        own.reserve(literals);
        own.output.set(input.subarray(own.at, own.at + literals), own.written);
        own.at += literals;
        own.written += literals;
        if (own.at >= end) return;
        const offset = view.getUint16(own.at, true);
        own.at += 2;
        const match = own.length(token & 15, end) + 4;
        if (offset === 0 || offset > own.written) throw new Error('LZ4: a match starts before the output');
        own.reserve(match);
        const { output } = own;
        // Byte by byte, since a match may overlap itself.
        for (let i = 0; i < match; i++, own.written++)
          output[own.written] = output[own.written - offset] ?? 0;
      }
    },

    frame(): void {
      const flags = view.getUint8(own.at);
      if (flags >> 6 !== 1) throw new Error('LZ4: unsupported frame version');
      // Skips two bytes, the optional content size and dictionary id, and the header checksum.
      own.at += 2 + ((flags & 8) === 0 ? 0 : 8) + ((flags & 1) === 0 ? 0 : 4) + 1;
      for (let word = view.getUint32(own.at, true); word !== 0; word = view.getUint32(own.at, true)) {
        const end = own.at + 4 + (word & 0x7fffffff);
        own.at += 4;
        if (end > input.length) throw new Error('LZ4: a block goes beyond the end');
        if (word < 0x80000000) own.block(end);
        else {
          own.reserve(end - own.at);
          own.output.set(input.subarray(own.at, end), own.written);
          own.written += end - own.at;
        }
        own.at = end + ((flags & 16) === 0 ? 0 : 4);
      }
      own.at += (flags & 4) === 0 ? 4 : 8;
    },
  };
  while (own.at < input.length) {
    const magic = view.getUint32(own.at, true);
    own.at += 4;
    if (magic === 0x184d2204) own.frame();
    else if (magic >> 4 === 0x184d2a5) own.at += 4 + view.getUint32(own.at, true);
    else throw new Error('LZ4: not a frame');
  }
  return own.output.slice(0, own.written);
};
