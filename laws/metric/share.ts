/** M-2: what an accuracy counts. */
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import type { Vector } from '../map/vector.js';
import { lossAt } from '../loss/family.js';
import { rowsOf } from '../loss/rows.js';

/**
 * M-2. Accuracy is a share: the rows whose first largest logit is the label's, of all rows; from 0 to 1
 */
export const shareOfRows = (map: NumericMap, [logits, labels]: Vector, classes: number): Verdict => {
  const rows = rowsOf(logits ?? [], classes);
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === labels?.[i]).length;
  const got = lossAt(map, [logits ?? new Float32Array(0), labels ?? new Int32Array(0)]);
  if (Math.abs(got * rows.length - right) <= 1e-5 && got >= 0 && got <= 1) return holds;
  return broken({
    law: 'M-2',
    subject: map.name,
    what: 'not the share of rows that are right',
    got,
    expected: right / rows.length,
    hint: 'where several logits are largest the first counts, once; the count is that of the rows',
  });
};
