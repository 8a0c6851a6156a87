import { isObject, type JsonObject } from '../wire/json-rpc.ts';

/** Arguments that a tool can be called with, as far as its schema tells. */
export interface SampleArguments {
  /** With placeholders. */
  readonly arguments: JsonObject;
  /** How the call is told from others: by a text, by a number, or not at all. */
  readonly carries: 'token' | 'number' | null;
  /** The argument that takes a shell command; null: none. */
  readonly command: string | null;
  /** Required arguments for which nothing could be found. */
  readonly open: readonly string[];
}

export interface SampleWish {
  /** The command that a tool which runs commands is given. */
  readonly command: string;
  /** Where the server may write: a path is put in there. null: it has no place of its own. */
  readonly folder: string | null;
}

/** Names of arguments that a text of one's own choice can stand in, the likeliest first. */
const TOKEN_NAMES =
  /^(token|label|title|topic|name|text|message|msg|query|prompt|subject|question|input|content|description|data|value|key|id)$/i;
const COMMAND_NAMES = /^(command|cmd|script|shell_?command|bash)$/i;
const PATH_NAMES = /^(path|file|file_?path|filename|directory|dir|folder|destination|target_?path)$/i;
const KEY_NAMES = /^(idempotency|request|dedup(lication)?|client_?request)_?(key|id|token)$/i;
const MS_NAMES = /^(ms|millis|milliseconds|(duration|delay|time|work|sleep)_?(in_?)?(ms|millis))$/i;
const SECONDS_NAMES = /^(seconds|secs|(duration|delay|sleep)(_?(in_?)?(s|secs?|seconds))?)$/i;
const DEPTH_MAX = 8;
/** As many calls as any run makes, and as integers go. */
const NUMBERS_MAX = 1_000_000;

/** Whether a tool takes a key by which it knows a call that it had before; its argument, or null. */
export function keyArgument(schema: JsonObject): string | null {
  return Object.keys(propertiesOf(schema)).find((name) => KEY_NAMES.test(name)) ?? null;
}

/** Every required argument with a value, the token in the likeliest place; durations are short. */
export function sampleArguments(schema: JsonObject, wish: SampleWish): SampleArguments {
  const state: Filling = { wish, open: [], command: null, hasToken: false, number: null, path: null };
  const args = fillObject(schema, state, 0);
  const withNumber = state.hasToken || state.number === null ? args : setAt(args, state.number.path, state.number.text);
  const carries = state.hasToken ? 'token' : state.number === null ? null : 'number';
  return { arguments: withNumber, carries, command: state.command, open: state.open };
}

interface Filling {
  readonly wish: SampleWish;
  readonly open: string[];
  command: string | null;
  hasToken: boolean;
  /** An integer that could stand for the token where no text can. */
  number: { readonly path: readonly string[]; readonly text: string } | null;
  path: readonly string[] | null;
}

function fillObject(schema: JsonObject, state: Filling, depth: number, path: readonly string[] = []): JsonObject {
  const properties = propertiesOf(schema);
  const required = Array.isArray(schema.required) ? schema.required : [];
  const names = Object.keys(properties);
  const command =
    depth === 0 ? names.find((name) => COMMAND_NAMES.test(name) && mayBeText(properties[name])) : undefined;
  const chosen = names.filter(
    (name) => required.includes(name) || name === command || (depth === 0 && isDuration(name, properties[name])),
  );
  // Where nothing is required, one text is given all the same: a call has to be told from others.
  const spare = chosen.some((name) => mayBeText(properties[name]))
    ? undefined
    : names.find((name) => depth === 0 && TOKEN_NAMES.test(name) && isFreeText(properties[name]));
  const filled: Record<string, unknown> = {};
  for (const name of [...chosen, ...(spare === undefined ? [] : [spare])]) {
    if (KEY_NAMES.test(name)) continue;
    if (name === command) {
      state.command = name;
      state.hasToken = state.hasToken || state.wish.command.includes('{{token}}');
      filled[name] = state.wish.command;
    } else filled[name] = fillOne(name, asObject(properties[name]), state, { depth, path: [...path, name] });
  }
  return filled;
}

