import { type JsonValue, query } from 'jsonpath-rfc9535';
import { messageOf } from '../model/usage-error.ts';
import { isObject, type JsonObject, parseJson } from './json-rpc.ts';
import type { Reading } from './wire-target.ts';

/** `$.path` over the payload, `/regex/flags` over the text, or a list of which the first that gives a value counts. */
export type Expression = string | readonly string[];

/** Regular expressions look at this much text: a hostile reply times a slow expression must not stop the harness. */
export const TEXT_LENGTH_MAX = 262_144;

/** Compiles an expression. The reading gives undefined where nothing is found. Throws an Error in one sentence when it is malformed. */
export function compileExpression(expression: Expression): Reading {
  const readings = [expression].flat().map(compileOne);
  return (result) => {
    for (const read of readings) {
      const value = read(result);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  };
}

/** What is wrong with an expression, in one sentence without a full stop; null: nothing. */
export function expressionFault(expression: Expression): string | null {
  try {
    compileExpression(expression);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** A value found by an expression, as text: strings as they are, everything else as JSON. */
export function textOfValue(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What a JSONPath looks at: `structuredContent`, else the first text block that holds a JSON object or list, else the result itself. */
export function payloadOf(result: JsonObject): unknown {
  if (isObject(result.structuredContent)) return result.structuredContent;
  for (const text of textBlocks(result)) {
    const value = /^\s*[[{]/.test(text) ? parseJson(text) : undefined;
    if (typeof value === 'object' && value !== null) return value;
  }
  return result;
}

/** All text blocks of a tool result, joined by line ends. */
export function textOf(result: JsonObject): string {
  return textBlocks(result).join('\n');
}

/** A pattern that a state, or an error's text, is compared with: `/regex/flags`, else the literal. */
export function compileStatePattern(pattern: string): (state: string) => boolean {
  const regex = parseRegex(pattern);
  if (regex) return (state) => regex.test(state.slice(0, TEXT_LENGTH_MAX));
  return (state) => state === pattern;
}

/** A pattern that is always a regular expression, with or without slashes: what the text of an error is matched against. */
export function compileTextPattern(pattern: string): (text: string) => boolean {
  const regex = parseRegex(pattern) ?? buildRegex(pattern, '');
  return (text) => regex.test(text.slice(0, TEXT_LENGTH_MAX));
}

function compileOne(expression: string): Reading {
  const regex = parseRegex(expression);
  if (regex) {
    return (result) => {
      const found = regex.exec(textOf(result).slice(0, TEXT_LENGTH_MAX));
      return found ? (found[1] ?? found[0]) : undefined;
    };
  }
  if (!expression.startsWith('$')) {
    throw new Error(`'${expression}' is neither a JSONPath ('$.key') nor a regular expression ('/text (\\S+)/')`);
  }
  try {
    query(null, expression);
  } catch (error) {
    throw new Error(`'${expression}' is no JSONPath: ${messageOf(error)}`, {
      cause: error,
    });
  }
  const plain = plainPath(expression);
  if (plain !== null) return (result) => valueAt(payloadOf(result), plain);
  return (result) => {
    const payload = payloadOf(result);
    return isJsonValue(payload) ? query(payload, expression)[0] : undefined;
  };
}

/** The steps of a path of nothing but names and places (`$.content[0].text`): the library parses its query anew each time. */
function plainPath(expression: string): readonly (string | number)[] | null {
  if (!/^\$(\.[A-Za-z_]\w*|\[(0|[1-9]\d{0,8})\])+$/.test(expression)) return null;
  const steps = expression.match(/[A-Za-z_]\w*|\d+/g) ?? [];
  return steps.map((step) => (/^\d/.test(step) ? Number(step) : step));
}

function valueAt(value: unknown, steps: readonly (string | number)[]): unknown {
  let found = value;
  for (const step of steps) {
    if (typeof step === 'number') found = Array.isArray(found) ? found[step] : undefined;
    else if (isObject(found) && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

function parseRegex(expression: string): RegExp | null {
  const found = /^\/(.+)\/([a-z]*)$/s.exec(expression);
  return found ? buildRegex(found[1] ?? '', found[2] ?? '') : null;
}

function buildRegex(source: string, flags: string): RegExp {
  try {
    // `g` and `y` make a RegExp remember its last match, which no expression here wants.
    return new RegExp(source, flags.replace(/[gy]/g, ''));
  } catch (error) {
    throw new Error(`'/${source}/${flags}' is no regular expression: ${messageOf(error)}`, { cause: error });
  }
}

function textBlocks(result: JsonObject): string[] {
  if (!Array.isArray(result.content)) return [];
  return result.content.flatMap((block: unknown) =>
    isObject(block) && block.type === 'text' && typeof block.text === 'string' ? [block.text] : [],
  );
}

/** Everything that came out of JSON.parse is a JSON value; only an absent one is not. */
function isJsonValue(value: unknown): value is JsonValue {
  return value !== undefined;
}
