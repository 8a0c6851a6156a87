import type { Agreement, MeasureChange } from '../../../harness/model/evaluation/evaluation-comparison.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, formatMs, plural } from '../../format.ts';
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
    const { changes, differences, told = [], agreements = [], measures } = baseline;
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
${told.length > 0 && html`<p>${chip('not-applicable', 'compared')} ${told.join('; ')}.</p>`}
${differences.length > 0 && html`<p>${chip('unknown', 'not like with like')} ${differences.join('; ')}.</p>`}
${draw('Scores that clearly differ, the worse ones first', clear)}
${unclear.length > 0 && html`<details${clear.length === 0 && html` open`}><summary>${plural(unclear.length, 'score')} whose intervals meet</summary>${draw('Scores that differ, by no more than chance may make', unclear)}</details>`}
${agreements.length > 0 && agreementTable(agreements)}
<p class="note">Better and worse: the two intervals do not meet. Unclear: they do, or there are too few cases for one.</p>`;
  },
};

/** Of an evaluation in real time against one in virtual time. */
function agreementTable(agreements: readonly Agreement[]): Markup {
  const columns = [
    { title: 'Agent' },
    { title: 'Episodes', numeric: true },
    { title: 'Alike', numeric: true },
    { title: 'Their scores' },
    { title: 'Raced', numeric: true },
    { title: 'By at most', numeric: true },
    { title: 'Apart', numeric: true },
    { title: 'Scores over all', numeric: true },
  ];
  const rows = agreements.map((one) => ({
    ...(one.unequal.length + one.apart.length > 0 ? { tone: 'bad' as const } : {}),
    cells: [
      cellName(one, agreements),
      formatCount(one.episodes),
      formatCount(one.alike),
      one.alike === 0 ? '–' : one.unequal.length === 0 ? 'equal' : `not equal: ${one.unequal.join(', ')}`,
      formatCount(one.raced),
      one.raceMsMax === null ? '–' : formatMs(one.raceMsMax),
      formatCount(one.apart.length),
      `${one.scores.equal} of ${one.scores.all} equal`,
    ],
  }));
  return html`${table('Real against virtual time, episode by episode, by scores that do not depend on how long things took', columns, rows)}
<p class="note">Alike: the same happened in the same order. Raced: a result came, or a patience ended, before something that it comes after in the other time, so much of the episode's time from each other; what follows may differ. Apart: it differs for another reason.</p>`;
}

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