function fillOne(
  name: string,
  schema: JsonObject,
  state: Filling,
  at: { readonly depth: number; readonly path: readonly string[] },
): unknown {
  if (MS_NAMES.test(name) && isNumeric(schema)) return '{{ms}}';
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.default ?? schema.enum[0];
  switch (typeOf(schema)) {
    case 'integer':
    case 'number':
      return numberFor(name, schema, state, at.path);
    case 'boolean':
      return schema.default ?? false;
    case 'array': {
      if (at.depth >= DEPTH_MAX) return [];
      const items = asObject(schema.items);
      const isEmpty = (schema.minItems ?? 0) === 0 && typeOf(items) !== 'object' && state.hasToken;
      return isEmpty ? [] : [fillOne(name.replace(/s$/, ''), items, state, { ...at, depth: at.depth + 1 })];
    }
    case 'object':
      return at.depth >= DEPTH_MAX ? {} : fillObject(schema, state, at.depth + 1, at.path);
    case 'string':
      return textFor(name, schema, state);
    default:
      if (!('type' in schema) && Object.keys(schema).length === 0) return textFor(name, schema, state);
      state.open.push(name);
      return schema.default ?? '';
  }
}

/** A text of one's own carries the token; one with a shape is what the schema shows. */
function textFor(name: string, schema: JsonObject, state: Filling): unknown {
  if (typeof schema.default === 'string' && schema.default !== '') return schema.default;
  if (PATH_NAMES.test(name)) {
    if (state.wish.folder === null) state.open.push(name);
    else state.hasToken = true;
    return `${state.wish.folder ?? ''}/{{token}}`;
  }
  if (!isFreeText(schema)) {
    const [example] = Array.isArray(schema.examples) ? schema.examples : [];
    if (example === undefined) state.open.push(name);
    return example ?? '';
  }
  state.hasToken = true;
  return '{{token}}';
}

function numberFor(name: string, schema: JsonObject, state: Filling, path: readonly string[]): unknown {
  const least = typeof schema.minimum === 'number' ? Math.ceil(schema.minimum) : 1;
  const most = typeof schema.maximum === 'number' ? Math.floor(schema.maximum) : least + NUMBERS_MAX - 1;
  if (SECONDS_NAMES.test(name)) return Math.max(least, Math.min(1, most));
  const isOfTokens = !state.hasToken && most - least >= 999 && !path.some((step) => /^\d+$/.test(step));
  if (isOfTokens && state.number === null) state.number = { path, text: `{{number ${least} ${most}}}` };
  return typeof schema.default === 'number' ? schema.default : least;
}

function setAt(value: JsonObject, [name = '', ...rest]: readonly string[], text: string): JsonObject {
  const inner = value[name];
  return { ...value, [name]: rest.length > 0 && isObject(inner) ? setAt(inner, rest, text) : text };
}

function isDuration(name: string, schema: unknown): boolean {
  return (MS_NAMES.test(name) || SECONDS_NAMES.test(name)) && isNumeric(asObject(schema));
}

function isNumeric(schema: JsonObject): boolean {
  const type = typeOf(schema);
  return type === 'integer' || type === 'number';
}

function mayBeText(schema: unknown): boolean {
  return typeOf(asObject(schema)) === 'string';
}

/** No format, pattern or list that a token of ours would break. */
function isFreeText(schema: unknown): boolean {
  const { format, pattern, enum: listed, maxLength } = asObject(schema);
  const isShort = typeof maxLength === 'number' && maxLength < 16;
  return mayBeText(schema) && format === undefined && pattern === undefined && listed === undefined && !isShort;
}

/** Of several types the one that is easiest to give. */
function typeOf(schema: JsonObject): string | null {
  const choices = [schema.anyOf, schema.oneOf].flatMap((list) => (Array.isArray(list) ? list : []));
  const types = [schema.type, ...choices.map((choice: unknown) => asObject(choice).type)].flat();
  const preferred = ['string', 'integer', 'number', 'boolean', 'object', 'array'];
  if ('properties' in schema && schema.type === undefined) return 'object';
  return preferred.find((type) => types.includes(type)) ?? null;
}

export function propertiesOf(schema: JsonObject): JsonObject {
  return asObject(schema.properties);
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
