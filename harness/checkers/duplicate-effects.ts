import type { Checker } from '../model/checker.ts';
import type { CallView, HistoryIndex } from '../model/history-index.ts';
import { wasStoreLost } from '../model/store-loss.ts';
import { commitsAllowed } from './delivery.ts';
import { createFindingList, judged, lossOf, who } from './finding-list.ts';
import { NO_EFFECTS } from './situations/situation.ts';

/**
 * One logical call commits its effect at most once. With a key: once a key, however often it is sent. Without: once a
 * delivery, since MCP gives a client no way to say that a call is a retry; a second commit within that is a hazard (a warning,
 * and the fate `doubled`). Where the target promises at-least-once, or its store has forgotten the call since, doubled effects
 * are hazards too. Counts: calls (with a
 * commit), doubled (more than one), violations, hazards.
 */
export const duplicateEffects: Checker = {
  meta: {
    id: 'duplicate-effects',
    title: 'No call has its effect twice',
    description: 'A card charged twice, a mail sent twice: what retries and restarts do to work that is not protected.',
    invariants: ['S3'],
    requires: ['effects'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.facts.effects === 'none' ? NO_EFFECTS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const hazards = createFindingList();
    const committed = history.calls.filter(({ commits }) => commits.length > 0);
    const doubled = committed.filter(({ commits }) => commits.length > 1);
    for (const call of doubled) {
      const allowed = commitsAllowed(call, history, plan);
      const [from, to] = [call.creates[0]?.inv.seq ?? 0, call.commits.at(-1)?.seq ?? 0];
      const isHazard =
        call.commits.length <= allowed ||
        plan.target.facts.delivery === 'at-least-once' ||
        wasStoreLost(plan, history, { from, to });
      (isHazard ? hazards : findings).add(
        'S3',
        describe(call, history, allowed),
        call.commits.map(({ seq }) => seq),
      );
    }
    const counts = {
      calls: committed.length,
      doubled: doubled.length,
      violations: findings.count,
      hazards: hazards.count,
    };
    return judged(findings, counts, hazards);
  },
};

function describe(call: CallView, history: HistoryIndex, allowed: number): string {
  const [first, ...later] = call.commits.map((commit) => `${(commit.at / 1e9).toFixed(3)} s in boot ${commit.boot}`);
  const keys = new Set(call.creates.flatMap(({ inv }) => (inv.key === undefined ? [] : [inv.key])));
  const what =
    keys.size > 0 ? 'under its idempotency key' : `for ${allowed} ${allowed === 1 ? 'delivery' : 'deliveries'}`;
  const again =
    later.length > 3 ? `${later.slice(0, 3).join(', ')} and ${later.length - 3} more times` : later.join(', ');
  return `${who(call)} committed at ${first} and again at ${again}, ${what}${lossOf(history, call.creates)}`;
}
