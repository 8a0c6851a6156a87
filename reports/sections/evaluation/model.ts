import type { EvaluationSection } from '../../evaluation-input.ts';
import { formatCount, formatMs } from '../../format.ts';
import { html } from '../../html.ts';
import { chip, facts, table } from '../../table.ts';

/** What a model was asked, and what that cost. */
export const modelSection: EvaluationSection = {
  id: 'model',
  title: 'What the model was asked',
  label: 'Model',
  render({ evaluation: { document } }) {
    const { model } = document;
    if (model === undefined) return null;
    const { turns, estimatedTurns, inputTokens, outputTokens, failures, stopped } = model;
    const estimated =
      estimatedTurns === 0 ? '' : ` (in ${formatCount(estimatedTurns)} of them estimated: a quarter of the bytes)`;
    return html`${stopped !== null && html`<p>${chip('unknown', 'stopped')} ${stopped}</p>`}
${facts([
  ['Model', model.name],
  ['Prompt', model.prompt],
  ['A turn takes', model.turn],
  ['Turns answered', `${formatCount(turns)} in ${formatCount(model.requests)} requests`],
  ['Tokens read, written', `${formatCount(inputTokens)}, ${formatCount(outputTokens)}${estimated}`],
  ['Cost', model.usd === null ? 'no prices were given' : `$${model.usd.toFixed(4)}`],
  ['Time of the model', formatMs(model.modelMs)],
])}
${
  failures.length > 0 &&
  table(
    'Turns to which no usable answer came',
    [
      { title: 'Why', wide: true },
      { title: 'Turns', numeric: true },
    ],
    failures.map(({ why, count }) => ({ cells: [why, formatCount(count)] })),
  )
}`;
  },
};
