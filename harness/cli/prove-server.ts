import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import { DIALECT_IDS } from '../model/operation.ts';
import { UsageError, unknownName } from '../model/usage-error.ts';

/** What a server that is broken on purpose says of itself (fixtures/servers/broken-server.ts). */
const subjectSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  breaks: z.string(),
  mayAlsoShow: z.array(z.string()),
  dialects: z.array(z.enum(DIALECT_IDS)).min(1),
  transports: z.array(z.enum(['http', 'stdio'])).min(1),
  scenario: z.string(),
  set: z.array(z.string()),
  faults: z.array(z.string()),
  needsProcess: z.string().optional(),
});

/** A server and what must be found in it. `breaks` null: it is good, and nothing may be found. */
export type Subject = Omit<z.infer<typeof subjectSchema>, 'breaks'> & { readonly breaks: string | null };

export const GOOD = 'good';
const LIST_MS_MAX = 30_000; // It prints a table and ends; a loaded machine has needed 2 s.

const good: Subject = {
  id: GOOD,
  title: 'The reference server',
  description: 'Started through the same program as the broken ones, with nothing broken.',
  breaks: null,
  mayAlsoShow: [],
  dialects: ['tasks-2026-07-28', 'tasks-2025-11-25', 'handle'],
  transports: ['http', 'stdio'],
  // Every kind of fault, on a third of the calls.
  scenario: 'tour',
  set: ['calls=42', 'agents.count=14', 'limits.requestMs=3000'],
  faults: [],
};

/** What makes a run short without taking the evidence away; what a server says itself goes over it. */
const BROKEN_SET = ['calls=28', 'agents.count=14'];

/** The good server and every broken one, as the program itself lists them. Throws a UsageError when it was not built. */
export async function listSubjects(root: string): Promise<readonly Subject[]> {
  const program = programIn(root);
  if (!existsSync(program)) {
    throw new UsageError('The broken servers are not built; run `npm run build` in the folder of this package.');
  }
  const { stdout } = await execa(process.execPath, [program, '--list'], { timeout: LIST_MS_MAX });
  const broken = z.array(subjectSchema).parse(JSON.parse(stdout));
  return [good, ...broken.map((subject) => ({ ...subject, set: [...BROKEN_SET, ...subject.set] }))];
}

/** Those of these names, in the order of the list; all of them when none is named. */
export function chosenSubjects(all: readonly Subject[], ids: readonly string[]): readonly Subject[] {
  const known = all.map(({ id }) => id);
  for (const id of ids) if (!known.includes(id)) throw unknownName('server', id, known);
  return ids.length === 0 ? all : all.filter(({ id }) => ids.includes(id));
}

/** What the server under proof is made of beside what it is there for. */
export interface ProvenParts {
  readonly dialect: string;
  readonly transport: string;
  readonly store: string;
  readonly queue: string;
}

/** The command line that starts it, with `{{dir}}` and `{{port}}` left open. */
export function commandOf(root: string, id: string, parts: ProvenParts): string {
  const { dialect, transport, store, queue } = parts;
  const program = [process.execPath, programIn(root)].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const where = transport === 'http' ? ' --host 127.0.0.1 --port {{port}}' : '';
  return `${program} ${id} --store ${store} --queue ${queue} --data {{dir}} --dialect ${dialect} --transport ${transport}${where}`;
}

/** The module that makes it in virtual time. */
export function moduleOf(root: string, id: string): string {
  return `${join(root, 'dist', 'fixtures', 'servers', 'module.js')}?id=${id}`;
}

function programIn(root: string): string {
  return join(root, 'dist', 'fixtures', 'servers', 'main.js');
}
