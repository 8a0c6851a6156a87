import type { DialectId } from '../model/operation.ts';
import type { JsonObject } from '../wire/json-rpc.ts';
import { placeholdersIn } from '../wire/placeholder.ts';
import { type Candidate, type Choice, findCandidates, type Offer } from './candidates.ts';
import { type JobTrial, tryJob } from './job-trial.ts';
import type { SampleArguments, SampleWish } from './sample-arguments.ts';
import { type TrialToken, tryWork, type WorkTrial } from './trial.ts';
import type { TrialLine } from './trial-line.ts';

/** So many tools are tried at most: whoever has more of them that fail is better asked. */
const TRIALS_MAX = 4;
/** Long enough for a kill to find it at work, and short enough for many runs. */
const COMMAND = 'sleep 0.5; echo {{token}}';

export interface ExaminationOptions {
  /** Try this tool and no other; null: whichever is likeliest. */
  readonly only: string | null;
  readonly mayDestroy: boolean;
  /** Its arguments, with placeholders; null: they are made from its schema. */
  readonly given: JsonObject | null;
  /** As a placeholder, where the server may write; null: it has no place of its own. */
  readonly folder: string | null;
  /** A text that no server has seen, and a number of which the same can be hoped. */
  readonly token: TrialToken;
  /** Asked before each trial; false: this tool is left alone. */
  mayCall(candidate: Candidate): Promise<boolean>;
}

/** What was found out of a server: what was tried, in order, and which of it a profile can stand on. */
export interface Examination {
  readonly offer: Offer;
  readonly choice: Choice;
  readonly tried: readonly Tried[];
  /** null: no tool did its work when it was called. */
  readonly chosen: Tried | null;
}

export type Tried =
  | { readonly kind: 'work'; readonly candidate: Candidate; readonly trial: WorkTrial }
  | { readonly kind: 'job'; readonly candidate: Candidate; readonly trial: JobTrial };

/** Tries the likeliest tools until one does its work and gives the token back; of those that only work, the first is chosen. */
export async function examine(line: TrialLine, offer: Offer, options: ExaminationOptions): Promise<Examination> {
  const wish: SampleWish = { command: COMMAND, folder: options.folder };
  const choice = findCandidates(offer, wish, options);
  const tried: Tried[] = [];
  for (const candidate of choice.candidates.slice(0, TRIALS_MAX)) {
    if (!(await options.mayCall(candidate))) continue;
    const one = await tryOne(line, candidate, { ...options, wish, dialect: offer.dialect });
    tried.push(one);
    if (isGood(one)) break;
  }
  const chosen = tried.find(isGood) ?? tried.find(({ trial }) => trial.failure === null) ?? null;
  return { offer, choice, tried, chosen };
}

function isGood(one: Tried): boolean {
  return one.trial.failure === null && echoesOf(one).length > 0;
}

/** Where the token of a call comes back; of several places the first that has something counts. */
export function echoesOf(one: Tried): readonly string[] {
  if (one.kind === 'job') return one.trial.found?.echo ?? [];
  return one.trial.echo === null ? [] : [one.trial.echo];
}

async function tryOne(
  line: TrialLine,
  candidate: Candidate,
  options: ExaminationOptions & { readonly wish: SampleWish; readonly dialect: DialectId },
): Promise<Tried> {
  const { tool, handle } = candidate;
  const given = options.given === null ? {} : { sample: sampleOf(options.given) };
  if (handle !== null && candidate.role === 'start') {
    const trial = await tryJob(tool, { line, handle, ...options, ...given });
    if (trial.failure === null) return { kind: 'job', candidate, trial };
    // What it starts may be no job at all, and its answer the result.
    const work = await tryWork(line, tool, { ...options, ...given });
    return work.failure === null && work.echo !== null
      ? { kind: 'work', candidate, trial: work }
      : { kind: 'job', candidate, trial };
  }
  return { kind: 'work', candidate, trial: await tryWork(line, tool, { ...options, ...given }) };
}

function sampleOf(given: JsonObject): SampleArguments {
  const names = new Set(placeholdersIn(given).map(({ name }) => name));
  const carries = names.has('token') ? 'token' : names.has('number') ? 'number' : null;
  return { arguments: given, carries, command: null, open: [] };
}
