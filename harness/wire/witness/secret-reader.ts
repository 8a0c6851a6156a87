import { isObject, type JsonObject } from '../json-rpc.ts';
import { placeholdersIn } from '../placeholder.ts';
import type { WorkTool } from '../wire-target.ts';

/** What tells one call of a client from another, where the server's profile says in which argument it stands. */
export interface Secrets {
  /** null: the profile does not say where it stands, or the client left it out. */
  readonly token: string | null;
  readonly key: string | null;
}

/** Reads token and key out of the arguments of a call; `isWork`: the tool is one of the profile's. */
export interface SecretReader {
  read(tool: string, args: JsonObject): Secrets;
  isWork(tool: string): boolean;
}

const WHOLE_TOKEN = /^\{\{\s*(token|number [^{}]+)\}\}$/;

/** The other way round as `renderArguments`: the template says where the harness itself would put them. */
export function createSecretReader(tools: Iterable<WorkTool>): SecretReader {
  const byName = new Map<string, WorkTool>();
  for (const tool of tools) if (!byName.has(tool.name)) byName.set(tool.name, tool);
  return {
    isWork: (tool) => byName.has(tool),
    read(name, args) {
      const tool = byName.get(name);
      if (tool === undefined) return { token: null, key: null };
      const token = valueAt(
        args,
        pathOf(tool.arguments, (text) => WHOLE_TOKEN.test(text)),
      );
      const keyPath = tool.key?.split('.') ?? pathOf(tool.arguments, isKey);
      return { token, key: valueAt(args, keyPath) };
    },
  };
}

function isKey(text: string): boolean {
  const [only, ...more] = placeholdersIn(text);
  return only?.name === 'key' && more.length === 0 && text.startsWith('{{') && text.endsWith('}}');
}

/** Where in the template the first text stands that fits; null: nowhere. */
function pathOf(template: JsonObject, fits: (text: string) => boolean): readonly string[] | null {
  for (const [name, value] of Object.entries(template)) {
    if (typeof value === 'string' && fits(value)) return [name];
    const inside = isObject(value) ? pathOf(value, fits) : null;
    if (inside !== null) return [name, ...inside];
  }
  return null;
}

function valueAt(args: JsonObject, path: readonly string[] | null): string | null {
  if (path === null) return null;
  let value: unknown = args;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}
