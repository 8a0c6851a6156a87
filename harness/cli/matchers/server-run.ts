import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { createSystemClock } from '../../model/clock.ts';
import { runDirectory } from '../../model/run-directory.ts';
import { UsageError } from '../../model/usage-error.ts';
import type { Verdict } from '../../model/verdict.ts';
import { probeServer } from '../../run/probe.ts';
import type { CommandContext } from '../command.ts';
import { concludeRun } from '../conclusion.ts';
import { executePlan } from '../execution.ts';
import { shown } from '../out-directory.ts';
import { createOutput } from '../output.ts';
import { findPackage } from '../package.ts';
import { runnerFor } from '../plan-runner.ts';
import { chooseScenarios, inRealTime, inVirtualTime, planScenarios } from '../scenario-plans.ts';
import { resolveFlags } from '../target-options.ts';
import { virtualProbes } from '../virtual-probes.ts';

const serverSchema = z
  .strictObject({
    /** Starts it, over stdio, or over HTTP together with `url`. */
    server: z.string().optional(),
    /** Where it listens; alone: it is already running, and is not killed. */
    url: z.string().optional(),
    /** A file that describes it. */
    profile: z.string().optional(),
    /** A file that exports createServer: it is run in virtual time. */
    module: z.string().optional(),
    /** The tool that does the work, where there is no profile, and its arguments. */
    tool: z.string().optional(),
    arguments: z.record(z.string(), z.unknown()).optional(),
    dialect: z.string().optional(),
    transport: z.enum(['stdio', 'http']).optional(),
  })
  .refine(({ server, url, profile, module }) => [server, url, profile, module].some((one) => one !== undefined), {
    message: 'expected one of server, url, profile, module',
  });

/** A server as a test names it: the options of the command line, by their names. */
export type ServerUnderTest = Readonly<z.input<typeof serverSchema>>;

const choiceSchema = z.strictObject({
  seed: z.number().int().min(0).optional(),
  agents: z.number().int().min(1).optional(),
  /** Changes to the scenario, as `--set` takes them: ['calls=300']. */
  set: z.array(z.string()).optional(),
  /** As `--fault` takes them: ['F5=0.2']. */
  fault: z.array(z.string()).optional(),
  /** Limits of one's own: ['detection-lag.p95 < 800ms']. */
  threshold: z.array(z.string()).optional(),
  /** Folder for the runs; a run that passed is removed, others stay as evidence. Default: reports/out/vitest. */
  out: z.string().optional(),
  /** Keep runs that passed, too. */
  keep: z.boolean().optional(),
  /** Ends the run early: the `signal` of a test's context. */
  signal: z.instanceof(AbortSignal).optional(),
});

/** What is changed about a scenario, and where its run goes. */
export type RunChoice = Readonly<z.input<typeof choiceSchema>>;

export interface ServerRun {
  readonly verdict: Verdict;
  /** What the command line says of such a run. */
  readonly text: string;
  /** Of the run; gone when it was let go. */
  readonly directory: string;
  readonly context: CommandContext;
  /** Nobody needs it any more: removes it, unless somebody wants to keep it. */
  discard(): void;
}

/**
 * Runs one scenario against a server, as `claimcheck run` does, or `claimcheck simulate` for a module. Throws a UsageError for what is
 * neither a server nor a scenario.
 */
export async function runServer(received: unknown, scenario: string, given: unknown): Promise<ServerRun> {
  const server = parsed(serverSchema, received, 'The server');
  const choice = parsed(choiceSchema, given ?? {}, 'The options');
  const { seed, agents, set, fault, threshold } = choice;
  const flags = { seed, agents, set, fault, threshold };
  const context = contextOf(choice.signal ?? new AbortController().signal);
  const isVirtual = server.module !== undefined;
  const time = isVirtual ? 'virtual' : 'real';
  const chosen = chooseScenarios([scenario], flags);
  const scenarios = (isVirtual ? inVirtualTime : inRealTime)(chosen, [scenario], context.output);
  const probes = isVirtual
    ? virtualProbes(context.signal)
    : { probe: (request: Parameters<typeof probeServer>[0]) => probeServer(request, context.signal) };
  const json = server.arguments === undefined ? undefined : JSON.stringify(server.arguments);
  const target = await resolveFlags({ ...server, arguments: json }, probes);
  const [plan] = planScenarios(scenarios, { flags, target, time, claimcheck: context.package.version });
  if (plan === undefined) throw new UsageError(`'${scenario}' names no scenario that can be run; name one, not 'all'.`);
  const base = resolve(context.cwd, choice.out ?? 'reports/out/vitest');
  mkdirSync(base, { recursive: true });
  const directory = runDirectory(mkdtempSync(join(base, `${plan.scenario}-`)));
  const discard = () => rmSync(directory.path, { recursive: true, force: true });
  await using runner = runnerFor(time);
  try {
    const verdict = await executePlan({ runner, plan, target, directory, context, isLive: false, isQuiet: true });
    return {
      verdict,
      text: concludeRun(verdict, {
        directory: shown(context.cwd, directory.path),
        report: shown(context.cwd, directory.report),
      }),
      directory: directory.path,
      context,
      discard: choice.keep === true ? () => {} : discard,
    };
  } catch (error) {
    // A server that could not be started leaves nothing that anybody could look at.
    if (error instanceof UsageError) discard();
    throw error;
  }
}

/** Quiet: what a test has to say stands in its failure. */
function contextOf(signal: AbortSignal): CommandContext {
  const { stdin, stdout, stderr, env } = process;
  const output = createOutput({ stdout, stderr }, () => true);
  return {
    output: { ...output, result: () => {} },
    stdin,
    stdout,
    clock: createSystemClock(),
    package: findPackage(),
    cwd: process.cwd(),
    env,
    signal,
    end: () => {},
  };
}

function parsed<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new UsageError(`${what}${place === '' ? '' : `, ${place}`}: ${issue?.message ?? 'not understood'}`);
}
