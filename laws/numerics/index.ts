export { type CurveAt, curveLaws } from './battery.js';
export {
  accurateOnLine,
  finiteOnLine,
  finiteWhereExact,
  line,
  neighboursApart,
  type Profile,
} from './line.js';
export { type Curve, type Order, ORDERS, profileOf } from './profile.js';
export { specials, specialsKept, unchosenIsZero } from './special.js';
