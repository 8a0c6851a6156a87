import type { Score } from '../../../harness/model/evaluation/document.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount } from '../../format.ts';
import { html, type Markup } from '../../html.ts';
import { casesText, figureText, intervalText, shareText } from '../../score-text.ts';
import { table } from '../../table.ts';

/** What survives a crash of the agent, by its phase and by whether it keeps its ids. */
export const crashesSection: EvaluationSection = {
  id: 'crashes',
  title: 'What survives a crash of the agent',
  label: 'Crashes',
  render({ evaluation: { document } }) {
    if (document.crashes.length === 0) return null;
    const rows = document.crashes.map(({ agent, phase, keepsIds, resumed, ids, results, doubledEffects, ...rest }) => ({
      cells: [
        agent,
        phase,
        keepsIds ? 'kept' : 'lost',
        withCases(resumed, 'ratio'),
        withCases(ids, 'ratio'),
        withCases(results, 'ratio'),
        shareText(doubledEffects),
        withCases(rest.costMs, 'ms'),
        formatCount(rest.episodes),
      ],
    }));
    const data = table(
      'Episodes in which the agent crashed; each share with its 95 % interval and its cases',
      [
        { title: 'Agent' },
        { title: 'Crash' },
        { title: 'Its ids' },
        { title: 'Task success', numeric: true },
        { title: 'Ids of use', numeric: true },
        { title: 'Results known', numeric: true },
        { title: 'Doubled effects an episode', numeric: true },
        { title: 'Cost', numeric: true },
        { title: 'Episodes', numeric: true },
      ],
      rows,
    );
    return html`${data}
<p class="note">Ids of use, results known: of the calls that were pending when it crashed. Cost: how much later it was done than in the same episode without a crash, where both succeeded; the time it was gone is part of it.</p>`;
  },
};

function withCases(score: Score | null, unit: MeasureMeta['unit']): Markup | string {
  if (score === null) return '–';
  return html`<b>${figureText(score.value, unit)}</b> <small>${intervalText(score, unit)}, ${casesText(score)}</small>`;
}
