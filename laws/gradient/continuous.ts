/** G-11: a map has no jumps. */
import { broken, holds, type Verdict } from '../base/verdict.js';
import type { NumericMap } from '../map/numeric-map.js';
import { difference, dot, moved, type Vector } from '../map/vector.js';

/** Parts of the way that are looked at first, and how often a part is halved whose slopes do not explain its change. */
const PARTS = 8;
const HALVINGS = 96;

/** A part as long as this times the way, whose change no slope explains, is a jump. */
const SHORT = 2 ** -20;

/** What rounding and steep slopes may leave unexplained, beside the size of the values. */
const TOLERANCE = 1e-4;

/** A place on the way: the value and how fast it changes along the whole way, both seen by the cotangent. */
interface Place {
  readonly at: number;
  readonly value: number;
  readonly slope: number;
}

interface Part {
  readonly from: Place;
  readonly to: Place;
  /** How much of the change between its ends their slopes do not explain. */
  readonly unexplained: number;
}

const partOf = (from: Place, to: Place): Part => ({
  from,
  to,
  unexplained: Math.abs(to.value - from.value - ((to.at - from.at) * (from.slope + to.slope)) / 2),
});

const isExplained = ({ from, to, unexplained }: Part): boolean =>
  !(unexplained > TOLERANCE * (1 + Math.abs(from.value) + Math.abs(to.value)));

/**
 * How likely a part hides a jump: of those that explain as little, the shortest. What stays unexplained in a half is a
 * jump's, so one of several equal jumps is followed to its end; that of a kink shrinks as the part, and loses.
 */
const suspicion = ({ from, to, unexplained }: Part): number => unexplained / Math.sqrt(to.at - from.at);

/**
 * G-11. Along the straight way from x to another argument, ⟨f, w⟩ changes by the sum of its slopes: halving again and
 * again what they do not explain leaves no jump
 */
export const hasNoJump = (map: NumericMap, x: Vector, other: Vector, w: Vector): Verdict => {
  const way = difference(other, x);
  const placeAt = (at: number): Place => {
    const here = moved(x, at, way);
    return { at, value: dot(map.forward(here), w), slope: dot(map.backward(here, w), way) };
  };
  const places = Array.from({ length: PARTS + 1 }, (_, i) => placeAt(i / PARTS));
  const parts = places.slice(1).map((to, i) => partOf(places[i] ?? to, to));
  for (let halving = 0; halving < HALVINGS; halving++) {
    const [first, ...others] = parts.filter((part) => !isExplained(part));
    if (first === undefined) return holds;
    const worst = others.reduce((a, b) => (suspicion(b) > suspicion(a) ? b : a), first);
    const { from, to } = worst;
    if (to.at - from.at < SHORT)
      return broken({
        law: 'G-11',
        subject: map.name,
        what: 'the value jumps, and no slope says so',
        got: to.value,
        expected: from.value,
        hint: 'two pieces do not meet: the constant of one of them is wrong; say { continuous: false } if a jump is meant',
      });
    const middle = placeAt((from.at + to.at) / 2);
    parts.splice(parts.indexOf(worst), 1, partOf(from, middle), partOf(middle, to));
  }
  return holds;
};
