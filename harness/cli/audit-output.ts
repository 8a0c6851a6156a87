import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { renderAudit } from '../../reports/audit-report.ts';
import { AUDIT_SCHEMA, type AuditDocument } from '../model/audit.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { parseJson } from '../wire/json-rpc.ts';
import { auditAnnotations, auditJunit, auditMarkdown } from './audit-reporters.ts';
import type { CommandContext } from './command.ts';
import { writeJson, writeWhole } from './json-file.ts';
import { shown } from './out-directory.ts';
import { auditSchema } from './published/audit-schema.ts';

export const AUDIT_FILE = 'audit.json';
export const AUDIT_REPORTERS = ['junit', 'github'] as const;

/** Makes the folder. Throws a UsageError where an audit already is, or nothing can be written. */
export function openAuditDirectory(
  path: string,
  { force }: { readonly force?: boolean },
  { cwd }: Pick<CommandContext, 'cwd'>,
): string {
  if (isAuditDirectory(path) && !force) {
    throw new UsageError(
      `${shown(cwd, path)} already holds an audit; choose another --out, or replace it with --force`,
    );
  }
  if (existsSync(join(path, 'plan.json'))) {
    throw new UsageError(`${shown(cwd, path)} holds a run; choose another --out for an audit`);
  }
  try {
    mkdirSync(path, { recursive: true });
    return path;
  } catch (error) {
    throw new UsageError(`cannot write to ${shown(cwd, path)}: ${messageOf(error)}`, { cause: error });
  }
}

/** A folder that holds an audit, not a run. */
export function isAuditDirectory(path: string): boolean {
  return existsSync(join(path, AUDIT_FILE));
}

/** One HTML file for a saved audit. `name`: the folder as its reader would name it. */
export function drawSavedAudit(directory: string, name: string): string {
  const path = join(directory, AUDIT_FILE);
  const read = auditSchema.safeParse(parseJson(readFileSync(path, 'utf8')));
  if (!read.success) throw new UsageError(`${path} is not an audit (${AUDIT_SCHEMA}): ${z.prettifyError(read.error)}`);
  return renderAudit(read.data, { replay: `claimcheck report ${name}` });
}

export interface AuditOutputOptions {
  /** null: nothing is kept. */
  readonly directory: string | null;
  readonly reporters: readonly string[];
  readonly context: CommandContext;
}

/** Writes what was asked for beside the result itself. */
export async function auditOutput(document: AuditDocument, options: AuditOutputOptions): Promise<void> {
  const { directory, reporters, context } = options;
  if (directory !== null) {
    writeJson(join(directory, AUDIT_FILE), document);
    writeWhole(
      join(directory, 'report.html'),
      renderAudit(document, { replay: `claimcheck report ${shown(context.cwd, directory)}` }),
    );
    if (reporters.includes('junit')) writeWhole(join(directory, 'junit.xml'), auditJunit(document));
  }
  if (!reporters.includes('github')) return;
  for (const annotation of auditAnnotations(document)) context.output.warn(annotation);
  const file = context.env.GITHUB_STEP_SUMMARY;
  if (file === undefined || file === '')
    context.output.warn('GITHUB_STEP_SUMMARY is not set: no job summary was written');
  else appendFileSync(file, auditMarkdown(document));
}
