import { situations } from '../checkers/situations.ts';
import type { Provenance } from '../explore/counterexample.ts';
import { CONFIRMATIONS, type Size } from '../explore/search.ts';
import type { Tally } from '../explore/tally.ts';
import type { WrittenCounterexample } from './counterexample-output.ts';
import type { Exploration } from './exploration.ts';
import { count, perMinute, several } from './exploration-words.ts';
import type { KnownResult } from './known-counterexamples.ts';
import { seconds } from './progress-text.ts';

/** The last lines of a search: what was done, what was reached, and every counterexample with its story and its replay line. */
export function concludeExploration(exploration: Exploration, where: string): string {
  const { tally, counterexamples, ours, known, isInterrupted } = exploration;
  const failures = counterexamples.length;
  const isKnownFailing = known.some(({ state }) => state === 'fails');
  const word =
    failures > 0
      ? `VIOLATED, ${several(failures, 'counterexample')}`
      : isKnownFailing
        ? 'VIOLATED as known, nothing new'
        : tally.valid + tally.violated === 0
          ? 'unknown, nothing could be judged'
          : 'no counterexample';
  return [
    `explore: ${ours.length > 0 ? 'HARNESS FAULT' : word}${isInterrupted ? ', interrupted' : ''} (seed ${exploration.seed}; ${where})`,
    `  runs      ${runsLine(exploration)}`,
    `  judged    ${count(tally.valid)} valid, ${count(tally.violated)} violated, ${count(tally.unknown)} unknown`,
    `  faults    ${count(tally.faultsThatBit)} of ${count(tally.faults)} that were thrown touched something`,
    `  reached   ${reachedLine(tally)}`,
    ...known.map(knownLine),
    ...counterexamples.flatMap(counterexampleLines),
  ].join('\n');
}

/** A counterexample in words; the line that is copied comes last. */
export function counterexampleLines({ counterexample, file, report }: WrittenCounterexample): readonly string[] {
  const { invariant, findings, found, story, isReproduced } = counterexample;
  const times = CONFIRMATIONS + 2;
  const same = isReproduced
    ? `the same history, byte for byte, in ${times} of ${times} runs`
    : 'NOT the same history every time: the server is not deterministic here';
  return [
    `  violated  ${invariant}: ${findings[0]?.message ?? 'no sentence says what'}`,
    `  found     ${provenanceText(found)}; ${same}`,
    ...story.map((line, index) => `  ${index === 0 ? 'story    ' : '         '} ${line}`),
    `  report    ${report}`,
    `  replay    claimcheck replay ${file}`,
  ];
}

function knownLine({ file, state, invariant, detail }: KnownResult): string {
  const words = { fails: 'still fails', fixed: 'fixed', unknown: 'unknown', skipped: 'left out' } as const;
  return `  known     ${words[state]}: ${file} (${invariant}): ${detail}`;
}

function provenanceText(found: Provenance): string {
  if (found.by === 'every-point') return `at one of ${count(found.points)} points: ${found.point}`;
  const { runs, worker, shrink } = found;
  const smallest = shrink.isSmallest ? '' : ', stopped by its time limit';
  return (
    `after ${several(runs, 'run')} of worker ${worker}, shrunk from ${sizeText(shrink.from)} to ${sizeText(shrink.to)} ` +
    `(${count(shrink.tried)} tried${smallest})`
  );
}

function sizeText({ calls, faults }: Size): string {
  return `${several(calls, 'call')} and ${several(faults, 'fault')}`;
}

function runsLine({ tally, seconds: wall, runsPerMinute, workers }: Exploration): string {
  return `${count(tally.runs)} in ${seconds(wall * 1000)} with ${several(workers, 'worker')}, ${perMinute(runsPerMinute)}; ${several(tally.calls, 'call')}, ${count(tally.events)} events`;
}

function reachedLine({ situations: reached, kinds }: Tally): string {
  const total = Object.keys(situations).length;
  const missing = Object.keys(situations).filter((id) => !Object.hasOwn(reached, id));
  const without = missing.length === 0 || missing.length > 8 ? '' : `; never ${missing.join(', ')}`;
  return `${Object.keys(reached).length} of ${total} situations, ${several(kinds.length, 'kind')} of runs${without}`;
}
