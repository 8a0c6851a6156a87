import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { GRACE_MS } from '../audit/audit-tools.ts';
import type { ManagedSession } from '../audit/real-session.ts';
import type { AuditRunOptions } from '../audit/run-audit.ts';
import { AUDIT_OUTCOMES, AUDIT_SCHEMA, type AuditDocument, type AuditOutcome } from '../model/audit.ts';
import { msOf } from '../model/clock.ts';
import { EXIT } from '../model/exit-code.ts';
import { createRedaction, secretsIn } from '../model/redaction.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import { probeServer } from '../run/probe.ts';
import { type LookedAt, lookAtTarget } from '../targets/audited.ts';
import type { ProbeRequest } from '../targets/target.ts';
import { auditExitCode } from './audit-exit.ts';
import { type AuditFlags, checkFlags, chosen, listed, optionsOf, requirementsFor } from './audit-options.ts';
import { AUDIT_REPORTERS, auditOutput, openAuditDirectory } from './audit-output.ts';
import { withoutSecrets } from './audit-secrets.ts';
import { auditList, auditText } from './audit-text.ts';
import type { Command, CommandContext } from './command.ts';
import { jsonText } from './json-file.ts';
import { commaList } from './number-option.ts';
import { addTargetOptions } from './target-options.ts';

/** Every numbered requirement of the target's dialect: met, broken with the messages that show it, or why it is neither. */
export const audit: Command = {
  name: 'audit',
  summary: 'hold a server against every numbered requirement of its dialect, one line each, and show what is broken',
  attach(parser, context) {
    addTargetOptions(parser);
    parser
      .option('--only <ids>', 'these requirements only: 2026-13,2026-45', commaList)
      .option('--list', 'print the requirements and how each is looked at; start nothing')
      .option('--out <directory>', 'write audit.json and report.html (and what --reporter writes) there')
      .option('--force', 'replace the audit that is there')
      .option('--reporter <ids>', `also tell others: ${AUDIT_REPORTERS.join(', ')}; several with commas`, commaList)
      .option('--json', 'one JSON document on stdout')
      .option('--strict', 'end with 3 when a requirement of the level "should" is broken')
      .option('--quiet', 'no progress on stderr')
      .action(async (flags: AuditFlags) => context.end(await auditCommand(flags, context)));
  },
};

/** The server was asked and did not answer: no bad usage, but nothing to say of it either. */
class Unreachable extends Error {}

async function auditCommand(flags: AuditFlags, context: CommandContext): Promise<number> {
  const { output } = context;
  checkFlags(flags);
  if (flags.list) {
    output.result(auditList(listed(flags), { json: flags.json === true, columns: output.columns }));
    return EXIT.valid;
  }
  const directory =
    flags.out === undefined ? null : openAuditDirectory(resolve(context.cwd, flags.out), flags, context);
  const document = await auditDocument(flags, context);
  await auditOutput(document, { directory, reporters: flags.reporter ?? [], context });
  if (flags.json) output.result(jsonText(document));
  else output.result(auditText(document, output.columns));
  if (directory !== null) output.progress(`wrote ${join(flags.out ?? '', 'audit.json')} and report.html`);
  return document.exitCode;
}

/** Reaches the server, runs the probes, and puts what they saw together. */
async function auditDocument(flags: AuditFlags, context: CommandContext): Promise<AuditDocument> {
  const { clock, package: own, signal } = context;
  const startedMs = clock.wall();
  const started = clock.now();
  const finish = (found: Pick<AuditDocument, 'target' | 'error' | 'rows' | 'notes'>): AuditDocument => {
    const counts = countsOf(found.rows.map(({ outcome }) => outcome));
    return {
      schema: AUDIT_SCHEMA,
      claimcheck: own.version,
      startedAt: new Date(startedMs).toISOString(),
      durationMs: Math.round(msOf(clock.now() - started)),
      interrupted: signal.aborted,
      exitCode: signal.aborted ? EXIT.interrupted : auditExitCode(found.rows, flags.strict === true),
      ...found,
      counts,
    };
  };
  try {
    const looked = await lookAtTarget(optionsOf(flags), (request) => reach(request, signal));
    const { kind, dialect, transport } = looked.target.planned;
    const target = { kind, server: looked.probed.server, dialect, transport };
    const requirements = chosen(requirementsFor(dialect), flags.only);
    const { rows, notes, ended } = await runProbes(looked, { requirements, beside: flags.only === undefined }, context);
    const redact = createRedaction(secretsIn(JSON.stringify(looked.target.planned.profile), context.env));
    return finish({ target, error: ended, ...withoutSecrets({ rows, notes }, redact) });
  } catch (error) {
    if (!(error instanceof Unreachable) || signal.aborted) throw error;
    return finish({ target: null, error: error.message, rows: [], notes: [] });
  }
}

async function reach(request: ProbeRequest, signal: AbortSignal) {
  try {
    return await probeServer(request, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UsageError) throw new Unreachable(messageOf(error), { cause: error });
    throw error;
  }
}

async function runProbes(
  looked: LookedAt,
  wanted: Pick<AuditRunOptions, 'requirements' | 'beside'>,
  context: CommandContext,
) {
  const { output, clock, signal } = context;
  // The library of raw HTTP is loaded when there is something to audit.
  const [{ createRealSession, ServerGone }, { openServerHost }, { runAudit }, { probes }] = await Promise.all([
    import('../audit/real-session.ts'),
    import('../audit/server-host.ts'),
    import('../audit/run-audit.ts'),
    import('../audit/probes/index.ts'),
  ]);
  const { target, probed } = looked;
  const settings = target.planned.dialect === 'grace' ? { graceMs: GRACE_MS } : {};
  await using host =
    target.launch === null ? null : await openServerHost({ recipe: target.launch, settings, clock, signal });
  const limits = { requestMs: 10_000, workMs: 20_000, quietMs: 300 };
  const tokenPrefix = `audit-${randomUUID().slice(0, 8)}`;
  const managed: ManagedSession = createRealSession({
    target,
    tools: probed.tools,
    host,
    clock,
    signal,
    limits,
    tokenPrefix,
  });
  try {
    const onProbe = (title: string, index: number, count: number) =>
      output.progress(`audit ${index}/${count}: ${title}`);
    return await runAudit({ managed, ...wanted, probes, onProbe });
  } catch (error) {
    if (error instanceof ServerGone) throw new Unreachable(error.message, { cause: error });
    throw error;
  } finally {
    await managed.close();
  }
}

function countsOf(outcomes: readonly AuditOutcome[]): AuditDocument['counts'] {
  const count = (outcome: AuditOutcome) => outcomes.filter((one) => one === outcome).length;
  const [broken, met, notObservable, notApplicable] = AUDIT_OUTCOMES.map(count);
  return {
    broken: broken ?? 0,
    met: met ?? 0,
    'not-observable': notObservable ?? 0,
    'not-applicable': notApplicable ?? 0,
  };
}
