import type { AsyncGap } from '../../../harness/model/evaluation/document.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, formatMs } from '../../format.ts';
import { html, type Markup } from '../../html.ts';
import { intervalText, shareText } from '../../score-text.ts';
import { table } from '../../table.ts';

const WIDTH = 180;
const HEIGHT = 18;
const PAD = 6;

/** The same instances with results at once and with results later. */
export const gapsSection: EvaluationSection = {
  id: 'async-gap',
  title: 'Results at once, and results later',
  label: 'Sync and async',
  render({ evaluation: { document } }) {
    const { asyncGaps } = document;
    if (asyncGaps.length === 0) return null;
    const rows = [...asyncGaps]
      .sort((a, b) => b.gap - a.gap)
      .map((gap) => ({
        cells: [
          gap.agent,
          gap.law,
          shareText(gap.sync),
          shareText(gap.async),
          html`<b>${shareText(gap.gap)}</b> <small>${intervalText(gap, 'ratio')}</small>`,
          dumbbell(gap),
          formatMs(gap.syncMs),
          formatMs(gap.asyncMs),
          formatCount(gap.pairs),
        ],
      }));
    const columns = [
      { title: 'Agent' },
      { title: 'Latency' },
      { title: 'Sync', numeric: true },
      { title: 'Async', numeric: true },
      { title: 'Async gap', numeric: true },
      { title: 'Task success, 0 to 1' },
      { title: 'Sync time', numeric: true },
      { title: 'Async time', numeric: true },
      { title: 'Pairs', numeric: true },
    ];
    return html`${table('Task success on the same instances and seeds, the widest gap first', columns, rows)}
<p class="note">Async gap: success in sync mode less success in async mode, paired, with its 95 % interval. ○ sync, ● async. Time: mean makespan of the same pairs. An agent that works well asynchronously has no gap and needs less time.</p>`;
  },
};

function dumbbell({ agent, sync, async: late }: AsyncGap): Markup {
  const x = (share: number) => (PAD + share * (WIDTH - 2 * PAD)).toFixed(1);
  const y = HEIGHT / 2;
  return html`<svg class="dumbbell" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${agent}: sync ${shareText(sync)}, async ${shareText(late)}"><line class="rail" x1="${x(0)}" x2="${x(1)}" y1="${y}" y2="${y}"/><line class="${late < sync ? 'gap' : 'gain'}" x1="${x(sync)}" x2="${x(late)}" y1="${y}" y2="${y}"/><circle class="late" cx="${x(late)}" cy="${y}" r="4"/><circle class="at-once" cx="${x(sync)}" cy="${y}" r="5"/></svg>`;
}
