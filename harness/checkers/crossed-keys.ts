import type { Checker } from '../model/checker.ts';
import { groupBy } from '../model/grouping.ts';
import type { Exchange } from '../model/history-index.ts';
import { principalOf } from '../model/principal.ts';
import { createFindingList, judged, vacuous, when } from './finding-list.ts';
import { NO_KEY, NO_TASKS, ONE_PRINCIPAL } from './situations/situation.ts';

/**
 * An idempotency key belongs to whoever sent it: two agents that happen on the same key are given a task each, and neither hears
 * that the other has used it. Not applicable where no two agents sent the same key. Counts: shared (keys), violations.
 */
export const crossedKeys: Checker = {
  meta: {
    id: 'crossed-keys',
    title: 'A key of one agent means nothing for another',
    description:
      'A key that is known to all makes one agent wait for the work of another, or tells it that there is some.',
    invariants: ['S14'],
    requires: ['acks'],
    judges: 'server',
  },
  applicable({ target }) {
    if (target.dialect === 'blocking') return NO_TASKS;
    if (!target.facts.key) return NO_KEY;
    return target.facts.principals ? null : ONE_PRINCIPAL;
  },
  check({ plan, history }) {
    const ownerOf = ({ inv }: Exchange) => principalOf(plan.target.facts, inv.agent);
    const findings = createFindingList();
    const keyed = history.calls.flatMap(({ creates }) => creates).filter(({ inv }) => inv.key !== undefined);
    let shared = 0;
    for (const [key, creates] of groupBy(keyed, ({ inv }) => inv.key)) {
      const first = creates.find(({ end }) => end?.kind === 'ok');
      if (first?.end?.kind !== 'ok') continue;
      const other = creates.filter((create) => ownerOf(create) !== ownerOf(first));
      if (other.length === 0) continue;
      shared += 1;
      const crossed = other.find((create) => isCrossed(create, first, other));
      if (crossed?.end == null) continue;
      const what =
        crossed.end.kind === 'ok' ? `was given its task ${crossed.end.task}` : `was told of it: ${crossed.end.message}`;
      findings.add(
        'S14',
        `agent ${crossed.inv.agent} sent call ${crossed.inv.call} under the key ${key} of agent ${first.inv.agent} and ${what} ` +
          `at ${when(history, crossed.end)}`,
        [first.end.seq, crossed.end.seq],
      );
    }
    const counts = { shared, violations: findings.count };
    return shared === 0 ? vacuous('no two agents sent the same key in this run', counts) : judged(findings, counts);
  },
};

/** The same task, or a refusal that only somebody else's use of the key can explain: its agent sent it for one call alone. */
function isCrossed({ inv, end }: Exchange, first: Exchange, all: readonly Exchange[]): boolean {
  if (end === null) return false;
  if (end.kind === 'ok') return first.end?.kind === 'ok' && end.task !== undefined && end.task === first.end.task;
  const isReused = all.some((one) => one.inv.agent === inv.agent && one.inv.call !== inv.call);
  return (
    !isReused &&
    end.kind === 'fail' &&
    (end.reason === 'conflict' || (end.reason === 'refused' && end.answered === true))
  );
}
