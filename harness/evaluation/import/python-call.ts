import type { Json, JsonMap } from '../../model/evaluation/instance.ts';

export interface PythonCall {
  readonly name: string;
  /** By name; what was given by place stands under arg_0, arg_1 … */
  readonly arguments: JsonMap;
}

/** A call as Python writes it, of literals alone: `cd(folder='document')`. Throws an Error that says what was expected where. */
export function parsePythonCall(text: string): PythonCall {
  const reader = createReader(text);
  const name = reader.take(/[A-Za-z_][\w.]*/y, 'the name of a function');
  reader.take(/\(/y, "'('");
  const args: Record<string, Json> = {};
  for (let place = 0; !reader.skips(/\)/y); place++) {
    if (place > 0) {
      reader.take(/,/y, "',' or ')'");
      if (reader.skips(/\)/y)) break;
    }
    const keyword = reader.skips(/([A-Za-z_]\w*)\s*=(?!=)/y);
    args[keyword?.[1] ?? `arg_${place}`] = literal(reader);
  }
  reader.end();
  return { name, arguments: args };
}

interface Reader {
  /** What matches here, with the spaces before it; null: nothing does, and nothing was read. */
  skips(pattern: RegExp): RegExpExecArray | null;
  take(pattern: RegExp, expected: string): string;
  end(): void;
}

function createReader(text: string): Reader {
  let at = 0;
  function skips(pattern: RegExp): RegExpExecArray | null {
    while (/\s/.test(text.charAt(at))) at += 1;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  }
  const fail = (expected: string) => new Error(`expected ${expected} at '${text.slice(at, at + 20)}' of ${text}`);
  return {
    skips,
    take(pattern, expected) {
      const found = skips(pattern);
      if (found === null) throw fail(expected);
      return found[0];
    },
    end() {
      skips(/\s*/y);
      if (at < text.length) throw fail('the end');
    },
  };
}

const WORDS: Readonly<Record<string, Json>> = { True: true, False: false, None: null };
const NESTING_MAX = 20; // Arguments of tools are two or three deep.

function literal(reader: Reader, depth = 0): Json {
  if (depth > NESTING_MAX) throw new Error(`expected lists and maps at most ${NESTING_MAX} deep`);
  const word = reader.skips(/(True|False|None)\b/y)?.[1];
  if (word !== undefined) return WORDS[word] ?? null;
  const number = reader.skips(/[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/y);
  if (number !== null) return Number(number[0]);
  const quoted = reader.skips(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/sy);
  if (quoted !== null) return unescaped(quoted[1] ?? quoted[2] ?? '');
  if (reader.skips(/\{/y)) return mapOf(reader, depth);
  const open = reader.take(/[[(]/y, 'a literal');
  const items: Json[] = [];
  const close = open === '[' ? /\]/y : /\)/y;
  while (!reader.skips(close)) {
    items.push(literal(reader, depth + 1));
    if (reader.skips(/,/y) === null) {
      reader.take(close, "',' or the end of a list");
      break;
    }
  }
  return items;
}

function mapOf(reader: Reader, depth: number): JsonMap {
  const entries: [string, Json][] = [];
  while (!reader.skips(/\}/y)) {
    const key = literal(reader, depth + 1);
    reader.take(/:/y, "':'");
    entries.push([String(key), literal(reader, depth + 1)]);
    if (reader.skips(/,/y) === null) {
      reader.take(/\}/y, "',' or '}'");
      break;
    }
  }
  return Object.fromEntries(entries);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_all, character: string) => ESCAPES[character] ?? character);
}
