import type { MeasureChange } from '../../../harness/model/evaluation/evaluation-comparison.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, plural } from '../../format.ts';
import { html, type Markup } from '../../html.ts';
import { casesText, cellName, changeText, figureText, intervalText } from '../../score-text.ts';
import { chip, type TableRow, table } from '../../table.ts';

const VERDICTS: Readonly<Record<MeasureChange['verdict'], { readonly rank: number; readonly chip: Markup }>> = {
  worse: { rank: 0, chip: chip(false, 'worse') },
  better: { rank: 1, chip: chip(true, 'better') },
  changed: { rank: 2, chip: chip('not-applicable', 'changed') },
  unclear: { rank: 3, chip: chip('unknown', 'unclear') },
  same: { rank: 4, chip: chip('not-applicable', 'same') },
};

/** Every score that differs from an earlier evaluation, the worse ones first. */
export const baselineSection: EvaluationSection = {
  id: 'baseline',
  title: 'Against the baseline',
  label: 'Baseline',
  render({ evaluation: { baseline } }) {
    if (baseline === null) return null;
    const { changes, differences, measures } = baseline;
    if (changes.length === 0)
      return html`<p>${chip('unknown', 'nothing to compare')} No agent, mode and law is in both.</p>`;
    const metas = new Map(measures.map((meta) => [meta.id, meta]));
    const moved = changes
      .filter(({ verdict }) => verdict !== 'same')
      .sort((a, b) => VERDICTS[a.verdict].rank - VERDICTS[b.verdict].rank);
    const worse = moved.filter(({ verdict }) => verdict === 'worse').length;
    const columns = [
      { title: 'Agent' },
      { title: 'Measure' },
      { title: 'Before', numeric: true },
      { title: 'After', numeric: true },
      { title: 'Change', numeric: true },
      { title: 'Verdict' },
    ];
    const draw = (title: string, some: readonly MeasureChange[]) => {
      const rows = some.flatMap((change) => {
        const meta = metas.get(change.measure);
        return meta === undefined ? [] : [rowOf(change, meta, changes)];
      });
      return rows.length > 0 && table(title, columns, rows);
    };
    const clear = moved.filter(({ verdict }) => verdict !== 'unclear');
    const unclear = moved.filter(({ verdict }) => verdict === 'unclear');
    return html`<p>${worse === 0 ? chip(true, 'nothing is clearly worse') : chip(false, `${plural(worse, 'score')} worse`)} ${plural(moved.length, 'score')} ${moved.length === 1 ? 'differs' : 'differ'}, ${formatCount(changes.length - moved.length)} ${changes.length - moved.length === 1 ? 'is' : 'are'} the same.</p>
${differences.length > 0 && html`<p>${chip('unknown', 'not like with like')} ${differences.join('; ')}.</p>`}
${draw('Scores that clearly differ, the worse ones first', clear)}
${unclear.length > 0 && html`<details${clear.length === 0 && html` open`}><summary>${plural(unclear.length, 'score')} whose intervals meet</summary>${draw('Scores that differ, by no more than chance may make', unclear)}</details>`}
<p class="note">Better and worse: the two intervals do not meet. Unclear: they do, or there are too few cases for one.</p>`;
  },
};

function rowOf(change: MeasureChange, meta: MeasureMeta, all: readonly MeasureChange[]): TableRow {
  const { before, after, verdict } = change;
  const [was, is] = [before, after].map(
    (score) =>
      html`<b>${figureText(score.value, meta.unit)}</b> <small>${intervalText(score, meta.unit)}, ${casesText(score)}</small>`,
  );
  return {
    ...(verdict === 'worse' ? { tone: 'bad' as const } : {}),
    cells: [cellName(change, all), meta.title, was, is, changeText(change.change, meta.unit), VERDICTS[verdict].chip],
  };
}
