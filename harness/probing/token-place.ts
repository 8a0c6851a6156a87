import { compileExpression, payloadOf, textOf, textOfValue } from '../wire/expression.ts';
import type { JsonObject } from '../wire/json-rpc.ts';

/** Of the text before what is looked for, so much makes a regular expression. */
const BEFORE_CHARS_MAX = 40;
const DEPTH_MAX = 8;
const PLAIN_NAME = /^[A-Za-z_]\w*$/;

/**
 * An expression that finds `token` in this reply, alone where that can be, else among other words; a number only alone. null: it is
 * not there. A place that `unlike` does not have goes first: what a server says of its work before it is done is only what it was told.
 */
export function placeOfToken(reply: JsonObject, token: string, unlike: readonly JsonObject[] = []): string | null {
  const isNumber = /^\d+$/.test(token);
  const places = [...placesInPayload(reply, (value) => value.includes(token)), ...placesInText(reply, token)];
  const alone = places.filter((expression) => textAt(expression, reply) === token);
  const among = isNumber ? [] : places.filter((expression) => textAt(expression, reply)?.includes(token));
  const isNew = (expression: string) => unlike.every((other) => !textAt(expression, other)?.includes(token));
  return [alone.find(isNew), among.find(isNew), alone[0], among[0]].find((place) => place !== undefined) ?? null;
}

/** An expression that finds a value by the names that it may have, in JSON or as `Name: value` in text; null: it is not there. */
export function placeOfNamed(reply: JsonObject, names: RegExp): string | null {
  const [path] = placesInPayload(reply, () => true, names);
  if (path !== undefined) return path;
  for (const line of textOf(reply).split('\n')) {
    const [, label] = /^\W*([A-Za-z][\w -]{0,30}?)\W*[:=]\W*[\w-]+/.exec(line) ?? [];
    if (label === undefined || !names.test(label.trim().replaceAll(/[ -]/g, '_'))) continue;
    const expression = `/${escaped(label)}\\W*[:=]\\W*([\\w-]+)/`;
    if (textAt(expression, reply) !== null) return expression;
  }
  return null;
}

export function textAt(expression: string, reply: JsonObject): string | null {
  return textOfValue(compileExpression(expression)(reply));
}

/** Paths to texts, numbers and booleans of the payload, the shallowest first; with `names` only those whose last name fits. */
function placesInPayload(reply: JsonObject, holds: (value: string) => boolean, names?: RegExp): string[] {
  const found: string[] = [];
  const queue: { readonly value: unknown; readonly path: string; readonly name: string; readonly depth: number }[] = [
    { value: payloadOf(reply), path: '$', name: '', depth: 0 },
  ];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { value, path, name, depth } = next;
    if (typeof value === 'object' && value !== null) {
      if (depth >= DEPTH_MAX) continue;
      for (const [key, inner] of Object.entries(value)) {
        const step = Array.isArray(value) ? `[${key}]` : PLAIN_NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
        queue.push({ value: inner, path: `${path}${step}`, name: Array.isArray(value) ? name : key, depth: depth + 1 });
      }
    } else if (value !== null && value !== undefined && holds(String(value))) {
      // The result itself is no payload of the server's own.
      if (names === undefined || (names.test(name) && payloadOf(reply) !== reply)) found.push(path);
    }
  }
  return found;
}

/** A regular expression for each place in the text, by what stands before it. */
function placesInText(reply: JsonObject, token: string): string[] {
  const text = textOf(reply);
  const found: string[] = [];
  for (let at = text.indexOf(token); at !== -1; at = text.indexOf(token, at + token.length)) {
    const lineAt = text.lastIndexOf('\n', at - 1) + 1;
    const line = text.slice(lineAt, at);
    const before = line === '' ? text.slice(text.lastIndexOf('\n', Math.max(0, lineAt - 2)) + 1, at) : line;
    found.push(`/${generalized(lastWords(before))}([\\w-]+)/`);
  }
  return found;
}

/** Not from the middle of a word, of which the other half may be another one in the next reply. */
function lastWords(text: string): string {
  if (text.length <= BEFORE_CHARS_MAX) return text;
  const end = text.slice(-BEFORE_CHARS_MAX);
  return /\W/.test(end) ? end.slice(end.search(/\W/)) : end;
}

/** Words with digits in them are ids, times and counts, and others in the next reply; so are paths. */
function generalized(text: string): string {
  return text
    .split(/(\S*\/\S*|[\w-]*\d[\w-]*)/)
    .map((part, index) => {
      if (index % 2 === 0) return escaped(part);
      if (!part.includes('/')) return '[\\w-]+';
      return part.endsWith('/') ? '\\S*\\/' : '\\S*';
    })
    .join('');
}

/** A text as a regular expression that stands on one line of YAML. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replaceAll('\n', '\\n');
}

/** What a server says to an id that it does not know, as a pattern: its words without the id. null: it has no words. */
export function patternOf(message: string, id: string): string | null {
  const parts = message.split(id).map((part) => part.trim().replaceAll(/^[\s'":.,]+|[\s'":.,]+$/g, ''));
  const [longest = ''] = parts.sort((a, b) => b.length - a.length);
  return longest === '' ? null : generalized(longest.slice(0, 2 * BEFORE_CHARS_MAX));
}
