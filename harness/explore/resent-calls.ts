import type { CaseCall, ExplorationCase } from './exploration-case.ts';

/** The family of the fault that is used: a target where it is impossible has no such cases. */
export const RESENDING = 'replies-lost';

// Between the attempts of a call whose receipts are lost at once, which double their distance from 50 ms on: 1, 2, 3 … of them are.
const LOST_UNTIL_MS = [80, 150, 300, 600, 1200, 2100, 3100, 4100, 5100] as const;

/**
 * The last call of a case behind one that is sent again and again, since its receipts are lost for a while. Where calls were
 * only there to be counted by the server, one call does it in their place. Fewest attempts first. Lazy.
 */
export function* resentCalls(one: ExplorationCase): Iterable<ExplorationCase> {
  const calls = one.agents.flat();
  const [first] = calls;
  const last = calls.at(-1);
  if (first === undefined || last === undefined || calls.length < 3) return;
  for (const untilMs of LOST_UNTIL_MS) {
    yield { ...one, agents: [[unkeyed(first), last]], retryKey: 'none', faults: [lostReplies(untilMs)] };
  }
}

/** Without a key each attempt is work of its own. */
function unkeyed(call: CaseCall): CaseCall {
  return { ...call, key: 'none', cancelAfterMs: null };
}

function lostReplies(untilMs: number): ExplorationCase['faults'][number] {
  return {
    fault: 'F5',
    trigger: { kind: 'messages', direction: 'reply', probability: 1, untilMs },
    options: { how: 'reset' },
  };
}
