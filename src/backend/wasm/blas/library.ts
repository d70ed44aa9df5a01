/**
 * The system's BLAS: found among the usual names, opened with koffi, called in place. Nothing of Node, nor
 * koffi, is imported: both are asked for when a BLAS is.
 */
import { findKoffi, type Lib } from './koffi.js';

/**
 * `C = α·A·B`, or `C = C + α·A·B`, in float32, rows of C one after another; a transposed factor has its lines
 * along k in memory.
 */
export interface Sgemm {
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly left: Operand;
  readonly right: Operand;
  readonly result: { readonly place: number; readonly pitch: number };
  /** The factor α. */
  readonly scale: number;
  /** Whether to add to what stands there. */
  readonly adds: boolean;
}

export interface Operand {
  /** Byte of the first element; floats from one line in memory to the next. */
  readonly place: number;
  readonly pitch: number;
  readonly transposed: boolean;
}

export interface Blas {
  /** As it calls itself: `OpenBLAS 0.3.21`. */
  readonly name: string;
  readonly file: string;
  /** Makes it use so many threads from now on, where it lets itself be told. */
  readonly useThreads: (count: number) => void;
  /** How many threads it says that it uses. */
  readonly threads: () => number | undefined;
  /** A product over this memory, to be done again and again. */
  readonly bind: (product: Sgemm, buffer: ArrayBufferLike) => () => void;
}

export interface Absent {
  readonly absent: string;
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'libopenblas.so.0',
    'libopenblas.so',
    'libmkl_rt.so.2',
    'libmkl_rt.so',
    'libblis.so.4',
    'libblis.so',
    'libblas.so.3',
  ],
  darwin: [
    '/System/Library/Frameworks/Accelerate.framework/Accelerate',
    '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
    'libopenblas.dylib',
  ],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll'],
};

const SGEMM =
  'void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, const float *a, int lda, const float *b, int ldb, float beta, float *c, int ldc)';

const ROW_MAJOR = 101;
const AS_IT_STANDS = 111;
const TRANSPOSED = 112;

const nameOf = ({ text }: Lib, file: string): string => {
  const openblas = text('const char *openblas_get_config()');
  if (openblas !== undefined) return openblas.split(' ').slice(0, 2).join(' ');
  const blis = text('const char *bli_info_get_version_str()');
  if (blis !== undefined) return `BLIS ${blis}`;
  if (file.includes('Accelerate')) return 'Accelerate';
  return file.includes('mkl') ? 'MKL' : `BLAS of ${file}`;
};

const openLibrary = (lib: Lib, file: string): Blas | Absent => {
  const sgemm = lib.find(SGEMM);
  if (sgemm === undefined) return { absent: `${file} has no cblas_sgemm` };
  const set =
    lib.find('void openblas_set_num_threads(int count)') ??
    lib.find('void bli_thread_set_num_threads(int64_t count)') ??
    lib.find('void MKL_Set_Num_Threads(int count)');
  const get =
    lib.find('int openblas_get_num_threads()') ??
    lib.find('int64_t bli_thread_get_num_threads()') ??
    lib.find('int MKL_Get_Max_Threads()');
  const threads = (): number | undefined => (get === undefined ? undefined : Number(get()));
  const blas: Blas = {
    name: nameOf(lib, file),
    file,
    threads,
    useThreads: (count) => {
      // Whoever shares the library may have told it otherwise.
      if (threads() !== count) set?.(count);
    },
    bind: ({ rows, columns, inner, left, right, result, scale, adds }, buffer) => {
      const view = (place: number): Float32Array => new Float32Array(buffer, place);
      const [a, b, c] = [view(left.place), view(right.place), view(result.place)];
      const transA = left.transposed ? TRANSPOSED : AS_IT_STANDS;
      const transB = right.transposed ? TRANSPOSED : AS_IT_STANDS;
      const [lda, ldb, ldc] = [left.pitch, right.pitch, result.pitch];
      const beta = adds ? 1 : 0;
      return () => {
        sgemm(ROW_MAJOR, transA, transB, rows, columns, inner, scale, a, lda, b, ldb, beta, c, ldc);
      };
    },
  };
  return multipliesRight(blas) ? blas : { absent: `${file} multiplies wrongly; it may want 64-bit sizes` };
};

/** Whether [1 2; 3 4]·[5 6; 7 8]ᵀ comes out right, and half of it added to that. */
const multipliesRight = ({ bind }: Blas): boolean => {
  const memory = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, -1, -1, -1, -1);
  const left = { place: 0, pitch: 2, transposed: false };
  const right = { place: 16, pitch: 2, transposed: true };
  const product = { rows: 2, columns: 2, inner: 2, left, right, result: { place: 32, pitch: 2 } };
  bind({ ...product, scale: 1, adds: false }, memory.buffer)();
  bind({ ...product, scale: 0.5, adds: true }, memory.buffer)();
  return memory.subarray(8).join() === '25.5,34.5,58.5,79.5';
};

/** The BLAS of this file, or the first that is found; or why there is none. */
export const findBlas = (file: string): Blas | Absent => {
  const koffi = findKoffi();
  if ('absent' in koffi) return koffi;
  const names = file === 'auto' ? (NAMES[koffi.system] ?? []) : [file];
  const reasons: string[] = [];
  for (const name of names) {
    const lib = koffi.open(name);
    const found = 'absent' in lib ? lib : openLibrary(lib, name);
    if (!('absent' in found)) return found;
    reasons.push(found.absent);
  }
  return { absent: file === 'auto' ? `none found (tried ${names.join(', ')})` : reasons.join('; ') };
};
