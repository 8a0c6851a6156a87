import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
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
import { parseChoice, parseServer } from './choice.ts';

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
  const server = parseServer(received);
  const choice = parseChoice(given);
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
