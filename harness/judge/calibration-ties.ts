import type { CalibrationTie } from '../model/calibration.ts';
import type { Observation, ObservedCall } from './calibration-observation.ts';

/**
 * Calls whose number of polls differs between a real run and the virtual one only because the work ended so near to a poll that
 * either answer was right. null: some call differs for another reason.
 */
export function findTies(
  real: readonly Observation[],
  virtual: Observation,
  tieMs: number,
): readonly CalibrationTie[] | null {
  const ties: CalibrationTie[] = [];
  for (const [run, { calls }] of real.entries()) {
    for (const call of calls) {
      const twin = virtual.calls.find((other) => other.call === call.call);
      if (twin === undefined) return null;
      if (call.polls.length === twin.polls.length) continue;
      const poll = Math.min(call.polls.length, twin.polls.length);
      const apart = [distanceMs(call, poll), distanceMs(twin, poll)];
      const apartMs = apart.reduce<number | null>(
        (most, ms) => (most === null || ms === null ? null : Math.max(most, ms)),
        0,
      );
      if (apartMs === null || apartMs > tieMs) return null;
      const pollsReal = call.polls.length;
      ties.push({ call: call.call, poll, run, pollsReal, pollsVirtual: twin.polls.length, apartMs: rounded(apartMs) });
    }
  }
  return ties;
}

/** Between the end of the work and the time that this poll was under way; 0: within it. null: there is no such poll or end. */
function distanceMs({ polls, workEndMs }: ObservedCall, number: number): number | null {
  const poll = polls[number - 1];
  if (poll === undefined || workEndMs === null || poll.endMs === null) return null;
  return Math.max(0, poll.sentMs - workEndMs, workEndMs - poll.endMs);
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
