import type { Checker } from '../model/checker.ts';
import { createFindingList, judged, vacuous, when, who } from './finding-list.ts';
import { NO_EFFECTS } from './situations/situation.ts';

/**
 * A call whose every attempt was definitely refused has no effect. One attempt that nobody knows about is enough to leave it
 * out. Counts: refused (calls), violations.
 */
export const effectsAfterRefusal: Checker = {
  meta: {
    id: 'effects-after-refusal',
    title: 'What was refused is not done',
    description:
      'A client that was told no may ask elsewhere; a server that does it all the same makes it happen twice.',
    invariants: ['S6'],
    requires: ['calls'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.facts.effects === 'none' ? NO_EFFECTS : null),
  check({ history }) {
    const findings = createFindingList();
    const refused = history.calls.filter(
      ({ creates }) => creates.length > 0 && creates.every(({ end }) => end?.kind === 'fail'),
    );
    for (const call of refused) {
      const [commit] = call.commits;
      const ends = call.creates.flatMap(({ end }) => (end ? [end] : []));
      const [refusal] = ends;
      if (!commit || !refusal) continue;
      const reasons = [...new Set(ends.flatMap((end) => (end.kind === 'ok' ? [] : [end.reason])))].join(', ');
      findings.add(
        'S6',
        `${who(call)} was refused at ${when(history, refusal)} (${reasons}${ends.length > 1 ? `, ${ends.length} attempts` : ''}), ` +
          `yet its effect was committed at ${when(history, commit)}`,
        [...ends, commit].map(({ seq }) => seq).sort((a, b) => a - b),
      );
    }
    const counts = { refused: refused.length, violations: findings.count };
    if (refused.length === 0) return vacuous('no call was definitely refused in this run', counts);
    return judged(findings, counts);
  },
};
