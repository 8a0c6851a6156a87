import type { z } from 'zod';
import type { Json } from '../../model/evaluation/instance.ts';
import { messageOf, UsageError } from '../../model/usage-error.ts';
import type { ImportFile } from './imported-set.ts';

export interface RecordText {
  /** Where it begins, from 1. */
  readonly line: number;
  readonly value: Json;
}

/** The records of a file: one JSON value a line, or one list of them. Throws a UsageError that names file and line of what is no JSON. */
export function recordsOf(file: ImportFile): RecordText[] {
  const pieces = file.text.trimStart().startsWith('[') ? piecesOfList(file) : linesOf(file.text);
  if (pieces.length === 0) throw new UsageError(`${file.name}: there is no record in it.`);
  return pieces.map(({ line, text }) => ({ line, value: parseJson(text, file.name, line) }));
}

/** The record as the schema wants it. Throws a UsageError: file, line, where in the record, what was expected. */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  { line, value }: RecordText,
  file: string,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw malformed(file, line, `${issue?.path.join('.') || 'the record'}: ${issue?.message ?? 'not as expected'}`);
}

export function malformed(file: string, line: number, what: string): UsageError {
  return new UsageError(`${file}:${line}: ${what}.`);
}

/** Text that holds JSON. */
export function parseJson(text: string, file: string, line: number): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch (cause) {
    const why = messageOf(cause);
    throw new UsageError(`${file}:${line}: expected JSON: ${why}.`, { cause });
  }
}

interface Piece {
  readonly line: number;
  readonly text: string;
}

function linesOf(text: string): Piece[] {
  return text.split('\n').flatMap((one, index) => (one.trim() === '' ? [] : [{ line: index + 1, text: one }]));
}

/** Cuts the list into its elements, so that each is named by its own line. */
function piecesOfList({ name, text }: ImportFile): Piece[] {
  const pieces: Piece[] = [];
  let line = 1;
  let depth = 0;
  let isText = false;
  let start = { at: 0, line: 0 };
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '\n') line += 1;
    if (isText) {
      if (character === '\\') at += 1;
      else if (character === '"') isText = false;
    } else if (character === '"') isText = true;
    else if (character === '{' || character === '[') {
      depth += 1;
      if (depth === 2) start = { at, line };
    } else if (character === '}' || character === ']') {
      if (depth === 2) pieces.push({ line: start.line, text: text.slice(start.at, at + 1) });
      depth -= 1;
    }
  }
  if (depth !== 0 || isText) throw malformed(name, start.line || 1, 'the list of records does not end after this one');
  return pieces;
}
