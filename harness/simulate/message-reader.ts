import { parseJson } from '../wire/json-rpc.ts';

/** Parses what servers say; undefined: it is no JSON. What it gives may be shared with others, who do not change it either. */
export type MessageReader = (text: string) => unknown;

/** Shorter texts are parsed about as fast as they are found. */
export const LONG_CHARS = 2_048;
const TEXTS_MAX = 64;

/**
 * A reader that parses a long text once: tools/list says the same, at length, to every agent of every run, and long texts that
 * never come again fill up what is remembered only after the greetings.
 */
export function createMessageReader(): MessageReader {
  const known = new Map<string, unknown>();
  return (text) => {
    if (text.length < LONG_CHARS) return parseJson(text);
    const before = known.get(text);
    if (before !== undefined) return before;
    const value = parseJson(text);
    if (value !== undefined && known.size < TEXTS_MAX) known.set(text, value);
    return value;
  };
}
