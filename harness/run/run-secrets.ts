import { appendFileSync, createReadStream, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from '../model/plan.ts';
import { createRedaction, type Redaction, secretsIn, withoutCredentials } from '../model/redaction.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { createLineLimit } from './line-limit.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What must not stand in what is kept of a run; null: nothing. Of what is secret the plan holds the names alone. */
export function redactionOf(plan: Plan, env: Environment = process.env): Redaction | null {
  return createRedaction(secretsIn(JSON.stringify(plan.target), env));
}

/** What the server itself wrote into the run directory, its logs and its ledger, once more and without what is secret. */
export async function redactLogs(directory: RunDirectory, redact: Redaction | null): Promise<void> {
  const logs = readdirSync(directory.path).filter((name) => /^stderr\..*\.log$/.test(name));
  for (const name of logs) {
    await rewrite(join(directory.path, name), (line) => withoutCredentials(redact?.(line) ?? line));
  }
  if (redact !== null && existsSync(directory.ledger)) await rewrite(directory.ledger, redact);
}

/** Lines gathered before they are written. */
const PART_CHARS = 1024 * 1024;

/** Leaves the file alone where no line changes. */
async function rewrite(path: string, change: (line: string) => string): Promise<void> {
  const draft = `${path}.draft`;
  let part = '';
  let isChanged = false;
  const input = createReadStream(path).pipe(createLineLimit());
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const kept = change(line);
    isChanged ||= kept !== line;
    part += `${kept}\n`;
    if (part.length < PART_CHARS) continue;
    appendFileSync(draft, part, { mode: 0o600 });
    part = '';
  }
  if (isChanged) {
    appendFileSync(draft, part, { mode: 0o600 });
    renameSync(draft, path);
  } else rmSync(draft, { force: true });
}
