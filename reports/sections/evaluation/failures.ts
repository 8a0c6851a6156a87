import type { EvaluationCell, EvaluationDocument, FailureClass } from '../../../harness/model/evaluation/document.ts';
import type { MeasureMeta } from '../../../harness/model/evaluation/measure.ts';
import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, plural } from '../../format.ts';
import { html, type Markup } from '../../html.ts';
import { cellName } from '../../score-text.ts';
import { table } from '../../table.ts';

/** What falls short in these costs time or tokens; the task may be right all the same. */
const COSTLY: readonly MeasureMeta['group'][] = ['time', 'switching', 'waiting'];

const NAMES_MAX = 3;

/** What went wrong, by kind, the kind that most episodes show first, with examples. */
export const failuresSection: EvaluationSection = {
  id: 'failures',
  title: 'What went wrong',
  label: 'Failures',
  render({ evaluation: { document, episodes } }) {
    if (document.failures.length === 0) return null;
    const drawn = new Set(episodes.map(({ line }) => line));
    const groupOf = new Map(document.measures.map(({ id, group }) => [id, group]));
    const classes = [...new Set(document.failures.map(({ id }) => id))]
      .map((id) => document.failures.filter((failure) => failure.id === id))
      .map((failures) => ({ failures, count: failures.reduce((sum, { count }) => sum + count, 0) }))
      .sort((a, b) => b.count - a.count);
    const isCostly = ({ failures }: (typeof classes)[number]) => {
      const group = groupOf.get(failures[0]?.id ?? '');
      return group !== undefined && COSTLY.includes(group);
    };
    const wrong = classes.filter((one) => !isCostly(one));
    const costly = classes.filter(isCostly);
    const draw = (one: (typeof classes)[number]) => classFold(one, document, drawn);
    return html`<p class="note">A class is a measure that has a perfect value; an episode belongs to it that falls short of that, so one episode may stand in several. Open a class for its agents and examples.</p>
${wrong.length === 0 ? html`<p>Nothing broke in any episode.</p>` : wrong.map(draw)}
${costly.length > 0 && html`<h3>Not wrong, but not for nothing: time, polls and tokens</h3>${costly.map(draw)}`}`;
  },
};

function classFold(
  { failures, count }: { readonly failures: readonly FailureClass[]; readonly count: number },
  { cells }: EvaluationDocument,
  drawn: ReadonlySet<number>,
): Markup {
  const agents = [...new Set(failures.map(({ agent }) => agent))];
  const rows = failures.map((failure) => {
    const cell = cells.find(isOf(failure));
    return {
      cells: [
        cellName(failure, cells),
        html`${formatCount(failure.count)}${cell !== undefined && html` <small>of ${formatCount(cell.episodes)}</small>`}`,
        html`<ul class="examples">${failure.examples.map((example) => html`<li>${exampleLink(example, drawn)} ${example.text}</li>`)}</ul>`,
      ],
    };
  });
  const columns = [{ title: 'Agent' }, { title: 'Episodes', numeric: true }, { title: 'Examples', wide: true }];
  const title = failures[0]?.title ?? '';
  return html`<details class="failure"><summary><b>${title}</b> ${plural(count, 'episode')} of ${agents.length <= NAMES_MAX ? agents.join(', ') : plural(agents.length, 'agent')}</summary>${table(`${title}: who, how often, and where to look`, columns, rows)}</details>
`;
}

function isOf({ agent, mode, law }: FailureClass): (cell: EvaluationCell) => boolean {
  return (cell) => cell.agent === agent && cell.mode === mode && cell.law === law;
}

function exampleLink({ instance, seed, line }: FailureClass['examples'][number], drawn: ReadonlySet<number>): Markup {
  const name = `${instance}, seed ${seed}`;
  if (drawn.has(line)) return html`<a href="#episode-${line}">${name}</a>:`;
  return html`<span title="line ${line} of episodes.jsonl">${name}, line ${line}:</span>`;
}
