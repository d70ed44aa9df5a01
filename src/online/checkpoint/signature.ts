/** Signatures of online runs: the parts that must be equal to resume from a checkpoint. */
import { either as E } from 'fp-ts';
import type { Json } from '../../tree/tree.js';
import { jsonOfText, jsonText } from '../json.js';

type JsonRecord = { readonly [name: string]: Json };

const isRecord = (data: Json | undefined): data is JsonRecord =>
  typeof data === 'object' && data !== null && !Array.isArray(data);

/** The text of a signature. */
export const signatureText = (parts: JsonRecord): string => jsonText(parts);

interface Difference {
  readonly path: string;
  readonly was: string;
  readonly is: string;
}

const shown = (data: Json | undefined): string => {
  if (data === undefined) return 'not there';
  const text = jsonText(data);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
};

const entriesOf = (data: Json): readonly (readonly [string, Json])[] | undefined =>
  typeof data === 'object' && data !== null ? Object.entries(data) : undefined;

const differenceAt = (was: Json | undefined, is: Json | undefined, path: string): Difference | undefined => {
  if (was === undefined || is === undefined)
    return was === is ? undefined : { path, was: shown(was), is: shown(is) };
  const [before, after] = [entriesOf(was), entriesOf(is)];
  if (before === undefined || after === undefined || Array.isArray(was) !== Array.isArray(is))
    return jsonText(was) === jsonText(is) ? undefined : { path, was: shown(was), is: shown(is) };
  const [left, right] = [new Map(before), new Map(after)];
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    const found = differenceAt(left.get(name), right.get(name), `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * Describes the first part in which two signatures differ: its name, the old and the new value. A text that is not a
 * signature is from an earlier version, or not from a run.
 */
export const signatureDifference = (was: string, is: string): string | undefined => {
  if (was === is) return undefined;
  const [before, after] = [jsonOfText(was), jsonOfText(is)];
  if (E.isLeft(before) || E.isLeft(after) || !isRecord(before.right) || !isRecord(after.right))
    return `what else must be equal is not: it was ${was}, and is ${is}; an earlier version of paralens wrote it, or another program`;
  for (const part of new Set([...Object.keys(before.right), ...Object.keys(after.right)])) {
    const found = differenceAt(before.right[part], after.right[part], part);
    if (found !== undefined) return `the ${part}: '${found.path}' was ${found.was}, and is ${found.is}`;
  }
  return undefined;
};

/** The parts in the description of `folds` by name, or of `pipeFold`. */
const partsOf = (description: Json): ReadonlyMap<string, Json> | undefined => {
  if (!isRecord(description)) return undefined;
  const { folds, andThen } = description;
  if (Array.isArray(andThen)) return new Map(andThen.map((each: Json, i) => [String(i), each]));
  if (!Array.isArray(folds)) return undefined;
  const named: (readonly [string, Json])[] = [];
  for (const each of folds as readonly Json[])
    if (Array.isArray(each) && typeof each[0] === 'string') named.push([each[0], each[1] as Json]);
  return new Map(named);
};

/** The saved description and state of a monitor. */
export type MonitorState = { readonly description: Json; readonly state: Json };

/**
 * The state with which a monitor resumes: its saved state if its description is unchanged; for folds by name, the saved
 * states of the unchanged ones; otherwise the initial state.
 */
export const restoredMonitorState = (is: MonitorState, was: MonitorState): Json => {
  if (jsonText(is.description) === jsonText(was.description)) return was.state;
  const [now, before] = [partsOf(is.description), partsOf(was.description)];
  if (now === undefined || before === undefined || is.state === null || was.state === null) return is.state;
  const states = new Map(entriesOf(was.state) ?? []);
  const again = (entriesOf(is.state) ?? []).map(([name, state]): [string, Json] => {
    const [description, old, kept] = [now.get(name), before.get(name), states.get(name)];
    if (description === undefined || old === undefined || kept === undefined) return [name, state];
    return [name, restoredMonitorState({ description, state }, { description: old, state: kept })];
  });
  return Array.isArray(is.state) ? again.map(([, state]) => state) : Object.fromEntries(again);
};
