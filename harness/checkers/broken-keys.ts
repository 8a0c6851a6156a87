import { hasOutcome } from '../model/answer.ts';
import type { Checker, CheckerInput } from '../model/checker.ts';
import { groupBy } from '../model/grouping.ts';
import type { Acked } from '../model/history-index.ts';
import type { Plan } from '../model/plan.ts';
import { principalOf } from '../model/principal.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { createFindingList, type FindingList, judged, vacuous, when } from './finding-list.ts';
import { NO_KEY, NO_TASKS } from './situations/situation.ts';

/**
 * One idempotency key is one task: the same call sent again under its key (by its agent, also concurrently, also after a
 * restart) is given the same task; another call under that key is refused. How often the effect was committed is S3. Not
 * applicable when no key was answered twice. Counts: keys (sent), answeredTwice, violations.
 */
export const brokenKeys: Checker = {
  meta: {
    id: 'broken-keys',
    title: 'The same idempotency key gives the same task',
    description: 'The key is all that stands between a lost receipt and work done twice.',
    invariants: ['S13'],
    requires: ['acks'],
    judges: 'server',
  },
  applicable(plan) {
    if (plan.target.dialect === 'blocking') return NO_TASKS;
    return plan.target.facts.key ? null : NO_KEY;
  },
  check({ plan, history }) {
    const findings = createFindingList();
    const acks = history.calls.flatMap((call) => call.acks).filter(({ inv }) => inv.key !== undefined);
    const scopes = groupBy(acks, (ack) => scopeOf(plan, ack));
    let answeredTwice = 0;
    for (const group of scopes.values()) {
      const inOrder = [...group].sort((a, b) => a.end.seq - b.end.seq);
      if (inOrder.length > 1) answeredTwice += 1;
      judgeKey(inOrder, { plan, history }, findings);
    }
    const sent = history.exchanges.flatMap(({ inv }) =>
      inv.op === 'create' && inv.key !== undefined ? [inv.key] : [],
    );
    const counts = { keys: new Set(sent).size, answeredTwice, violations: findings.count };
    if (answeredTwice === 0) return vacuous('no key was sent and answered twice in this run', counts);
    return judged(findings, counts);
  },
};

/** Keys belong to a principal; without principals all agents are one. */
function scopeOf(plan: Plan, { inv }: Acked): string {
  return `${principalOf(plan.target.facts, inv.agent)}\0${inv.key}`;
}

function judgeKey(acks: readonly Acked[], { plan, history }: CheckerInput, findings: FindingList): void {
  const [first] = acks;
  if (!first) return;
  const at = (ack: Acked) => `${ack.end.task ?? 'no task'} at ${when(history, ack.end)}`;
  // Each call has a token of its own, so another call under this key has other arguments.
  const stranger = acks.find(({ inv }) => inv.call !== first.inv.call);
  if (stranger) {
    findings.add(
      'S13',
      `call ${stranger.inv.call} (agent ${stranger.inv.agent}) used the key of call ${first.inv.call} with other arguments and ` +
        `was given ${at(stranger)} instead of a conflict`,
      [first.end.seq, stranger.end.seq],
    );
  }
  // A server may answer one attempt with a receipt and the other with the result itself, which names no task.
  const own = acks.filter(({ inv, end }) => inv.call === first.inv.call && !isInline(end));
  const [known] = own;
  const isForgotten = (to: number) => wasStoreLost(plan, history, { from: known?.inv.seq ?? 0, to });
  const other = own.find(({ end }) => end.task !== known?.end.task && !isForgotten(end.seq));
  if (!known || !other) return;
  const tasks = new Set(own.map(({ end }) => end.task)).size;
  findings.add(
    'S13',
    `call ${known.inv.call} (agent ${known.inv.agent}) was given ${at(known)} and, under the same key, ${at(other)}` +
      `${tasks > 2 ? ` (${tasks} tasks in all)` : ''}`,
    [known.end.seq, other.end.seq],
  );
}

/** The result of the call itself, in place of a receipt. */
function isInline({ task, ...seen }: Acked['end']): boolean {
  return task === undefined && hasOutcome(seen);
}
