import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDirectory } from '../model/run-directory.ts';
import { messageOf, UsageError } from '../model/usage-error.ts';
import type { Verdict } from '../model/verdict.ts';
import { compile } from '../plan/compile.ts';
import { loadScenario } from '../plan/scenario-file.ts';
import { probeServer } from '../run/probe.ts';
import { resolveTarget } from '../targets/index.ts';
import type { CommandContext } from './command.ts';
import { executePlan } from './execution.ts';
import { runnerFor } from './plan-runner.ts';

const SCENARIO = 'steady';
/** Enough for two agents to have two tasks each at once, and over in seconds. */
const SEEDS = 1_000_000_000;
const SMALL = ['calls=4', 'agents.count=2'];

/** How a short run with the profile went; a text: it could not be run, and why. */
export async function tryProfile(path: string, context: CommandContext): Promise<Verdict | string> {
  const folder = mkdtempSync(join(tmpdir(), 'claimcheck-init-'));
  try {
    const target = await resolveTarget({ profile: path }, { probe: (request) => probeServer(request, context.signal) });
    const plan = compile({
      scenario: loadScenario(SCENARIO),
      // Not that of the user's first run: a server that keeps what it was told would hear the same tokens again.
      seed: Math.floor(context.clock.wall()) % SEEDS,
      target: target.planned,
      overrides: { set: SMALL },
      claimcheck: context.package.version,
      time: 'real',
    });
    await using runner = runnerFor('real');
    const directory = runDirectory(join(folder, 'run'));
    return await executePlan({
      runner,
      plan,
      target,
      directory,
      context,
      isLive: false,
      isQuiet: true,
      isDrawn: false,
    });
  } catch (error) {
    if (error instanceof UsageError) return messageOf(error);
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
