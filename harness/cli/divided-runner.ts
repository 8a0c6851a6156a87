import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunResult } from '../execution/course.ts';
import { loadUnits } from '../execution/units.ts';
import { type DividedOutcome, divideLoad } from '../generators/divided-load.ts';
import { generatorsDocument, generatorsText } from '../generators/generators-document.ts';
import { mergeHistories } from '../generators/history-merge.ts';
import type { GeneratorSource } from '../generators/link.ts';
import { refuseUndividable } from '../generators/share.ts';
import { addHistograms, emptyHistograms, histogramsDocument } from '../model/latency-histograms.ts';
import type { Plan } from '../model/plan.ts';
import type { LostShare } from '../model/planned-load.ts';
import type { RunDirectory } from '../model/run-directory.ts';
import { UsageError } from '../model/usage-error.ts';
import { runPlan } from '../run/run.ts';
import { writeJson } from './json-file.ts';
import type { PlanRunner, RunnerOptions } from './plan-runner.ts';

/** Runs a load that so many generators make, and leaves the directory of one run. */
export function dividedRunner(source: GeneratorSource, count: number): PlanRunner {
  return {
    async run(options) {
      const { plan, directory, context } = options;
      refuseUndividable(plan, count);
      const scratch = mkdtempSync(join(tmpdir(), 'claimcheck-merge-'));
      try {
        if (!options.isQuiet) context.output.progress(`waiting for ${count} generators (${source.where})`);
        return await runDivided(options, { source, count, scratch });
      } catch (error) {
        // What there is of the run stays as evidence; a run that never began leaves nothing.
        const own = ownHistory(scratch);
        const isWorth = !(error instanceof UsageError) && existsSync(own) && !existsSync(directory.history);
        if (isWorth) copyFileSync(own, directory.history);
        throw error;
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}

async function runDivided(
  { plan, target, directory, context, onEvent }: RunnerOptions,
  { source, count, scratch }: { readonly source: GeneratorSource; readonly count: number; readonly scratch: string },
): Promise<RunResult & { readonly plan: Plan }> {
  const { signal, output } = context;
  const links = await source.open({ count, signal, scratch });
  try {
    const divided = divideLoad({ plan, links, folder: scratch });
    const units = await loadUnits(plan);
    const own = { ...directory, history: ownHistory(scratch) };
    const result = await runPlan({ plan, units, target, directory: own, signal, drive: divided.drive });
    const outcome = divided.outcome();
    const lost = outcome.members.filter(({ why }) => why !== null);
    const lostCalls = new Set(lost.flatMap(({ share }) => share.calls.map(({ call }) => call)));
    const { effectsLeftOut } = await mergeHistories({
      ...{ own: own.history, to: directory.history, lostCalls },
      ...{ harvests: outcome.harvests, slowestLoop: outcome.slowestLoop },
      onEvent: (event) => onEvent?.(event),
    });
    writeHistograms(directory, outcome);
    const document = generatorsDocument({ where: source.where, ...outcome, effectsLeftOut });
    writeJson(directory.generators, document);
    output.progress(generatorsText(document));
    return { ...result, plan: withoutLost(plan, lostCalls, lost.map(shareLost)) };
  } finally {
    await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
  }
}

function ownHistory(scratch: string): string {
  return join(scratch, 'own.jsonl');
}

function writeHistograms(directory: RunDirectory, { harvests }: DividedOutcome): void {
  const whole = emptyHistograms();
  for (const { histograms } of harvests) addHistograms(whole, histograms);
  const parts = new Map(harvests.map(({ member, histograms }) => [member.name, histograms]));
  writeJson(directory.histograms, histogramsDocument(whole, parts));
}

function shareLost({ name, share, why }: DividedOutcome['members'][number]): LostShare {
  return { generator: name, calls: share.calls.length, why: why ?? '' };
}

/** What was not run is no part of what is judged; that it was planned stays in the plan. */
function withoutLost(plan: Plan, lostCalls: ReadonlySet<number>, notRun: readonly LostShare[]): Plan {
  if (notRun.length === 0) return plan;
  return {
    ...plan,
    calls: plan.calls.filter(({ call }) => !lostCalls.has(call)),
    load: { ...plan.load, notRun },
  };
}
