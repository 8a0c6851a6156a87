import type { Checker } from '../model/checker.ts';
import { askedBefore } from '../model/foreign-client.ts';
import { createFindingList, judged, quoted, second } from './finding-list.ts';
import { NO_EFFECTS } from './situations/situation.ts';

/**
 * Every committed effect belongs to a call of this run that had been sent before, or of an earlier one that it goes on from. The
 * order is not judged where effects can only be counted. Counts: commits, strangers (tokens of no call), early (before the call was sent).
 */
export const phantomEffects: Checker = {
  meta: {
    id: 'phantom-effects',
    title: 'No effect without a call',
    description:
      'Work that nobody asked for: a token mixed up, a job of an earlier life, a call that was only planned.',
    invariants: ['S5'],
    requires: ['effects'],
    judges: 'server',
  },
  applicable: (plan) => (plan.target.facts.effects === 'none' ? NO_EFFECTS : null),
  check({ plan, history }) {
    const findings = createFindingList();
    const counts = { commits: 0, strangers: 0, early: 0 };
    const isOrdered = plan.target.facts.effects === 'ordered';
    for (const effect of history.effects) {
      if (effect.phase !== 'commit') continue;
      counts.commits += 1;
      if (askedBefore(plan.client, effect.token) > 0) continue;
      const at = `${second(effect.at)} in boot ${effect.boot}`;
      const call = effect.call === null ? undefined : history.call(effect.call);
      if (!call) {
        counts.strangers += 1;
        findings.add(
          'S5',
          `an effect with the token ${quoted(effect.token)}, which no call of this run has, was committed at ${at}`,
          [effect.seq],
        );
        continue;
      }
      const sent = call.creates[0]?.inv;
      if (!isOrdered || (sent && sent.seq < effect.seq)) continue;
      counts.early += 1;
      findings.add(
        'S5',
        `the effect of call ${effect.call} was committed at ${at}, ${sent ? `before the call was sent at ${second(sent.t)}` : 'but the call was never sent'}`,
        sent ? [effect.seq, sent.seq] : [effect.seq],
      );
    }
    return judged(findings, counts);
  },
};
