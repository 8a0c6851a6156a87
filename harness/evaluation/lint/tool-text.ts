import type { ServerTool } from '../../wire/dialects/adapter.ts';
import { isObject } from '../../wire/json-rpc.ts';

/** What a reader is told of a tool. Names alone tell nothing. */
export interface ToolText {
  /** The sentences of its descriptions, and those of the server's instructions that are about every tool or about this one. */
  readonly sentences: readonly string[];
  /** Names of what its output schema holds. */
  readonly outputs: readonly string[];
  /** Values that its output schema lists for a state. */
  readonly outputStates: readonly string[];
}

// Whoever writes more than this of one tool has said what there is to say, and looking for words takes time.
const TEXT_LENGTH_MAX = 20_000;
const SCHEMA_DEPTH_MAX = 12;

export const NO_TEXT: ToolText = { sentences: [], outputs: [], outputStates: [] };

/** `others`: names of the server's other tools. */
export function toolText(tool: ServerTool, instructions: string, others: readonly string[]): ToolText {
  const described = [tool.description, ...descriptionsIn(tool.inputSchema), ...descriptionsIn(tool.outputSchema ?? {})];
  const general = sentencesOf(instructions.slice(0, TEXT_LENGTH_MAX)).filter(
    (sentence) =>
      names(sentence, tool.name) || ![...others, ...codeNamesIn(sentence)].some((other) => names(sentence, other)),
  );
  const properties = propertiesIn(tool.outputSchema ?? {});
  return {
    sentences: [...sentencesOf(described.join('\n').slice(0, TEXT_LENGTH_MAX)), ...general],
    outputs: properties.map(([name]) => name),
    outputStates: properties.flatMap(([name, schema]) => (/stat(e|us)$/i.test(name) ? valuesOf(schema) : [])),
  };
}

export function joinTexts(texts: readonly ToolText[]): ToolText {
  return {
    sentences: texts.flatMap(({ sentences }) => sentences),
    outputs: texts.flatMap(({ outputs }) => outputs),
    outputStates: texts.flatMap(({ outputStates }) => outputStates),
  };
}

/** Some one sentence matches all of the patterns. */
export function says({ sentences }: ToolText, ...patterns: readonly RegExp[]): boolean {
  return sentences.some((sentence) => patterns.every((pattern) => pattern.test(sentence)));
}

/** A text holds this name as a whole word. */
export function names(text: string, name: string): boolean {
  const at = text.indexOf(name);
  if (at === -1 || name === '') return false;
  const isPart = (letter: string | undefined) => letter !== undefined && /[\w-]/.test(letter);
  return !isPart(text[at - 1]) && !isPart(text[at + name.length]);
}

/** 500 ms, 24 hours: a number with a unit of time. */
export const DURATION = /\b\d[\d.,]*\s?(ms|milliseconds?|s|secs?|seconds?|min|mins|minutes?|h|hours?|days?|weeks?)\b/i;
/** What stands for work until its result is there. */
export const RECEIPT =
  /\b(receipt|ticket)\b|\b(task|job|run|operation|execution|tracking|render|build|work)[ _-]?(ids?|ref|reference|handle|token|uuid)\b|\btaskid\b/i;

function sentencesOf(text: string): string[] {
  return text
    .split(/\n|(?<=[.;!?])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}

/** Names of other tools that this list need not hold: servers offer some of theirs to some clients only. */
function codeNamesIn(sentence: string): string[] {
  return [...sentence.matchAll(/`(\w+[-_][\w-]+)`/g)].flatMap(([, name]) => name ?? []);
}

function descriptionsIn(value: unknown, depth = 0): string[] {
  if (depth > SCHEMA_DEPTH_MAX || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'description' && typeof inner === 'string' ? [inner] : descriptionsIn(inner, depth + 1),
  );
}

function propertiesIn(schema: unknown, depth = 0): (readonly [string, unknown])[] {
  if (depth > SCHEMA_DEPTH_MAX || typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, inner]) => {
    const own = key === 'properties' && isObject(inner) ? Object.entries(inner) : [];
    return [...own, ...propertiesIn(inner, depth + 1)];
  });
}

function valuesOf(schema: unknown): string[] {
  if (!isObject(schema)) return [];
  const listed = Array.isArray(schema.enum) ? schema.enum : [];
  const choices = [schema.anyOf, schema.oneOf].flatMap((all) => (Array.isArray(all) ? all : []));
  const single = choices.flatMap((one: unknown) => (isObject(one) && 'const' in one ? [one.const] : []));
  return [...listed, ...single].filter((value) => typeof value === 'string');
}
