/** The system's OpenBLAS, called straight from Node, on threads as asked for (Debian: libopenblas0-pthread). */
import koffi from 'koffi';
import { GEMMS, gemmName, gigaflops, matrix, median, say, timesOf, wanted } from './protocol.mjs';

const threads = Number(process.argv[2] ?? 1);
const library = koffi.load('libopenblas.so.0');
library.func('void openblas_set_num_threads(int)')(threads);
const sgemm = library.func(
  'void cblas_sgemm(int, int, int, int, int, int, float, const float *, int, const float *, int, float, _Inout_ float *, int)',
);
for (const size of GEMMS.filter((each) => wanted(gemmName(each)))) {
  const [m, k, n] = size;
  const [a, b, c] = [matrix(m, k), matrix(k, n), matrix(m, n)];
  const times = await timesOf(() => sgemm(101, 111, 111, m, n, k, 1, a, k, b, n, 0, c, n));
  say('OpenBLAS', gemmName(size), 'rate', gigaflops(size, median(times)), 'GFLOP/s', threads);
}
